package nodes

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/upgrade"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/page"
	"canopy/ui/view/sheet"
)

// plans is the topic of what to patch in which order.
type plans struct {
	topic
	// copies is the round through the commands of what is selected; it belongs to the loop.
	copies round
}

func (t *plans) Crumbs() []string { return []string{view.Nodes, planName} }

// Load makes the plan.
func (t *plans) Load(q *sheet.Quest, before *sheet.Answer[*move]) (*sheet.Answer[*move], error) {
	p, err := t.keeper.plan(q.Ctx, t.desk)
	if err != nil {
		return nil, err
	}
	rows := moves(p, found(q.Snapshot))
	a := &sheet.Answer[*move]{
		Batch: sheet.NewBatch(before.Before(), planName, q.Snapshot.Cover.Settled(), rows, (*move).compare),
		Aside: view.Count(len(p.Steps), "step"), Empty: "nothing is to be patched, as far as the tables tell", Scope: unseen(q),
	}
	if !q.Snapshot.Cover.Settled() {
		a.Empty = "what there is to patch is told once everything was read"
	} else if len(rows) == 0 && q.Snapshot.Cover.State(nodeKind()) != model.Complete {
		a.Empty = nothing(q)
	}
	if len(rows) > 0 {
		a.Said = append(a.Said, sheet.Remark{Text: outlined(p)})
	}
	if len(p.Blockers) > 0 {
		a.Said = append(a.Said, sheet.Remark{Text: keeps(p), Bad: true})
	}
	if from := dated(p.Source, p.Date); from != "" && len(rows) > 0 {
		a.Said = append(a.Said, sheet.Remark{Text: "versions by " + from})
	}
	return sheet.Steady(before, a), nil
}

// Describe tells of a step: why, what a drain stumbles over, and the commands.
func (t *plans) Describe(q *sheet.Quest, m *move) ([]string, error) {
	w := &teller{page.New(&q.Shared, q.Width, false), &q.Shared}
	switch {
	case m.step != nil:
		w.step(m)
	case m.blocker != nil:
		w.Para(w.In(w.Ink.Warn, "x ") + w.In(w.Ink.Strong, m.object))
		w.Gap()
		w.say("KEEPS", "the control plane from "+m.to)
		w.say("CAUSE", m.what)
		w.say("WHY", m.blocker.Says)
		if m.blocker.Step > 0 {
			w.say("WAITS", fmt.Sprintf("step %d", m.blocker.Step))
		}
	default:
		w.Para(w.In(w.Ink.Strong, "not known"))
		w.Gap()
		w.Para(w.In(w.Ink.Text, m.unknown))
	}
	w.findings(m.findings)
	return w.Lines(), nil
}

func (t *teller) step(m *move) {
	s := m.step
	arrow := " " + t.shared.Glyphs.ArrowRight + " "
	t.Para(t.In(t.Ink.Strong, m.number()+". "+deed(m)))
	t.Gap()
	if s.To == "" {
		t.say("NOW", s.From)
	} else {
		t.Entry("CHANGE", t.In(t.Ink.Text, s.From)+t.In(t.Ink.Faint, arrow)+t.In(t.Ink.Strong, s.To))
	}
	t.say("WHY", s.Why)
	if s.Waits > 0 {
		t.say("AFTER", fmt.Sprintf("step %d", s.Waits))
	}
	t.Gap()
	t.drained(m)
	t.Gap()
	t.run(m)
}

// run writes the commands, place by place.
func (t *teller) run(m *move) {
	list := blocksOf(m.step)
	if len(list) == 0 {
		t.Entry("RUN", t.In(t.Ink.Faint, "no command is known for it"))
		return
	}
	copies := ""
	if len(list) > 1 {
		copies = "; " + t.shared.Keys.Show(keys.Copy) + " copies one place after the other"
	}
	t.Para(t.In(t.Ink.Strong, "RUN") + t.In(t.Ink.Faint, "  this yourself, Canopy does not; what stands in CAPITAL LETTERS is to be filled in"+copies))
	for i := range list {
		t.Para(t.In(t.Ink.Strong, list[i].title()))
		for _, c := range list[i].commands {
			style := t.Ink.Value
			if strings.HasPrefix(c, "#") {
				style = t.Ink.Faint
			}
			t.Hang("  ", "    ", t.In(style, c))
		}
	}
}

