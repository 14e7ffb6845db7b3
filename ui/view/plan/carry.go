package plan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
)

// outcome is what came of a plan that was written.
type outcome struct {
	plan    model.Plan
	applied model.Applied
	err     error
	// deed is what can be taken back; undone is the deed that was taken back, nil for a plan that was applied.
	deed, undone *Deed
	at           time.Time
}

// doneMsg brings it.
type doneMsg struct {
	work    *work
	confirm *confirmation
	applied model.Applied
	err     error
}

// carryOut writes a plan that the user has confirmed. Nothing else on this screen does.
func (s *Screen) carryOut(c *confirmation) tea.Cmd {
	if c.back == looking && s.trial == nil {
		return view.Send(view.Note{Text: "nothing was written: the server was not asked about this plan", Bad: true})
	}
	ctx, w := s.newWork(c.plan, model.RungApplied)
	at := s.snapshot.Report.Time
	w.deed = &Deed{Clock: s.shared.Clock(at), Title: "what was being written " + s.origin.name(), at: at, again: c.deed != nil, rows: s.backRows(c)}
	trial, closes := s.trial, s.draft.closes()
	if c.deed != nil {
		closes = nil
	}
	if c.back != looking {
		// What was done a moment ago is taken back as it is: each step tests that the object is as it was left.
		trial = nil
	}
	s.work, s.phase, s.button, s.confirm = w, writing, 0, nil
	s.dropWritten()
	says := view.Count(len(c.plan.Steps), "change") + " are being written to " + s.cluster()
	if len(c.plan.Steps) == 1 {
		says = "1 change is being written to " + s.cluster()
	}
	s.ledger.begin(&writer{says: says, screen: s, cancel: w.cancel, deed: w.deed})
	s.page.Top()
	s.rewrite()
	session := s.shared.Session
	return tea.Batch(view.Later(s, func() tea.Msg {
		defer w.found.end()
		applied, err := session.CarryOut(ctx, w.plan, trial, closes, w.found.put)
		return doneMsg{w, c, applied, err}
	}), s.listen(w))
}

// dropWritten forgets the checks of an earlier writing.
func (s *Screen) dropWritten() {
	kept := s.checks[:0:0]
	for _, c := range s.checks {
		if c.Rung < model.RungApplied {
			kept = append(kept, c)
		}
	}
	s.checks = kept
}

// takeDone notes what came of it, and keeps what takes it back.
func (s *Screen) takeDone(m doneMsg) tea.Cmd {
	m.work.cancel()
	o := &outcome{plan: m.work.plan, applied: m.applied, err: m.err, at: s.snapshot.Report.Time}
	if undone := m.confirm.deed; undone != nil {
		o.undone = undone
		s.settleUndo(o)
	}
	deed := m.work.deed
	deed.Clock, deed.at, deed.Title = s.shared.Clock(o.at), o.at, s.deedTitle(o)
	s.ledger.follow(deed, m.applied.Undo)
	s.ledger.end()
	if o.undone == nil && len(m.applied.Undo.Steps) > 0 {
		o.deed = deed
	}
	if m.work != s.work {
		return nil
	}
	s.dropWritten()
	if o.undone == nil || m.confirm.back == looking {
		s.checks = append(s.checks, m.applied.Checks...)
	}
	s.work, s.phase, s.told, s.button = nil, told, o, 0
	if len(o.buttons(s)) > 1 && o.back() != nil && (o.failed() || o.open()) {
		// What can be taken back is at hand; to take it back is asked about once more.
		s.button = 1
	}
	s.page.Top()
	s.rewrite()
	return view.Send(view.Note{Text: o.sentence(s), Bad: o.failed() || o.open()})
}

// settleUndo keeps of a deed what is left to take back.
func (s *Screen) settleUndo(o *outcome) {
	var rest []model.Step
	for i, step := range o.plan.Steps {
		if i >= len(o.applied.Done) || !o.applied.Done[i] {
			rest = append(rest, step)
		}
	}
	if o.err == nil {
		rest = nil
	}
	o.undone.Undo.Steps, o.undone.Undone = rest, len(rest) == 0
}

func (s *Screen) deedTitle(o *outcome) string {
	done := 0
	for _, d := range o.applied.Done {
		if d {
			done++
		}
	}
	of := fmt.Sprintf("%d of %s", done, view.Count(len(o.plan.Steps), "change"))
	if done == len(o.plan.Steps) {
		of = view.Count(done, "change")
	}
	if o.undone != nil {
		return of + " taken back of what was done at " + o.undone.Clock
	}
	return of + " " + s.origin.name()
}

// backRows are the differences that taking it back would make.
func (s *Screen) backRows(c *confirmation) map[touch][]row {
	rows := map[touch][]row{}
	if c.deed != nil {
		for t, r := range c.deed.rows {
			rows[t.back()] = turned(r)
		}
		return rows
	}
	for i := range s.draft.changes {
		if c := &s.draft.changes[i]; c.place >= 0 && c.err == nil {
			rows[touch{c.step.Verb, c.step.Ref}.back()] = turned(s.rowsOf(c))
		}
	}
	return rows
}

// back is the deed that can be taken back now; nil where there is none.
func (o *outcome) back() *Deed {
	d := o.deed
	if o.undone != nil {
		d = o.undone
	}
	if d == nil || d.Undone || len(d.Undo.Steps) == 0 {
		return nil
	}
	return d
}

// failed tells that not all was done.
func (o *outcome) failed() bool { return o.err != nil }

// open tells that all was done, and that what was to come of it has not come.
func (o *outcome) open() bool {
	if len(o.applied.Remaining) > 0 {
		return true
	}
	for _, c := range o.applied.Checks {
		if c.Outcome == model.Failed {
			return true
		}
	}
	return false
}

// done counts the steps that were done.
func (o *outcome) done() int {
	n := 0
	for _, d := range o.applied.Done {
		if d {
			n++
		}
	}
	return n
}

// stepError is the step that could not be done; nil where there is none.
func (o *outcome) stepError() *model.StepError {
	var step *model.StepError
	errors.As(o.err, &step)
	return step
}

// cause says why it stopped; "" where it did not.
func (o *outcome) cause() (model.Cause, string) {
	step := o.stepError()
	switch {
	case o.err == nil:
		return "", ""
	case step != nil:
		return step.Cause, cmp.Or(step.Message, step.Error())
	case errors.Is(o.err, context.Canceled):
		return model.CauseOther, "you have stopped it"
	}
	return model.CauseOther, o.err.Error()
}

// sentence says in one what came of it.
func (o *outcome) sentence(s *Screen) string {
	changes := view.Count(o.done(), "change")
	verb := "written to"
	if o.undone != nil {
		verb = "taken back in"
	}
	switch {
	case o.failed() && o.done() == 0 && len(o.applied.Undo.Steps) == 0:
		return "nothing was " + verb + " " + s.cluster()
	case o.failed():
		return fmt.Sprintf("%d of %s %s %s, then it stopped", o.done(), view.Count(len(o.plan.Steps), "change"), verb, s.cluster())
	case o.open():
		return changes + " " + verb + " " + s.cluster() + ", but not all has come of it that was to"
	}
	return changes + " " + verb + " " + s.cluster()
}
