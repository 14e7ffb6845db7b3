// Package network holds the screens of who can talk to whom: a matrix of namespaces, and from there pairs of workloads and of
// pods, with the rule that decides each.
//
// The main screen is the matrix. The others answer one question each, as a list with a text beside it: see package sheet.
package network

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/network"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// Screen is the matrix. It satisfies view.Screen and view.Filtered.
type Screen struct {
	shared *view.Shared
	ask    asker
	// broken says why nothing can be shown; nil where it can.
	broken error

	width, height int
	lay           layout
	looks         looks

	snapshot, read *view.Snapshot
	// survey is what there is, surveying tells that a newer one is on its way.
	survey    *survey
	surveying bool
	// wanted is how it is to be ordered, order how it is; arranging tells that another order is being made.
	wanted    wish
	order     *order
	arranging bool
	// window holds the cells that are known.
	window window
	// count is how many namespaces each reaches, for the sort.
	count count
	// at is the selected cell; left and top count the columns and rows out of sight, the first aside, which stay.
	at        spot
	top, left int
	// begun tells that there is a cell to be at.
	begun bool
	side  side
}

var (
	_ view.Screen   = (*Screen)(nil)
	_ view.Filtered = (*Screen)(nil)
)

// spot is a cell, by the places of its row and column and by their names, so that it is found again when others come and go.
type spot struct {
	row, column         int
	rowName, columnName string
}

// newScreen gives the matrix, empty until the first snapshot.
func newScreen(shared *view.Shared, ask asker) *Screen {
	s := &Screen{shared: shared, ask: ask, snapshot: view.NewSnapshot(), survey: &survey{}}
	s.order = newOrder(job{survey: s.survey}, nil)
	s.window.cells = map[pair]cell{}
	s.side.text = view.NewPager(shared)
	s.looks = newLooks(shared)
	return s
}

// Place is the screen.
func (s *Screen) Place() view.Place { return view.Place{Screen: view.Network} }

// Spot is the place of the selected cell, for who wants to come back to it.
func (s *Screen) Spot() view.Place {
	if p, ok := s.ends(); ok {
		return s.place(p)
	}
	return s.Place()
}

// Crumbs name it, and say how it is turned.
func (s *Screen) Crumbs() []string {
	if s.wanted.turned {
		return []string{view.Network, "namespaces, by destination"}
	}
	return []string{view.Network, "namespaces"}
}

// Aside counts what there is.
func (s *Screen) Aside() string {
	if s.survey.digest == 0 && len(s.survey.names) == 0 {
		return ""
	}
	if s.side.reading && !view.TwoPanes(s.width) {
		return "text 2/2"
	}
	aside := countPolicies(s.survey.policies)
	if p := s.survey.state.Plugin; p != "" {
		aside += ", CNI " + p
		if s.survey.state.Enforcement == network.Verified {
			aside += " enforces"
		}
	}
	return aside
}

// Resize lays the panes out.
func (s *Screen) Resize(width, height int) {
	s.width, s.height = max(0, width), max(0, height)
	s.arrangePanes()
}

// Restyle takes the look anew.
func (s *Screen) Restyle() {
	s.looks = newLooks(s.shared)
	s.side.ready = false
	s.arrangePanes()
}

// ends are the ends of the selected cell; false where there is none, or nothing is asked of it.
func (s *Screen) ends() (pair, bool) {
	if len(s.order.rows) == 0 {
		return pair{}, false
	}
	p := s.order.pair(s.at.row, s.at.column)
	return p, p != pair{}
}

// Position says where in the matrix one is.
func (s *Screen) Position() string {
	if s.side.reading {
		return s.side.text.Position()
	}
	n := len(s.order.rows) - 1
	if n < 1 {
		return ""
	}
	position := fmt.Sprintf("%s > %s  row %d of %d, column %d of %d", nameOf(s.at.rowName), nameOf(s.at.columnName), s.at.row, n, s.at.column, len(s.order.columns)-1)
	if s.wanted.turned {
		position = fmt.Sprintf("%s > %s  row %d of %d, column %d of %d", nameOf(s.at.columnName), nameOf(s.at.rowName), s.at.row, n, s.at.column, len(s.order.columns)-1)
	}
	return s.shared.Clean(position)
}

// outside is how the row and the column of what is outside are called: no namespace has capital letters.
const outside = "INTERNET"

