package plan

import (
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/model"
)

// hint is what stands at the end of the line of buttons: what to know before one presses any. Whole tells that a part of it says
// nothing.
func (s *Screen) hint() (text string, style lipgloss.Style, whole bool) {
	t := &s.shared.Theme
	switch s.phase {
	case trying:
		return "the server is asked, and keeps nothing", t.Faint, true
	case confirming, writing, told:
		return "", t.Faint, true
	}
	if s.empty() != "" {
		return "", t.Faint, true
	}
	if err := s.shared.Session.Writable(); err != nil {
		return "cannot write: " + err.Error(), t.Warn, false
	}
	if by := s.draft.managers(); len(by) > 0 {
		return "managed by " + strings.Join(by, ", ") + ": export instead", t.Warn, false
	}
	if _, asked := model.Worst(s.checks, model.RungPermitted); asked || s.trouble != "" {
		return "the server has kept nothing", t.Faint, true
	}
	return "nothing is sent before Dry-run or Apply", t.Faint, true
}
