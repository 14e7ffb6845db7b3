package lifecycle

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

func k8sCVEsSource() Source {
	return Source{Name: "k8s-cves", URL: "https://github.com/stackrox/k8s-cves", Licence: "Apache-2.0"}
}

type k8sCVE struct {
	CVE         string   `yaml:"cve"`
	URL         string   `yaml:"url"`
	IssueURL    string   `yaml:"issueUrl"`
	Published   string   `yaml:"published"`
	Description string   `yaml:"description"`
	Components  []string `yaml:"components"`
	CVSS        map[string]struct {
		Score float64 `yaml:"scoreV3"`
	} `yaml:"cvss"`
	Affected []struct {
		Range   string `yaml:"range"`
		FixedBy string `yaml:"fixedBy"`
	} `yaml:"affected"`
}

// k8sCVEs reads the documents of a file of k8s-cves.
func (g *gathering) k8sCVEs(data []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for range maxRows {
		var d k8sCVE
		if err := decoder.Decode(&d); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := g.k8sCVE(&d); err != nil {
			return err
		}
	}
	return fmt.Errorf("holds more than %d documents", maxRows)
}

func (g *gathering) k8sCVE(d *k8sCVE) error {
	id, err := cveID([]string{d.CVE})
	if err != nil {
		return err
	}
	g.seen++
	v := Vulnerability{ID: id, Summary: short(d.Description), Components: d.Components}
	for _, url := range [...]string{d.IssueURL, d.URL} {
		if v.URL == "" && strings.HasPrefix(url, "https://") && text("", url) == nil {
			v.URL = url
		}
	}
	if v.Published, err = published(d.Published); err != nil {
		return fmt.Errorf("%s: published: %w", id, err)
	}
	v.Score = cmp.Or(d.CVSS["kubernetes"].Score, d.CVSS["nvd"].Score)
	if len(d.Affected) > maxRanges {
		return fmt.Errorf("%s: has %d ranges", id, len(d.Affected))
	}
	for i, a := range d.Affected {
		r, err := k8sCVERange(a.Range, a.FixedBy)
		if err != nil {
			return fmt.Errorf("%s: affected[%d]: %w", id, i, err)
		}
		v.Ranges = append(v.Ranges, r)
	}
	if err := v.check(); err != nil {
		return err
	}
	g.all = append(g.all, v)
	g.asOf = max(g.asOf, v.Published)
	return nil
}

func published(value string) (Day, error) {
	for _, layout := range [...]string{"2006-01-02T15:04Z", time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return osvDay(t)
		}
	}
	return 0, fmt.Errorf("%s is no day", quoted(value))
}

// k8sCVERange reads ">= 1.3, <= 1.7.13": all of it must hold. A version alone is that version and no other.
func k8sCVERange(expression, fixedBy string) (Range, error) {
	r := Range{Fixed: fixedBy}
	if fixedBy != "" {
		if err := plain("fixedBy", fixedBy); err != nil {
			return Range{}, err
		}
	}
	parts := strings.Split(expression, ",")
	if len(parts) > 4 {
		return Range{}, fmt.Errorf("range %s has %d conditions", quoted(expression), len(parts))
	}
	for _, part := range parts {
		part = strings.TrimSpace(part)
		version := strings.TrimLeft(part, "<>= ")
		if err := plain("range", version); err != nil {
			return Range{}, err
		}
		switch operator := strings.TrimSpace(strings.TrimSuffix(part, version)); operator {
		case ">=":
			r.Introduced = higher(r.Introduced, version)
		case "<=":
			r.Last = lower(r.Last, version)
		case "<":
			r.Before = lower(r.Before, version)
		case "", "=", "==":
			r.Introduced, r.Last = higher(r.Introduced, version), lower(r.Last, version)
		default:
			return Range{}, fmt.Errorf("range %s: %s is not read here", quoted(expression), quoted(operator))
		}
	}
	return tidy(r), nil
}

// tidy leaves one end: the one that comes first.
func tidy(r Range) Range {
	if v, ok := ParseVersion(r.Introduced); ok && v.Compare(Version{}) == 0 {
		r.Introduced = ""
	}
	if r.Last != "" && r.Before != "" {
		if compareVersions(r.Last, r.Before) < 0 {
			r.Before = ""
		} else {
			r.Last = ""
		}
	}
	if r.Before != "" && r.Fixed != "" && compareVersions(r.Before, r.Fixed) == 0 {
		r.Before = ""
	}
	r.Open = r.Last == "" && r.Before == "" && r.Fixed == ""
	return r
}

func lower(a, b string) string {
	if a == "" || compareVersions(b, a) < 0 {
		return b
	}
	return a
}

func higher(a, b string) string {
	if a == "" || compareVersions(b, a) > 0 {
		return b
	}
	return a
}