func nameOf(namespace string) string {
	if namespace == "" {
		return outside
	}
	return namespace
}

// Filter is the text that names must pass.
func (s *Screen) Filter() string {
	if s.side.reading {
		return s.side.text.Search()
	}
	return s.wanted.filter
}

// SetFilter takes another.
func (s *Screen) SetFilter(text string) tea.Cmd {
	if s.side.reading {
		s.side.text.SetSearch(text)
		return nil
	}
	return s.wish(func(w *wish) { w.filter = text })
}

// FilterProblem says what is wrong with the filter.
func (s *Screen) FilterProblem() string {
	if s.side.reading {
		return ""
	}
	f := newSieve(s.wanted.filter)
	return f.problem
}

// Deep tells that the text has the focus, which goes back to the matrix first.
func (s *Screen) Deep() bool { return s.side.reading }

// Up gives the focus back to the matrix.
func (s *Screen) Up() tea.Cmd {
	s.side.reading = false
	s.arrangePanes()
	return s.next()
}

// Subject is the namespace of the selected row, or of the column where the row is what is outside, with what was found in it.
func (s *Screen) Subject() view.Subject {
	p, ok := s.ends()
	if !ok || s.side.reading && s.side.of != p {
		return view.Subject{}
	}
	name := p.src
	if s.wanted.turned && p.dst != "" || name == "" {
		name = p.dst
	}
	sub := view.Subject{Object: namespaceRef(name), Names: []string{nameOf(p.src) + " > " + nameOf(p.dst)}}
	if s.side.ready && s.side.of == p {
		sub.Findings = s.side.findings
	}
	return sub
}

func namespaceRef(name string) model.Ref { return model.KindByName("Namespace").Ref("", name) }

// endOf is an end of a connection that stands for all of a namespace; "" is what is outside.
func endOf(namespace string) network.End {
	if namespace == "" {
		return network.End{Name: internet}
	}
	return network.End{Ref: namespaceRef(namespace)}
}

// internet is the name of the end that is outside, whatever the address.
const internet = "internet"

// place is that of a list about the selected cell.
func (s *Screen) place(p pair) view.Place {
	f := newSieve(s.wanted.filter)
	if p.src == "" {
		return view.Place{Screen: view.Internet, To: endOf(p.dst), Ports: f.words}
	}
	return view.Place{Screen: view.Pairs, From: endOf(p.src), To: endOf(p.dst), Ports: f.words}
}

// Reveal goes to the row of a namespace.
func (s *Screen) Reveal(object model.Ref) tea.Cmd {
	name := object.Namespace
	if object.Kind == "Namespace" {
		name = object.Name
	}
	s.at.rowName, s.begun = name, true
	if i, ok := s.order.rowAt[name]; ok {
		s.at.row = i
	}
	s.follow()
	return s.next()
}

// Can says whether an action makes sense here and now.
func (s *Screen) Can(a keys.Action) view.Offer {
	filled := len(s.order.rows) > 1
	p, ok := s.ends()
	switch a {
	case keys.NextPane, keys.PrevPane:
		return view.When(ok, "there is nothing to read")
	case keys.Turn:
		return view.When(filled, nothing)
	case keys.Open:
		return view.When(ok && filled, nothing)
	case keys.Ports:
		return view.Yes()
	case keys.Reach:
		return view.When(ok && filled, nothing)
	case keys.Internet, keys.Isolation, keys.Policies, keys.History:
		return view.Yes()
	case keys.Fix, keys.WhatIf, keys.Explain:
		if s.side.ready && s.side.of == p && len(s.side.findings) > 0 {
			return view.Yes().ByProgram()
		}
		return view.Because("no finding of the network is on " + nameOf(s.Subject().Object.Name) + ", or on what is in it")
	case keys.Owner:
		return view.Because("nobody owns it")
	}
	if s.side.reading {
		if a == keys.Copy {
			return view.Yes()
		}
		if o := s.side.text.Can(a); o.Known {
			return o
		}
	}
	switch a {
	case keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.First, keys.Last:
		return view.When(filled, nothing)
	case keys.Left, keys.PageLeft:
		return view.When(s.at.column > 0, "this is the first column")
	case keys.Right, keys.PageRight:
		return view.When(s.at.column+1 < len(s.order.columns), "this is the last column")
	case keys.Sort, keys.Reverse:
		return view.When(filled, nothing)
	}
	return view.No()
}

const nothing = "no namespace is shown"
