package report

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// sarifLog is what is read of SARIF 2.1.0 as Trivy and Grype write it.
type sarifLog struct {
	Runs []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver struct {
			Name    string      `json:"name"`
			Version string      `json:"version"`
			Rules   []sarifRule `json:"rules"`
		} `json:"driver"`
	} `json:"tool"`
	Invocations []struct {
		EndTime string `json:"endTimeUtc"`
	} `json:"invocations"`
	Results []sarifResult `json:"results"`
	// Properties tell the image in reports of Trivy.
	Properties struct {
		ImageName   string   `json:"imageName"`
		ImageID     string   `json:"imageID"`
		RepoTags    []string `json:"repoTags"`
		RepoDigests []string `json:"repoDigests"`
	} `json:"properties"`
}

type sarifRule struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Short   sarifText `json:"shortDescription"`
	Help    sarifText `json:"help"`
	HelpURI string    `json:"helpUri"`
	// Properties are free; what is not of the expected type is passed over.
	Properties struct {
		Score json.RawMessage `json:"security-severity"`
	} `json:"properties"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string    `json:"ruleId"`
	RuleIndex *int      `json:"ruleIndex"`
	Message   sarifText `json:"message"`
	Locations []struct {
		Logical []struct {
			Name      string `json:"name"`
			Qualified string `json:"fullyQualifiedName"`
		} `json:"logicalLocations"`
	} `json:"locations"`
}

func (r *reader) sarif() error {
	var log sarifLog
	if err := decode(r.data, &log); err != nil {
		return err
	}
	if len(log.Runs) == 0 {
		return at("runs", "there is none")
	}
	for i := range log.Runs {
		if err := r.sarifRun(&log.Runs[i], i); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) sarifRun(run *sarifRun, index int) error {
	d := &run.Tool.Driver
	s := &record.Scan{Source: record.SourceSARIF, Version: plainVersion(d.Version), Listed: true}
	for _, in := range run.Invocations {
		s.Scanned = max(s.Scanned, unix(in.EndTime))
	}
	p := &run.Properties
	switch name := strings.ToLower(d.Name); {
	case name == "trivy":
		s.Scanner, s.Image = "Trivy", first(p.ImageName, first(p.RepoTags...))
		addDigest(s, p.ImageID, record.OfConfig)
		for _, text := range p.RepoDigests {
			addDigest(s, text, record.OfUnknown)
		}
		if s.Image == "" && len(s.Digests) == 0 {
			return at(item("runs", index, "properties"), "no image is told: no report of an image, or of Trivy before version 0.35")
		}
	case strings.Contains(name, "grype"), strings.HasPrefix(name, "anchore"):
		s.Scanner, s.Image = "Grype", run.input()
		if s.Image == "" {
			return at(item("runs", index, "results"), "SARIF of Grype tells the image by its results alone, and there is none that does")
		}
	default:
		return at(item("runs", index, "tool.driver.name"), fmt.Sprintf("want Trivy or Grype, found %s", first(firstLine(d.Name), "none")))
	}
	addDigest(s, s.Image, record.OfUnknown)
	if len(s.Digests) == 0 {
		note(s, "SARIF of "+s.Scanner+" carries no digest: it is matched by its reference")
	}
	if s.Scanned == 0 {
		note(s, "it does not tell when it was made")
	}
	list, err := run.vulnerabilities(index)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		// Trivy writes the same where nobody has asked it to look.
		s.Listed, s.Failed = false, "the document lists no vulnerabilities, and does not tell whether any were looked for"
		r.add(s, nil)
		return nil
	}
	s.Counts = Count(list)
	r.add(s, list)
	return nil
}

// input is what the user of Grype asked for. Logical locations are named "INPUT@LAYER:PATH": the digest that stands there is that of a
// layer, and none of the image.
func (run *sarifRun) input() string {
	for i := range run.Results {
		for _, l := range run.Results[i].Locations {
			for _, logical := range l.Logical {
				name, found := strings.CutSuffix(logical.Qualified, ":"+logical.Name)
				if at := strings.LastIndexByte(name, '@'); found && at > 0 {
					target := grypeTarget{UserInput: name[:at]}
					return target.image()
				}
			}
		}
	}
	return ""
}

func (run *sarifRun) vulnerabilities(index int) ([]model.Vulnerability, error) {
	rules := run.Tool.Driver.Rules
	byID := make(map[string]*sarifRule, len(rules))
	for i := range rules {
		byID[rules[i].ID] = &rules[i]
	}
	list := []model.Vulnerability{}
	for i := range run.Results {
		res := &run.Results[i]
		rule := byID[res.RuleID]
		if n := res.RuleIndex; n != nil && *n >= 0 && *n < len(rules) && rules[*n].ID == res.RuleID {
			rule = &rules[*n]
		}
		if rule == nil {
			rule = &sarifRule{}
		}
		if rule.Name == "Misconfiguration" || rule.Name == "Secret" || rule.Name == "License" {
			continue
		}
		if res.RuleID == "" {
			return nil, at(item("runs", index, item("results", i, "ruleId")), "is missing")
		}
		list = append(list, res.line(rule))
	}
	return list, nil
}

// line reads what both tools write as lines "Name: value", Trivy in the message and Grype in the help of the rule.
func (res *sarifResult) line(rule *sarifRule) model.Vulnerability {
	fields := map[string]string{}
	for _, text := range []string{rule.Help.Text, res.Message.Text} {
		for line := range strings.Lines(text) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			if id, ok := strings.CutPrefix(name, "Vulnerability "); ok {
				name, value = "Vulnerability", id
			}
			if _, ok := fields[name]; !ok {
				fields[name] = strings.TrimSpace(value)
			}
		}
	}
	s, unrated := severity(fields["Severity"])
	v := model.Vulnerability{
		ID: first(fields["Vulnerability"], res.RuleID), Severity: s, Unrated: unrated, Package: fields["Package"],
		Installed: first(fields["Installed Version"], fields["Version"]), Fixed: first(fields["Fixed Version"], fields["Fix Version"]),
		Title: firstLine(rule.Short.Text), URL: rule.HelpURI,
	}
	score := strings.Trim(string(rule.Properties.Score), `"`)
	v.Score, _ = strconv.ParseFloat(score, 64)
	if v.Score < 0 || v.Score > 10 || v.Score != v.Score {
		v.Score = 0
	}
	return v
}
