package preview

import (
	"fmt"
	"slices"
	"strings"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/explain"
)

// body is the height below the banner.
func (s *Screen) body() int { return max(0, s.height-len(s.above)) }

// leftWidth is that of the list; the difference gets the rest.
func (s *Screen) leftWidth() int {
	if s.onePane() {
		return s.width
	}
	return s.width * 42 / 100
}

func (s *Screen) rightWidth() int { return max(0, s.width-s.leftWidth()-1) }

// listHeight is the number of lines of the list, its heading included.
func (s *Screen) listHeight() int {
	n := 0
	if s.plan != nil {
		n = 1 + 2*len(s.plan.documents)
	}
	switch {
	case n <= 1 && s.onePane():
		return s.body()
	case n <= 1:
		return max(4, s.body()/2)
	case s.onePane():
		return max(3, min(n, s.body()/3))
	}
	return max(4, min(n+1, s.body()/2))
}

// layout gives the banner and the panes their places.
func (s *Screen) layout() {
	s.above = s.banner()
	if s.onePane() {
		s.diff.Resize(s.width, max(0, s.body()-s.listHeight()-1))
		s.effects.Resize(s.width, max(0, s.body()-1))
		return
	}
	s.diff.Resize(s.rightWidth(), max(0, s.body()-1))
	s.effects.Resize(s.leftWidth(), max(0, s.body()-s.listHeight()-1))
}

// refill writes the texts anew.
func (s *Screen) refill() {
	s.effects.SetLines(s.effectLines(s.leftWidth()))
	s.diff.SetLines(s.diffLines())
	if s.shown != s.cursor {
		s.shown = s.cursor
		s.diff.Top()
	}
}

// View draws the panes.
func (s *Screen) View() string {
	body := s.body()
	var drawn string
	switch {
	case s.onePane() && s.focus == effects:
		drawn = s.headed(effectsTitle, s.effects, s.width, true)
	case s.onePane():
		drawn = s.list(s.width, s.listHeight()) + "\n" + s.headed(s.diffTitle(), s.diff, s.width, s.focus == diff)
	default:
		left := s.list(s.leftWidth(), s.listHeight()) + "\n" + s.headed(effectsTitle, s.effects, s.leftWidth(), s.focus == effects)
		right := s.headed(s.diffTitle(), s.diff, s.rightWidth(), s.focus == diff)
		left = view.Block(strings.Split(left, "\n"), s.leftWidth(), body)
		drawn = s.shared.Beside(left, view.Block(strings.Split(right, "\n"), s.rightWidth(), body))
	}
	return view.Block(append(slices.Clip(s.above), strings.Split(drawn, "\n")...), s.width, s.height)
}

const effectsTitle = "WHAT IT WOULD DO"

// headed puts a heading over a text: it says which pane has the focus, and where in the text one is.
func (s *Screen) headed(title string, p *view.Pager, width int, focused bool) string {
	aside := ""
	if p.Can(keys.Down).OK() || p.Search() != "" {
		aside = p.Position()
	}
	return s.heading(title, aside, width, focused) + "\n" + p.View()
}

func (s *Screen) heading(title, aside string, width int, focused bool) string {
	mark := " "
	if focused {
		mark = s.shared.Glyphs.Cursor
	}
	return s.shared.Heading(mark+" "+title, aside, width, focused)
}

func (s *Screen) diffTitle() string {
	if d := s.selected(); d != nil {
		return "DIFFERENCE  " + string(d.document.Step.Verb) + " " + d.document.Step.Ref.String()
	}
	return "DIFFERENCE"
}

// list draws the documents, two lines each.
func (s *Screen) list(width, height int) string {
	t := &s.shared.Theme
	lines := []string{""}
	aside := ""
	say := func(words string, draw func(...string) string) {
		for _, l := range s.shared.Wrap(words, width-2) {
			lines = append(lines, " "+draw(l))
		}
	}
	switch {
	case s.plan == nil:
		say("working out the change", t.Faint.Render)
	case s.plan.err != nil:
		say("no fix could be made: "+s.plan.err.Error(), t.Alarm.Render)
	case s.plan.fix == nil && len(s.ids) == 1:
		say("the finding is gone: there is nothing to fix", t.Good.Render)
	case s.plan.fix == nil:
		say("all findings are gone: there is nothing to fix", t.Good.Render)
	case len(s.plan.documents) == 0:
		say("no document ends this; what to do by hand stands under "+effectsTitle, t.Warn.Render)
	default:
		room := max(1, (height-1)/2)
		s.top = max(0, min(s.top, s.cursor, len(s.plan.documents)-room), s.cursor-room+1)
		end := min(s.top+room, len(s.plan.documents))
		for i := s.top; i < end; i++ {
			lines = append(lines, s.entry(i, width)...)
		}
		if room < len(s.plan.documents) {
			aside = fmt.Sprintf("%d-%d of %d", s.top+1, end, len(s.plan.documents))
		}
	}
	lines[0] = s.heading("CHANGES, IN THIS ORDER", aside, width, s.focus == changes)
	return view.Block(lines, width, height)
}

// entry draws one document.
func (s *Screen) entry(i, width int) []string {
	t, g, d := &s.shared.Theme, &s.shared.Glyphs, s.plan.documents[i].document
	mark := "  "
	if i == s.cursor {
		mark = g.Cursor + " "
	}
	first := s.shared.Fit(fmt.Sprintf("%s%d %s %s", mark, i+1, d.Step.Verb, d.Step.Ref.String()), width)
	harm, _, _ := strings.Cut(explain.Breakage(d.Breakage), ":")
	ends := "closes nothing by itself"
	if n := len(d.Closes); n > 0 {
		ends = "closes " + view.Count(n, "finding")
	}
	note := "    " + ends + " " + g.Dot + " " + harm
	if d.ManagedBy != "" {
		note += " " + g.Dot + " managed by " + d.ManagedBy
	}
	second := s.shared.Fit(note, width)
	switch {
	case i == s.cursor && s.focus == changes:
		first = t.Selected.Render(first)
	case i == s.cursor:
		first = t.Resting.Render(first)
	}
	return []string{first, t.Faint.Render(second)}
}

// longest is the number of bytes of a line that are drawn.
const longest = 2000

// diffLines draws the difference of the selected document.
func (s *Screen) diffLines() []string {
	t, d := &s.shared.Theme, s.selected()
	switch {
	case d == nil:
		return nil
	case d.err != nil:
		return s.alarm("no difference can be shown: "+d.err.Error(), s.diffWidth())
	}
	lines := make([]string, len(d.lines))
	for i, l := range d.lines {
		l = strings.TrimRight(l, "\n")
		if len(l) > longest {
			l = strings.ToValidUTF8(l[:longest], "") + fmt.Sprintf(" ... (%d bytes, not all shown)", len(l))
		}
		clean := s.shared.Clean(l)
		switch l[0] {
		case '+':
			lines[i] = t.Added.Render(clean)
		case '-':
			lines[i] = t.Removed.Render(clean)
		case '@':
			lines[i] = t.Hunk.Render(strings.Repeat(s.shared.Glyphs.Dot+" ", 3))
		default:
			lines[i] = clean
		}
	}
	return lines
}

func (s *Screen) diffWidth() int {
	if s.onePane() {
		return s.width
	}
	return s.rightWidth()
}

// alarm draws words that tell of a failure.
func (s *Screen) alarm(words string, width int) []string {
	var lines []string
	for _, l := range s.shared.Wrap(words, width-2) {
		lines = append(lines, " "+s.shared.Theme.Alarm.Render(l))
	}
	return lines
}
