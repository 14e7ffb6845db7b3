package output

import (
	"fmt"
	"io"
	"strings"

	"canopy/model"
)

// Markdown is the format of the rules' documentation. A scan does not have it yet.
const Markdown Format = "markdown"

// WriteRules writes the catalogue as a page: an index, then a section per rule.
func WriteRules(w io.Writer, rules []*model.Rule) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Rules\n\nThe %d rules of this version, as `canopy rules` prints them.\n\n| id | severity | fix | what it finds |\n|---|---|---|---|\n", len(rules))
	for _, r := range rules {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s |\n", r.ID, strings.ToLower(r.ID), r.Severity, r.Fix, tableCell(r.Title))
	}
	for _, r := range rules {
		fmt.Fprintf(&b, "\n## %s\n\n**%s.** %s, %s.\n", r.ID, r.Title, r.Severity, r.Theme)
		for _, line := range RuleLines(r) {
			fmt.Fprintf(&b, "\n- %s: %s", line.Name, line.Text)
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// tableCell keeps a text from ending its cell.
func tableCell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// RuleLine is one fact about a rule, with the name that people see.
type RuleLine struct{ Name, Text string }

// RuleLines lists what there is to say about a rule besides its id, title, severity and theme.
func RuleLines(r *model.Rule) []RuleLine {
	f := r.Frameworks
	var lines []RuleLine
	for _, l := range []RuleLine{
		{"condition", r.Condition}, {"why", r.Why}, {"attack", r.Attack}, {"seen", r.Defence}, {"fix", r.Remedy},
		{"fix as", r.Fix}, {"no YAML", r.NoFix}, {"may break", r.Breakage}, {"needs", strings.Join(r.Needs, ", ")},
		{"PSS", strings.Join(f.PSS, ", ")}, {"CIS", strings.Join(f.CIS, ", ")}, {"NSA", strings.Join(f.NSA, ", ")},
		{"OWASP", strings.Join(f.OWASP, ", ")}, {"MITRE", strings.Join(f.MITRE, ", ")}, {"Microsoft", strings.Join(f.MS, ", ")},
	} {
		if l.Text != "" {
			lines = append(lines, l)
		}
	}
	return lines
}
