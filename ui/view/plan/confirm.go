package plan

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/explain"
	"canopy/ui/view/page"
)

// confirmation is the question before something is written.
type confirmation struct {
	plan model.Plan
	// deed is what is taken back; nil for a plan that is applied.
	deed *Deed
	// back is the phase to go back to.
	back phase
	// risks say why the user has to type a word; none means that a button is enough.
	risks []string
}

// word is what is typed to confirm a plan that may do harm.
const word = "apply"

// apply asks the server about the plan, where it was not asked about this very one, and then the user whether to write it.
func (s *Screen) apply() tea.Cmd {
	if s.trial == nil {
		return s.climb(true)
	}
	return s.ask()
}

// ask asks whether to write the plan of the screen.
func (s *Screen) ask() tea.Cmd {
	c := &confirmation{plan: s.draft.plan, deed: s.origin.deed, back: looking}
	if c.deed == nil {
		c.risks = s.risks()
	}
	return s.confirmWith(c)
}

// confirmWith asks a question. Its default does nothing.
func (s *Screen) confirmWith(c *confirmation) tea.Cmd {
	s.confirm, s.phase, s.button = c, confirming, 0
	s.page.Top()
	s.page.SetSearch("")
	s.rewrite()
	return nil
}

// risks say what may go wrong in a way that one button is too little for.
func (s *Screen) risks() []string {
	var list []string
	if class, ok := s.draft.worst(); ok && class == "outage" {
		list = append(list, "it means an outage")
	}
	if by := s.draft.managers(); len(by) > 0 {
		list = append(list, strings.Join(by, ", ")+" may take it back")
	}
	return list
}

// buttons of a question: to do nothing, or to write.
func (c *confirmation) buttons(s *Screen) []button {
	label := "Write " + view.Count(len(c.plan.Steps), "change") + " to " + s.cluster()
	if c.deed != nil {
		label = "Take back " + view.Count(len(c.plan.Steps), "change") + " in " + s.cluster()
	}
	if len(c.risks) > 0 {
		label = s.more(label)
	}
	return []button{{"Cancel", "", s.unask}, {s.shared.Cut(label, max(20, s.width-20)), c.off(s), s.answer}}
}

// off says why what was asked about cannot be written now; "" where it can.
func (c *confirmation) off(s *Screen) string {
	if c.back == looking {
		return s.unfit()
	}
	return s.barred()
}

// barred says why nothing can be written now; "" where it can.
func (s *Screen) barred() string {
	if err := s.shared.Session.Writable(); err != nil {
		return err.Error()
	}
	if w := s.ledger.Writing(); w != "" {
		return "wait: " + w
	}
	return ""
}

// unask goes back to where the question came from.
func (s *Screen) unask() tea.Cmd {
	if s.confirm == nil {
		return nil
	}
	s.phase, s.confirm = s.confirm.back, nil
	s.button = s.home()
	s.rewrite()
	return view.Send(view.Note{Text: "nothing was written"})
}

// answer writes, once a word was typed where that is asked for.
func (s *Screen) answer() tea.Cmd {
	c := s.confirm
	if len(c.risks) == 0 {
		return s.carryOut(c)
	}
	return view.Send(view.Ask{Title: "type " + word + " to write to " + s.cluster() + ": ", Hint: strings.Join(c.risks, ", "), Done: func(typed string) tea.Cmd {
		if strings.TrimSpace(typed) != word {
			return view.Send(view.Note{Text: "nothing was written: the word is " + word, Bad: true})
		}
		if s.confirm != c {
			return view.Send(view.Note{Text: "nothing was written: it is no longer asked", Bad: true})
		}
		if why := c.off(s); why != "" {
			return view.Send(view.Note{Text: "nothing was written: " + why, Bad: true})
		}
		return s.carryOut(c)
	}})
}

// cluster names what is written to.
func (s *Screen) cluster() string {
	if s.snapshot != nil && s.snapshot.Report.Source.Name != "" {
		return s.snapshot.Report.Source.Name
	}
	return s.shared.Session.Name()
}

