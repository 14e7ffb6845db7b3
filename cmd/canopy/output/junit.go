package output

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"canopy/model"
	"canopy/ui/text"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Time     string      `xml:"timestamp,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes a suite per rule and a case per finding. A rule that holds nowhere is a case that passes; one that
// could not be judged, or not everywhere, is a case that was skipped, so that missing sight never looks like health.
func writeJUnit(w io.Writer, r *Report) error {
	byRule := map[string][]*Finding{}
	for i := range r.Findings {
		byRule[r.Findings[i].Rule] = append(byRule[r.Findings[i].Rule], &r.Findings[i])
	}
	all := junitSuites{Name: "canopy"}
	for _, rs := range r.rules {
		s := suite(r, rs, byRule[rs.rule.ID])
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Skipped += s.Skipped
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func suite(r *Report, rs ruleState, findings []*Finding) junitSuite {
	class := "canopy." + rs.rule.ID
	s := junitSuite{Name: text.Clean(rs.rule.ID + " " + rs.rule.Title), Time: r.Time}
	for _, f := range findings {
		c := junitCase{Class: class, Name: text.Clean(distinct(f.Object.String()))}
		switch {
		case f.Baseline:
			c.Skipped = &junitMessage{Message: "in the baseline"}
		case f.State == Unknown:
			c.Skipped = &junitMessage{Message: "unknown: " + text.Clean(f.Reason)}
		default:
			c.Failure = &junitMessage{Message: text.Clean(f.Severity.String() + ": " + f.Title), Type: f.Severity.String(), Text: places(f.listed())}
		}
		s.add(c)
	}
	switch rs.state.Verdict {
	case model.Yes:
		if len(findings) == 0 {
			s.add(junitCase{Class: class, Name: "every object"})
		}
	default:
		s.add(junitCase{Class: class, Name: "what could not be seen", Skipped: &junitMessage{Message: "unknown: " + text.Clean(rs.state.Reason)}})
	}
	return s
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// places lists the evidence of a finding, a line each.
func places(f *Finding) string {
	var b strings.Builder
	for _, e := range f.Evidence {
		b.WriteString("\n")
		if e.File != "" {
			fmt.Fprintf(&b, "%s:%d: ", text.Clean(e.File), e.Line)
		}
		b.WriteString(text.Clean(proof(e)))
	}
	if more := f.leftOut(); more != "" {
		b.WriteString("\n" + more)
	}
	b.WriteString("\n")
	return b.String()
}

// proof is one line that shows an evidence.
func proof(e Evidence) string {
	switch {
	case e.Value == "":
		return e.Path
	case e.Path == "":
		return e.Value
	}
	return e.Path + " = " + e.Value
}