// deed says in words what a step does.
func deed(m *move) string {
	switch m.step.What {
	case upgrade.ControlPlane:
		if m.object == planeName {
			return "upgrade the control plane"
		}
		return "upgrade the control plane on " + m.object
	case upgrade.Node:
		return "upgrade node " + m.object
	case upgrade.Proxy:
		return "upgrade kube-proxy: " + m.object
	case upgrade.Reboot:
		return "reboot node " + m.object
	case upgrade.Runtime:
		return "upgrade the container runtime of " + m.object
	case upgrade.System:
		return "upgrade the operating system of " + m.object
	}
	return m.what + " " + m.object
}

// drained tells what it costs to empty the node of a step.
func (t *teller) drained(m *move) {
	s := m.step
	switch {
	case !s.Drains:
		t.Entry("DRAIN", t.In(t.Ink.Faint, "no node is emptied for it"))
		return
	case s.Safe:
		which := "the node"
		if len(s.Nodes) > 1 {
			which = "all " + view.Count(len(s.Nodes), "node")
		}
		t.Entry("DRAIN", t.In(t.Ink.Good, "safe: "+which+" can be emptied, nothing is lost, and it ends by itself"))
		for i := range s.Obstacles {
			t.Entry("", t.In(t.Ink.Faint, scratch.sign()+" "+s.Obstacles[i].Says))
		}
		return
	}
	emptying := "emptying the node first, so that its pods start on others: "
	if len(s.Nodes) > 1 {
		emptying = "emptying " + view.Count(len(s.Nodes), "node") + ", one after the other, which the commands do by themselves: "
	}
	t.Entry("DRAIN", t.In(t.Ink.Text, emptying)+t.In(t.Ink.Warn, m.toll.tell()))
	left := most
	for h := range harms {
		if m.toll[h] == 0 {
			continue
		}
		if h != scratch {
			t.Entry("", t.In(h.style(&t.shared.Theme), h.sign()+" "+h.heads(m.toll[h])))
		}
		for i := range s.Obstacles {
			o := &s.Obstacles[i]
			if harmOf(o.Cause, o.Blocks) != h {
				continue
			}
			if h == scratch {
				t.Item("", t.In(t.Ink.Faint, h.sign()+" "+o.Says))
				continue
			}
			if left--; left < 0 {
				t.Entry("", t.In(t.Ink.Faint, "and more: the list "+drainName+" of the node has all"))
				return
			}
			pods := ""
			if o.Pods > 1 {
				pods = ", " + view.Count(o.Pods, "pod")
			}
			t.Item("  ", t.In(t.Ink.Text, o.Owner.String()+pods+": ")+t.In(t.Ink.Faint, o.Says)+t.mends(m, o))
		}
	}
}

// mends says with which key a budget in the way is mended, where the program can.
func (t *teller) mends(m *move, o *upgrade.Obstacle) string {
	for _, f := range m.budgets {
		if f.Object == o.Budget && writable(f) {
			return t.In(t.Ink.Good, "; "+t.shared.Keys.Show(keys.Fix)+" mends the budget ("+f.Rule.ID+")")
		}
	}
	return ""
}

// writable tells that a change to an object mends a finding: those of nodes and versions take hands.
func writable(f *model.Finding) bool { return f.Rule.ID == "VP10" || f.Rule.ID == "VP11" }

