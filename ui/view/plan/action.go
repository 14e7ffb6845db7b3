package plan

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// Can offers what can be done with the plan here and now.
func (s *Screen) Can(a keys.Action) view.Offer {
	const none, rest = "there is no document", "the plan is not at rest"
	if s.paged() {
		return s.canPage(a)
	}
	selected := s.selected() != nil
	switch a {
	case keys.NextPane, keys.PrevPane, keys.Filter:
		return view.Yes()
	case keys.Redraw:
		return view.When(s.phase == looking, rest)
	case keys.Open:
		if s.focus == pressed {
			return view.Yes()
		}
		return view.When(selected && s.focus == changes, "no change is selected; "+s.shared.Keys.Show(keys.NextPane)+" leads to the buttons")
	case keys.Mark:
		return offer(s.canLeaveOut())
	case keys.Edit:
		return offer(s.canEdit())
	case keys.Copy:
		return offer(s.cannotCopy())
	case keys.Export:
		if s.origin.deed != nil {
			return offer(s.empty())
		}
		return offer(s.cannotExport())
	case keys.Guard:
		return offer(s.canGuard())
	case keys.Difference:
		if !selected {
			return view.Because(none)
		}
		return view.When(!oneSided(s.rowsOf(s.selected())), "all of it comes, or all of it goes: there is nothing to put beside it")
	case keys.Wide:
		return view.When(!s.onePane(), "it has the whole width")
	case keys.Fix, keys.WhatIf:
		return view.Because("this is it already")
	case keys.NextHit, keys.PrevHit:
		return s.pager().Can(a)
	case keys.Up, keys.Down, keys.First, keys.Last, keys.PageUp, keys.PageDown:
		if s.focus == changes {
			return view.When(selected, none)
		}
		return s.pager().Can(a)
	case keys.Left, keys.Right:
		if s.focus == pressed {
			return s.canStep(a)
		}
		return s.pager().Can(a)
	}
	return view.No()
}

func offer(why string) view.Offer { return view.When(why == "", why) }

// canPage offers what can be done while something is asked or told.
func (s *Screen) canPage(a keys.Action) view.Offer {
	switch a {
	case keys.NextPane, keys.PrevPane:
		return view.When(len(s.buttons()) > 1, "there is one button only")
	case keys.Left, keys.Right:
		return s.canStep(a)
	case keys.Open, keys.Filter, keys.Copy:
		return view.Yes()
	case keys.Export:
		if s.phase == told {
			return view.When(s.deed() != nil, "there is nothing to take back, so nothing to save")
		}
		return view.Because("the plan is not at rest")
	case keys.Redraw:
		return view.When(s.phase == told, "the plan is not at rest")
	case keys.Mark, keys.Edit, keys.Guard, keys.Difference, keys.Wide, keys.Fix, keys.WhatIf:
		return view.Because("the plan is not at rest")
	}
	return s.page.Can(a)
}

func (s *Screen) canStep(a keys.Action) view.Offer {
	if a == keys.Left {
		return view.When(s.button > 0, "this is the first button")
	}
	return view.When(s.button+1 < len(s.buttons()), "this is the last button")
}

// Do does what Can has offered.
func (s *Screen) Do(a keys.Action) tea.Cmd {
	if s.paged() {
		return s.doPage(a)
	}
	switch a {
	case keys.NextPane, keys.PrevPane:
		s.turn(a)
	case keys.Open:
		if s.focus == pressed {
			return s.press()
		}
		s.focus = diff
		s.rewrite()
	case keys.Mark:
		return s.leaveOut()
	case keys.Edit:
		return s.edit()
	case keys.Copy:
		return s.copy()
	case keys.Export:
		if s.origin.deed != nil {
			return s.saveUndo()
		}
		return s.export()
	case keys.Guard:
		return s.toggleGuard()
	case keys.Difference:
		in := !s.inColumns()
		s.columns = &in
		s.rewrite()
	case keys.Wide:
		s.wide = !s.wide
		s.focus = diff
		s.rewrite()
	case keys.Redraw:
		return s.make()
	case keys.Left, keys.Right:
		if s.focus == pressed {
			s.sideways(a)
			return nil
		}
		s.pager().Do(a)
	case keys.Up, keys.Down, keys.First, keys.Last, keys.PageUp, keys.PageDown:
		if s.focus == changes {
			s.move(a)
		} else {
			s.pager().Do(a)
		}
	default:
		s.pager().Do(a)
	}
	return nil
}

