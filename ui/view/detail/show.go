package detail

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
)

// Show compares what is shown with the newest snapshot.
func (s *Screen) Show(n *view.Snapshot) tea.Cmd {
	settled := s.snap.Report.Settled()
	s.snap = n
	news := settled != n.Report.Settled()
	if s.rule != nil {
		news = s.judge() || news
	} else {
		news = s.present() || news
	}
	cmd := tea.Batch(s.collect(false), s.fetch(false))
	if news || s.text.Len() == 0 {
		s.write()
		s.yaml.draw(s)
	}
	return cmd
}

// judge looks whether the finding holds, and tells whether that has changed.
func (s *Screen) judge() bool {
	if s.snap.Report.Findings == nil {
		return false
	}
	row := s.snap.Row(s.place.Finding)
	if row == nil {
		if !s.ended.IsZero() {
			return false
		}
		s.ended = s.snap.Report.Time
		return true
	}
	if s.row != nil && s.ended.IsZero() && s.row.Same(row) {
		return false
	}
	s.row, s.rule, s.object = row, row.Finding.Rule, row.Finding.Object
	s.ended = time.Time{}
	return true
}

// present looks whether the object is there, and tells whether that has changed.
func (s *Screen) present() bool {
	set := s.snap.Report.Inventory
	if set == nil {
		return false
	}
	if set.Get(s.object) == nil {
		if !s.there || !s.ended.IsZero() {
			return false
		}
		s.ended = s.snap.Report.Time
		return true
	}
	news := !s.there || !s.ended.IsZero()
	s.there, s.ended = true, time.Time{}
	return news
}

// Update takes what commands bring.
func (s *Screen) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case collected:
		before := s.facts
		s.facts, s.gather.busy = m.facts, false
		s.write()
		if before == nil || !slices.Equal(before.places, m.facts.places) {
			s.yaml.draw(s)
		}
		return tea.Batch(s.collect(false), s.fetch(false))
	case fetched:
		s.yaml.take(s, m)
		return s.fetch(false)
	}
	return nil
}
