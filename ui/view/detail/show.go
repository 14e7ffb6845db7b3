package detail

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
)

// Show compares what is shown with the newest snapshot.
func (s *Screen) Show(n *view.Snapshot) tea.Cmd {
	s.snap = n
	before := s.now
	s.now = s.stand()
	news := s.now != before
	switch {
	case s.wrong != "":
	case s.rule != nil:
		news = s.judge() || news
		if news && s.row == nil && !s.ended.IsZero() {
			// What is known has changed, so it is of now that the finding does not hold.
			s.ended = n.Report.Time
		}
	default:
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
		s.ended, s.subject = s.snap.Report.Time, nil
		return true
	}
	if s.row != nil && s.ended.IsZero() && s.row.Same(row) {
		return false
	}
	s.row, s.rule, s.object, s.subject = row, row.Finding.Rule, row.Finding.Object, []*model.Finding{row.Finding}
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
		s.gather.busy = false
		if before == nil || !before.equal(m.facts) {
			s.facts = m.facts
			s.write()
			if before == nil || !slices.Equal(before.places, m.facts.places) {
				s.yaml.draw(s)
			}
		}
		return tea.Batch(s.collect(false), s.fetch(false))
	case fetched:
		s.yaml.take(s, m)
		if s.rule == nil {
			// Of kinds that are not read from the start this tells whether the object is there.
			s.write()
		}
		return s.fetch(false)
	}
	return nil
}
