package view

import (
	"strconv"
	"strings"

	"canopy/model"
	"canopy/ui/text"
)

// Row is a finding as one report judges it. It is immutable.
type Row struct {
	Finding *model.Finding
	Verdict model.Verdict
	Reason  string
	// Object is the short form of the object, cleaned, which every draw, search and sort reads; Width is that in cells.
	Object string
	Width  int
}

// NewRow makes the row of a finding.
func NewRow(f *model.Finding, verdict model.Verdict, reason string) *Row {
	r := &Row{Finding: f, Verdict: verdict, Reason: reason, Object: text.Clean(f.Object.String())}
	r.Width = text.Width(r.Object)
	return r
}

// Mark is what follows the letter of the severity: nothing for a finding that holds.
func (r *Row) Mark() string {
	switch r.Verdict {
	case model.Unknown:
		return "?"
	case model.Depends:
		return "~"
	}
	return ""
}

// Severity is the letter with the mark.
func (r *Row) Severity() string { return r.Finding.Severity.Letter() + r.Mark() }

// Same tells whether another row says the same of the same finding.
func (r *Row) Same(o *Row) bool {
	return r == o || r.Finding == o.Finding && r.Verdict == o.Verdict && r.Reason == o.Reason
}

// Number leaves out a zero.
func Number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// Few names the first n and counts the rest.
func Few(names []string, n int) string {
	if len(names) <= n {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:n], ", ") + " and " + strconv.Itoa(len(names)-n) + " more"
}

// Count writes a number with its unit, in the plural where it is one: "1 pod", "3 pods".
func Count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}