func (s *Screen) doPage(a keys.Action) tea.Cmd {
	switch a {
	case keys.Left, keys.Right:
		s.sideways(a)
	case keys.NextPane:
		s.button = (s.button + 1) % len(s.buttons())
	case keys.PrevPane:
		s.button = (s.button + len(s.buttons()) - 1) % len(s.buttons())
	case keys.Open:
		return s.press()
	case keys.Copy:
		return view.Send(view.Copy{Text: s.page.Plain(), What: "the text"})
	case keys.Export:
		return s.saveUndo()
	case keys.Redraw:
		s.reset()
		return s.make()
	default:
		s.page.Do(a)
	}
	return nil
}

func (s *Screen) sideways(a keys.Action) {
	if a == keys.Left {
		s.step(-1)
		return
	}
	s.step(1)
}

// turn goes to the next pane, or the one before. Among the buttons it goes from one to the next; it comes to them at the one that
// does nothing to a cluster.
func (s *Screen) turn(a keys.Action) {
	by := 1
	if a == keys.PrevPane {
		by = -1
	}
	if s.focus == pressed && s.step(by) {
		return
	}
	s.focus = (s.focus + panes + pane(by)) % panes
	s.button = s.home()
	s.rewrite()
}

// cannotCopy says why there is nothing to copy; "" where there is.
func (s *Screen) cannotCopy() string {
	switch {
	case s.guarding && s.focus == effects:
		if s.guardText() == "" {
			return "there is no policy"
		}
		return ""
	case s.selected() == nil:
		return "there is no document"
	case s.origin.deed != nil:
		return errHidden.Error()
	}
	_, err := s.selected().documentText()
	if err != nil {
		return err.Error()
	}
	return ""
}

func (s *Screen) copy() tea.Cmd {
	if s.guarding && s.focus == effects {
		return view.Send(view.Copy{Text: s.guardText(), What: "the policies"})
	}
	c := s.selected()
	text, _ := c.documentText()
	what := "the document of " + c.step.Ref.String()
	if c.document != nil {
		what = "the document " + c.document.File
	}
	return view.Send(view.Copy{Text: string(text), What: what})
}

func (s *Screen) move(a keys.Action) {
	page := max(1, s.listHeight()/2)
	switch a {
	case keys.Up:
		s.cursor--
	case keys.Down:
		s.cursor++
	case keys.PageUp:
		s.cursor -= page
	case keys.PageDown:
		s.cursor += page
	case keys.First:
		s.cursor = 0
	case keys.Last:
		s.cursor = len(s.draft.changes)
	}
	s.choose(s.cursor)
}

// choose selects a document by its number.
func (s *Screen) choose(i int) {
	s.cursor = max(0, min(i, len(s.draft.changes)-1))
	s.layout()
	s.refill()
}

// Filter is what is searched in the text.
func (s *Screen) Filter() string { return s.pager().Search() }

// SetFilter searches in the text that has the focus.
func (s *Screen) SetFilter(text string) tea.Cmd {
	s.pager().SetSearch(text)
	return nil
}

// FilterProblem is empty: any text can be searched for.
func (s *Screen) FilterProblem() string { return "" }

// Commands are what the buttons do, for whoever types.
func (s *Screen) Commands() []view.Command {
	var list []view.Command
	for _, b := range s.buttons() {
		name, note := b.command()
		list = append(list, view.Command{Text: name, Note: note, Off: b.off, Do: b.do})
	}
	return list
}
