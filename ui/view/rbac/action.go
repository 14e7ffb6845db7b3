package rbac

import (
	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// Can says whether an action makes sense here and now.
func (s *Screen) Can(a keys.Action) view.Offer {
	e, ok := s.entries[s.mode].Selected()
	switch a {
	case keys.NextPane, keys.PrevPane, keys.Turn:
		return view.Yes()
	case keys.WhoCan:
		return view.When(s.world.discovery != nil, "still loading")
	case keys.Expand:
		return view.Yes()
	case keys.Matrix, keys.Picture:
		if _, ok := s.subject(); !ok {
			return view.Because("no subject is selected")
		}
		return view.Yes()
	case keys.Difference:
		return view.When(len(s.pair()) == 2, "mark one subject with "+s.shared.Keys.Show(keys.Mark)+", and go to another")
	case keys.Access:
		_, _, ok := s.leads()
		return view.When(ok, "this is it")
	case keys.Owner:
		return view.Because("nobody owns it")
	case keys.Explain:
		return view.When(s.rule() != "", "no finding, and no step of an attack is selected")
	case keys.Open:
		if s.focus == first {
			return view.When(ok && e != nil, "the list is empty")
		}
	}
	return s.pane().Can(a)
}

// Do does what Can has offered.
func (s *Screen) Do(a keys.Action) tea.Cmd {
	switch a {
	case keys.NextPane:
		s.turnTo((s.focus + 1) % panes)
	case keys.PrevPane:
		s.turnTo((s.focus + panes - 1) % panes)
	case keys.Turn:
		s.mode, s.narrow = (s.mode+1)%modes, narrow{}
		s.turnTo(first)
	case keys.WhoCan:
		return s.world.prompt("")
	case keys.Expand:
		s.apart = !s.apart
	case keys.Open:
		return s.open()
	case keys.Explain:
		return view.Send(view.Go{Place: view.Place{Screen: view.Explain, Rule: s.rule()}})
	case keys.Picture, keys.Matrix:
		who, _ := s.subject()
		return view.Send(view.Go{Place: view.Place{Screen: string(a), Subject: who}})
	case keys.Difference:
		pair := s.pair()
		return view.Send(view.Go{Place: view.Place{Screen: view.Difference, Subject: pair[0], Other: pair[1]}})
	case keys.Access:
		subject, object, _ := s.leads()
		return s.Reveal(subject, object)
	default:
		if s.focus == first {
			s.narrow = narrow{}
		}
		cmd := s.pane().Do(a)
		s.lay()
		return tea.Batch(cmd, s.ask())
	}
	return s.ask()
}

func (s *Screen) turnTo(p pane) {
	s.focus = p
	s.turnFocus()
}

// open goes to the right: from what is listed to what joins it, from there to what it grants through that, and from there to
// where it is written.
func (s *Screen) open() tea.Cmd {
	switch s.focus {
	case first:
		s.turnTo(second)
	case second:
		l, ok := s.links[s.mode].Selected()
		if !ok {
			return s.pane().Do(keys.Fold)
		}
		if s.mode != subjects {
			return s.Reveal(l.subject, model.Ref{})
		}
		if s.about != nil {
			s.narrow = narrow{s.about.entry.ID(), l.binding}
		}
		s.turnTo(third)
		return s.ask()
	default:
		r, ok := s.rights[s.mode].Selected()
		if !ok || s.about == nil {
			return s.rights[s.mode].Do(keys.Fold)
		}
		e := s.about.entry
		return view.Send(view.Go{Place: view.Place{Screen: view.Grants, Subject: e.subject, Object: e.ref, Query: r.key}})
	}
	return nil
}

// rule is the id of the rule that explains what is selected; "" for none.
func (s *Screen) rule() string {
	if s.focus == third {
		if r, ok := s.rights[s.mode].Selected(); ok {
			for _, e := range r.edges {
				if e.Rule != "" {
					return e.Rule
				}
			}
		}
		return ""
	}
	for _, f := range s.Hint().Findings {
		return f.Rule.ID
	}
	return ""
}

// subject is who is looked at.
func (s *Screen) subject() (model.Subject, bool) {
	if s.mode == subjects {
		e, ok := s.entries[subjects].Selected()
		if !ok {
			return model.Subject{}, false
		}
		return e.subject, true
	}
	if l, ok := s.links[s.mode].Selected(); ok && s.focus == second && !l.subject.IsZero() {
		return l.subject, true
	}
	return model.Subject{}, false
}

// pair gives the two subjects that are marked, or the one that is and the selected one; fewer where there are no two.
func (s *Screen) pair() []model.Subject {
	var list []model.Subject
	if s.mode != subjects {
		return nil
	}
	l := s.entries[subjects]
	for _, e := range l.Marked() {
		list = append(list, e.subject)
	}
	if e, ok := l.Selected(); ok && len(list) == 1 && e.subject != list[0] {
		list = append(list, e.subject)
	}
	return list
}

// leads is what the selected row leads to where that is listed first: from a binding to its role, from what joins a subject
// and a role to the binding.
func (s *Screen) leads() (subject model.Subject, object model.Ref, ok bool) {
	if s.focus == second {
		l, ok := s.links[s.mode].Selected()
		switch {
		case !ok:
			return subject, object, false
		case s.mode == bindings:
			return l.subject, object, !l.subject.IsZero()
		}
		return subject, l.binding, true
	}
	if e, ok := s.entries[s.mode].Selected(); ok && s.focus == first && s.mode == bindings {
		if b := s.world.bindings[e.ref]; b != nil {
			return subject, b.role, b.exists
		}
	}
	return subject, object, false
}
