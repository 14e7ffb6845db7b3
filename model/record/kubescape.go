package record

import (
	"cmp"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
)

// kubescape is the domain of its labels and annotations.
const kubescape = "kubescape.io/"

// newKubescape reads the metadata, which is all that a list of kubescape's storage holds: its specs are of zeroes there.
func newKubescape(u *unstructured.Unstructured) *Scan {
	s := newScan(u, SourceKubescape)
	labels, annotations := u.GetLabels(), u.GetAnnotations()
	id := annotations[kubescape+"image-id"]
	of := OfUnknown
	if !strings.Contains(id, "@") {
		// A runtime that knows no digest of a repository reports the image ID.
		of = OfConfig
	}
	s.addDigest(id, of)
	s.Image = intern(cmp.Or(annotations[kubescape+"image-tag"], id))
	s.Container = intern(cmp.Or(labels[kubescape+"workload-container-name"], annotations[kubescape+"workload-container-name"]))
	s.Workload = kubescapeWorkload(labels, annotations)
	s.Failed = kubescapeFailure(annotations[kubescape+"status"])
	if labels[kubescape+"context"] == "filtered" {
		s.relevant()
	}
	return s
}

// relevant notes that the report holds only what concerns files that the container was seen to open.
func (s *Scan) relevant() {
	s.Filtered = true
	s.Partial = "it lists only vulnerabilities of packages that were seen in use"
}

// kubescapeFailure puts the status of a scan that gave no result into words.
func kubescapeFailure(status string) string {
	switch status {
	case "", "ready", "completed":
		return ""
	case "too-large":
		return "the report was too large for kubescape to keep"
	case "incomplete":
		return "the scan did not come to its end"
	case "initializing", "learning":
		return "the scan has not come to its end yet"
	case "unauthorize", "unauthorized":
		return "the registry did not let kubescape read the image"
	case "missing-runtime":
		return "kubescape could not tell what runs"
	}
	return "kubescape says: " + intern(status[:min(len(status), maxText)])
}

// kubescapeWorkload reads labels, or the text wlid://cluster-NAME/namespace-NAME/KIND-NAME. Kinds are in any case there.
func kubescapeWorkload(labels, annotations map[string]string) model.Ref {
	kind, name := labels[kubescape+"workload-kind"], labels[kubescape+"workload-name"]
	namespace := labels[kubescape+"workload-namespace"]
	if kind == "" || name == "" {
		parts := strings.Split(strings.TrimPrefix(annotations[kubescape+"wlid"], "wlid://"), "/")
		if len(parts) != 3 {
			return model.Ref{}
		}
		namespace = strings.TrimPrefix(parts[1], "namespace-")
		kind, name, _ = strings.Cut(parts[2], "-")
	}
	if version := labels[kubescape+"workload-api-version"]; version != "" && model.KindByName(kind) == nil {
		if group := labels[kubescape+"workload-api-group"]; group != "" {
			version = group + "/" + version
		}
		return workloadRef(version, kind, namespace, name)
	}
	return workloadRef("", kind, namespace, name)
}

// manifestScan reads a VulnerabilityManifest: what grype has said of an image. Where the spec is not filled its zeroes mean
// nothing.
func manifestScan(u *unstructured.Unstructured) *Scan {
	s := newKubescape(u)
	s.Listed = s.Failed == ""
	spec := branch(u.Object, "spec")
	metadata, payload := branch(spec, "metadata"), branch(spec, "payload")
	tool := branch(metadata, "tool")
	s.Scanner, s.Version = text(tool, "name"), text(tool, "version")
	s.Database = moment(text(tool, "databaseVersion"))
	s.Scanned = moment(text(branch(metadata, "report"), "createdAt"))
	if flag(metadata, "withRelevancy") {
		s.relevant()
	}
	target := branch(payload, "source", "target")
	s.addDigest(text(target, "manifestDigest"), OfManifest)
	s.addDigest(text(target, "imageID"), OfConfig)
	digests, _ := target["repoDigests"].([]any)
	for _, d := range digests {
		if digest, ok := d.(string); ok {
			s.addDigest(digest, OfUnknown)
		}
	}
	distro := branch(payload, "distro")
	s.OS = strings.TrimSpace(text(distro, "name") + " " + text(distro, "version"))
	matches, _ := payload["matches"].([]any)
	// A report of what is in use counts too little.
	if s.Failed == "" && !s.Filtered && (s.Scanner != "" || s.Scanned != 0 || len(matches) > 0) {
		s.Counts = &Counts{}
		each(payload["matches"], func(m map[string]any) { s.Counts.Add(text(branch(m, "vulnerability"), "severity")) })
	}
	return s
}

// Bare tells that a report was read as a list of kubescape shows it: with nothing of what a scan has said.
func (s *Scan) Bare() bool {
	return s.Source == SourceKubescape && s.Counts == nil && s.Scanned == 0 && s.Scanner == ""
}

// Fillable tells that a bare report is of a scan that has given a result, so that its object holds more.
func (s *Scan) Fillable() bool { return s.Bare() && s.Listed && s.Failed == "" }

// SameImage tells that two records are of reports on the same image, by what their metadata says.
func (s *Scan) SameImage(other *Scan) bool {
	return len(s.Digests) == 0 || len(other.Digests) > 0 && s.Digests[0].Digest == other.Digests[0].Digest
}

// Filled gives a bare report what the whole object has told, and keeps its metadata.
func (s *Scan) Filled(whole *Scan) *Scan {
	filled := *whole
	filled.Meta = s.Meta
	return &filled
}

// summaryScan reads a VulnerabilityManifestSummary. A filled one says where the manifest is.
func summaryScan(u *unstructured.Unstructured) *Scan {
	s := newKubescape(u)
	spec := branch(u.Object, "spec")
	severities := branch(spec, "severities")
	told := true
	count := func(severity string) int32 {
		of := branch(severities, severity)
		n, ok := counted(of, "all")
		if _, there := of["all"]; there && !ok {
			told = false
		}
		return n
	}
	counts := Counts{count("critical"), count("high"), count("medium"), count("low"), count("negligible"), count("unknown")}
	if told && s.Failed == "" && !s.Filtered && (counts.Sum() > 0 || text(branch(spec, "vulnerabilitiesRef", "all"), "name") != "") {
		s.Counts = &counts
	}
	return s
}

// Add counts one vulnerability.
func (c *Counts) Add(severity string) {
	switch strings.ToLower(severity) {
	case "critical":
		c.Critical++
	case "high":
		c.High++
	case "medium":
		c.Medium++
	case "low":
		c.Low++
	case "negligible", "none", "info":
		c.Negligible++
	default:
		c.Unknown++
	}
}
