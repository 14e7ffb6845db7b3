package rbac

import (
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
)

// textWidth is the width of the text.
func (s *inquiry[R]) textWidth() int {
	if !view.TwoPanes(s.width) {
		return s.width
	}
	return min(s.width*s.share/100, 96)
}

func (s *inquiry[R]) listWidth() int {
	if !view.TwoPanes(s.width) || s.list.IsWide() {
		return s.width
	}
	return s.width - s.textWidth() - 1
}

// Resize lays both out.
func (s *inquiry[R]) Resize(width, height int) {
	s.width, s.height = max(0, width), max(0, height)
	s.lay()
}

func (s *inquiry[R]) lay() {
	lines := max(0, s.height-len(s.above())-len(s.below()))
	width := s.listWidth()
	if width < s.width {
		width--
	}
	s.list.Resize(width, lines)
	s.text.Resize(s.textWidth(), lines)
	s.list.SetFocus(!s.reading)
}

// Restyle takes the look anew.
func (s *inquiry[R]) Restyle() {
	s.list.Restyle()
	s.side.ready = false
	s.side.looks++
	s.lay()
}

// above are the lines above the list: the answer in words.
func (s *inquiry[R]) above() []string {
	if s.answer == nil || s.height < 10 {
		return nil
	}
	var lines []string
	const most = 4
	for _, r := range s.answer.said {
		style := s.shared.Theme.Text
		if r.bad {
			style = s.shared.Theme.Warn
		}
		for _, l := range s.shared.Wrap(r.text, s.width-2) {
			if len(lines) < most {
				lines = append(lines, " "+style.Render(l))
			}
		}
	}
	if len(lines) > 0 {
		lines = append(lines, s.shared.Theme.Rule.Render(strings.Repeat(s.shared.Glyphs.Rule, s.width)))
	}
	return lines
}

// below is the line that says what is not in the answer.
func (s *inquiry[R]) below() []string {
	if s.height < 8 {
		return nil
	}
	t := &s.shared.Theme
	var parts []view.Part
	if s.answer != nil && s.answer.scope != "" {
		parts = append(parts, view.Part{Text: s.answer.scope, Style: t.Warn})
	}
	parts = append(parts, view.Part{Text: rbacOnly, Style: t.Faint, Rank: 1})
	line, _ := s.shared.Bar(s.width, parts...)
	return []string{line}
}

// View draws the list and the text beside it, or the one with the focus.
func (s *inquiry[R]) View() string {
	above, below := s.above(), s.below()
	height := max(0, s.height-len(above)-len(below))
	var body string
	switch {
	case s.words() != "":
		style := s.shared.Theme.Faint
		if s.broken != nil {
			style = s.shared.Theme.Alarm
		}
		body = s.say(s.words(), style, height)
	case !view.TwoPanes(s.width) && s.reading:
		body = s.text.View()
	case s.listWidth() == s.width:
		body = view.Block(strings.Split(s.list.View(), "\n"), s.width, height)
	default:
		left := view.Block(strings.Split(s.list.View(), "\n"), s.listWidth(), height)
		body = s.shared.Beside(left, s.text.View())
	}
	lines := above
	if height > 0 {
		lines = append(lines, strings.Split(body, "\n")...)
	}
	return view.Block(append(lines, below...), s.width, s.height)
}

func (s *inquiry[R]) say(words string, style lipgloss.Style, height int) string {
	var lines []string
	for _, l := range s.shared.Wrap(words, s.width-4) {
		lines = append(lines, "  "+style.Render(l))
	}
	return view.Block(lines, s.width, height)
}

// words says why there is nothing to list; "" where there is.
func (s *inquiry[R]) words() string {
	switch {
	case s.broken != nil:
		return s.broken.Error()
	case s.answer == nil && s.snapshot.Cover.Unreached(s.snapshot.Report):
		return "cannot reach the server: " + s.snapshot.Cover.StaleWhy
	case s.answer == nil:
		return "asking" + s.shared.Glyphs.Charset.Ellipsis()
	case !s.list.Empty():
		return ""
	case s.list.Filter() != "":
		return "nothing passes the filter; " + s.shared.Keys.Show(keys.Back) + " takes it away"
	case len(s.answer.batch.Rows()) > 0:
		return "asking" + s.shared.Glyphs.Charset.Ellipsis()
	}
	return s.answer.empty
}
