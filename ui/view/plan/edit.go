package plan

import (
	"fmt"
	"maps"
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/remedy"
	"canopy/ui/view"
	"canopy/ui/view/editor"
)

// refused is a text that the user wrote and that could not be taken. It is kept, so that no work is lost.
type refused struct {
	text []byte
	err  error
}

// editMsg brings the text of a document, or of the whole proposal, as the user left it.
type editMsg struct {
	draft *draft
	// change is the number of the document; -1 for the whole text of a proposal.
	change int
	editor.Edited
}

// canEdit says why nothing can be edited; "" where it can.
func (s *Screen) canEdit() string {
	if s.phase != looking {
		return "the plan is not at rest"
	}
	if s.origin.deed != nil {
		return "what takes a change back is taken as it is"
	}
	if s.origin.text != nil {
		if s.draft == nil || s.making {
			return "the change is being worked out"
		}
		return ""
	}
	if why := s.empty(); why != "" {
		return why
	}
	c := s.selected()
	switch {
	case c == nil:
		return "there is no document"
	case c.place < 0:
		return "it is left out"
	case len(c.document.YAML) == 0:
		return "the step has no document: it only names what goes"
	}
	return ""
}

// edit gives a document to the user's editor. What could not be taken before is offered again.
func (s *Screen) edit() tea.Cmd {
	d, n, name := s.draft, s.cursor, "plan.yaml"
	var text []byte
	if s.origin.text != nil {
		n, text = -1, s.origin.text.data
	} else {
		text, name = s.draft.full.Documents[n].YAML, s.draft.full.Documents[n].File
	}
	if r, ok := s.refused[n]; ok {
		text = r.text
	}
	return editor.Open(s.shared, name, text, func(e editor.Edited) tea.Msg { return view.For{To: s, Msg: editMsg{d, n, e}} })
}

// takeEdit takes what the user wrote, and works everything out anew.
func (s *Screen) takeEdit(m editMsg) tea.Cmd {
	switch {
	case m.Err != nil:
		if len(m.Text) > 0 && m.Changed {
			s.refuse(m.change, m.Text, m.Err)
		}
		return view.Send(view.Note{Text: m.Err.Error(), Bad: true})
	case !m.Changed && s.refused[m.change].err == nil:
		return view.Send(view.Note{Text: "nothing was changed"})
	case m.change < 0:
		delete(s.refused, m.change)
		before := s.origin.text
		s.origin.text = &source{before.name, m.Text}
		s.ledger.Keep(before.name, m.Text)
		s.reset()
		return s.make()
	case m.draft != s.draft || s.making:
		s.refuse(m.change, m.Text, fmt.Errorf("the plan was made anew meanwhile"))
		return nil
	}
	full, err := s.draft.full.Edit(m.change, m.Text)
	if err != nil {
		s.refuse(m.change, m.Text, err)
		return view.Send(view.Note{Text: "the text was not taken: " + err.Error(), Bad: true})
	}
	edited := maps.Clone(s.edited)
	if edited == nil {
		edited = map[int]bool{}
	}
	edited[m.change] = true
	return s.remake(full, s.draft.keep, edited)
}

func (s *Screen) refuse(change int, text []byte, err error) {
	if s.refused == nil {
		s.refused = map[int]refused{}
	}
	s.refused[change] = refused{text, err}
	s.rewrite()
}

// remake works out the plan anew from documents that there are. What was said of it before holds no more.
func (s *Screen) remake(full *remedy.Fix, keep []bool, edited map[int]bool) tea.Cmd {
	return s.start(request{origin: s.origin, full: full, keep: slices.Clone(keep), edited: edited, before: s.draft})
}

// canLeaveOut says why the selected document cannot be left out or taken in; "" where it can.
func (s *Screen) canLeaveOut() string {
	switch {
	case s.phase != looking:
		return "the plan is not at rest"
	case s.origin.deed != nil:
		return "what takes a change back is taken as it is"
	case s.empty() != "":
		return s.empty()
	case s.selected() == nil:
		return "there is no document"
	case len(s.draft.changes) == 1:
		return "nothing would be left of the plan"
	}
	return ""
}

// leaveOut leaves the selected document out of the plan, or takes it in again.
func (s *Screen) leaveOut() tea.Cmd {
	keep := slices.Clone(s.draft.keep)
	keep[s.cursor] = !keep[s.cursor]
	return s.remake(s.draft.full, keep, s.edited)
}
