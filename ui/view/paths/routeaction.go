package paths

import (
	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// Can says whether an action makes sense here and now.
func (s *Route) Can(a keys.Action) view.Offer {
	p := s.path()
	if p == nil {
		switch a {
		case keys.NextRoute, keys.PrevRoute, keys.Cuts, keys.Fix, keys.Explain, keys.Defence:
			return view.Because("there is no path")
		case keys.Lateral:
			return view.Yes()
		}
		return view.No()
	}
	switch a {
	case keys.NextRoute:
		return view.When(s.at+1 < len(s.state.list) || s.state.more, "this is the last route of the pair")
	case keys.PrevRoute:
		return view.When(s.at > 0, "this is the first route of the pair")
	case keys.More:
		return view.When(s.state.more, "there is no other route of the pair")
	case keys.Cuts, keys.Copy, keys.NextPane, keys.PrevPane:
		return view.Yes()
	case keys.Open:
		return s.canOpen()
	case keys.Fix:
		return canFix(s.hop())
	case keys.Explain, keys.Defence:
		return view.When(s.hop() != nil && s.state.edges[s.hop().Edge] != nil, "choose a step between two nodes")
	case keys.Lateral:
		return view.Yes()
	case keys.YAML, keys.Related, keys.Owner:
		if s.Subject().Object.IsZero() {
			return view.Because("what is selected is no object")
		}
	}
	if s.reading {
		return s.text.Can(a)
	}
	switch a {
	case keys.Down, keys.PageDown, keys.Last:
		return view.When(s.stop < stopsOf(p)-1, "this is the end of the path")
	case keys.Up, keys.PageUp, keys.First:
		return view.When(s.stop > 0, "this is the beginning of the path")
	}
	return view.No()
}

// Do does what Can has offered.
func (s *Route) Do(a keys.Action) tea.Cmd {
	switch a {
	case keys.NextRoute:
		if s.at+1 >= len(s.state.list) {
			s.onward = true
			return s.further()
		}
		s.turn(1)
	case keys.PrevRoute:
		s.turn(-1)
	case keys.More:
		return s.further()
	case keys.Lateral:
		in := s.in
		in.lateral = !in.lateral
		return view.Send(view.Go{Place: in.place(view.Path)})
	case keys.Cuts:
		return view.Send(view.Go{Place: inquiry{goal: s.in.goal, lateral: s.in.lateral}.place(view.Cuts)})
	case keys.Open:
		return s.open()
	case keys.Fix:
		h := s.hop()
		return s.keeper.fix(s.shared, s.snapshot, h.Cut, map[cutKey][]string{keyOf(&h.Cut): {h.Edge}})
	case keys.Explain:
		s.read(s.told.attack)
	case keys.Defence:
		s.read(s.told.defence)
	case keys.Copy:
		if s.reading {
			return view.Send(view.Copy{Text: s.text.Plain(), What: "the text"})
		}
		return view.Send(view.Copy{Text: s.plain(), What: "the path"})
	case keys.NextPane, keys.PrevPane:
		s.reading = !s.reading
	default:
		s.move(a)
	}
	return nil
}

// read gives the text the focus, from a line on.
func (s *Route) read(line int) {
	s.reading = true
	s.text.Top()
	s.text.Wheel(line)
}

// further asks for more routes.
func (s *Route) further() tea.Cmd {
	s.wanted += routesFirst
	return s.load()
}

// stopsPage is how many stops a page has, about.
const stopsPage = 6

func (s *Route) move(a keys.Action) {
	if s.reading {
		s.text.Do(a)
		return
	}
	last := stopsOf(s.path()) - 1
	switch a {
	case keys.Down:
		s.stop++
	case keys.Up:
		s.stop--
	case keys.PageDown:
		s.stop += stopsPage
	case keys.PageUp:
		s.stop -= stopsPage
	case keys.First:
		s.stop = 0
	case keys.Last:
		s.stop = last
	}
	s.stop = max(0, min(s.stop, last))
	s.text.Top()
	s.tell()
}

// canOpen says whether what is selected leads anywhere.
func (s *Route) canOpen() view.Offer {
	if h := s.hop(); h != nil {
		return view.When(!h.Proof.Object.IsZero() || s.state.edges[h.Edge] != nil, "nothing more is known of this step")
	}
	p, ok := placeOf(s.node())
	return view.When(ok && p != s.Place(), "this is no object")
}

// open goes to the object that opens the selected hop, or else to the explanation of its step; of a node to the node.
func (s *Route) open() tea.Cmd {
	h := s.hop()
	switch {
	case h != nil && h.Proof.Object.IsZero():
		s.read(0)
		return nil
	case h != nil:
		return view.Send(view.Go{Place: objectPlace(h.Proof.Object)})
	}
	p, _ := placeOf(s.node())
	return view.Send(view.Go{Place: p})
}

// Label names what keys do here.
func (s *Route) Label(a keys.Action) (label, does string) {
	switch a {
	case keys.Open:
		return "step in", "go to the object that opens the step, or to the node"
	case keys.Fix:
		return "fix this step", "open the edit that ends the step as a plan"
	case keys.Explain:
		return "attacker", "how an attacker does it"
	case keys.More:
		return "more routes", "ask for more routes of the pair"
	case keys.Lateral:
		if s.in.lateral {
			return "no lateral", "leave out steps by the network alone"
		}
	}
	return "", ""
}

// Legend explains the signs.
func (s *Route) Legend() []string {
	return []string{
		signs(&s.shared.Glyphs),
		"each step stands between the two nodes that it joins: its id in the catalogue, what opens it, and the ids of ATT&CK; ~ says on what a step rests that is not proven",
	}
}

// Subject is the selected node, or the object that opens the selected hop.
func (s *Route) Subject() view.Subject {
	if h := s.hop(); h != nil {
		return view.Subject{Object: h.Proof.Object, Names: []string{h.Edge + " " + h.Proof.Summary}}
	}
	if n := s.node(); n.ID != "" {
		return view.Subject{Object: n.Ref, Names: []string{n.ID}}
	}
	return view.Subject{}
}

// Start is the selected node, for its blast radius.
func (s *Route) Start() string { return s.node().ID }

// Deep tells that the text has the focus.
func (s *Route) Deep() bool { return s.reading }

// Up gives the focus back to the drawing.
func (s *Route) Up() tea.Cmd {
	s.reading = false
	return nil
}

// Filter is what is searched for in the text.
func (s *Route) Filter() string { return s.text.Search() }

// SetFilter searches.
func (s *Route) SetFilter(t string) tea.Cmd {
	if t != "" {
		s.reading = true
	}
	s.text.SetSearch(t)
	return nil
}

// FilterProblem finds nothing wrong.
func (s *Route) FilterProblem() string { return "" }

var (
	_ view.Screen   = (*Route)(nil)
	_ view.Filtered = (*Route)(nil)
)
