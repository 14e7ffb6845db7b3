package record

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// Counts are the numbers of vulnerabilities by severity.
type Counts struct {
	Critical, High, Medium, Low, Negligible, Unknown int32
}

// Sum adds them up.
func (c *Counts) Sum() int {
	return int(c.Critical) + int(c.High) + int(c.Medium) + int(c.Low) + int(c.Negligible) + int(c.Unknown)
}

// Tree writes them as JSON, as a list is kept of which only the severities count.
func (c *Counts) Tree() string {
	return fmt.Sprintf(`{"critical":%d,"high":%d,"medium":%d,"low":%d,"negligible":%d,"unknown":%d}`, c.Critical, c.High, c.Medium, c.Low, c.Negligible, c.Unknown)
}

// treeCounts reads what Tree writes; nil where that is something else.
func treeCounts(tree map[string]any) *Counts {
	var c Counts
	for name, to := range map[string]*int32{"critical": &c.Critical, "high": &c.High, "medium": &c.Medium, "low": &c.Low, "negligible": &c.Negligible, "unknown": &c.Unknown} {
		n, ok := counted(tree, name)
		if !ok {
			return nil
		}
		*to = n
	}
	return &c
}

// most takes of each severity the more, but of what is negligible or not rated, which tools count as they like.
func (c *Counts) most(o *Counts) Counts {
	return Counts{max(c.Critical, o.Critical), max(c.High, o.High), max(c.Medium, o.Medium), max(c.Low, o.Low), c.Negligible, c.Unknown}
}

func (c *Counts) words() string {
	return fmt.Sprintf("%d critical, %d high, %d medium and %d low", c.Critical, c.High, c.Medium, c.Low)
}

// DigestOf says what a digest is that of.
type DigestOf uint8

// What a digest can be of. Digests of one image of different kinds differ, though the image is the same.
const (
	// OfUnknown is where the source does not tell: an index or a manifest.
	OfUnknown DigestOf = iota
	// OfIndex is the list of the manifests for all platforms, OfManifest the manifest for one, OfConfig the image ID.
	OfIndex
	OfManifest
	OfConfig
)

func (d DigestOf) String() string {
	switch d {
	case OfIndex:
		return "index"
	case OfManifest:
		return "manifest"
	case OfConfig:
		return "config"
	}
	return "unknown"
}

// ScanDigest is a digest that a report names: "sha256:…".
type ScanDigest struct {
	Digest string
	Of     DigestOf
}

// The sources of scans.
const (
	SourceTrivyOperator = "trivy-operator"
	SourceStarboard     = "starboard"
	SourceKubescape     = "kubescape"
	SourcePolicyReport  = "policy-report"
	SourceTrivy         = "trivy"
	SourceGrype         = "grype"
	SourceSARIF         = "sarif"
	SourceCycloneDX     = "cyclonedx"
)

// Scan is what one report says of one image: whom it is of, when it was made, and how much was found. Its vulnerabilities are
// not kept; model.VulnerabilityReader reads them when somebody opens it. It is the record of the report kinds of a cluster, and of
// ImageScan, which files and scans on demand become.
type Scan struct {
	Meta
	// Source is one of those above.
	Source string
	// Scanner and Version name what has scanned; Database is the date of its data, in seconds since 1970, 0 where unknown.
	Scanner, Version string
	Database         int64
	// Image is the reference as it was scanned, with registry where that is known: "docker.io/library/nginx:1.29".
	Image string
	// Digests are all that the report names of the image.
	Digests []ScanDigest
	// Platform is what the image was scanned for, "linux/amd64"; "" where the report does not tell.
	Platform string
	// Scanned is when, in seconds since 1970; 0 where unknown. Expires is when the report is to be deleted; 0 for never.
	Scanned, Expires int64
	// Counts are nil where the source tells none: lists of kubescape hold zeroes that mean nothing.
	Counts *Counts
	// Excluded are those that statements of VEX have taken out of Counts; nil where none have. ExcludedBy names the files of the
	// statements and their authors.
	Excluded   *Counts
	ExcludedBy string
	// Failed says why there is no result; "" where there is one.
	Failed string
	// Workload and Container are what it was filed under; zero where unknown. The workload of trivy-operator is a ReplicaSet.
	Workload  model.Ref
	Container string
	// OS is that of the image, Outlived tells that the distributor has ended its support.
	OS       string
	Outlived bool
	// Built is when the image was made, in seconds since 1970; 0 where unknown.
	Built int64
	// Origin is the file that it was read from, or the command; "" for an object of the cluster.
	Origin string
	// Listed tells that its vulnerabilities can be read.
	Listed bool
	// Partial says what of the report could not be read, or is not in it; "" where it is whole.
	Partial string
	// Filtered tells that what Partial says leaves vulnerabilities out that nobody has judged: the report then counts less than there is,
	// and does not prove that the image was looked at.
	Filtered bool
}