// confirmLines draws the question: what exactly is written where, and what is not known.
func (s *Screen) confirmLines(width int) []string {
	c := s.confirm
	w := page.New(s.shared, width, false)
	what := "WRITE " + view.Count(len(c.plan.Steps), "CHANGE")
	if len(c.plan.Steps) != 1 {
		what = fmt.Sprintf("WRITE %d CHANGES", len(c.plan.Steps))
	}
	if c.deed != nil {
		what = "TAKE BACK WHAT WAS DONE AT " + c.deed.Clock + ", " + view.Count(len(c.plan.Steps), "step")
	}
	where := "in the cluster " + s.cluster()
	if s.snapshot != nil && s.snapshot.Report.Source.Server != "" {
		where += ", " + s.snapshot.Report.Source.Server
	}
	w.Para(w.In(w.Ink.Header, what) + " " + w.In(w.Ink.Strong, where))
	if len(c.risks) > 0 {
		w.Para(w.In(s.shared.Theme.Alarm, "It is only written once you type the word "+word+": "+strings.Join(c.risks, "; ")+"."))
	}
	w.Gap()
	for i, step := range c.plan.Steps {
		sign, style := s.shared.Glyphs.Dot, w.Ink.Faint
		note := ""
		if d := s.ofConfirm(i); d != nil {
			sign, style = s.stepMark(d)
			note = s.changeNote(d)
		}
		w.Hang("", "      ", fmt.Sprintf("%3d %s %s %s", i+1, style.Render(sign), w.In(w.Ink.Strong, string(step.Verb)), w.In(w.Ink.Text, step.Ref.String()))+w.In(w.Ink.Faint, note))
	}
	w.Gap()
	if c.deed == nil {
		s.confirmDoubts(w)
	} else {
		if c.back == looking {
			s.confirmRungs(w)
		}
		w.Entry("note", w.In(w.Ink.Text, "each step is done only where the object is as this program left it"))
	}
	w.Entry("undo", w.In(w.Ink.Text, "what is written can be taken back: the way back is offered as soon as it is done"))
	return w.Lines()
}

// ofConfirm gives what is known of a step of the question; nil where it is about other steps than those of the screen.
func (s *Screen) ofConfirm(step int) *change {
	if s.confirm.back != looking || s.draft == nil {
		return nil
	}
	return s.draft.of(step)
}

func (s *Screen) changeNote(c *change) string {
	if by := c.managed(); by != "" {
		return ", managed by " + by
	}
	if c.document == nil {
		return ""
	}
	harm, _, _ := strings.Cut(explain.Breakage(c.breakage()), ":")
	return ", " + harm
}

// confirmDoubts lists what speaks against writing, and what nobody has tested.
func (s *Screen) confirmDoubts(w *page.Page) {
	class, _ := s.draft.worst()
	style := w.Ink.Warn
	if class == "none" || class == "likely-safe" {
		style = w.Ink.Good
	}
	w.Entry("breaks", w.In(style, explain.Breakage(class)))
	if by := s.draft.managers(); len(by) > 0 {
		w.Entry("managed", w.In(w.Ink.Warn, "by "+strings.Join(by, ", ")+": change it there, or it comes back"))
		for _, source := range s.draft.sources() {
			w.Entry("", w.In(w.Ink.Text, source))
		}
	}
	fields := 0
	for _, c := range s.all() {
		for _, k := range c.Conflicts {
			if fields++; fields <= mostSaid {
				w.Entry("owned", w.In(w.Ink.Warn, bound(s.stepName(c.Step)+k.Manager+" manages "+k.Path+" and may take the change back")))
			}
		}
	}
	if fields > mostSaid {
		w.Entry("", w.In(w.Ink.Faint, "and "+view.Count(fields-mostSaid, "more field")))
	}
	s.confirmRungs(w)
	if text := s.ageText(); text != "" {
		w.Entry("old", w.In(w.Ink.Warn, text))
	}
}

// confirmRungs says what was tested, and what nobody can test.
func (s *Screen) confirmRungs(w *page.Page) {
	var passed []string
	for r := model.RungParsed; r <= model.RungSyntheticPod; r++ {
		worst, asked := model.Worst(s.all(), r)
		switch {
		case !asked:
		case worst == model.Untestable:
			w.Entry("open", w.In(w.Ink.Warn, r.String()+": nobody can say before it is done"))
			s.writeChecks(w, r)
		default:
			passed = append(passed, cameTo(r, worst)+s.why(r))
		}
	}
	w.Entry("checked", w.In(w.Ink.Good, strings.Join(passed, ", ")))
}

// why gives what a rung says of the whole plan, where it has passed.
func (s *Screen) why(r model.Rung) string {
	for _, c := range s.all() {
		if c.Rung == r && c.Step == model.WholePlan && c.Outcome == model.Passed && c.Message != "" {
			return " (" + c.Message + ")"
		}
	}
	return ""
}

// writeChecks lists what the checks of a rung say against it.
func (s *Screen) writeChecks(w *page.Page, r model.Rung) {
	shown := 0
	for _, c := range s.all() {
		if c.Rung != r || c.Outcome < model.Untestable || c.Message == "" {
			continue
		}
		if shown++; shown > most {
			w.Entry("", w.In(w.Ink.Faint, "and more"))
			return
		}
		w.Item(w.In(w.Ink.Text, "-"), w.In(w.Ink.Text, s.stepName(c.Step)+c.Message))
	}
}

// stepName names a step in front of a sentence.
func (s *Screen) stepName(step int) string {
	if step < 0 {
		return ""
	}
	return fmt.Sprintf("%d: ", step+1)
}