// mendable lists what the program could mend of a step: its own findings, and those on budgets in the way.
func (m *move) mendable() []string {
	var ids []string
	for _, f := range slices.Concat(m.findings, m.budgets) {
		if writable(f) && !slices.Contains(ids, f.ID) {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// Subject is what a step is about.
func (t *plans) Subject(m *move) view.Subject {
	sub := view.Subject{Findings: slices.Concat(m.findings, m.budgets)}
	for _, b := range m.blocks() {
		sub.Names = append(sub.Names, b.commands...)
	}
	switch {
	case m.step != nil:
		sub.Object = m.step.Object
	case m.blocker != nil:
		sub.Object = m.blocker.Object
	}
	if sub.Object == model.ClusterRef() {
		sub.Object = model.Ref{}
	}
	if len(sub.Names) == 0 {
		sub.Names = []string{m.object + ": " + m.why}
	}
	return sub
}

// Open goes to what it is about.
func (t *plans) Open(m *move) tea.Cmd {
	switch {
	case m.step != nil && m.step.Object.IsZero():
		return goTo(model.ClusterRef())
	case m.step != nil:
		return goTo(m.step.Object)
	case m.blocker != nil:
		return goTo(m.blocker.Object)
	}
	return nil
}

// Can offers to copy the commands.
func (t *plans) Can(a keys.Action, m *move, ok bool) view.Offer {
	switch a {
	case keys.Copy:
		if _, all := t.chosen(m, ok); ok || len(all) > 0 {
			if ok && len(all) == 0 && m.toll[blocks] > 0 && len(m.step.Blocks) > 0 {
				return view.Because("its node cannot be emptied yet, and what is to run on it comes after that")
			}
			return view.When(len(all) > 0, "it has no command")
		}
	case keys.Explain:
		if ok {
			return view.When(len(t.Subject(m).Findings) > 0, "no finding of patching is on it").ByProgram()
		}
	case keys.Fix:
		switch {
		case !ok:
		case len(m.mendable()) > 0:
			return view.Yes()
		case m.step != nil:
			return view.Because("nothing to apply: run the commands of the step (" + t.shared.Keys.Show(keys.Copy) + ")")
		default:
			return view.Because("nothing to apply: it is mended by hand")
		}
	case keys.WhatIf:
		if ok {
			return view.When(len(m.mendable()) > 0, "nothing to apply: what is found on it is mended by hand").ByProgram()
		}
	case keys.Owner:
		if ok && t.Subject(m).Object.IsZero() {
			return view.Because("this is about no object")
		}
	}
	return view.No()
}

// chosen are the blocks of the marked steps, in order, else those of the selected one, and what they are of.
func (t *plans) chosen(m *move, ok bool) (of string, all []block) {
	for _, one := range t.screen.plans.List().Marked() {
		if list := one.blocks(); len(list) > 0 {
			of, all = of+one.ID()+"\n", append(all, list...)
		}
	}
	if len(all) == 0 && ok {
		of, all = m.ID(), m.blocks()
	}
	return of, all
}

// Do copies what is next, or goes to what mends the budgets in the way.
func (t *plans) Do(a keys.Action, m *move, ok bool) tea.Cmd {
	switch a {
	case keys.Copy:
		of, all := t.chosen(m, ok)
		return copyBlock(all, t.copies.take(of, all))
	case keys.Fix:
		return view.Send(view.Go{Place: view.FixOf(m.mendable())})
	}
	return nil
}

// Label names what a key does here.
func (t *plans) Label(a keys.Action) (label, does string) {
	switch a {
	case keys.Copy:
		return t.copyLabel()
	case keys.Open:
		return folds(t.screen.plans.List())
	}
	return "", ""
}

// copyLabel names the place of the commands that the next copy takes.
func (t *plans) copyLabel() (label, does string) {
	label, does = "commands", "copy the commands of the step, or of the marked ones: one place with each press, here, then on the node, and round"
	m, ok := t.screen.plans.List().Selected()
	if of, all := t.chosen(m, ok); len(all) > 1 {
		at := 0
		if t.copies.of == of && t.copies.next < len(all) {
			at = t.copies.next
		}
		label = "copy: " + all[at].where
	}
	return label, does
}

// folds names what enter does on the head of a group.
func folds[R sheet.Row[R]](l *sheet.List[R]) (label, does string) {
	if _, ok := l.Selected(); !ok && l.GroupedBy() != "" {
		return "fold", "fold the group, or open it"
	}
	return "", ""
}

// Legend says what the signs mean.
func (t *plans) Legend() []string {
	return []string{
		"DRAIN: before a node is changed it is emptied, so that its pods start on others. + safe: nothing is lost and it ends by itself; x mysql: it does not end by itself, because of mysql; ~ waits mysql: it ends once mysql is ready; " + unknown + " nothing is drained",
		"! 3 lose data: of 3 workloads pods, or what they hold, are lost for good; ! 3 bound: they run on this node alone, and are away until it is back; ! 3 away: nothing is lost, they do not answer for a moment; ? 3 not known: what would tell was not seen; - scratch files: what pods write for themselves goes",
		"after 3: step 3 comes first. Nothing of this is run by Canopy: the commands are copied a place at a time, first those to run here, with the next press those on the node, and round",
	}
}
