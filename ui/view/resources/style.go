package resources

import (
	"charm.land/lipgloss/v2"

	"canopy/ui/table"
	"canopy/ui/view"
)

func styles(s *view.Shared) table.Styles {
	t := &s.Theme
	return table.Styles{
		Header: t.Header, Group: t.Strong, Faint: t.Faint, Selected: t.Selected, Resting: t.Resting,
		Marked: t.Marked, Glow: t.Glow, Gone: t.Gone, Match: t.Match,
	}
}

// named is the style of a name. What is there for the sake of what is below it is faint.
func named(s *view.Shared, r *row) lipgloss.Style {
	switch {
	case r.way:
		return s.Theme.Faint
	case r.level == heading:
		return s.Theme.Header
	case r.level == space:
		return s.Theme.Strong
	}
	return s.Theme.Text
}

func worstStyle(s *view.Shared, r *row) lipgloss.Style {
	if w, ok := r.score.Worst(); ok {
		return s.Theme.Severity(w)
	}
	return s.Theme.Faint
}

func postureStyle(s *view.Shared, r *row) lipgloss.Style {
	switch {
	case r.level == space && r.weak:
		return s.Theme.Alarm
	case r.posture == none, r.posture == invalid, r.level == space && r.posture == privileged:
		return s.Theme.Warn
	case r.level == space:
		return s.Theme.Text
	case r.posture == privileged:
		return s.Theme.Alarm
	case r.posture == baseline:
		return s.Theme.Warn
	}
	return s.Theme.Good
}

func readyStyle(s *view.Shared, r *row) lipgloss.Style {
	if r.lacks() > 0 {
		return s.Theme.Warn
	}
	return s.Theme.Text
}

func statusStyle(s *view.Shared, r *row) lipgloss.Style {
	switch r.trouble {
	case failed:
		return s.Theme.Alarm
	case waiting, leaving, held:
		return s.Theme.Warn
	case over:
		return s.Theme.Faint
	}
	return s.Theme.Text
}

func faintly(s *view.Shared, r *row) lipgloss.Style {
	if r.inherits() {
		return s.Theme.Faint
	}
	return s.Theme.Text
}
