package record

import (
	"cmp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
)

// What trivy-operator and Starboard write onto their reports: each label begins with the name of the tool.
const (
	trivyLabels     = "trivy-operator."
	starboardLabels = "starboard."
	trivyTTL        = "trivy-operator.aquasecurity.github.io/report-ttl"
)

// trivyScan reads a VulnerabilityReport or ClusterVulnerabilityReport of trivy-operator, or of Starboard before it.
func trivyScan(u *unstructured.Unstructured) *Scan {
	s := newScan(u, SourceTrivyOperator)
	labels, prefix := u.GetLabels(), trivyLabels
	for k := range labels {
		if strings.HasPrefix(k, starboardLabels) {
			s.Source, prefix = SourceStarboard, starboardLabels
		}
	}
	s.fileUnder(labels, u.GetAnnotations(), prefix)
	report := branch(u.Object, "report")
	scanner := branch(report, "scanner")
	s.Scanner, s.Version = text(scanner, "name"), text(scanner, "version")
	artifact := branch(report, "artifact")
	digest := text(artifact, "digest")
	s.Image = reference(text(branch(report, "registry"), "server"), text(artifact, "repository"), text(artifact, "tag"), digest)
	s.addDigest(digest, mediaOf(text(artifact, "mimeType")))
	s.Scanned = moment(text(report, "updateTimestamp"))
	if lasts, err := time.ParseDuration(u.GetAnnotations()[trivyTTL]); err == nil && lasts > 0 {
		if from := cmp.Or(s.Scanned, s.Created); from > 0 {
			s.Expires = from + int64(lasts/time.Second)
		}
	}
	os := branch(report, "os")
	s.OS = strings.TrimSpace(text(os, "family") + " " + text(os, "name"))
	s.Outlived = flag(os, "eosl")
	s.count(report)
	return s
}

// count reads how much was found. Whoever may write a report may write anything into its summary: where that tells less than its list shows
// the list counts, and where it tells nothing, nothing is told, which is not zero.
func (s *Scan) count(report map[string]any) {
	var list *Counts
	switch v := report["vulnerabilities"].(type) {
	case []any:
		list = &Counts{}
		each(v, func(m map[string]any) { list.Add(text(m, "severity")) })
	case map[string]any:
		list = treeCounts(v)
	}
	s.Listed = list != nil
	var untold []string
	s.Counts, untold = summaryCounts(branch(report, "summary"))
	if len(untold) > 0 {
		s.Partial = "its summary has no " + strings.Join(untold, ", ")
	}
	switch {
	case s.Counts == nil && list != nil && list.Sum() > 0:
		s.Partial = "its summary does not tell how much was found; its list holds " + list.words()
	case s.Counts == nil:
		s.Partial = "its summary does not tell how much was found"
	case list != nil:
		if most := s.Counts.most(list); most != *s.Counts {
			s.Partial = "its list contradicts its summary, and the more counts: the list holds " + list.words() + ", the summary counts " + s.Counts.words()
			s.Counts = &most
		}
	}
}

// summaryCounts reads a summary, and lists what it does not tell of all that a server asks of one. Counts are nil where it does not tell the
// critical ones, where something in it is no count, and where what it does tell would be clean without the rest.
func summaryCounts(summary map[string]any) (c *Counts, untold []string) {
	c = &Counts{}
	for _, f := range []struct {
		name string
		to   *int32
	}{{"criticalCount", &c.Critical}, {"highCount", &c.High}, {"mediumCount", &c.Medium}, {"lowCount", &c.Low}, {"unknownCount", &c.Unknown}, {"noneCount", &c.Negligible}} {
		n, ok := counted(summary, f.name)
		_, told := summary[f.name]
		switch {
		case told && !ok:
			return nil, nil
		case !told && f.name != "noneCount":
			untold = append(untold, f.name)
		}
		*f.to = n
	}
	if len(untold) > 0 && c.Critical == 0 {
		return nil, nil
	}
	return c, untold
}

// fileUnder reads from labels which container a report is of. A name that is too long for a label stands in an annotation,
// or is that of the controller.
func (s *Scan) fileUnder(labels, annotations map[string]string, prefix string) {
	s.Container = intern(labels[prefix+"container.name"])
	kind := labels[prefix+"resource.kind"]
	name := cmp.Or(labels[prefix+"resource.name"], annotations[prefix+"resource.name"])
	apiVersion := ""
	if o := s.Owner; o != nil && (kind == "" || kind == o.Kind) {
		kind, apiVersion = o.Kind, o.APIVersion
		name = cmp.Or(name, o.Name)
	}
	s.Workload = workloadRef(apiVersion, kind, cmp.Or(labels[prefix+"resource.namespace"], s.Namespace), name)
}

// workloadRef names an owner of pods, whose group need not be known; the zero Ref where that is nothing.
func workloadRef(apiVersion, kind, namespace, name string) model.Ref {
	if kind == "" || name == "" {
		return model.Ref{}
	}
	if apiVersion == "" {
		if k := model.KindByName(kind); k != nil && TemplatePath(k.Kind) != "" {
			return k.Ref(intern(namespace), intern(name))
		}
	}
	owner := Owner{APIVersion: intern(apiVersion), Kind: intern(kind), Name: intern(name)}
	return owner.Ref(intern(namespace))
}

// reference writes an image as people do.
func reference(registry, repository, tag, digest string) string {
	if repository == "" {
		return ""
	}
	if registry == "index.docker.io" {
		registry = "docker.io"
	}
	if registry != "" && !strings.HasPrefix(repository, registry+"/") {
		repository = registry + "/" + repository
	}
	switch {
	case tag != "":
		repository += ":" + tag
	case digest != "":
		repository += "@" + digest
	}
	return intern(repository)
}

// moment reads a time; zero where it is none, or the zero time that JSON makes of one that was not set.
func moment(text string) int64 {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0
	}
	return max(0, t.Unix())
}
