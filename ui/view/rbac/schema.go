package rbac

import (
	"cmp"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// severityColumn is the first column of the first two panes.
const severityColumn = 0

// graded makes the column of severities.
func graded[R any](s *view.Shared, of func(R) (letter string, worst model.Severity, rank int)) table.Column[R] {
	return table.Column[R]{
		Title: "SEV", Name: "severity", Min: 4, Ideal: 4, Falls: true,
		Text: func(r R) string { letter, _, _ := of(r); return letter },
		Compare: func(a, b R) int {
			_, _, x := of(a)
			_, _, y := of(b)
			return cmp.Compare(y, x)
		},
		Style: func(r R) lipgloss.Style {
			_, worst, rank := of(r)
			if rank == 0 {
				return s.Theme.Text
			}
			return s.Theme.Severity(worst)
		},
	}
}

// severities is the field by which lists are filtered and grouped by severity.
func severities[R any](of func(R) (string, model.Severity, int)) table.Field[R] {
	return table.Field[R]{
		Name: "sev", Also: "severity", Known: []string{"critical", "high", "medium", "low", "info"},
		Text: func(r R) string {
			if _, worst, rank := of(r); rank > 0 {
				return worst.String()
			}
			return ""
		},
		Order: func(value string) (int, bool) {
			s, ok := model.ParseSeverity(value)
			return int(s), ok
		},
	}
}

func field[R any](name, also string, of func(R) string) table.Field[R] {
	return table.Field[R]{Name: name, Also: also, Text: of}
}

func gradeOf(e *entry) (string, model.Severity, int) { return e.severity, e.worst, e.rank }

// standing makes the column of severities of the first pane, which tells what leads to cluster-admin too.
func standing(s *view.Shared) table.Column[*entry] {
	c := graded(s, gradeOf)
	c.Text = (*entry).mark
	c.Compare = func(a, b *entry) int { return cmp.Compare(b.order(), a.order()) }
	plain := c.Style
	c.Style = func(e *entry) lipgloss.Style {
		if e.leads {
			return s.Theme.Severity(model.Critical)
		}
		return plain(e)
	}
	return c
}

// entrySchema says what the rows of the first pane are.
func entrySchema(s *view.Shared, m mode) *table.Schema[*entry] {
	title := [...]string{subjects: "SUBJECT", bindings: "BINDING", roles: "ROLE"}[m]
	granted := [...]string{subjects: "GRANTS", bindings: "NAMES", roles: "BOUND"}[m]
	return &table.Schema[*entry]{
		Key: (*entry).ID, Compare: (*entry).compare,
		Columns: []table.Column[*entry]{
			standing(s),
			sheet.Styled(sheet.Grow(sheet.Searched(sheet.Column(title, 14, 22, 0, func(e *entry) string { return e.name }))), func(e *entry) lipgloss.Style {
				if e.note != "" {
					return s.Theme.Faint
				}
				return s.Theme.Text
			}),
			sheet.Hidden(sheet.Column("KIND", 7, 18, 3, func(e *entry) string { return e.kind })),
			sheet.Hidden(sheet.Column("NAMESPACE", 9, 14, 4, func(e *entry) string { return e.namespace })),
			sheet.Hidden(sheet.Count(granted, 6, 5, func(e *entry) int { return e.grants })),
			sheet.Hidden(sheet.Column("WHERE", 6, 14, 6, func(e *entry) string { return e.scope })),
			sheet.Hidden(sheet.Column("FROM", 5, 14, 7, func(e *entry) string { return e.label })),
			sheet.Hidden(sheet.Count("FINDINGS", 8, 8, func(e *entry) int { return e.findings })),
			sheet.Hidden(sheet.Column("NOTE", 8, 24, 9, func(e *entry) string { return e.note })),
		},
		Fields: []table.Field[*entry]{
			severities(gradeOf), field("kind", "", func(e *entry) string { return e.kind }), field("ns", "namespace", func(e *entry) string { return e.namespace }),
			field("from", "", func(e *entry) string { return e.label }), field("where", "", func(e *entry) string { return e.scope }), field("note", "", func(e *entry) string { return e.note }),
			field("leads", "", func(e *entry) string {
				if e.leads {
					return model.LeadsToCluster.String()
				}
				return ""
			}),
		},
		Summary: summary,
	}
}

// summary counts the rows of a group by the worst of what was found on each.
func summary(rows []*entry) string {
	var n [model.Critical + 1]int
	for _, e := range rows {
		if e.rank > 0 {
			n[e.worst]++
		}
	}
	var parts []string
	for _, s := range model.Severities() {
		if n[s] > 0 {
			parts = append(parts, strconv.Itoa(n[s])+s.Letter())
		}
	}
	return strings.Join(parts, " ")
}

func linkGrade(l *link) (string, model.Severity, int) { return l.severity, l.worst, l.rank }

// linkSchema says what the rows of the second pane are.
func linkSchema(s *view.Shared, m mode) *table.Schema[*link] {
	odd := func(l *link) lipgloss.Style {
		if l.note != "" {
			return s.Theme.Warn
		}
		return s.Theme.Text
	}
	who := sheet.Styled(sheet.Grow(sheet.Searched(sheet.Column("SUBJECT", 12, 24, 0, func(l *link) string { return l.who }))), odd)
	name := sheet.Grow(sheet.Searched(sheet.Column("BINDING", 9, 9, 0, func(l *link) string { return l.name })))
	role := sheet.Styled(sheet.Grow(sheet.Searched(sheet.Column("ROLE", 8, 8, 0, func(l *link) string { return l.roleName }))), odd)
	by := sheet.Searched(sheet.Column("VIA", 9, 16, 2, func(l *link) string { return l.by }))
	group := sheet.Hidden(sheet.Column("GROUP", 12, 24, 8, func(l *link) string { return l.group }))
	scope := sheet.Hidden(sheet.Column("WHERE", 5, 10, 3, func(l *link) string { return l.scope }))
	from := sheet.Column("FROM", 8, 8, 4, func(l *link) string { return l.label })
	note := sheet.Hidden(sheet.Column("NOTE", 8, 24, 9, func(l *link) string { return l.note }))
	columns := []table.Column[*link]{graded(s, linkGrade), name, role, by, from, group, scope, note}
	switch m {
	case bindings:
		columns = []table.Column[*link]{graded(s, linkGrade), who, sheet.Hidden(role), sheet.Hidden(name), scope, note}
	case roles:
		name.Grow = false
		columns = []table.Column[*link]{graded(s, linkGrade), who, name, from, scope, note}
	}
	return &table.Schema[*link]{
		Key: (*link).ID, Compare: (*link).compare, Columns: columns,
		Fields: []table.Field[*link]{
			severities(linkGrade), field("ns", "namespace", func(l *link) string { return l.scope }), field("role", "", func(l *link) string { return l.roleName }),
			field("binding", "", func(l *link) string { return l.name }), field("subject", "", func(l *link) string { return l.who }),
			field("via", "", func(l *link) string { return l.by }), field("group", "", func(l *link) string { return l.group }), field("from", "", func(l *link) string { return l.label }),
		},
	}
}

// markColumn is the column of the steps of attacks, by which rights are sorted.
const markColumn = 3

// rightSchema says what the rows of the third pane are.
func rightSchema(s *view.Shared, m mode) *table.Schema[*right] {
	scope := sheet.Column("WHERE", 5, 10, 2, func(r *right) string { return r.scope })
	from := 8
	if m == roles {
		// Where a role holds its bindings say; from which role it has a rule is said instead.
		scope, from = sheet.Hidden(scope), 24
	}
	marks := sheet.Column("ATTACK", 8, 12, 1, func(r *right) string { return r.marks })
	marks.Compare, marks.Falls = func(a, b *right) int { return cmp.Compare(b.weight(), a.weight()) }, true
	marks.Style = func(r *right) lipgloss.Style {
		if r.marks == "" {
			return s.Theme.Text
		}
		if r.danger == 3 {
			return s.Theme.Alarm
		}
		return s.Theme.Warn
	}
	return &table.Schema[*right]{
		Key: (*right).ID, Compare: (*right).compare,
		Columns: []table.Column[*right]{
			sheet.Styled(sheet.Grow(sheet.Searched(sheet.Column("RESOURCE", 14, 22, 0, func(r *right) string { return r.resource }))), func(r *right) lipgloss.Style {
				if r.wide {
					return s.Theme.Strong
				}
				return s.Theme.Text
			}),
			sheet.Grow(sheet.Searched(sheet.Column("VERBS", 8, 18, 0, func(r *right) string { return r.verbs }))),
			scope, sheet.Searched(marks),
			sheet.Column("FROM", 8, from, 3, func(r *right) string { return r.label }),
		},
		Fields: []table.Field[*right]{
			{Name: "verb", Text: func(r *right) string { return r.verbs }, Within: true},
			{Name: "ns", Also: "namespace", Text: func(r *right) string { return cmp.Or(strings.Join(r.namespaces, " "), r.scope) }, Within: true},
			field("edge", "attack", func(r *right) string { return r.marks }), field("from", "", func(r *right) string { return r.label }),
			field("resource", "", func(r *right) string { return r.resource }),
		},
	}
}
