package image

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"canopy/model/record"
)

// weighScan says what one report tells of an image by itself, and until when that holds, in seconds since 1970; 0 for ever.
func (r *round) weighScan(it *item, of record.DigestOf, s *scan, m Match) (e Evidence, until int64) {
	e = Evidence{
		Scan: s.ref, Source: s.Source, Scanner: s.Scanner, Version: s.Version, Scanned: s.Scanned, Database: s.Database, Expires: s.Expires,
		Match: m, Platform: s.Platform, Counts: s.Counts, Excluded: s.Excluded, ExcludedBy: s.ExcludedBy, Listed: s.Listed, OS: s.OS,
		Outlived: s.Outlived, Origin: s.Origin,
	}
	if s.Filtered {
		// Counts of a part look like those of an image that is better than it is.
		e.Counts = nil
	}
	if runs := it.platforms.known(); len(runs) > 0 && !it.platforms.has("") && (m.Proves() || s.Failed != "") {
		e.Elsewhere = !slices.ContainsFunc(runs, e.of)
	}
	if other, ok := s.nearest(it, of); ok {
		e.Digest = other.Digest
	}
	switch {
	case s.Failed != "" && e.Elsewhere:
		e.Verdict, e.Reason = NoEvidence, "the scan for "+brief(s.Platform)+", on which it does not run, gave no result: "+brief(s.Failed)
	case s.Failed != "":
		e.Verdict, e.Reason = Failed, "the scan gave no result: "+brief(s.Failed)
	case m.Proves() && e.Elsewhere:
		e.Verdict, e.Reason = NoEvidence, proofWords(m, e.Digest)+", but scanned for "+brief(s.Platform)+", while it runs on "+strings.Join(it.platforms.known(), " and ")
	case m.Proves() && s.Filtered:
		e.Verdict, e.Reason = NoEvidence, proofWords(m, e.Digest)+", but the report is not whole, and does not show that all was looked at"
	case m.Proves():
		e.Verdict, e.Reason, until = r.weighAge(s)
		e.Reason = proofWords(m, e.Digest) + ", " + e.Reason
		if s.Counts == nil {
			e.Reason += "; how much was found is not told"
			if s.Source == record.SourceKubescape {
				e.Reason += " by a list"
			}
		}
	case !it.known:
		e.Verdict, e.Reason = NoEvidence, foundWords(m, s)+", but the digest that runs is not known"
	case e.Digest == "":
		e.Verdict, e.Reason = NoEvidence, foundWords(m, s)+", but it names no digest: whether it is of the image that runs cannot be told"
	default:
		e.Verdict, e.Reason = OtherDigest, otherWords(it, of, s, m)
	}
	if e.Excluded != nil {
		e.Reason += fmt.Sprintf("; %d left out by VEX: %s", e.Excluded.Sum(), brief(e.ExcludedBy))
	}
	if s.Partial != "" {
		e.Reason += "; " + brief(s.Partial)
	}
	return e, until
}

// nearest gives the digest of a report that can best be compared with the one that runs; false where it names that very one, or none.
func (s *scan) nearest(it *item, of record.DigestOf) (near record.ScanDigest, ok bool) {
	for _, d := range s.digests {
		if d.Digest == it.digest() {
			return record.ScanDigest{}, false
		}
		if !ok || d.Of == of && near.Of != of {
			near, ok = d, true
		}
	}
	return near, ok
}

// skew is how far clocks may differ before a report counts as one of the future.
const skew = 10 * 60

// weighAge says whether a report is young enough, and until when. One that says to be of the future would never grow old.
//
// A list of kubescape holds no time but that of the creation of the object, which is kept when the image is scanned anew: the scan is
// no older. So a young object proves a young scan, and an old one proves nothing about how old the last scan is.
func (r *round) weighAge(s *scan) (v Verdict, reason string, until int64) {
	at := s.at()
	if at == 0 {
		return Stale, "but the report does not tell when it was made", 0
	}
	when := "scanned " + moment(at)
	if s.Scanned == 0 {
		when = "scanned at an unknown time after " + moment(at) + ", when the report was made"
	}
	if r.future(at) {
		return Stale, "but the report is dated in the future: " + moment(at), at - skew
	}
	until = at + int64(r.options.MaxAge.Seconds())
	expired := s.Expires != 0 && s.Expires < until
	if expired {
		until = s.Expires
	}
	switch {
	case r.now < until:
		return Scanned, when, until
	case expired:
		return Stale, when + ", and was to be thrown away " + moment(s.Expires), 0
	}
	if s.Scanned == 0 {
		return Stale, when + ", which is longer ago than " + age(r.options.MaxAge), 0
	}
	return Stale, when + ", longer ago than " + age(r.options.MaxAge), 0
}

// future tells that a moment is later than now, by more than clocks differ.
func (r *round) future(at int64) bool { return at > r.now+skew }

// proofWords says what proves that a report is of the image that runs.
func proofWords(m Match, digest string) string {
	switch m {
	case ByAlias:
		return "a node lists the scanned " + short(digest) + " as a digest of the same image"
	case ByPin:
		return "the spec pins the scanned " + short(digest) + ", for which the runtime reports another digest"
	case ByDigest:
		return "the digest is equal"
	}
	return "the " + string(m) + " is equal"
}

// foundWords says where a report was found that proves nothing.
func foundWords(m Match, s *scan) string {
	if m == ByReference {
		return "there is a report of " + brief(s.tagged)
	}
	return "there is a report of this container"
}

// otherWords says that a report names another digest, and how much that means: digests of one image differ by what they are of.
func otherWords(it *item, of record.DigestOf, s *scan, m Match) string {
	near, _ := s.nearest(it, of)
	said := foundWords(m, s) + ", but of " + short(near.Digest) + ", while " + short(it.id) + " runs"
	switch {
	case near.Of == of && of != record.OfUnknown:
		return said + ": another image"
	case near.Of != record.OfUnknown && of != record.OfUnknown:
		return said + ": another image as far as can be told, since the digest of " + kindWords(near.Of) + " cannot be compared with that of " + kindWords(of)
	}
	return said + ": another image as far as can be told, since an image has digests of its index, its manifests and its configuration"
}

func kindWords(of record.DigestOf) string {
	switch of {
	case record.OfIndex:
		return "an index"
	case record.OfManifest:
		return "a manifest"
	}
	return "a configuration"
}

// weighJob says what a job of trivy-operator tells that has left no report.
func weighJob(j *job) Evidence {
	e := Evidence{Scan: j.ref, Source: record.SourceTrivyOperator, Scanned: j.created, Match: ByWorkload}
	if j.failed {
		e.Verdict, e.Reason = Failed, "the scan job "+j.ref.Namespace+"/"+j.ref.Name+" has failed"
		return e
	}
	e.Verdict, e.Reason = NoEvidence, "scan completed, but no report was stored: it may be too large ("+j.ref.Namespace+"/"+j.ref.Name+")"
	return e
}

// longest bounds what is said of one thing, in bytes: who writes an object chooses how long it is.
const longest = 240

func brief(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}

// short cuts a digest to what tells digests apart.
func short(digest string) string {
	algorithm, sum, ok := strings.Cut(digest, ":")
	if !ok || len(sum) <= 12 {
		return digest
	}
	return algorithm + ":" + sum[:12]
}

func moment(at int64) string { return time.Unix(at, 0).UTC().Format("2006-01-02 15:04 UTC") }

// age writes how long something may be: in days where it is some.
func age(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day && d%day == 0:
		return strconv.Itoa(int(d/day)) + " days"
	case d >= time.Hour && d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	return d.String()
}
