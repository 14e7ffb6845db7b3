package images

import (
	"cmp"
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/analysis/image"
	"canopy/model"
	"canopy/model/record"
	"canopy/ui/table"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// outsideColumn is the one that the list is sorted by at first: it puts what can be reached from outside first, then the worst.
const outsideColumn = 7

func schemaOf(s *view.Shared) *table.Schema[*item] {
	verdict := sheet.Column("VERDICT", 14, 14, 0, func(r *item) string { return word(r.of.Verdict) })
	verdict.Style = func(r *item) lipgloss.Style { return style(s, r.of.Verdict) }
	verdict.Searched = true
	verdict.Compare = func(a, b *item) int { return cmp.Compare(rank(a.of.Verdict), rank(b.of.Verdict)) }
	outside := sheet.Column("EXP", 5, 5, 0, (*item).outside)
	outside.Name = "exposed"
	outside.Style = func(*item) lipgloss.Style { return s.Theme.Alarm }
	outside.Compare = (*item).byDanger
	sign := sheet.Column("SIGNATURE", 14, 14, 4, func(r *item) string { return signed(&r.of.Signature) })
	sign.Style = func(r *item) lipgloss.Style { return signedStyle(s, &r.of.Signature) }
	sign.Compare = func(a, b *item) int { return cmp.Compare(signedRank(&a.of.Signature), signedRank(&b.of.Signature)) }
	scanned := sheet.Column("SCANNED", 16, 16, 3, func(r *item) string { return r.scanned })
	return &table.Schema[*item]{
		Key: (*item).ID, Compare: (*item).compare, Summary: summary,
		Columns: []table.Column[*item]{
			verdict,
			sheet.Grow(sheet.Searched(sheet.Column("IMAGE", 24, 40, 0, func(r *item) string { return r.name }))),
			counted(s, "C", model.Critical, func(c *record.Counts) int32 { return c.Critical }),
			counted(s, "H", model.High, func(c *record.Counts) int32 { return c.High }),
			counted(s, "M", model.Medium, func(c *record.Counts) int32 { return c.Medium }),
			counted(s, "L", model.Low, func(c *record.Counts) int32 { return c.Low }),
			sheet.Searched(sheet.Column("DIGEST", 12, 12, 5, func(r *item) string { return r.digest })),
			outside,
			sheet.Count("PODS", 4, 2, func(r *item) int { return r.pods }),
			scanned, sign,
			sheet.Searched(sheet.Column("NAMESPACES", 10, 20, 6, func(r *item) string { return r.namespaces })),
			sheet.Searched(sheet.Hidden(sheet.Column("REGISTRY", 10, 20, 7, func(r *item) string { return r.of.Registry }))),
			sheet.Hidden(sheet.Column("WORKLOADS", 12, 30, 8, func(r *item) string { return r.workloads })),
			// What the command line and filters call it is found too.
			sheet.Searched(sheet.Hidden(sheet.Column("WORD", 12, 12, 9, func(r *item) string { return string(r.of.Verdict) }))),
			sheet.Hidden(sheet.Column("RULES", 8, 16, 8, func(r *item) string { return strings.Join(r.of.Hygiene, " ") })),
		},
		Fields: []table.Field[*item]{
			verdictField(), sheet.Field("registry", "", func(r *item) string { return r.of.Registry }),
			sheet.Field("repository", "repo", func(r *item) string { return r.of.Repository }),
			within("namespace", "ns", func(r *item) string { return cmp.Or(r.place, r.namespaces) }),
			sheet.Field("signature", "", func(r *item) string { return signed(&r.of.Signature)[2:] }),
			sheet.Field("exposed", "", func(r *item) string { return yes(r.exposed > 0) }),
			within("workload", "", func(r *item) string { return r.workloads }),
			within("rule", "", func(r *item) string { return strings.Join(r.of.Hygiene, " ") }),
		},
	}
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// within makes a field whose value may stand anywhere in the text.
func within(name, also string, of func(*item) string) table.Field[*item] {
	f := sheet.Field(name, also, of)
	f.Within = true
	return f
}

// verdictField orders groups by how bad they are.
func verdictField() table.Field[*item] {
	f := sheet.Field("verdict", "", func(r *item) string { return string(r.of.Verdict) })
	for _, v := range verdicts() {
		f.Known = append(f.Known, string(v))
	}
	f.Order = func(value string) (int, bool) {
		n := rank(image.Verdict(value))
		return len(f.Known) - n, n >= 0
	}
	return f
}

// counted makes the column of one severity.
func counted(s *view.Shared, title string, severity model.Severity, of func(c *record.Counts) int32) table.Column[*item] {
	return table.Column[*item]{
		Title: title, Min: 3, Ideal: 4, Priority: 1, Right: true, Falls: true, Text: func(r *item) string { return r.count(of) },
		Compare: func(a, b *item) int { return cmp.Compare(b.number(of), a.number(of)) },
		Style: func(r *item) lipgloss.Style {
			if r.number(of) <= 0 {
				return s.Theme.Faint
			}
			return s.Theme.Severity(severity)
		},
	}
}

// summary says how much of a group was scanned.
func summary(rows []*item) string {
	scanned, exposed := 0, 0
	for _, r := range rows {
		switch {
		case r.of.Verdict == image.Scanned:
			scanned++
		case r.exposed > 0:
			exposed++
		}
	}
	t := fmt.Sprintf("%d%% scanned", 100*scanned/max(1, len(rows)))
	if exposed > 0 {
		t += fmt.Sprintf(", %d exposed not", exposed)
	}
	return t
}
