package plan

import (
	"fmt"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// buttons of what came of a plan.
func (o *outcome) buttons(s *Screen) []button {
	list := []button{{"Close", "", s.leave}}
	label, off, none := "Undo", s.barred(), ""
	switch d := o.back(); {
	case d == nil && o.undone != nil:
		return list
	case d == nil && o.deed != nil:
		none = "it was taken back already"
	case d == nil:
		none = "nothing was written, so nothing has to be taken back"
	case o.undone != nil:
		label = "Undo the rest"
	}
	if none != "" {
		off = none
	}
	return append(list, button{s.more(label), off, s.undo}, button{s.more("Save undo"), none, s.saveUndo})
}

// writingLines draws the steps while they are written.
func (s *Screen) writingLines(width int) []string {
	w := page.New(s.shared, width, false)
	w.Para(w.In(w.Ink.Header, "WRITING TO "+s.cluster()))
	w.Gap()
	s.writeSteps(w, s.work.plan, nil)
	w.Gap()
	text := s.work.says()
	if s.work.stopping {
		text += "; Stop once more stops it: what is done so far stays until you take it back"
	}
	w.Para(w.In(w.Ink.Text, text))
	return w.Lines()
}

// writeSteps lists the steps of a plan with what has come of each.
func (s *Screen) writeSteps(w *page.Page, plan model.Plan, o *outcome) {
	t, g := &s.shared.Theme, &s.shared.Glyphs
	var failed *model.StepError
	checks := s.checks
	if o != nil {
		failed, checks = o.stepError(), o.applied.Checks
	}
	under, done := o == nil, "written"
	if o != nil && o.undone != nil {
		done = "taken back"
	}
	for i, step := range plan.Steps {
		sign, style, says := g.Dot, t.Faint, "not begun"
		said, known := applied(checks, i)
		switch {
		case failed != nil && failed.Step == i:
			sign, style, says = g.Fail, t.Alarm, causeWord(failed.Cause)
		case known:
			sign, style = s.outcomeMark(said.Outcome)
			says = done
			if said.Message != "" {
				says = said.Message
			}
		case o != nil && i < len(o.applied.Done) && o.applied.Done[i]:
			sign, style, says = g.Mark, t.Good, done
		case under:
			sign, style, says, under = g.ArrowRight, t.Notice, "being written", false
		}
		w.Hang("", "      ", fmt.Sprintf("%3d %s %s %s", i+1, style.Render(sign), w.In(w.Ink.Strong, string(step.Verb)), w.In(w.Ink.Text, step.Ref.String()))+w.In(w.Ink.Faint, "  "+says))
	}
}

// applied gives what was said last of a step that was written.
func applied(checks []model.Check, step int) (c model.Check, known bool) {
	for _, k := range checks {
		if k.Rung == model.RungApplied && k.Step == step {
			c, known = k, true
		}
	}
	return c, known
}

// toldLines draws what came of a plan, and what can be done now.
func (s *Screen) toldLines(width int) []string {
	o := s.told
	t := &s.shared.Theme
	w := page.New(s.shared, width, false)
	title, style := "DONE", t.Good
	switch {
	case o.failed():
		title, style = "STOPPED", t.Alarm
	case o.open():
		title, style = "WRITTEN, BUT NOT AS IT SHOULD BE", t.Alarm
	case o.undone != nil:
		title = "TAKEN BACK"
	}
	w.Para(w.In(style, title) + w.In(w.Ink.Text, "  "+o.sentence(s)))
	w.Gap()
	s.writeSteps(w, o.plan, o)
	w.Gap()
	if cause, why := o.cause(); why != "" {
		w.Entry("why", w.In(t.Alarm, causeWord(cause)+": "+why))
		w.Entry("now", w.In(w.Ink.Text, s.advice(cause)))
	}
	s.tellChecks(w, o)
	s.tellUndo(w, o)
	return w.Lines()
}

// tellChecks says how the rollout and the proof went.
func (s *Screen) tellChecks(w *page.Page, o *outcome) {
	t := &s.shared.Theme
	for _, c := range o.applied.Checks {
		if step := o.stepError(); step != nil && c.Rung == model.RungApplied && c.Step == step.Step {
			// It stands above.
			continue
		}
		words := map[model.Rung]string{model.RungApplied: "rollout", model.RungVerified: "proof"}
		ink := map[model.Outcome]lipgloss.Style{model.Passed: w.Ink.Good, model.Warned: w.Ink.Warn, model.Untestable: w.Ink.Warn, model.Failed: t.Alarm}
		message := c.Message
		if message == "" && c.Rung == model.RungVerified && c.Outcome == model.Passed && o.undone == nil {
			message = "the findings that were to end have ended"
		}
		if message != "" && (c.Rung == model.RungVerified || c.Outcome != model.Passed) {
			w.Entry(words[c.Rung], w.In(ink[c.Outcome], s.stepName(c.Step)+message))
			if advice := s.advice(c.Cause); c.Outcome == model.Failed && o.err == nil {
				w.Entry("", w.In(w.Ink.Text, advice))
			}
		}
		for i, text := range c.Warnings {
			if i == mostSaid {
				break
			}
			w.Entry("warning", w.In(w.Ink.Warn, s.stepName(c.Step)+bound(text)))
		}
	}
	for i, id := range o.applied.Remaining {
		if i == most {
			w.Entry("", w.In(w.Ink.Faint, "and "+view.Count(len(o.applied.Remaining)-most, "more finding")))
			break
		}
		w.Entry(map[bool]string{true: "goes on"}[i == 0], w.In(w.Ink.Text, id))
	}
}

// tellUndo says what can be taken back, and how.
func (s *Screen) tellUndo(w *page.Page, o *outcome) {
	w.Gap()
	key := s.shared.Keys.Show(keys.Undo)
	switch {
	case o.undone != nil && o.undone.Undone:
		w.Entry("undo", w.In(w.Ink.Text, "the objects are as they were before"))
	case o.undone != nil:
		w.Entry("undo", w.In(w.Ink.Warn, view.Count(len(o.undone.Undo.Steps), "step")+" are still to be taken back"))
	case o.deed == nil:
		w.Entry("undo", w.In(w.Ink.Text, "nothing was written, so nothing has to be taken back"))
	default:
		text := takes(len(o.deed.Undo.Steps)) + " it back. The way back stays at hand until you leave Canopy"
		if key != "" {
			text += ": " + key + " lists all that was written"
		}
		if o.deed.Saved {
			text += ". It is in a file as well"
		}
		w.Entry("undo", w.In(w.Ink.Text, text+"."))
	}
}

// takes says how many steps take something back.
func takes(n int) string {
	if n == 1 {
		return "1 step takes"
	}
	return fmt.Sprintf("%d steps take", n)
}

// causeWord is a cause in a word or two.
func causeWord(c model.Cause) string {
	switch c {
	case "", model.CauseOther:
		return "it did not work"
	case model.CauseForbidden:
		return "you may not"
	case model.CauseRefused:
		return "refused by admission"
	case model.CauseInvalid:
		return "not a valid object"
	case model.CauseMissing:
		return "it is not there"
	case model.CauseExists:
		return "it is there already"
	case model.CauseChanged:
		return "it has changed meanwhile"
	case model.CauseConflict:
		return "somebody else writes it at this moment"
	case model.CauseLost:
		return "the connection broke"
	case model.CauseUnserved:
		return "the server does not know the kind"
	case model.CauseStuck:
		return "the rollout does not end"
	case model.CauseOpen:
		return "findings go on"
	case model.CauseEarlier:
		return "an earlier step comes first"
	}
	return string(c)
}

// advice says what to do about a cause.
func (s *Screen) advice(c model.Cause) string {
	anew := "make the plan anew"
	if key := s.shared.Keys.Show(keys.Redraw); key != "" {
		anew = key + " makes the plan anew from what is there now"
	}
	edit := "edit the document"
	if key := s.shared.Keys.Show(keys.Edit); key != "" {
		edit = key + " edits the document"
	}
	switch c {
	case model.CauseForbidden:
		return "export the plan and hand it to somebody who may"
	case model.CauseRefused:
		return "read what admission says: change the document, or talk to whoever runs that policy"
	case model.CauseInvalid:
		return edit + "; nothing of this step was kept"
	case model.CauseMissing, model.CauseExists, model.CauseChanged, model.CauseConflict:
		return anew + ", and you look at it again before you write"
	case model.CauseLost:
		return "whether the last step was done is not known: the undo takes it back where it was, and leaves it where it was not"
	case model.CauseUnserved:
		return "the kind has to be installed first, or the step left out"
	case model.CauseStuck:
		return "look at the events of the new pods; undo brings the old ones back"
	case model.CauseOpen:
		return "look at the findings that go on: the report may need a moment, or something else has the flaw too"
	}
	return "look at the message; what was written so far can be taken back"
}
