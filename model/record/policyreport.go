package record

import (
	"cmp"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
)

// policyScan reads a report of the kinds that many tools write; nil where no scanner of vulnerabilities has written it.
func policyScan(u *unstructured.Unstructured) *Scan {
	labels := u.GetLabels()
	source := labels[trivyLabels+"source"]
	vulnerable := source == "VulnerabilityReport" || source == "ClusterVulnerabilityReport"
	common := text(u.Object, "source")
	var counts Counts
	var scanned int64
	results := map[string]int{}
	var first map[string]any
	scanner := ""
	each(u.Object["results"], func(r map[string]any) {
		by := cmp.Or(text(r, "source"), common)
		if !vulnerable && !scans(by, text(r, "category")) {
			return
		}
		if first == nil {
			first, scanner = r, by
		}
		scanned = max(scanned, int64(number(branch(r, "timestamp"), "seconds")))
		result := text(r, "result")
		results[result]++
		if result == "fail" || result == "warn" {
			counts.Add(text(r, "severity"))
		}
	})
	if !vulnerable && first == nil {
		return nil
	}
	s := newScan(u, SourcePolicyReport)
	s.Scanner = scanner
	s.Scanned = scanned
	s.fileUnder(labels, u.GetAnnotations(), trivyLabels)
	if s.Workload.IsZero() {
		s.Workload = subjectOf(u, first)
	}
	if first != nil {
		s.Listed = true
		s.tally(&counts, results)
		p := branch(first, "properties")
		digest := text(p, "artifact.digest")
		s.Image = reference(text(p, "registry.server"), text(p, "artifact.repository"), text(p, "artifact.tag"), digest)
		s.addDigest(digest, OfUnknown)
	}
	return s
}

// tally judges what results are worth. Each one that was found is a result, so that a clean report has none: those that say that they
// were passed or skipped count nothing, and those of errors say that nothing was looked at.
func (s *Scan) tally(counts *Counts, results map[string]int) {
	switch found := results["fail"] + results["warn"]; {
	case found > 0:
		s.Counts = counts
		if results["error"] > 0 {
			s.Filtered, s.Partial, s.Counts = true, "some of its results are errors, and what they were to find is not in it", nil
		}
	case results["error"] > 0:
		s.Failed, s.Listed = "its results are errors", false
	default:
		s.Filtered, s.Partial, s.Listed = true, "its results were passed or skipped, and tell neither what was looked at nor how much was found", false
	}
}

// subjectOf names what a report is about: its scope, or what its first result names.
func subjectOf(u *unstructured.Unstructured, first map[string]any) model.Ref {
	about := branch(u.Object, "scope")
	if about == nil {
		for _, field := range []string{"resources", "subjects"} {
			each(first[field], func(m map[string]any) {
				if about == nil {
					about = m
				}
			})
		}
	}
	return workloadRef(text(about, "apiVersion"), text(about, "kind"), cmp.Or(text(about, "namespace"), u.GetNamespace()), text(about, "name"))
}

// scans tells by what a result says of its source and category that a scanner of images has found a vulnerability.
func scans(source, category string) bool {
	source, category = strings.ToLower(source), strings.ToLower(category)
	if !strings.Contains(source, "vulnerab") && !strings.Contains(category, "vulnerab") {
		return false
	}
	for _, name := range []string{"trivy", "grype", "clair", "anchore", "snyk", "neuvector", "harbor"} {
		if strings.Contains(source, name) {
			return true
		}
	}
	return false
}
