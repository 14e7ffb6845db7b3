package report

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// grypeReport is what is read of "grype -o json".
type grypeReport struct {
	Matches        []grypeMatch `json:"matches"`
	IgnoredMatches []grypeMatch `json:"ignoredMatches"`
	Source         struct {
		Type string `json:"type"`
		// Target is an object for images and a path for all else.
		Target json.RawMessage `json:"target"`
	} `json:"source"`
	Distro struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"distro"`
	Descriptor struct {
		Name          string          `json:"name"`
		Version       string          `json:"version"`
		Timestamp     string          `json:"timestamp"`
		Configuration json.RawMessage `json:"configuration"`
		DB            struct {
			Built string `json:"built"`
			// Status has held it since grype 0.88.
			Status struct {
				Built string `json:"built"`
			} `json:"status"`
		} `json:"db"`
	} `json:"descriptor"`
}

type grypeTarget struct {
	UserInput      string   `json:"userInput"`
	ImageID        string   `json:"imageID"`
	ManifestDigest string   `json:"manifestDigest"`
	Tags           []string `json:"tags"`
	RepoDigests    []string `json:"repoDigests"`
	OS             string   `json:"os"`
	Architecture   string   `json:"architecture"`
	// Config is the configuration of the image in base64.
	Config json.RawMessage `json:"config"`
}

type grypeMatch struct {
	Vulnerability struct {
		ID          string      `json:"id"`
		DataSource  string      `json:"dataSource"`
		Severity    string      `json:"severity"`
		Description string      `json:"description"`
		CVSS        []grypeCVSS `json:"cvss"`
		Fix         struct {
			Versions []string `json:"versions"`
		} `json:"fix"`
	} `json:"vulnerability"`
	Related []struct {
		Description string      `json:"description"`
		CVSS        []grypeCVSS `json:"cvss"`
	} `json:"relatedVulnerabilities"`
	Artifact struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"artifact"`
	Rules []grypeRule `json:"appliedIgnoreRules"`
}

type grypeCVSS struct {
	Version string `json:"version"`
	Metrics struct {
		BaseScore float64 `json:"baseScore"`
	} `json:"metrics"`
}

func (r *reader) grype() error {
	var g grypeReport
	if err := decode(r.data, &g); err != nil {
		return err
	}
	if g.Source.Type != "image" {
		return at("source.type", fmt.Sprintf("want image, found %s: no report of an image", first(firstLine(g.Source.Type), "none")))
	}
	var t grypeTarget
	if err := decode(g.Source.Target, &t); err != nil {
		// The offset is one in the target.
		return at("source.target", err.Error())
	}
	s := &record.Scan{
		Source: record.SourceGrype, Scanner: "Grype", Version: plainVersion(g.Descriptor.Version), Image: t.image(), Scanned: unix(g.Descriptor.Timestamp),
		Database: unix(first(g.Descriptor.DB.Status.Built, g.Descriptor.DB.Built)), Built: t.built(),
		OS: strings.TrimSpace(g.Distro.Name + " " + g.Distro.Version), Listed: true,
	}
	s.Platform = platform(t.OS, t.Architecture)
	addDigest(s, t.ImageID, record.OfConfig)
	addDigest(s, t.ManifestDigest, record.OfManifest)
	for _, d := range t.RepoDigests {
		addDigest(s, d, record.OfUnknown)
	}
	addDigest(s, s.Image, record.OfUnknown)
	if s.Image == "" && len(s.Digests) == 0 {
		return at("source.target", "the report tells neither a reference nor a digest")
	}
	list, err := g.vulnerabilities(s, "")
	if err != nil {
		return err
	}
	if !s.Filtered {
		s.Counts = Count(list)
	}
	r.add(s, list)
	return nil
}

// image is the reference that was asked for, without the word that says where to look for it.
func (t *grypeTarget) image() string {
	for _, scheme := range []string{"registry", "docker", "podman", "containerd", "docker-archive", "oci-archive", "oci-dir", "singularity", "snap"} {
		rest, found := strings.CutPrefix(t.UserInput, scheme+":")
		switch {
		case !found:
		case strings.Contains(scheme, "-") || scheme == "singularity" || scheme == "snap":
			return first(append(t.Tags, t.RepoDigests...)...)
		case !strings.ContainsAny(rest, ":/@") && rest != "" && rest[0] >= '0' && rest[0] <= '9':
			// An image that is called as a scheme, with its tag: "docker:27".
			return t.UserInput
		default:
			return rest
		}
	}
	if archive(t.UserInput) {
		return first(append(t.Tags, t.RepoDigests...)...)
	}
	return t.UserInput
}

// built reads when the image was made from its configuration; what cannot be read is not known.
func (t *grypeTarget) built() int64 {
	var encoded string
	if json.Unmarshal(t.Config, &encoded) != nil {
		return 0
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return 0
	}
	var config struct {
		Created string `json:"created"`
	}
	if json.Unmarshal(data, &config) != nil {
		return 0
	}
	return unix(config.Created)
}

// vulnerabilities gives the lines. The record may be nil; the path is where the document stands in another.
func (g *grypeReport) vulnerabilities(s *record.Scan, path string) ([]model.Vulnerability, error) {
	list := make([]model.Vulnerability, 0, len(g.Matches))
	for i := range g.Matches {
		if g.Matches[i].Vulnerability.ID == "" {
			return nil, at(path+item("matches", i, "vulnerability.id"), "is missing")
		}
		list = append(list, g.Matches[i].line())
	}
	ignored := 0
	for i := range g.IgnoredMatches {
		m := &g.IgnoredMatches[i]
		v := m.line()
		for _, rule := range m.Rules {
			if status := vexStatus(rule.VEXStatus); status != "" {
				v.VEX, v.VEXReason = status, rule.VEXJustification
			}
		}
		if v.ID != "" && Excluded(&v) {
			list = append(list, v)
		} else if !slices.ContainsFunc(m.Rules, grypeRule.own) {
			ignored++
		}
	}
	if s == nil {
		return list, nil
	}
	if ignored > 0 {
		leave(s, fmt.Sprintf("%d findings were ignored when it was made", ignored))
	}
	g.narrowed(s)
	if len(list) == 0 && ignored == 0 && g.Distro.Name == "" {
		leave(s, "neither a distribution nor anything else was found: whether any packages were looked at is not told")
	}
	return list, nil
}

func (m *grypeMatch) line() model.Vulnerability {
	s, unrated := severity(m.Vulnerability.Severity)
	v := model.Vulnerability{
		ID: m.Vulnerability.ID, Severity: s, Unrated: unrated, Package: m.Artifact.Name, Installed: m.Artifact.Version,
		Fixed: first(m.Vulnerability.Fix.Versions...), Title: firstLine(m.Vulnerability.Description), URL: m.Vulnerability.DataSource,
		Score: grypeScore(m.Vulnerability.CVSS),
	}
	for i := range m.Related {
		if v.Title == "" {
			v.Title = firstLine(m.Related[i].Description)
		}
		if v.Score == 0 {
			v.Score = grypeScore(m.Related[i].CVSS)
		}
	}
	return v
}

// grypeScore is the score by the newest version of CVSS.
func grypeScore(list []grypeCVSS) (score float64) {
	version := ""
	for _, c := range list {
		if c.Version > version || c.Version == version && c.Metrics.BaseScore > score {
			version, score = c.Version, c.Metrics.BaseScore
		}
	}
	return score
}

// plainVersion leaves out what grype writes where it knows none.
func plainVersion(v string) string {
	if strings.HasPrefix(v, "[") {
		return ""
	}
	return v
}
