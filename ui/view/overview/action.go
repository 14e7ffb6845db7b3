package overview

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// Can says whether an action makes sense here and now.
func (s *Screen) Can(a keys.Action) view.Offer {
	switch a {
	case keys.NextPane, keys.PrevPane:
		return view.Yes()
	case keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.First, keys.Last:
		if s.focus == cover {
			return s.coverage.Can(a)
		}
		return view.When(s.lists[s.focus].count > 1, "there is nothing to move to")
	case keys.Open:
		_, why := s.target()
		return view.When(why == "", why)
	case keys.Fix, keys.WhatIf, keys.Explain, keys.Related, keys.Export:
		return view.When(len(s.Hint().Findings) > 0, "no finding here").ByProgram()
	case keys.YAML, keys.Owner:
		if e := s.edit(); s.focus == changed && e != nil && e.Verb == model.EditDeleted {
			return view.Because("the object is gone")
		}
		return view.When(!s.Hint().Object.IsZero(), "no object here").ByProgram()
	case keys.Copy:
		if s.focus == cover {
			return view.Yes()
		}
		return view.When(len(s.Hint().Names) > 0, "nothing is selected").ByProgram()
	}
	return view.No()
}

// Do moves and opens. The actions on what is selected are done by who asked for Subject.
func (s *Screen) Do(a keys.Action) tea.Cmd {
	switch a {
	case keys.NextPane:
		s.focus = (s.focus + 1) % panes
	case keys.PrevPane:
		s.focus = (s.focus + panes - 1) % panes
	case keys.Open:
		if to, why := s.target(); why == "" {
			return view.Send(view.Go{Place: to})
		}
	case keys.Copy:
		return view.Send(view.Copy{Text: strings.TrimSpace(s.coverage.Plain()), What: "the coverage"})
	default:
		if s.focus == cover {
			s.coverage.Do(a)
		} else {
			s.lists[s.focus].do(a)
		}
	}
	s.arrange()
	return nil
}

// target is where enter leads, or why nowhere.
func (s *Screen) target() (to view.Place, why string) {
	switch s.focus {
	case fix:
		switch o := s.owner(); {
		case o == nil:
			return to, "no finding here"
		case o.lead || len(o.rows) == 0:
			// All paths to cluster-admin, and what ends them, with the cursor on this edit.
			to := view.Place{Screen: view.Cuts}
			if o.cut != nil {
				to.Object, to.Query = o.cut.Object, o.cut.Edit
			}
			return to, ""
		default:
			return view.Place{Screen: view.Detail, Object: o.ref}, ""
		}
	case changed:
		e := s.edit()
		if e == nil {
			return to, "nothing has changed"
		}
		if open := s.open(e, 1); len(open) > 0 {
			return view.Place{Screen: view.Detail, Finding: open[0].ID}, ""
		}
		if e.Verb == model.EditDeleted {
			return to, "the object is gone"
		}
		if i := s.snapshot.Report.Inventory; i == nil || i.Get(e.Object) == nil {
			// It has no row among what runs: a grant, a policy, a Secret.
			return view.Place{Screen: view.Detail, Object: e.Object}, ""
		}
		if isNode(e.Object) {
			return view.Place{Screen: view.Nodes, Object: e.Object}, ""
		}
		return view.Place{Screen: view.Resources, Object: e.Object}, ""
	case themes:
		i := s.lists[themes].cursor
		if i >= len(s.themes) {
			return to, "there are no themes yet"
		}
		if s.themes[i].rules == 0 {
			return to, later
		}
		return view.Place{Screen: view.Findings, Filter: "theme:" + s.themes[i].id}, ""
	}
	return to, "there is nothing behind this"
}

// open lists what an edit opened and what has not ended yet, the worst first, and no more than most.
func (s *Screen) open(e *model.Edit, most int) []*model.Finding {
	var open []*model.Finding
	for _, id := range e.Opened {
		if len(open) == most {
			break
		}
		if r := s.snapshot.Row(id); r != nil {
			open = append(open, r.Finding)
		}
	}
	return open
}

// Subject is the selected object with all that was found on it; of an edit, what it has opened.
func (s *Screen) Subject() view.Subject {
	subject := s.Hint()
	switch s.focus {
	case fix:
		if o := s.owner(); o != nil {
			subject.Findings = o.findings()
		}
	case changed:
		if e := s.edit(); e != nil {
			subject.Findings = s.open(e, len(e.Opened))
		}
	}
	return subject
}

// Hint is Subject with one finding at the most.
func (s *Screen) Hint() view.Subject {
	switch s.focus {
	case fix:
		if o := s.owner(); o != nil {
			subject := view.Subject{Object: o.ref, Names: []string{o.ref.String()}}
			if len(o.rows) > 0 {
				subject.Findings = []*model.Finding{o.rows[0].Finding}
			}
			return subject
		}
	case changed:
		if e := s.edit(); e != nil {
			return view.Subject{Findings: s.open(e, 1), Object: e.Object, Names: []string{e.Object.String()}}
		}
	case themes:
		if i := s.lists[themes].cursor; i < len(s.themes) {
			return view.Subject{Names: []string{s.themes[i].id}}
		}
	case cover:
		return view.Subject{Names: []string{"coverage"}}
	}
	return view.Subject{}
}

// Position says where in the focused pane one is.
func (s *Screen) Position() string {
	if s.focus == cover {
		return s.coverage.Position()
	}
	l := &s.lists[s.focus]
	if from, to := l.span(); l.count > 0 && to > from {
		return span(from, to, l.count)
	}
	return ""
}

// Click selects the row under the pointer; a click on the row that is selected opens it.
func (s *Screen) Click(x, y int) tea.Cmd {
	for p := range panes {
		at := s.places[p]
		if !at.title.holds(x, y) && !at.body.holds(x, y) {
			continue
		}
		was := s.focus
		s.focus = p
		defer s.arrange()
		if row, ok := s.lists[p].at(y - at.body.y); ok && at.body.holds(x, y) {
			if was == p && row == s.lists[p].cursor {
				return s.Do(keys.Open)
			}
			s.lists[p].choose(row)
		}
		return nil
	}
	return nil
}

// Wheel scrolls the pane under the pointer.
func (s *Screen) Wheel(x, y, lines int) {
	for p := range panes {
		if at := s.places[p]; !at.title.holds(x, y) && !at.body.holds(x, y) {
			continue
		}
		if p == cover {
			s.coverage.Wheel(lines)
		} else {
			s.lists[p].wheel(lines)
		}
		s.arrange()
		return
	}
}
