package nodes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"canopy/analysis/disruption"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/table"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// obstacle is a row: a pod that a drain stumbles over. It is immutable.
type obstacle struct {
	of       disruption.Obstacle
	place    int
	findings []*model.Finding
	// What columns show is clean.
	pod, owner, budget, cause, says string
}

// ID tells rows apart.
func (o *obstacle) ID() string { return o.pod + "\n" + o.cause + "\n" + o.budget }

// Same tells whether another row says the same.
func (o *obstacle) Same(x *obstacle) bool {
	return o.of == x.of && o.place == x.place && slices.Equal(o.findings, x.findings)
}

func (o *obstacle) compare(x *obstacle) int {
	return cmp.Or(cmp.Compare(o.place, x.place), cmp.Compare(o.ID(), x.ID()))
}

func (o *obstacle) effect() string {
	if o.of.Blocks {
		return "x blocks"
	}
	return "! passes"
}

// drains is the topic of what is in the way of emptying one node.
type drains struct{ topic }

func (t *drains) Crumbs() []string { return t.crumbs(drainName) }

// Load lists it.
func (t *drains) Load(q *sheet.Quest, before *sheet.Answer[*obstacle]) (*sheet.Answer[*obstacle], error) {
	n, _, err := t.single(q)
	if err != nil {
		return nil, err
	}
	list, err := t.desk.Drain(q.Ctx, t.place.Object.Name)
	if err != nil {
		return nil, err
	}
	on := found(q.Snapshot)
	rows, blocks := make([]*obstacle, 0, len(list)), 0
	for i, of := range list {
		row := &obstacle{of: of, place: i, pod: text.Clean(of.Pod.Namespace + "/" + of.Pod.Name), owner: text.Clean(of.Owner.String()), cause: text.Clean(of.Cause), says: text.Clean(of.Says)}
		row.findings = on[of.Owner]
		if !of.Budget.IsZero() {
			row.budget = text.Clean(of.Budget.Namespace + "/" + of.Budget.Name)
			row.findings = slices.Concat(on[of.Budget], on[of.Owner])
		}
		if of.Blocks {
			blocks++
		}
		rows = append(rows, row)
	}
	a := &sheet.Answer[*obstacle]{
		Batch: sheet.NewBatch(before.Before(), t.place.Object.Name, q.Snapshot.Cover.Settled(), rows, (*obstacle).compare),
		Aside: view.Count(len(rows), "obstacle"), Empty: "nothing is in the way: a drain loses nothing and ends by itself", Scope: undrained(q),
	}
	switch {
	case n == nil:
		a.Said = append(a.Said, gone(q))
	case a.Scope != "" && len(rows) == 0:
		a.Empty = "nothing was seen in the way, and not all was seen"
	case blocks > 0:
		a.Said = append(a.Said, sheet.Remark{Text: fmt.Sprintf("a drain does not end by itself: %s in the way", view.Count(blocks, "pod")), Bad: true})
	case len(rows) > 0:
		a.Said = append(a.Said, sheet.Remark{Text: "a drain ends by itself, and something is away or lost"})
	}
	return sheet.Steady(before, a), nil
}

// undrained says what obstacles may be missing.
func undrained(q *sheet.Quest) string {
	var words []string
	if w := unseen(q); w != "" {
		words = append(words, w)
	}
	budgets := model.KindByName("PodDisruptionBudget").GroupKind()
	switch q.Snapshot.Cover.State(budgets) {
	case model.Denied, model.Partial, model.Absent:
		words = append(words, strings.TrimSuffix("not all budgets were seen: "+reasonOf(q.Snapshot, budgets), ": "))
	}
	return strings.Join(words, "; ")
}

func obstacleSchema(s *view.Shared) *table.Schema[*obstacle] {
	effect := sheet.Styled(sheet.Column("DRAIN", 8, 8, 0, (*obstacle).effect), func(o *obstacle) lipgloss.Style {
		if o.of.Blocks {
			return s.Theme.Alarm
		}
		return s.Theme.Warn
	})
	effect.Compare = (*obstacle).compare
	return &table.Schema[*obstacle]{
		Key: (*obstacle).ID, Compare: (*obstacle).compare,
		Columns: []table.Column[*obstacle]{
			effect, sheet.Column("CAUSE", 7, 9, 0, func(o *obstacle) string { return o.cause }),
			sheet.Grow(sheet.Searched(sheet.Column("POD", 18, 34, 0, func(o *obstacle) string { return o.pod }))),
			sheet.Searched(sheet.Column("BUDGET", 10, 24, 2, func(o *obstacle) string { return o.budget })),
			sheet.Searched(sheet.Column("OWNER", 16, 32, 3, func(o *obstacle) string { return o.owner })),
			sheet.Grow(sheet.Searched(sheet.Column("WHY", 30, 60, 0, func(o *obstacle) string { return o.says }))),
		},
		Fields: []table.Field[*obstacle]{
			sheet.Field("cause", "", func(o *obstacle) string { return o.cause }), sheet.Field("drain", "", func(o *obstacle) string { return o.effect()[2:] }),
			sheet.Field("namespace", "ns", func(o *obstacle) string { return o.of.Pod.Namespace }), sheet.Field("budget", "", func(o *obstacle) string { return cmp.Or(o.budget, "none") }),
			sheet.Field("owner", "", func(o *obstacle) string { return o.owner }),
		},
	}
}

// Describe tells of a pod why it is in the way.
func (t *drains) Describe(q *sheet.Quest, o *obstacle) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	style := w.Ink.Warn
	if o.of.Blocks {
		style = q.Shared.Theme.Alarm
	}
	w.Para(w.In(style, o.effect()+"  ") + w.In(w.Ink.Strong, o.pod))
	w.Gap()
	w.Para(w.In(w.Ink.Text, o.of.Says))
	w.Gap()
	w.say("CAUSE", o.cause)
	w.say("BUDGET", o.budget)
	w.say("OWNER", o.owner)
	w.findings(o.findings)
	return w.Lines(), nil
}

// Subject is the budget that is in the way, else the owner.
func (t *drains) Subject(o *obstacle) view.Subject {
	sub := view.Subject{Object: o.of.Owner, Findings: o.findings, Names: []string{o.of.Pod.String() + ": " + o.of.Says}}
	if !o.of.Budget.IsZero() {
		sub.Object = o.of.Budget
	}
	return sub
}

// Open goes to it.
func (t *drains) Open(o *obstacle) tea.Cmd { return goTo(t.Subject(o).Object) }

// Can says which actions are about a finding, and that a budget runs nothing.
func (t *drains) Can(a keys.Action, o *obstacle, ok bool) view.Offer {
	if a == keys.Owner && ok {
		return view.When(!o.of.Owner.IsZero(), "nothing owns the pod")
	}
	return t.about(a, ok, func() []*model.Finding { return o.findings })
}

// Do goes to the owner.
func (t *drains) Do(a keys.Action, o *obstacle, _ bool) tea.Cmd {
	if a == keys.Owner {
		return view.Send(view.Go{Place: view.Place{Screen: view.Resources, Object: o.of.Owner}})
	}
	return nil
}
