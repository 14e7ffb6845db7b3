package nodes

import (
	"fmt"
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
type plans struct{ topic }

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
		a.Said = append(a.Said, sheet.Remark{Text: strings.TrimSpace(fmt.Sprintf("before the control plane goes to %s: %s must be gone", p.Next, view.Count(len(p.Blockers), "thing"))), Bad: true})
	}
	if from := dated(p.Source, p.Date); from != "" && len(rows) > 0 {
		a.Said = append(a.Said, sheet.Remark{Text: "versions by " + from})
	}
	return sheet.Steady(before, a), nil
}

// outlined sums a plan up.
func outlined(p *upgrade.Plan) string {
	t := view.Count(len(p.Steps), "step")
	if p.Target != "" {
		t += " to " + p.Target
	}
	if drains := tellDrains(p.Steps); drains != "" {
		t += "; " + drains
	}
	return t + "; nothing here is run: c copies the commands"
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
	switch {
	case s.To == "":
		t.say("NOW", s.From)
	default:
		t.Entry("CHANGE", t.In(t.Ink.Text, s.From)+t.In(t.Ink.Faint, arrow)+t.In(t.Ink.Strong, s.To))
	}
	t.say("WHY", s.Why)
	if s.Waits > 0 {
		t.say("AFTER", fmt.Sprintf("step %d", s.Waits))
	}
	t.Gap()
	if len(s.Commands) == 0 {
		t.Entry("RUN", t.In(t.Ink.Faint, "no command is known for it"))
	} else {
		t.Para(t.In(t.Ink.Strong, "RUN") + t.In(t.Ink.Faint, "  this yourself, Canopy does not; what stands in CAPITAL LETTERS is to be filled in"))
	}
	for _, c := range m.commands() {
		t.Hang("  ", "    ", t.In(t.Ink.Value, c))
	}
	t.Gap()
	t.drained(m)
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
		t.Entry("DRAIN", t.In(t.Ink.Good, "safe: the node can be emptied, nothing is lost, and it ends by itself"))
		return
	}
	t.Entry("DRAIN", t.In(t.Ink.Text, "emptying the node first, so that its pods start on others: ")+t.In(t.Ink.Warn, m.toll.tell()))
	left := most
	for h := range harms {
		if m.toll[h] == 0 {
			continue
		}
		t.Entry("", t.In(h.style(&t.shared.Theme), h.sign()+" "+h.heads(m.toll[h])))
		for i := range s.Obstacles {
			o := &s.Obstacles[i]
			if harmOf(o.Cause, o.Blocks) != h {
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
			t.Item("  ", t.In(t.Ink.Text, o.Owner.String()+pods+": ")+t.In(t.Ink.Faint, o.Says))
		}
	}
}

// Subject is what a step is about; what is copied are its commands.
func (t *plans) Subject(m *move) view.Subject {
	sub := view.Subject{Findings: m.findings, Names: m.commands()}
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
		if all := t.chosen(m, ok); ok || len(all) > 0 {
			return view.When(len(all) > 0, "it has no command")
		}
	case keys.Fix, keys.WhatIf, keys.Explain:
		if ok {
			return view.When(len(m.findings) > 0, "no finding of patching is on it").ByProgram()
		}
	case keys.Owner:
		if ok && t.Subject(m).Object.IsZero() {
			return view.Because("this is about no object")
		}
	}
	return view.No()
}

// chosen are the commands of the marked steps, in order, else those of the selected one.
func (t *plans) chosen(m *move, ok bool) []string {
	var all []string
	for _, one := range t.screen.plans.List().Marked() {
		all = append(all, one.commands()...)
	}
	if len(all) == 0 && ok {
		all = m.commands()
	}
	return all
}

// Do copies them.
func (t *plans) Do(a keys.Action, m *move, ok bool) tea.Cmd {
	if a != keys.Copy {
		return nil
	}
	all := t.chosen(m, ok)
	return view.Send(view.Copy{Text: strings.Join(all, "\n"), What: view.Count(len(all), "command")})
}

// Label names what a key does here.
func (t *plans) Label(a keys.Action) (label, does string) {
	if a == keys.Copy {
		return "commands", "copy the commands of the step, or of the marked ones"
	}
	return "", ""
}

// Legend says what the signs mean.
func (t *plans) Legend() []string {
	return []string{
		"DRAIN: before a node is changed it is emptied, so that its pods start on others. + safe: nothing is lost and it ends by itself; x blocked: it does not end by itself; " + unknown + " nothing is drained",
		"! 3 lose data: of 3 workloads pods, or what they hold, are lost for good; ! 3 away: nothing is lost, they do not answer for a moment; ? 3 not known: what would tell was not seen",
		"after 3: step 3 comes first. Nothing of this is run by Canopy",
	}
}
