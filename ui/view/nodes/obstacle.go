package nodes

import (
	"cmp"
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

// compare puts first what costs most.
func (o *obstacle) compare(x *obstacle) int {
	return cmp.Or(cmp.Compare(o.harm(), x.harm()), cmp.Compare(o.place, x.place), cmp.Compare(o.ID(), x.ID()))
}

// harm is what comes of it.
func (o *obstacle) harm() harm { return harmOf(o.of.Cause, o.of.Blocks) }

func (o *obstacle) effect() string { return o.harm().sign() + " " + o.harm().word() }

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
	rows := make([]*obstacle, 0, len(list))
	var count toll
	for i, of := range list {
		row := &obstacle{of: of, place: i, pod: text.Clean(of.Pod.Namespace + "/" + of.Pod.Name), owner: text.Clean(of.Owner.String()), cause: text.Clean(of.Cause), says: text.Clean(of.Says)}
		if of.Pod.IsZero() {
			row.pod = unknown
			if of.Pods > 0 {
				row.pod = view.Count(of.Pods, "pod")
			}
		}
		row.findings = on[of.Owner]
		if !of.Budget.IsZero() {
			row.budget = text.Clean(of.Budget.Namespace + "/" + of.Budget.Name)
			row.findings = slices.Concat(on[of.Budget], on[of.Owner])
		}
		count[row.harm()]++
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
	case len(rows) > 0:
		a.Said = append(a.Said, sheet.Remark{Text: drainWords(&count), Bad: count[blocks] > 0})
	}
	return sheet.Steady(before, a), nil
}

// drainWords says what comes of emptying the node. What is counted are obstacles: one pod may be several.
func drainWords(count *toll) string {
	first := "to drain is to empty the node, so that its pods start on others: it ends by itself"
	if count[blocks] > 0 {
		first = "to drain is to empty the node, so that its pods start on others: it does not end by itself"
	}
	var parts []string
	parts = counted(parts, count[blocks], "%d in the way")
	parts = counted(parts, count[loses], "%d with losses")
	parts = counted(parts, count[unsure], "%d not known")
	parts = counted(parts, count[waits], "%d to wait for")
	parts = counted(parts, count[bound], "%d bound to the node")
	parts = counted(parts, count[away], "%d away for a moment")
	return first + "; " + strings.Join(parts, ", ")
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
	effect := sheet.Styled(sheet.Column("DRAIN", 8, 11, 0, (*obstacle).effect), func(o *obstacle) lipgloss.Style { return o.harm().style(&s.Theme) })
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
	w.Para(w.In(o.harm().style(&q.Shared.Theme), o.effect()+"  ") + w.In(w.Ink.Strong, o.pod))
	w.Gap()
	w.Para(w.In(w.Ink.Text, o.of.Says))
	w.Gap()
	w.say("CAUSE", o.cause+causeWords(o.of.Cause))
	w.say("BUDGET", o.budget)
	w.say("OWNER", o.owner)
	w.findings(o.findings)
	return w.Lines(), nil
}

// Subject is the budget that is in the way, else the owner.
func (t *drains) Subject(o *obstacle) view.Subject {
	sub := view.Subject{Object: o.of.Owner, Findings: o.findings, Names: []string{o.pod + ": " + o.says}}
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

// causeWords says of a cause in words what it is.
func causeWords(cause string) string {
	switch cause {
	case disruption.OneBudget:
		return ": a PodDisruptionBudget, which says how many of these pods must go on running"
	case disruption.TwoBudgets:
		return ": several PodDisruptionBudgets for one pod"
	case disruption.Bare:
		return ": no controller makes the pod anew"
	case disruption.Local:
		return ": data on this node alone, in a volume of the kind emptyDir"
	case disruption.Pinned:
		return ": no other node can take the pod, so it is away until this one, or one of its name, is back"
	case disruption.Single:
		return ": no other pod does its work meanwhile"
	case disruption.Waiting:
		return ": a PodDisruptionBudget allows none now, and will once pods are ready"
	case disruption.Scratch:
		return ": files that pods write for themselves, which nobody misses"
	case disruption.Unseen:
		return ": what would tell was not seen"
	}
	return ""
}

// Legend says what the signs mean.
func (t *drains) Legend() []string {
	return []string{
		"DRAIN: x blocks: the drain does not end by itself; ! loses: the pod, or what it holds, is lost for good; ~ waits: it ends once pods are ready; ! bound: no other node can take the pod, it is away until this one is back; - scratch: files that nobody misses go; ! away: nothing is lost, it does not answer for a moment; ? not known: what would tell was not seen",
		"CAUSE: budget and budgets are PodDisruptionBudgets, bare a pod that nothing makes anew, local data in an emptyDir, pinned a pod that no other node can take, single the only replica",
	}
}
