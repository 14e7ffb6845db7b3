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
		a.Said = append(a.Said, sheet.Remark{Text: "by " + from})
	}
	return sheet.Steady(before, a), nil
}

// outlined sums a plan up.
func outlined(p *upgrade.Plan) string {
	drains, unsafe := 0, 0
	for i := range p.Steps {
		if s := &p.Steps[i]; s.Drains {
			drains++
			if !s.Safe {
				unsafe++
			}
		}
	}
	t := view.Count(len(p.Steps), "step")
	if p.Target != "" {
		t += " to " + p.Target
	}
	switch {
	case unsafe > 0:
		t += fmt.Sprintf("; %s, %d of them lose something or do not end", view.Count(drains, "drain"), unsafe)
	case drains > 0:
		t += fmt.Sprintf("; %s, all safe", view.Count(drains, "drain"))
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
	t.Para(t.In(t.Ink.Strong, m.number()+". "+m.what+" "+m.object))
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
		t.Para(t.In(t.Ink.Strong, "RUN") + t.In(t.Ink.Faint, "  yourself; what stands in capital letters is to be filled in"))
	}
	for _, c := range s.Commands {
		t.Hang("  ", "    ", t.In(t.Ink.Value, c))
	}
	t.Gap()
	switch {
	case !s.Drains:
		t.Entry("DRAIN", t.In(t.Ink.Faint, "nothing is drained"))
	case s.Safe:
		t.Entry("DRAIN", t.In(t.Ink.Good, "safe: it loses nothing and ends by itself"))
	default:
		t.Entry("DRAIN", t.In(t.Ink.Warn, "it stumbles over:"))
	}
	for i := range s.Obstacles {
		o := &s.Obstacles[i]
		if i == most {
			t.Entry("", t.In(t.Ink.Faint, "and "+view.Count(len(s.Obstacles)-most, "more obstacle")))
			break
		}
		sign, style := "!", t.Ink.Warn
		if o.Blocks {
			sign, style = "x", t.shared.Theme.Alarm
		}
		pods := ""
		if o.Pods > 1 {
			pods = ", " + view.Count(o.Pods, "pod")
		}
		t.Item(t.In(style, sign), t.In(t.Ink.Text, o.Owner.String()+pods+": ")+t.In(t.Ink.Faint, o.Says))
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
		"DRAIN: + safe loses nothing and ends by itself; ! loses: it ends, and something is away or lost; x blocked: it does not end by itself; " + unknown + " nothing is drained",
		"after 3: step 3 comes first. Nothing of this is run by Canopy",
	}
}
