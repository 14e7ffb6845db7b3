package rbac

import (
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	access "canopy/analysis/rbac"
	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
)

// holder is somebody who may do what was asked. It is immutable.
type holder struct {
	access.Holder
	// name, scope and through are what the row shows, clean.
	name, scope, through string
	severity             string
	worst                model.Severity
	rank                 int
	// stands counts the accounts of the cluster that a group stands for; -1 where only the authenticator knows.
	stands int
	label  string
	// rows are what was found on the bindings and roles, the worst first.
	rows []*view.Row
}

func (h *holder) ID() string { return subjectID(h.Subject) }

func (h *holder) Same(o *holder) bool {
	return h.scope == o.scope && h.through == o.through && h.rank == o.rank && h.stands == o.stands && h.label == o.label &&
		slices.EqualFunc(h.Via, o.Via, sameGrant)
}

func (h *holder) compare(o *holder) int { return h.Subject.Compare(o.Subject) }

func holderGrade(h *holder) (string, model.Severity, int) { return h.severity, h.worst, h.rank }

func holderSchema(s *view.Shared) *table.Schema[*holder] {
	return &table.Schema[*holder]{
		Key: (*holder).ID, Compare: (*holder).compare,
		Columns: []table.Column[*holder]{
			graded(s, holderGrade),
			sheet.Grow(sheet.Searched(sheet.Column("SUBJECT", 14, 32, 0, func(h *holder) string { return h.name }))),
			sheet.Column("WHERE", 5, 16, 1, func(h *holder) string { return h.scope }),
			sheet.Styled(sheet.Column("STANDS FOR", 11, 14, 3, standsFor), func(h *holder) lipgloss.Style {
				if h.stands > 0 {
					return s.Theme.Warn
				}
				return s.Theme.Faint
			}),
			sheet.Grow(sheet.Searched(sheet.Column("THROUGH", 12, 32, 2, func(h *holder) string { return h.through }))),
			sheet.Column("FROM", 5, 8, 4, func(h *holder) string { return h.label }),
		},
		Fields: []table.Field[*holder]{
			severities(holderGrade), field("kind", "", func(h *holder) string { return kindOf(h.Subject) }),
			{Name: "ns", Also: "namespace", Text: func(h *holder) string { return strings.Join(h.Namespaces, " ") }, Within: true},
			field("from", "", func(h *holder) string { return h.label }),
		},
	}
}

func standsFor(h *holder) string {
	switch {
	case h.Subject.Kind != model.GroupSubject:
		return ""
	case h.stands >= 0:
		return view.Count(h.stands, "account")
	}
	return "members"
}

// holder makes the row of somebody.
func (w *world) holder(h access.Holder, stands int) *holder {
	r := &holder{Holder: h, name: text.Clean(h.Subject.String()), stands: stands}
	if r.scope = places(h.Namespaces); slices.Contains(h.Namespaces, "*") {
		r.scope = everywhere
	}
	var e entry
	label, more := w.labels[h.Via[0].Binding], 0
	for i := 1; i < len(h.Via); i++ {
		// Grants of one binding stand together.
		if h.Via[i].Binding == h.Via[i-1].Binding {
			continue
		}
		more++
		if label != w.labels[h.Via[i].Binding] {
			label = ""
		}
	}
	r.rows = w.findingsOf(refsOf(h.Via)...)
	slices.SortStableFunc(r.rows, worse)
	e.grade(r.rows)
	r.severity, r.worst, r.rank, r.label = e.severity, e.worst, e.rank, label
	if r.through = qualified(h.Via[0].Binding); more > 0 {
		r.through += " + " + strconv.Itoa(more) + " more"
	}
	return r
}

// refsOf lists the bindings and roles of grants.
func refsOf(via []access.Grant) []model.Ref {
	refs := make([]model.Ref, 0, 2*len(via))
	for i := range via {
		refs = append(refs, via[i].Binding, via[i].Role)
	}
	return refs
}

// grant writes one grant in short.
func (w *teller) grant(g *access.Grant) {
	w.head("BINDING", called(g.Binding)+", "+where(g.Binding.Namespace))
	w.label(g.Binding)
	w.found(g.Binding)
	w.head("SUBJECT", "subjects["+strconv.Itoa(g.Subject)+"]")
	w.file(g.Binding, "subjects["+strconv.Itoa(g.Subject)+"]")
	w.head("ROLE", called(g.Role))
	w.found(g.Role)
	rule := "rules[" + strconv.Itoa(g.Rule) + "]"
	w.Entry("RULE", w.In(w.Ink.Text, rule+": ")+w.In(w.Ink.Value, g.Verb+" "+g.Resource))
	if g.AggregatedFrom != nil {
		w.head("", "from "+called(*g.AggregatedFrom)+", whose rules the role gathers")
	}
	w.file(g.RuleObject(), rule)
}
