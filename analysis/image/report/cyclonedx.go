package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"canopy/model/record"
)

// bom is what is read of CycloneDX JSON 1.4 to 1.7.
type bom struct {
	SpecVersion  string `json:"specVersion"`
	SerialNumber string `json:"serialNumber"`
	Metadata     struct {
		Timestamp string        `json:"timestamp"`
		Tools     bomTools      `json:"tools"`
		Component *bomComponent `json:"component"`
	} `json:"metadata"`
	Components      []bomComponent      `json:"components"`
	Vulnerabilities *[]bomVulnerability `json:"vulnerabilities"`
}

type bomComponent struct {
	Ref        string         `json:"bom-ref"`
	Type       string         `json:"type"`
	Group      string         `json:"group"`
	Name       string         `json:"name"`
	Version    string         `json:"version"`
	PURL       string         `json:"purl"`
	Properties []bomProperty  `json:"properties"`
	Components []bomComponent `json:"components"`
}

type bomProperty struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type bomTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// bomTools is an object with components since version 1.5, and may still be a list.
type bomTools []bomTool

// UnmarshalJSON reads both forms.
func (t *bomTools) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte{'['}) {
		return unplaced(json.Unmarshal(data, (*[]bomTool)(t)))
	}
	var o struct {
		Components []bomTool `json:"components"`
	}
	err := json.Unmarshal(data, &o)
	*t = o.Components
	return unplaced(err)
}

// tool names the scanner: Trivy or Grype where one of them was at work.
func (t bomTools) tool() bomTool {
	for _, tool := range t {
		switch strings.ToLower(tool.Name) {
		case "trivy":
			return bomTool{"Trivy", tool.Version}
		case "grype":
			return bomTool{"Grype", plainVersion(tool.Version)}
		}
	}
	if len(t) > 0 {
		return t[0]
	}
	return bomTool{}
}

func (r *reader) cycloneDX() error {
	var b bom
	if err := decode(r.data, &b); err != nil {
		return err
	}
	switch b.SpecVersion {
	case "1.4", "1.5", "1.6", "1.7":
	default:
		return at("specVersion", fmt.Sprintf("want 1.4 to 1.7, found %s", first(firstLine(b.SpecVersion), "none")))
	}
	statements, err := b.statements(r.origin)
	if err != nil {
		return err
	}
	tool := b.Metadata.Tools.tool()
	s := &record.Scan{Source: record.SourceCycloneDX, Scanner: tool.Name, Version: tool.Version, Scanned: unix(b.Metadata.Timestamp)}
	image := b.Metadata.Component.identify(s)
	if serial, ok := strings.CutPrefix(strings.ToLower(b.SerialNumber), "urn:uuid:"); ok && image {
		if r.into.Images == nil {
			r.into.Images = map[string]Product{}
		}
		r.into.Images[serial] = b.Metadata.Component.product()
	}
	switch {
	case !image && len(statements) > 0:
		// A document of statements about something that stands elsewhere.
		r.into.Statements = append(r.into.Statements, statements...)
		return nil
	case !image:
		return at("metadata.component", "is no image")
	case b.Vulnerabilities == nil && tool.Name != "Grype":
		return at("vulnerabilities", "is missing: a list of components is no scan")
	}
	if s.OS = b.system(); b.empty() && tool.Name != "Grype" {
		// Trivy writes an empty list where nobody has asked it to look.
		s.Failed = "the document lists no vulnerabilities, and does not tell whether any were looked for"
		r.add(s, nil)
		return nil
	}
	list, err := b.lines()
	if err != nil {
		return err
	}
	r.into.Statements = append(r.into.Statements, statements...)
	s.Listed, s.Counts = true, Count(list)
	r.add(s, list)
	return nil
}

func (b *bom) empty() bool { return b.Vulnerabilities == nil || len(*b.Vulnerabilities) == 0 }

// system is the operating system of the image.
func (b *bom) system() string {
	for i := range b.Components {
		if c := &b.Components[i]; c.Type == "operating-system" {
			return strings.TrimSpace(c.Name + " " + c.Version)
		}
	}
	return ""
}

// identify reads what the document says of the image that it is of; false where that is none.
func (c *bomComponent) identify(s *record.Scan) bool {
	if c == nil {
		return false
	}
	s.Image = c.Name
	for _, id := range []string{c.PURL, c.Ref} {
		if u, ok := parsePURL(id); ok {
			addDigest(s, u.digest(), record.OfUnknown)
		}
	}
	for _, p := range c.Properties {
		switch p.Name {
		case "aquasecurity:trivy:ImageID":
			addDigest(s, p.Value, record.OfConfig)
		case "aquasecurity:trivy:RepoDigest":
			addDigest(s, p.Value, record.OfUnknown)
		case "aquasecurity:trivy:Reference":
			s.Image = p.Value
		}
	}
	// Syft and Grype write the digest of the manifest as the version of the image, and the tag where they know none.
	if !addDigest(s, c.Version, record.OfManifest) && c.Version != "" && c.Type == "container" && !strings.ContainsAny(s.Image[strings.LastIndexByte(s.Image, '/')+1:], ":@") {
		s.Image += ":" + c.Version
	}
	addDigest(s, s.Image, record.OfUnknown)
	if archive(s.Image) {
		s.Image = ""
		for _, p := range c.Properties {
			if p.Name == "aquasecurity:trivy:RepoTag" {
				s.Image = first(s.Image, p.Value)
			}
		}
	}
	return (c.Type == "container" || len(s.Digests) > 0) && (s.Image != "" || len(s.Digests) > 0)
}

// scanOf is what a component tells of an image, and nothing of a scan.
func scanOf(c *bomComponent) *record.Scan {
	s := &record.Scan{}
	c.identify(s)
	return s
}
