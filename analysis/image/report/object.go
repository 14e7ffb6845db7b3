package report

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"canopy/model"
)

var errNoReport = errors.New("the object is no report of vulnerabilities")

// Vulnerabilities reads the lines of a report in the cluster that was read whole: a VulnerabilityReport of trivy-operator, a
// VulnerabilityManifest of kubescape, a PolicyReport or a Report of OpenReports that tells what Trivy found. It gives
// model.ErrNoVulnerabilities for one that holds counts only, or that was read by a list which leaves lines out.
func Vulnerabilities(obj map[string]any) ([]model.Vulnerability, error) {
	kind, _ := obj["kind"].(string)
	part := map[string]any{}
	switch {
	case strings.HasSuffix(kind, "VulnerabilityReport"):
		part["report"] = obj["report"]
	case kind == "VulnerabilityManifest":
		part["spec"] = obj["spec"]
	case kind == "VulnerabilityManifestSummary":
		return nil, model.ErrNoVulnerabilities
	case strings.HasSuffix(kind, "PolicyReport"), kind == "Report", kind == "ClusterReport":
		part["results"] = obj["results"]
	default:
		return nil, errNoReport
	}
	data, err := json.Marshal(part)
	if err != nil {
		return nil, err
	}
	switch {
	case part["report"] != nil:
		return operatorLines(data)
	case part["spec"] != nil:
		return kubescapeLines(data)
	case part["results"] != nil:
		return policyLines(data)
	}
	return nil, model.ErrNoVulnerabilities
}

// operatorLines reads aquasecurity.github.io/v1alpha1.
func operatorLines(data []byte) ([]model.Vulnerability, error) {
	var o struct {
		Report struct {
			Vulnerabilities *[]struct {
				ID        string  `json:"vulnerabilityID"`
				Resource  string  `json:"resource"`
				Installed string  `json:"installedVersion"`
				Fixed     string  `json:"fixedVersion"`
				Severity  string  `json:"severity"`
				Title     string  `json:"title"`
				Link      string  `json:"primaryLink"`
				Score     float64 `json:"score"`
			} `json:"vulnerabilities"`
			Summary map[string]float64 `json:"summary"`
		} `json:"report"`
	}
	if err := decode(data, &o); err != nil {
		return nil, err
	}
	if o.Report.Vulnerabilities == nil {
		return nil, model.ErrNoVulnerabilities
	}
	list := make([]model.Vulnerability, 0, len(*o.Report.Vulnerabilities))
	for _, v := range *o.Report.Vulnerabilities {
		s, unrated := severity(v.Severity)
		list = append(list, model.Vulnerability{
			ID: v.ID, Severity: s, Unrated: unrated, Package: v.Resource, Installed: v.Installed, Fixed: v.Fixed, Title: firstLine(v.Title), URL: v.Link, Score: v.Score,
		})
	}
	if len(list) == 0 && o.Report.Summary["criticalCount"]+o.Report.Summary["highCount"]+o.Report.Summary["mediumCount"]+o.Report.Summary["lowCount"]+o.Report.Summary["unknownCount"] > 0 {
		return nil, model.ErrNoVulnerabilities
	}
	return list, nil
}

// kubescapeLines reads spdx.softwarecomposition.kubescape.io/v1beta1, whose payload is a report of Grype. A list of them holds none, and
// an object of a list looks like one without matches; only a whole one names what has made it.
func kubescapeLines(data []byte) ([]model.Vulnerability, error) {
	var o struct {
		Spec struct {
			Payload grypeReport `json:"payload"`
		} `json:"spec"`
	}
	if err := decode(data, &o); err != nil {
		return nil, err
	}
	g := &o.Spec.Payload
	if len(g.Matches) == 0 && g.Descriptor.Name == "" {
		return nil, model.ErrNoVulnerabilities
	}
	return g.vulnerabilities(nil, "spec.payload.")
}

// policyLines reads wgpolicyk8s.io/v1alpha2 and openreports.io/v1alpha1 as trivy-operator-polr-adapter writes them: a result is a
// vulnerability, and its policy the name of it.
func policyLines(data []byte) ([]model.Vulnerability, error) {
	var o struct {
		Results []struct {
			Source      string            `json:"source"`
			Category    string            `json:"category"`
			Policy      string            `json:"policy"`
			Severity    string            `json:"severity"`
			Message     string            `json:"message"`
			Description string            `json:"description"`
			Properties  map[string]string `json:"properties"`
		} `json:"results"`
	}
	if err := decode(data, &o); err != nil {
		return nil, err
	}
	list := []model.Vulnerability{}
	for i := range o.Results {
		r := &o.Results[i]
		if !strings.HasPrefix(strings.ToLower(r.Source), "trivy") || r.Source != "Trivy Vulnerability" && r.Category != "Vulnerability Scan" {
			continue
		}
		p := r.Properties
		s, unrated := severity(r.Severity)
		v := model.Vulnerability{
			ID: r.Policy, Severity: s, Unrated: unrated, Package: p["resource"], Installed: p["installedVersion"], Fixed: p["fixedVersion"],
			Title: firstLine(first(r.Message, r.Description)), URL: p["primaryLink"],
		}
		if n, err := strconv.ParseFloat(p["score"], 64); err == nil && n >= 0 && n <= 10 {
			v.Score = n
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		return nil, model.ErrNoVulnerabilities
	}
	return list, nil
}
