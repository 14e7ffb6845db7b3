package record

import "canopy/model"

// Fields says what of a tree is worth reading: those of its fields that are named, below each what is named there, and all of
// it where nil is. Lists are passed through. With empty Fields nothing is read but whether it is a list or an object.
type Fields map[string]Fields

// tallied is a key that no JSON has: a NUL stands in none as it is.
const tallied = "\x00"

// tallyOf keeps of a list how many of its members have which severity, by the field that holds it.
func tallyOf(field string) Fields { return Fields{tallied: these(field)} }

// Tally tells that of a list only the severities of its members are to be counted, and the field that holds them. An object of counts
// then stands in its place: see Counts.Tree.
func (f Fields) Tally() (field string, ok bool) {
	for name := range f[tallied] {
		return name, true
	}
	return "", false
}

func these(names ...string) Fields {
	f := make(Fields, len(names))
	for _, n := range names {
		f[n] = nil
	}
	return f
}

func (f Fields) with(name string, below Fields) Fields {
	f[name] = below
	return f
}

// ReportFields says which fields of a report of a scanner its record is made from: all but a few are the vulnerabilities, which
// make most of it. Nil is for all other kinds, which are read whole.
func ReportFields(kind *model.Kind) Fields {
	report := these("apiVersion", "kind").with("metadata", these("name", "namespace", "uid", "resourceVersion",
		"creationTimestamp", "deletionTimestamp", "labels", "annotations", "ownerReferences"))
	switch kind.Group {
	case model.GroupTrivy:
		if isAssessment(kind.Kind) {
			return report.with("report", these("updateTimestamp").with("checks", these("checkID", "title", "severity", "success")))
		}
		if kind.Kind != "VulnerabilityReport" && kind.Kind != "ClusterVulnerabilityReport" {
			return nil
		}
		return report.with("report", these("updateTimestamp", "scanner", "registry", "artifact", "os", "summary").with("vulnerabilities", tallyOf("severity")))
	case model.GroupKubescape:
		switch kind.Kind {
		case "VulnerabilityManifest":
			target := these("manifestDigest", "imageID", "repoDigests")
			payload := Fields{"source": {"target": target}, "distro": these("name", "version"), "matches": {"vulnerability": these("severity")}}
			return report.with("spec", these("metadata").with("payload", payload))
		case "VulnerabilityManifestSummary":
			return report.with("spec", these("severities", "vulnerabilitiesRef"))
		}
	case model.GroupPolicyReport, model.GroupOpenReports:
		result := these("source", "category", "result", "severity").with("timestamp", these("seconds")).
			with("properties", these("registry.server", "artifact.repository", "artifact.tag", "artifact.digest")).
			with("resources", these("apiVersion", "kind", "namespace", "name")).with("subjects", these("apiVersion", "kind", "namespace", "name"))
		return report.with("source", nil).with("scope", nil).with("summary", nil).with("results", result)
	}
	return nil
}
