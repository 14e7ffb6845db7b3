package report

import (
	"fmt"
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// trivyReport is what is read of "trivy image --format json", schema version 2.
type trivyReport struct {
	SchemaVersion int
	CreatedAt     string
	ArtifactName  string
	ArtifactType  string
	Trivy         struct{ Version string }
	Metadata      struct {
		OS          *trivyOS
		ImageID     string
		RepoTags    []string
		RepoDigests []string
		Reference   string
		ImageConfig struct {
			Created      string `json:"created"`
			OS           string `json:"os"`
			Architecture string `json:"architecture"`
		}
	}
	Results []trivyResult
}

type trivyOS struct {
	Family, Name string
	EOSL         bool
}

type trivyResult struct {
	Target          string
	Class           string
	Vulnerabilities []trivyVulnerability
	// Modified are those that a file of the user's or a statement took out.
	Modified []trivyModified `json:"ExperimentalModifiedFindings"`
}

type trivyModified struct {
	Type, Status, Statement, Source string
	Finding                         trivyVulnerability
}

type trivyVulnerability struct {
	VulnerabilityID                string
	PkgName                        string
	InstalledVersion, FixedVersion string
	Severity, SeveritySource       string
	Title, PrimaryURL              string
	CVSS                           map[string]trivyCVSS
}

type trivyCVSS struct {
	V2Score, V3Score, V40Score float64
}

// trivyImage is the type of artifacts that are images. Reports of lists of components have another, and tell the image too.
const trivyImage = "container_image"

func (r *reader) trivy() error {
	var t trivyReport
	if err := decode(r.data, &t); err != nil {
		return err
	}
	m := &t.Metadata
	if m.ImageID == "" && len(m.RepoDigests) == 0 && t.ArtifactType != trivyImage && t.ArtifactType != "" {
		return at("ArtifactType", fmt.Sprintf("want %s, found %s: no report of an image", trivyImage, firstLine(t.ArtifactType)))
	}
	s := &record.Scan{
		Source: record.SourceTrivy, Scanner: "Trivy", Version: t.Trivy.Version, Image: t.image(), Scanned: unix(t.CreatedAt),
		Built: unix(m.ImageConfig.Created), Platform: platform(m.ImageConfig.OS, m.ImageConfig.Architecture), Listed: true,
	}
	if m.OS != nil {
		s.OS, s.Outlived = strings.TrimSpace(m.OS.Family+" "+m.OS.Name), m.OS.EOSL
	}
	addDigest(s, m.ImageID, record.OfConfig)
	for _, d := range m.RepoDigests {
		addDigest(s, d, record.OfUnknown)
	}
	if !addDigest(s, t.ArtifactName, record.OfUnknown) {
		addDigest(s, m.Reference, record.OfUnknown)
	}
	if s.Image == "" && len(s.Digests) == 0 {
		return at("ArtifactName", "the report tells neither a reference nor a digest")
	}
	list, err := t.vulnerabilities(s)
	if err != nil {
		return err
	}
	switch {
	case s.Failed != "":
		s.Listed, list = false, nil
	case !s.Filtered:
		s.Counts = Count(list)
	}
	r.add(s, list)
	return nil
}

// image is the reference that was scanned. The name of an archive is none.
func (t *trivyReport) image() string {
	m := &t.Metadata
	switch {
	case m.Reference != "":
		return m.Reference
	case slices.Contains(m.RepoTags, t.ArtifactName), slices.Contains(m.RepoDigests, t.ArtifactName):
		return t.ArtifactName
	case len(m.RepoDigests) == 0 && len(m.RepoTags) > 0:
		return m.RepoTags[0]
	case len(m.RepoDigests) == 0 && archive(t.ArtifactName):
		return ""
	}
	return t.ArtifactName
}

// archive tells that a name is that of a file.
func archive(name string) bool {
	for _, end := range []string{".tar", ".tar.gz", ".tgz", ".json"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return strings.HasPrefix(name, "/") || strings.HasPrefix(name, "./")
}

func (t *trivyReport) vulnerabilities(s *record.Scan) ([]model.Vulnerability, error) {
	list := []model.Vulnerability{}
	packages, system, suppressed := false, false, 0
	for i := range t.Results {
		res := &t.Results[i]
		system = system || res.Class == "os-pkgs"
		packages = packages || res.Class == "os-pkgs" || res.Class == "lang-pkgs" || len(res.Vulnerabilities) > 0
		for j := range res.Vulnerabilities {
			v := &res.Vulnerabilities[j]
			if v.VulnerabilityID == "" {
				return nil, at(item("Results", i, item("Vulnerabilities", j, "VulnerabilityID")), "is missing")
			}
			list = append(list, v.line())
		}
		for j := range res.Modified {
			f := &res.Modified[j]
			if f.Type != "" && f.Type != "vulnerability" || f.Finding.VulnerabilityID == "" {
				continue
			}
			if f.Status != NotAffected && f.Status != Fixed {
				suppressed++
				continue
			}
			v := f.Finding.line()
			v.VEX, v.VEXReason = f.Status, first(f.Statement, f.Source)
			list = append(list, v)
		}
	}
	switch {
	case len(t.Results) == 0:
		s.Failed = "no packages were found in the image: whether any were looked for is not told"
	case !packages:
		return nil, at("Results", "hold no packages: the report is of something else than vulnerabilities")
	}
	if s.Failed == "" && s.OS != "" && !system {
		// Where Trivy looks at them it lists them, whether or not it finds anything.
		leave(s, "the packages of "+firstLine(s.OS)+" were not looked at")
	}
	if suppressed > 0 {
		leave(s, fmt.Sprintf("%d findings were suppressed when it was made", suppressed))
	}
	return list, nil
}

func (v *trivyVulnerability) line() model.Vulnerability {
	s, unrated := severity(v.Severity)
	return model.Vulnerability{
		ID: v.VulnerabilityID, Severity: s, Unrated: unrated, Package: v.PkgName, Installed: v.InstalledVersion, Fixed: v.FixedVersion,
		Title: firstLine(v.Title), URL: v.PrimaryURL, Score: v.score(),
	}
}

// score is that of the source that the severity is from, else of the NVD, else the highest of all.
func (v *trivyVulnerability) score() float64 {
	best := func(c trivyCVSS) float64 {
		switch {
		case c.V40Score > 0:
			return c.V40Score
		case c.V3Score > 0:
			return c.V3Score
		}
		return c.V2Score
	}
	for _, source := range []string{v.SeveritySource, "nvd"} {
		if n := best(v.CVSS[source]); n > 0 {
			return n
		}
	}
	highest := 0.0
	for _, c := range v.CVSS {
		highest = max(highest, best(c))
	}
	return highest
}
