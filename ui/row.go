package ui

import (
	"cmp"
	"strconv"
	"time"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/theme"
)

// row is a finding as one report judges it. It is immutable.
type row struct {
	finding *model.Finding
	verdict model.Verdict
	reason  string
	// object is the short form of the object, which every draw, search and sort reads.
	object string
	// width is that of the object in cells.
	width int
}

// objectColumn is the index of the column OBJECT.
const objectColumn = 3

// mark is what follows the letter of the severity: nothing for a finding that holds.
func (r *row) mark() string {
	switch r.verdict {
	case model.Unknown:
		return "?"
	case model.Depends:
		return "~"
	}
	return ""
}

// stamp is how moments are written. Ages would have to tick.
const stamp = "2006-01-02 15:04"

func findingSchema(t theme.Theme, zone *time.Location) *table.Schema[*row] {
	return &table.Schema[*row]{
		Key:     func(r *row) string { return r.finding.ID },
		Compare: func(a, b *row) int { return cmp.Compare(a.finding.ID, b.finding.ID) },
		Columns: []table.Column[*row]{
			{
				Title: "SEV", Min: 4, Ideal: 4, Falls: true,
				Text:    func(r *row) string { return r.finding.Severity.Letter() + r.mark() },
				Compare: func(a, b *row) int { return cmp.Compare(b.finding.Severity, a.finding.Severity) },
				Style:   func(r *row) lipgloss.Style { return t.Severity(r.finding.Severity) },
			},
			{
				Title: "RULE", Min: 5, Ideal: 5, Priority: 3, Searched: true,
				Text:    func(r *row) string { return r.finding.Rule.ID },
				Compare: func(a, b *row) int { return cmp.Compare(a.finding.Rule.ID, b.finding.Rule.ID) },
			},
			{
				Title: "FINDING", Min: 20, Ideal: 44, Priority: 2, Searched: true,
				Text:    func(r *row) string { return r.finding.Rule.Title },
				Compare: func(a, b *row) int { return cmp.Compare(a.finding.Rule.Title, b.finding.Rule.Title) },
			},
			{
				Title: "OBJECT", Min: 22, Ideal: 36, Priority: 1, Grow: true, Searched: true,
				Text:    func(r *row) string { return r.object },
				Compare: func(a, b *row) int { return a.finding.Object.Compare(b.finding.Object) },
			},
			{
				Title: "PODS", Min: 5, Ideal: 5, Priority: 4, Right: true, Falls: true,
				Text:    func(r *row) string { return number(r.finding.Pods) },
				Compare: func(a, b *row) int { return cmp.Compare(b.finding.Pods, a.finding.Pods) },
			},
			{
				Title: "SINCE", Min: len(stamp), Ideal: len(stamp), Priority: 5, Falls: true,
				Text:    func(r *row) string { return moment(r.finding.Since, zone) },
				Compare: func(a, b *row) int { return cmp.Compare(b.finding.Since, a.finding.Since) },
			},
		},
		Fields: []table.Field[*row]{
			{Name: "sev", Also: "severity", Text: func(r *row) string { return r.finding.Severity.String() }},
			{Name: "ns", Also: "namespace", Text: func(r *row) string { return r.finding.Object.Namespace }},
			{Name: "rule", Text: func(r *row) string { return r.finding.Rule.ID }},
			{Name: "kind", Text: func(r *row) string { return r.finding.Object.Kind }},
		},
	}
}

// number leaves out a zero: most rules are not about pods.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// moment writes seconds since 1970; nothing where they are zero, which means that nobody knows.
func moment(seconds int64, zone *time.Location) string {
	if seconds == 0 {
		return ""
	}
	return time.Unix(seconds, 0).In(zone).Format(stamp)
}
