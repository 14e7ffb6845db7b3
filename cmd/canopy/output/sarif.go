package output

import (
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"canopy/model"
)

// The types below are the part of SARIF 2.1.0 (OASIS, sarif-v2.1.0-errata01) that a scan fills. They are written out here
// because the libraries for SARIF link a validator of JSON schemas that runs text/template, which costs 25 MB: see the
// test of the binary's size.

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Short      sarifText       `json:"shortDescription"`
	Full       sarifText       `json:"fullDescription"`
	Help       sarifText       `json:"help"`
	Default    sarifLevel      `json:"defaultConfiguration"`
	Properties sarifProperties `json:"properties"`
}

type sarifLevel struct {
	Level string `json:"level"`
}

type sarifProperties struct {
	// SecuritySeverity is the figure, 0.0 to 10.0, by which code hosts rank results.
	SecuritySeverity string   `json:"security-severity"`
	Tags             []string `json:"tags"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	EndTime       string              `json:"endTimeUtc"`
	Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level   string    `json:"level"`
	Message sarifText `json:"message"`
}

type sarifResult struct {
	RuleID       string            `json:"ruleId"`
	RuleIndex    int               `json:"ruleIndex"`
	Kind         string            `json:"kind"`
	Level        string            `json:"level"`
	Baseline     string            `json:"baselineState,omitempty"`
	Message      sarifText         `json:"message"`
	Locations    []sarifLocation   `json:"locations"`
	Fingerprints map[string]string `json:"partialFingerprints"`
	Rank         float64           `json:"rank"`
	// Properties holds what the rank is the product of.
	Properties *sarifRisk `json:"properties,omitempty"`
}

type sarifRisk struct {
	RiskOf *RiskOf `json:"riskOf"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifLocation struct {
	Physical *sarifPhysical `json:"physicalLocation,omitempty"`
	Logical  []sarifLogical `json:"logicalLocations"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

type sarifLogical struct {
	FullName string `json:"fullyQualifiedName"`
	Kind     string `json:"kind"`
}

func writeSARIF(w io.Writer, r *Report) error {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "canopy", Version: r.Version, Rules: []sarifRule{}}},
		Invocations: []sarifInvocation{{Successful: true, EndTime: r.Time}}, Results: []sarifResult{},
	}
	index := map[string]int{}
	for i, rs := range r.rules {
		index[rs.rule.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(rs.rule))
	}
	for _, c := range r.Coverage {
		if c.State != model.Complete {
			message := strings.TrimRight(c.Kind+" "+string(c.State)+": "+c.Reason, ": ")
			run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{"warning", sarifText{message}})
		}
	}
	results := func(yield func(any) bool) {
		for i := range r.Findings {
			if !yield(sarifResultOf(r.Findings[i].listed(), index)) {
				return
			}
		}
	}
	return writeListJSON(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}, 4, results)
}

func sarifRuleOf(rule *model.Rule) sarifRule {
	tags := []string{"security", rule.Theme}
	for _, list := range [][]string{rule.Frameworks.PSS, rule.Frameworks.CIS, rule.Frameworks.NSA, rule.Frameworks.OWASP, rule.Frameworks.MITRE, rule.Frameworks.MS} {
		for _, id := range list {
			if !slices.Contains(tags, id) {
				tags = append(tags, id)
			}
		}
	}
	return sarifRule{
		ID: rule.ID, Name: rule.Title, Short: sarifText{rule.Title}, Full: sarifText{rule.Why},
		Help: sarifText{rule.Remedy}, Default: sarifLevel{level(rule.Severity)},
		Properties: sarifProperties{securitySeverity(rule.Severity), tags},
	}
}

func sarifResultOf(f *Finding, index map[string]int) sarifResult {
	out := sarifResult{
		RuleID: f.Rule, RuleIndex: index[f.Rule], Kind: "fail", Level: level(f.Severity), Rank: float64(f.Risk),
		Message:      sarifText{f.Object.String() + ": " + f.Title},
		Fingerprints: map[string]string{"canopyFindingId/v1": f.ID},
	}
	if f.RiskOf != nil {
		out.Properties = &sarifRisk{f.RiskOf}
	}
	if f.State != Open {
		// By section 3.27.10 only a result of kind fail has a level.
		out.Kind, out.Level = "open", "none"
		out.Message.Text += " (unknown: " + f.Reason + ")"
	}
	if more := f.leftOut(); more != "" {
		out.Message.Text += " (" + more + ")"
	}
	if f.Baseline {
		out.Baseline = "unchanged"
	}
	for _, e := range f.Evidence {
		location := sarifLocation{Logical: []sarifLogical{{e.Object.String() + "#" + e.Path, "member"}}}
		if e.File != "" {
			location.Physical = &sarifPhysical{Artifact: sarifArtifact{fileURI(e.File)}}
			if e.Line > 0 {
				location.Physical.Region = &sarifRegion{e.Line}
			}
		}
		out.Locations = append(out.Locations, location)
	}
	if len(out.Locations) == 0 {
		out.Locations = []sarifLocation{{Logical: []sarifLogical{{f.Object.String(), "object"}}}}
	}
	return out
}

// fileURI is a relative reference for a relative path and a file URI for an absolute one.
func fileURI(path string) string {
	u := url.URL{Path: filepath.ToSlash(path)}
	if filepath.IsAbs(path) {
		u.Scheme = "file"
	}
	return u.String()
}

func level(s model.Severity) string {
	switch {
	case s >= model.High:
		return "error"
	case s == model.Medium:
		return "warning"
	}
	return "note"
}

func securitySeverity(s model.Severity) string {
	switch s {
	case model.Critical:
		return "9.5"
	case model.High:
		return "8.0"
	case model.Medium:
		return "5.5"
	case model.Low:
		return "2.0"
	}
	return "0.0"
}
