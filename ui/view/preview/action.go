package preview

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// Can offers what the panes can do.
func (s *Screen) Can(a keys.Action) view.Offer {
	const none = "there is no document"
	selected := s.selected() != nil
	switch a {
	case keys.NextPane, keys.PrevPane, keys.Redraw, keys.Filter:
		return view.Yes()
	case keys.Open:
		return view.When(selected && s.focus == changes, "no change is selected")
	case keys.Copy, keys.Export:
		return view.When(selected, none)
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
		return s.pager().Can(a)
	}
	return view.No()
}

// Do moves, copies and exports.
func (s *Screen) Do(a keys.Action) tea.Cmd {
	switch a {
	case keys.NextPane:
		s.focus = (s.focus + 1) % panes
	case keys.PrevPane:
		s.focus = (s.focus + panes - 1) % panes
	case keys.Open:
		s.focus = diff
	case keys.Copy:
		d := s.selected().document
		return view.Send(view.Copy{Text: string(d.YAML), What: "the document " + d.File})
	case keys.Export:
		return s.export()
	case keys.Redraw:
		return s.make()
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
		s.cursor = len(s.plan.documents)
	}
	s.choose(s.cursor)
}

// choose selects a document by its number.
func (s *Screen) choose(i int) {
	s.cursor = max(0, min(i, len(s.plan.documents)-1))
	s.refill()
}

// export asks for a folder and writes the documents into it.
func (s *Screen) export() tea.Cmd {
	session, fix := s.shared.Session, s.plan.fix
	folder := "canopy-fix-" + s.snapshot.Report.Time.In(s.shared.Zone).Format("20060102-150405")
	return view.Send(view.Ask{Title: "write the documents into folder: ", Value: folder, Done: func(folder string) tea.Cmd {
		return func() tea.Msg {
			if err := session.ExportFix(folder, fix); err != nil {
				return view.Note{Text: err.Error(), Bad: true}
			}
			return view.Note{Text: "wrote " + view.Count(len(fix.Documents), "document") + " and README.md into " + folder}
		}
	}})
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

// Click selects a document, or gives the focus to a text.
func (s *Screen) Click(x, y int) tea.Cmd {
	y -= len(s.above)
	if y < 0 {
		return nil
	}
	s.focus = s.under(x, y)
	if s.focus == changes && y > 0 && s.plan != nil {
		if i := s.top + (y-1)/2; i < len(s.plan.documents) {
			s.choose(i)
		}
	}
	return nil
}

// Wheel moves the text under the pointer, or the selection in the list.
func (s *Screen) Wheel(x, y, lines int) {
	switch s.under(x, y-len(s.above)) {
	case diff:
		s.diff.Wheel(lines)
	case effects:
		s.effects.Wheel(lines)
	default:
		if s.plan != nil {
			s.choose(s.cursor + lines)
		}
	}
}

// under is the pane at a cell below the banner.
func (s *Screen) under(x, y int) pane {
	switch {
	case s.onePane() && s.focus == effects:
		return effects
	case !s.onePane() && x > s.leftWidth():
		return diff
	case y < s.listHeight():
		return changes
	case s.onePane():
		return diff
	}
	return effects
}
