// Package explain is the screen of a rule, for somebody who has never heard of it: what it means, why it matters, how it is
// attacked, seen and fixed, and where it holds in this cluster.
package explain

import (
	"maps"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// Screen is a rule. It is a view.Screen.
type Screen struct {
	shared *view.Shared
	id     string
	// rule is nil where there is none of that id.
	rule *model.Rule

	snap *view.Snapshot
	// count is what was found of the rule; nil until it was counted. of is the snapshot that it, or the count on its way, is of.
	count *count
	of    *view.Snapshot
	busy  bool

	pager         *view.Pager
	width, height int
}

// New gives the screen of a rule.
func New(shared *view.Shared, rule string) *Screen {
	s := &Screen{shared: shared, id: rule, snap: view.NewSnapshot(), pager: view.NewPager(shared)}
	for _, r := range shared.Session.Rules() {
		if r.ID == rule {
			s.rule = r
		}
	}
	return s
}

// Place is the rule.
func (s *Screen) Place() view.Place { return view.Place{Screen: view.Explain, Rule: s.id} }

// Crumbs name the rule.
func (s *Screen) Crumbs() []string {
	if s.rule == nil {
		return []string{"explain", s.id}
	}
	return []string{"explain", s.id + " " + s.rule.Title}
}

// Aside is how often it was found.
func (s *Screen) Aside() string {
	if s.count == nil {
		return ""
	}
	return s.count.amount()
}

// Resize sets the size.
func (s *Screen) Resize(width, height int) {
	if width == s.width && height == s.height {
		return
	}
	s.width, s.height = width, height
	s.pager.Resize(width, height)
	s.write()
}

// Restyle draws all anew.
func (s *Screen) Restyle() { s.write() }

// Show counts anew where findings have changed.
func (s *Screen) Show(n *view.Snapshot) tea.Cmd {
	s.snap = n
	if s.pager.Len() == 0 {
		s.write()
	}
	return s.recount()
}

// counted brings a count.
type counted struct{ count *count }

func (s *Screen) recount() tea.Cmd {
	n := s.snap
	if s.rule == nil || s.busy || n.Report.Findings == nil || s.of != nil && alike(s.of, n, s.id) {
		return nil
	}
	s.busy, s.of = true, n
	id := s.id
	return view.Later(s, func() tea.Msg { return counted{countOf(n, id)} })
}

// alike tells that two snapshots count the same of a rule.
func alike(a, b *view.Snapshot, rule string) bool {
	return a.Report.Digest == b.Report.Digest && a.Report.Rules[rule] == b.Report.Rules[rule] && maps.Equal(a.Namespaces, b.Namespaces)
}

// Update takes a count.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(counted); ok {
		s.busy = false
		if s.count == nil || !s.count.same(m.count) {
			s.count = m.count
			s.write()
		}
		return s.recount()
	}
	return nil
}

// Can offers movement and search, and the findings of the rule.
func (s *Screen) Can(a keys.Action) view.Offer {
	switch a {
	case keys.Open, keys.Related:
		if s.rule == nil {
			return view.No()
		}
		return view.When(s.count == nil || s.count.total > 0, "nothing of it was found")
	case keys.Copy:
		return view.When(s.rule != nil, "there is no such rule")
	}
	return s.pager.Can(a)
}

// Do does what Can has offered.
func (s *Screen) Do(a keys.Action) tea.Cmd {
	switch a {
	case keys.Open, keys.Related:
		return view.Send(view.Go{Place: view.Place{Screen: view.Findings, Filter: "rule:" + s.id}})
	case keys.Copy:
		return view.Send(view.Copy{Text: s.pager.Plain(), What: "the explanation of " + s.id})
	}
	s.pager.Do(a)
	return nil
}

// Subject is nothing: a rule is no object.
func (s *Screen) Subject() view.Subject { return view.Subject{} }

// Filter is what is searched for.
func (s *Screen) Filter() string { return s.pager.Search() }

// SetFilter searches.
func (s *Screen) SetFilter(t string) tea.Cmd {
	s.pager.SetSearch(t)
	return nil
}

// FilterProblem is nothing: any text can be searched for.
func (s *Screen) FilterProblem() string { return "" }

// View draws the text.
func (s *Screen) View() string { return s.pager.View() }

// Position is that in the text.
func (s *Screen) Position() string { return s.pager.Position() }

// Click does nothing.
func (s *Screen) Click(int, int) tea.Cmd { return nil }

// Wheel moves.
func (s *Screen) Wheel(_, _, lines int) { s.pager.Wheel(lines) }
