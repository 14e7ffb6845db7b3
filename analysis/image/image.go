// Package image says of every image that runs whether it was scanned and whether it is signed, and judges that.
//
// An image is what the runtime reports, by digest; what specs call it is told beside that. A verdict is given with the evidence that
// it rests on: equal digests prove, different ones do not disprove, since one image has several, and what is missing, failed, old or
// unreadable is never taken for clean.
package image

import (
	"time"

	"canopy/analysis/image/reference"
	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/record"
)

// Options says what is judged by.
type Options struct {
	// MaxAge is how old a scan may be; zero is DefaultMaxAge. MaxImageAge is how old an image may be; zero is DefaultMaxImageAge.
	MaxAge, MaxImageAge time.Duration
	// Allow lists the registries and repositories that images may come from; with none everything may run.
	Allow reference.Allow
}

// The ages that hold where nothing else is said.
const (
	DefaultMaxAge      = 24 * time.Hour
	DefaultMaxImageAge = 180 * 24 * time.Hour
)

// Verdict says whether an image that runs was scanned.
type Verdict string

// The verdicts, the best first.
const (
	// Scanned: a report of this very image, no older than it may be.
	Scanned Verdict = "scanned"
	// Stale: there is one, and it is too old.
	Stale Verdict = "stale"
	// OtherDigest: what was scanned under the name of this image, or for this container, was another image as far as can be told.
	OtherDigest Verdict = "other-digest"
	// Failed: a scan was tried and gave no result.
	Failed Verdict = "failed"
	// NoEvidence: nothing tells of a scan.
	NoEvidence Verdict = "no-evidence"
)

// Match says by what a scan is taken to be of an image.
type Match string

// The matches, the best first. Only equal digests prove.
const (
	ByIndex     Match = "index digest"
	ByManifest  Match = "manifest digest"
	ByConfig    Match = "config digest"
	ByDigest    Match = "digest"         // of an index or a manifest: the source does not tell
	ByAlias     Match = "digest by node" // a node lists the scanned digest as a name of the image that runs
	ByPin       Match = "digest by spec" // the spec of a running container pins the scanned digest; the runtime reports another of its digests
	ByReference Match = "reference"      // the same repository and tag: it may have moved since
	ByWorkload  Match = "workload"       // filed under the same container
	ByHearsay   Match = "hearsay"        // a node lists the scanned digest as a name of the image, and does not run it, or calls it otherwise
)

// Proves tells that the match leaves no doubt.
func (m Match) Proves() bool {
	return m == ByIndex || m == ByManifest || m == ByConfig || m == ByDigest || m == ByAlias || m == ByPin
}

// Evidence is one scan that tells of an image.
type Evidence struct {
	// Scan names the report.
	Scan                     model.Ref
	Source, Scanner, Version string
	// Scanned, Database and Expires are in seconds since 1970; 0 where unknown.
	Scanned, Database, Expires int64
	Match                      Match
	// Digest is the one that the report names, where that is not the one that runs.
	Digest string
	// Platform is what the report says to have scanned, "linux/amd64"; "" where it does not tell. Elsewhere tells that the image runs on
	// none of that platform, so that the report is of another manifest than any that runs.
	Platform  string
	Elsewhere bool
	// Abroad tells that it stands in a namespace in which the image does not run.
	Abroad bool
	// Counts are nil where the source does not tell them. Excluded are those that statements of VEX have taken out of them, ExcludedBy
	// names the files of the statements.
	Counts, Excluded *record.Counts
	ExcludedBy       string
	// Verdict is what this evidence says by itself, Reason why.
	Verdict Verdict
	Reason  string
	// Listed tells that its vulnerabilities can be read.
	Listed bool
	OS     string
	// Outlived tells that the image's distribution gets no more updates.
	Outlived bool
	Origin   string
}

// Proves tells that the report is of what runs.
func (e *Evidence) Proves() bool { return e.Match.Proves() && !e.Elsewhere }

// counts tells that it is of what runs and says how much was found.
func (e *Evidence) counts() bool { return e.Proves() && e.Counts != nil && e.Verdict != Failed }

// of tells that it may be of what runs on a platform. A manifest, and a configuration, are of one platform whatever node runs them.
func (e *Evidence) of(platform string) bool {
	return e.Platform == "" || e.Platform == platform || e.Match == ByManifest || e.Match == ByConfig
}

// blind tells that it does not say for which platform it is.
func (e *Evidence) blind() bool {
	return e.Platform == "" && e.Match != ByManifest && e.Match != ByConfig
}

// Use is a container, or a volume, of a workload that runs an image.
type Use struct {
	// Owner is the top owner.
	Owner model.Ref
	// Container is the name of the container or of the volume, Type what it is.
	Container string
	Type      UseType
	// Reference is what the spec says, as written.
	Reference string
	// Pods counts the pods that run it so; Nodes lists where, sorted.
	Pods  int
	Nodes []string
	// Signature is the verdict for this place, since policies demand by namespace and reference.
	Signature signature.Answer
}

// UseType is what uses an image.
type UseType string

// The types of use.
const (
	Container UseType = "container"
	Init      UseType = "init"
	Ephemeral UseType = "ephemeral"
	Volume    UseType = "volume"
)

// Image is one image that runs.
type Image struct {
	// Digest is what the runtime reports: "sha256:…"; of image volumes and of containers that have not started it is the one that the
	// spec pins. It is "" where no container has run it yet or the runtime tells none; then Name is what the specs say, and it is
	// listed by that.
	Digest string
	// Of says what the digest is that of, as far as known.
	Of record.DigestOf
	// Name is the reference that most use, normalised, without digest: "docker.io/library/nginx:1.29".
	Name string
	// Pulled tells that a runtime reports to have pulled it by that; such a name comes before others.
	Pulled bool
	// Registry and Repository are those of Name.
	Registry, Repository string
	// References are all, as specs write them, sorted; Aliases what nodes call it besides, sorted.
	References, Aliases []string
	// Uses are sorted by owner and container.
	Uses []Use
	// Containers counts what runs it, Pods the pods, Namespaces lists theirs, sorted.
	Containers, Pods int
	Namespaces       []string
	// Exposed tells that a workload that runs it can be reached from outside, as the caller of Images says.
	Exposed bool
	// Platforms are those of the nodes that run it, the one with most pods first: "linux/amd64".
	Platforms []string
	// Unproven lists those of them that no young report is known to be of, where there are several.
	Unproven []string
	// Size is in bytes, as nodes tell; 0 where unknown. Built is when it was made, in seconds since 1970; 0 where unknown.
	Size, Built int64

	Verdict Verdict
	// Reason says in words why.
	Reason string
	// Evidence is what the verdict rests on: all that was found is in it. The first is the one that Reason and Counts are from.
	Evidence []Evidence
	// Disagreement says in words where sources contradict each other; "" where they do not.
	Disagreement string
	// Counts are those of the first of Evidence, or, where that tells none, of the newest proven scan that does; nil where none does.
	Counts *record.Counts
	// Signature is the worst answer of all uses.
	Signature signature.Answer
	// Hygiene lists the ids of rules that hold of it, sorted: IM01 to IM04 and IM07 of its references, IM05, IM06, IM08 and IM09 of itself.
	Hygiene []string
	// Warnings say in words what is known to be wrong with this very image whatever a scan says: a compromised release.
	Warnings []string
}

// Tally counts the images of a namespace, or of all, by verdict.
type Tally struct {
	Namespace string
	Images    int
	Verdicts  map[Verdict]int
	// Exposed counts those that are exposed and not scanned.
	Exposed int
}
