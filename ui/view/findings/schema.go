package findings

import (
	"cmp"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/view"
)

// The indexes of the columns RISK, by which the list is sorted until another is chosen, and OBJECT.
const (
	riskColumn   = 1
	objectColumn = 4
)

// newSchema says what the rows are. It reads the look whenever it draws.
func newSchema(s *view.Shared) *table.Schema[*view.Row] {
	return &table.Schema[*view.Row]{
		Key:     func(r *view.Row) string { return r.Finding.ID },
		Compare: func(a, b *view.Row) int { return cmp.Compare(a.Finding.ID, b.Finding.ID) },
		Columns: []table.Column[*view.Row]{
			{
				Title: "SEV", Name: "severity", Min: 4, Ideal: 4, Falls: true,
				Text: func(r *view.Row) string { return s.Glyphs.Severity(r.Finding.Severity) + " " + r.Severity() },
				Compare: func(a, b *view.Row) int {
					return cmp.Or(cmp.Compare(b.Finding.Severity, a.Finding.Severity), cmp.Compare(certain(b), certain(a)))
				},
				Style: func(r *view.Row) lipgloss.Style { return s.Theme.Severity(r.Finding.Severity) },
			},
			risk(),
			text("RULE", 5, 3, func(r *view.Row) string { return r.Finding.Rule.ID }),
			titled(text("FINDING", 28, 2, func(r *view.Row) string { return r.Finding.Rule.Title }), 46),
			object(),
			count("PODS", 4, func(r *view.Row) int { return r.Finding.Pods }),
			{
				Title: "SINCE", Min: len(view.Stamp), Ideal: len(view.Stamp), Priority: 5, Falls: true,
				Text:    func(r *view.Row) string { return s.Moment(r.Finding.Since) },
				Compare: func(a, b *view.Row) int { return cmp.Compare(b.Finding.Since, a.Finding.Since) },
			},
			hidden(text("NAMESPACE", 14, 6, namespace)),
			hidden(text("KIND", 11, 7, func(r *view.Row) string { return r.Finding.Object.Kind })),
			hidden(text("THEME", 14, 8, func(r *view.Row) string { return r.Finding.Rule.Theme })),
			hidden(text("STATE", 8, 10, state)),
			hidden(text("FIX", 5, 11, func(r *view.Row) string { return r.Finding.Rule.Fix })),
			hidden(text("ID", 20, 12, func(r *view.Row) string { return r.Finding.ID })),
		},
		Fields: []table.Field[*view.Row]{
			{Name: "sev", Also: "severity", Text: func(r *view.Row) string { return r.Finding.Severity.String() }, Order: severityRank, Known: []string{"critical", "high", "medium", "low", "info"}},
			{Name: "risk", Text: func(r *view.Row) string { return strconv.Itoa(r.Risk) }, Order: number},
			{Name: "ns", Also: "namespace", Text: namespace},
			{Name: "rule", Text: func(r *view.Row) string { return r.Finding.Rule.ID }, Known: ruleIDs(s)},
			{Name: "kind", Text: func(r *view.Row) string { return r.Finding.Object.Kind }},
			{Name: "theme", Text: func(r *view.Row) string { return r.Finding.Rule.Theme }, Known: view.Themes()},
			{Name: "object", Text: func(r *view.Row) string { return r.Object }, Within: true},
			{Name: "state", Text: state, Known: []string{"open", "depends", "unknown"}, Stands: map[string][]string{"undecided": {"depends", "unknown"}}},
			{Name: "fix", Text: func(r *view.Row) string { return r.Finding.Rule.Fix }, Known: []string{"yaml", "steps", "none"}},
		},
		Summary: summary,
	}
}

// namespace is that of the object; a Namespace is its own.
func namespace(r *view.Row) string {
	if o := r.Finding.Object; o.Group == "" && o.Kind == "Namespace" {
		return o.Name
	}
	return r.Finding.Object.Namespace
}

// ruleIDs lists the rules of the catalogue in lower case; nil where there is no session to have one.
func ruleIDs(s *view.Shared) []string {
	if s.Session == nil {
		return nil
	}
	var ids []string
	for _, r := range s.Session.Rules() {
		ids = append(ids, strings.ToLower(r.ID))
	}
	return ids
}

// certain puts what holds before what may.
func certain(r *view.Row) int {
	if r.Verdict == model.Yes {
		return 1
	}
	return 0
}

func text(title string, width, priority int, of func(*view.Row) string) table.Column[*view.Row] {
	return table.Column[*view.Row]{
		Title: title, Min: width, Ideal: width, Priority: priority, Searched: true, Text: of,
		Compare: func(a, b *view.Row) int { return cmp.Compare(of(a), of(b)) },
	}
}

func count(title string, priority int, of func(*view.Row) int) table.Column[*view.Row] {
	return table.Column[*view.Row]{
		Title: title, Min: 5, Ideal: 5, Priority: priority, Right: true, Falls: true,
		Text:    func(r *view.Row) string { return view.Number(of(r)) },
		Compare: func(a, b *view.Row) int { return cmp.Compare(of(b), of(a)) },
	}
}

// risk comes before all else: what is riskiest, of equals what is worse, and what is certain.
func risk() table.Column[*view.Row] {
	c := count("RISK", 0, func(r *view.Row) int { return r.Risk })
	c.Min, c.Ideal = 5, 5
	c.Compare = func(a, b *view.Row) int {
		return cmp.Or(cmp.Compare(b.Risk, a.Risk), cmp.Compare(b.Finding.Severity, a.Finding.Severity), cmp.Compare(certain(b), certain(a)))
	}
	return c
}

func object() table.Column[*view.Row] {
	c := text("OBJECT", 22, 1, func(r *view.Row) string { return r.Object })
	c.Ideal, c.Grow = 36, true
	c.Compare = func(a, b *view.Row) int { return a.Finding.Object.Compare(b.Finding.Object) }
	return c
}

func titled(c table.Column[*view.Row], ideal int) table.Column[*view.Row] {
	c.Ideal = ideal
	return c
}

// hidden takes a column out of sight, and out of what plain words are looked for in: a match that nobody sees puzzles.
func hidden(c table.Column[*view.Row]) table.Column[*view.Row] {
	c.Hidden, c.Searched = true, false
	return c
}

func severityRank(value string) (int, bool) {
	s, ok := model.ParseSeverity(value)
	return int(s), ok
}

func number(value string) (int, bool) {
	n, err := strconv.Atoi(value)
	return n, err == nil
}

func state(r *view.Row) string {
	switch r.Verdict {
	case model.Yes:
		return "open"
	case model.Depends:
		return "depends"
	}
	return "unknown"
}

// summary counts the rows of a group that hold by severity, "2C 5H 9M", and those that may; where all are of one rule it says
// which.
func summary(rows []*view.Row) string {
	var n [model.Critical + 1]int
	undecided, rule := 0, ""
	for i, r := range rows {
		if r.Verdict == model.Yes {
			n[r.Finding.Severity]++
		} else {
			undecided++
		}
		switch {
		case i == 0:
			rule = r.Finding.Rule.Title
		case rule != r.Finding.Rule.Title:
			rule = ""
		}
	}
	var parts []string
	if rule != "" && len(rows) > 1 {
		parts = append(parts, rule+" ")
	}
	for _, s := range model.Severities() {
		if n[s] > 0 {
			parts = append(parts, strconv.Itoa(n[s])+s.Letter())
		}
	}
	if undecided > 0 {
		parts = append(parts, strconv.Itoa(undecided)+" undecided")
	}
	return strings.Join(parts, " ")
}
