package detail

import (
	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// Can offers movement and search in the pane with the focus, the panes, and where one can go from here.
func (s *Screen) Can(a keys.Action) view.Offer {
	switch a {
	case keys.NextPane, keys.PrevPane, keys.Redraw:
		return view.Yes()
	case keys.Open:
		if s.rule == nil && s.machine() {
			return view.Yes()
		}
	case keys.YAML:
		return view.When(!s.object.IsZero(), "it is about no object")
	case keys.Explain:
		if s.rule != nil {
			return view.When(s.rule.Condition != "", "there is no such rule")
		}
	case keys.Copy:
		if s.focus == objectPane {
			return view.When(s.yaml.doc != nil, "there is no YAML")
		}
	case keys.Owner:
		if s.rule != nil {
			return view.When(!s.object.IsZero(), "it is about no object")
		}
		return view.When(s.top() != s.object, "nothing owns it")
	}
	return s.focused().Can(a)
}

// Do does what Can has offered.
func (s *Screen) Do(a keys.Action) tea.Cmd {
	switch a {
	case keys.NextPane, keys.PrevPane:
		s.focus = textPane + objectPane - s.focus
	case keys.YAML:
		s.focus = textPane + objectPane - s.focus
		if s.focus == objectPane && s.yaml.err != nil {
			return s.fetch(true)
		}
	case keys.Copy:
		return view.Send(view.Copy{Text: s.yaml.doc.Text(), What: s.yamlTitle()})
	case keys.Redraw:
		return tea.Batch(s.collect(true), s.fetch(true))
	case keys.Explain:
		if s.rule != nil {
			return view.Send(view.Go{Place: view.Place{Screen: view.Explain, Rule: s.rule.ID}})
		}
	case keys.Owner:
		return s.goOwner()
	case keys.Open:
		return view.Send(view.Go{Place: view.Place{Screen: view.Node, Object: s.object}})
	default:
		s.focused().Do(a)
	}
	return nil
}

// goOwner goes from a finding to its object among all resources, and from an object to the one that answers for it.
func (s *Screen) goOwner() tea.Cmd {
	if s.rule != nil {
		return view.Send(view.Go{Place: view.Place{Screen: view.Resources, Object: s.object}})
	}
	if s.top() == s.object {
		return nil
	}
	return view.Send(view.Go{Place: view.Place{Screen: view.Detail, Object: s.top()}})
}

// machine tells that the object is a node, of which more is known than its findings: its verdicts, its pods, what a drain stumbles over.
func (s *Screen) machine() bool { return s.object.Group == "" && s.object.Kind == "Node" }

// Label names what keys do here.
func (s *Screen) Label(a keys.Action) (label, does string) {
	if a == keys.Open && s.machine() {
		return "node", "how old it is by each source, what runs on it, and what a drain stumbles over"
	}
	return "", ""
}

func (s *Screen) top() model.Ref {
	if s.facts == nil {
		return s.object
	}
	return s.facts.family.top
}

// Subject is the finding while it holds, or all findings of the object. It is asked for often, so it makes nothing.
func (s *Screen) Subject() view.Subject {
	sub := view.Subject{Object: s.object, Names: s.names}
	switch {
	case s.rule != nil:
		sub.Findings = s.subject
	case s.facts != nil && s.ended.IsZero():
		sub.Findings = s.facts.findings
	}
	return sub
}

// Filter is what is searched for in the pane with the focus.
func (s *Screen) Filter() string { return s.focused().Search() }

// SetFilter searches in the pane with the focus.
func (s *Screen) SetFilter(t string) tea.Cmd {
	s.focused().SetSearch(t)
	return nil
}

// FilterProblem is nothing: any text can be searched for.
func (s *Screen) FilterProblem() string { return "" }

// Click gives the focus to the pane under the pointer.
func (s *Screen) Click(x, _ int) tea.Cmd {
	if view.TwoPanes(s.width) {
		s.focus = s.under(x)
	}
	return nil
}

// Wheel moves the pane under the pointer.
func (s *Screen) Wheel(x, _, lines int) {
	if s.under(x) == objectPane {
		s.yaml.pager.Wheel(lines)
		return
	}
	s.text.Wheel(lines)
}

// under is the pane of a column.
func (s *Screen) under(x int) pane {
	left, _ := s.panes()
	switch {
	case !view.TwoPanes(s.width):
		return s.focus
	case x > left:
		return objectPane
	}
	return textPane
}
