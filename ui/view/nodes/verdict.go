package nodes

import (
	"cmp"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/analysis/node"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// judgement is a row: one verdict of a node. It is immutable.
type judgement struct {
	of       node.Verdict
	place    int
	findings []*model.Finding
	// What columns show is clean.
	topic, detail, source, date string
}

// ID tells rows apart.
func (j *judgement) ID() string { return j.topic }

// Same tells whether another row says the same.
func (j *judgement) Same(o *judgement) bool {
	return j.of == o.of && j.place == o.place && slices.Equal(j.findings, o.findings)
}

// compare puts what is worst first, else it keeps the order of topics.
func (j *judgement) compare(o *judgement) int {
	return cmp.Or(cmp.Compare(rank(o.of.State), rank(j.of.State)), cmp.Compare(j.place, o.place), cmp.Compare(j.ID(), o.ID()))
}

// verdicts is the topic of what is known of one node.
type verdicts struct{ topic }

func (t *verdicts) Crumbs() []string { return t.crumbs(verdictsName) }

// Load lists them.
func (t *verdicts) Load(q *sheet.Quest, before *sheet.Answer[*judgement]) (*sheet.Answer[*judgement], error) {
	n, plane, err := t.single(q)
	if err != nil {
		return nil, err
	}
	a := &sheet.Answer[*judgement]{Empty: "nothing was judged"}
	var list []node.Verdict
	on := found(q.Snapshot)
	own := on[t.place.Object]
	switch {
	case plane != nil:
		list = plane.Verdicts
		if i := newPlane(plane, on); i != nil {
			own = i.findings
		}
		a.Aside = view.Count(len(plane.Parts), "part")
	case n != nil:
		list = n.Verdicts
		a.Aside = spelled(stateOf(n.Verdicts))
		if none := topics(n.Verdicts, node.NoData); len(none) > 0 && len(none) < len(n.Verdicts) {
			a.Aside += fmt.Sprintf("; no data on %d of %d", len(none), len(n.Verdicts))
		}
		if words := standing(n); len(words) > 0 {
			a.Said = append(a.Said, sheet.Remark{Text: "the node is " + words[0], Bad: true})
		}
	default:
		a.Said = append(a.Said, gone(q))
	}
	if old, bad := aged(t.desk, q.Snapshot.Report.Time); bad {
		a.Said = append(a.Said, sheet.Remark{Text: old, Bad: true})
	}
	var rows []*judgement
	for i, v := range list {
		j := &judgement{of: v, place: i, topic: text.Clean(string(v.Topic)), detail: text.Clean(v.Detail), source: text.Clean(v.Source), date: text.Clean(v.Date)}
		for _, f := range own {
			if slices.Contains(rulesOf(v.Topic), f.Rule.ID) {
				j.findings = append(j.findings, f)
			}
		}
		rows = append(rows, j)
	}
	a.Batch = sheet.NewBatch(before.Before(), t.place.Object.String(), q.Snapshot.Cover.Settled(), rows, (*judgement).compare)
	return sheet.Steady(before, a), nil
}

// asOfWidth is that of the first and the last of the days as of which several sources speak.
const asOfWidth = len("2006-01-02 to 2006-01-02")

func verdictSchema(s *view.Shared) *table.Schema[*judgement] {
	state := sheet.Styled(sheet.Column("STATE", 9, 9, 0, func(j *judgement) string { return signOf(j.of.State) }), func(j *judgement) lipgloss.Style { return styleOf(&s.Theme, j.of.State) })
	state.Compare = (*judgement).compare
	return &table.Schema[*judgement]{
		Key: (*judgement).ID, Compare: (*judgement).compare,
		Columns: []table.Column[*judgement]{
			state, sheet.Searched(sheet.Column("TOPIC", 11, 12, 0, func(j *judgement) string { return j.topic })),
			sheet.Grow(sheet.Searched(sheet.Column("DETAIL", 34, 60, 0, func(j *judgement) string { return j.detail }))),
			sheet.Searched(sheet.Column("SOURCE", 12, 24, 2, func(j *judgement) string { return j.source })), sheet.Column("AS OF", asOfWidth, asOfWidth, 1, func(j *judgement) string { return j.date }),
		},
		Fields: []table.Field[*judgement]{
			sheet.Field("state", "", func(j *judgement) string { return signOf(j.of.State)[2:] }), sheet.Field("topic", "", func(j *judgement) string { return j.topic }),
			sheet.Field("source", "", func(j *judgement) string { return cmp.Or(j.source, "the cluster") }),
		},
	}
}

// Describe tells a verdict whole.
func (t *verdicts) Describe(q *sheet.Quest, j *judgement) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	w.Para(w.In(styleOf(&q.Shared.Theme, j.of.State), signOf(j.of.State)) + w.In(w.Ink.Strong, "  "+j.topic))
	w.Gap()
	w.Para(w.In(w.Ink.Text, cmp.Or(j.of.Detail, "nothing more is told")))
	w.Gap()
	w.say("SOURCE", cmp.Or(j.of.Source, "the cluster itself, now"))
	w.say("AS OF", j.of.Date)
	if j.of.State == node.NoData {
		w.Gap()
		w.Para(w.In(w.Ink.Faint, "That no source speaks of it does not mean that it is well."))
	}
	w.findings(j.findings)
	return w.Lines(), nil
}

// Subject is the node.
func (t *verdicts) Subject(j *judgement) view.Subject {
	sub := view.Subject{Findings: j.findings, Names: []string{text.Clean(called(t.place.Object)) + " " + j.topic + ": " + signOf(j.of.State)[2:] + ", " + j.detail}}
	if t.place.Object != model.ClusterRef() {
		sub.Object = t.place.Object
	}
	return sub
}

// Open goes to the finding.
func (t *verdicts) Open(j *judgement) tea.Cmd {
	if len(j.findings) == 0 {
		return nil
	}
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Finding: j.findings[0].ID}})
}

// Can says which actions are about a finding.
func (t *verdicts) Can(a keys.Action, j *judgement, ok bool) view.Offer {
	return t.about(a, ok, func() []*model.Finding { return j.findings })
}

// Do does nothing.
func (t *verdicts) Do(keys.Action, *judgement, bool) tea.Cmd { return nil }

// about offers what is about the findings of a row, and nothing that takes an object where the place is about none.
func (t *topic) about(a keys.Action, ok bool, findings func() []*model.Finding) view.Offer {
	switch a {
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return view.When(len(findings()) > 0, "no finding of patching is on it").ByProgram()
		}
	}
	return view.No()
}