// DeepCopyObject gives a copy that shares only what is immutable.
func (s *Scan) DeepCopyObject() runtime.Object {
	c := *s
	c.Meta = s.copyMeta()
	c.Digests = slices.Clone(s.Digests)
	c.Counts, c.Excluded = s.Counts.copy(), s.Excluded.copy()
	return &c
}

// copy gives counts of their own; nil for none.
func (c *Counts) copy() *Counts {
	if c == nil {
		return nil
	}
	own := *c
	return &own
}

// Equal tells that two say the same, or neither says anything.
func (c *Counts) Equal(o *Counts) bool { return c == o || c != nil && o != nil && *c == *o }

// Same compares all but the resourceVersion.
func (s *Scan) Same(other model.Record) bool {
	o, ok := other.(*Scan)
	if !ok || !s.same(&o.Meta) || !s.Counts.Equal(o.Counts) || !s.Excluded.Equal(o.Excluded) || s.ExcludedBy != o.ExcludedBy || s.Platform != o.Platform {
		return false
	}
	return s.Source == o.Source && s.Scanner == o.Scanner && s.Version == o.Version && s.Database == o.Database && s.Image == o.Image &&
		s.Scanned == o.Scanned && s.Expires == o.Expires && s.Failed == o.Failed && s.Workload == o.Workload && s.Container == o.Container &&
		s.OS == o.OS && s.Outlived == o.Outlived && s.Built == o.Built && s.Origin == o.Origin && s.Listed == o.Listed && s.Partial == o.Partial && s.Filtered == o.Filtered &&
		slices.Equal(s.Digests, o.Digests)
}

// Signature is the record of ImageSignature: what "cosign verify" has said of an image, as it was given in a file.
type Signature struct {
	Meta
	// Digest is what was verified, Image the reference that was asked for.
	Digest, Image string
	// Verified tells that it was; Failed says why not.
	Verified bool
	Failed   string
	// Identity and Issuer name who has signed, where a certificate tells; Key is the fingerprint or name of a key.
	Identity, Issuer, Key string
	// At is when, in seconds since 1970; 0 where unknown.
	At     int64
	Origin string
}

// DeepCopyObject gives a copy that shares only what is immutable.
func (s *Signature) DeepCopyObject() runtime.Object {
	c := *s
	c.Meta = s.copyMeta()
	return &c
}

// Same compares all but the resourceVersion.
func (s *Signature) Same(other model.Record) bool {
	o, ok := other.(*Signature)
	return ok && s.same(&o.Meta) && s.Digest == o.Digest && s.Image == o.Image && s.Verified == o.Verified && s.Failed == o.Failed &&
		s.Identity == o.Identity && s.Issuer == o.Issuer && s.Key == o.Key && s.At == o.At && s.Origin == o.Origin
}

// OwnMeta gives the metadata of a record of one of Canopy's own kinds.
func OwnMeta(kind, namespace, name string) Meta {
	return Meta{Kind: model.OwnKind(kind), Namespace: namespace, Name: name}
}
