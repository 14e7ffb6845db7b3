package preview

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/model"
	"canopy/ui/view"
)

// leftWidth is that of the list; the difference gets the rest.
func (s *Screen) leftWidth() int {
	if s.onePane() {
		return s.width
	}
	return s.width * 42 / 100
}

// listHeight is the number of lines of the list, its heading included.
func (s *Screen) listHeight() int {
	n := 1
	if s.plan != nil {
		n = 1 + 2*len(s.plan.documents)
	}
	if s.onePane() {
		return max(3, min(n, s.height/3))
	}
	return max(4, min(n+1, s.height/2))
}

func (s *Screen) layout() {
	if s.onePane() {
		s.diff.Resize(s.width, max(0, s.height-s.listHeight()-1))
		s.effects.Resize(s.width, max(0, s.height-1))
		return
	}
	s.diff.Resize(max(0, s.width-s.leftWidth()-1), max(0, s.height-1))
	s.effects.Resize(s.leftWidth(), max(0, s.height-s.listHeight()-1))
}

// refill writes the texts anew.
func (s *Screen) refill() {
	s.effects.SetLines(s.effectLines(s.effectsWidth()))
	s.diff.SetLines(s.diffLines())
	if s.shown != s.cursor {
		s.shown = s.cursor
		s.diff.Top()
	}
}

func (s *Screen) effectsWidth() int {
	if s.onePane() {
		return s.width
	}
	return s.leftWidth()
}

// View draws the panes.
func (s *Screen) View() string {
	if s.onePane() {
		if s.focus == effects {
			return view.Block(strings.Split(s.headed("WHAT IT WOULD DO", s.effects.View(), s.width, true), "\n"), s.width, s.height)
		}
		both := s.list(s.width, s.listHeight()) + "\n" + s.headed(s.diffTitle(), s.diff.View(), s.width, s.focus == diff)
		return view.Block(strings.Split(both, "\n"), s.width, s.height)
	}
	left := s.list(s.leftWidth(), s.listHeight()) + "\n" + s.headed("WHAT IT WOULD DO", s.effects.View(), s.leftWidth(), s.focus == effects)
	right := s.headed(s.diffTitle(), s.diff.View(), s.width-s.leftWidth()-1, s.focus == diff)
	left = view.Block(strings.Split(left, "\n"), s.leftWidth(), s.height)
	right = view.Block(strings.Split(right, "\n"), s.width-s.leftWidth()-1, s.height)
	return s.shared.Beside(left, right)
}

func (s *Screen) headed(title, body string, width int, focused bool) string {
	return s.shared.Heading(title, "", width, focused) + "\n" + body
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
	lines := []string{s.shared.Heading("CHANGES, IN THIS ORDER", "", width, s.focus == changes)}
	switch {
	case s.plan == nil:
		lines = append(lines, t.Faint.Render(" working out the change"))
	case s.plan.err != nil:
		for _, l := range s.shared.Wrap(s.plan.err.Error(), width-2) {
			lines = append(lines, " "+t.Alarm.Render(l))
		}
	case s.plan.fix == nil:
		lines = append(lines, t.Good.Render(" the finding is gone: there is nothing to fix"))
	case len(s.plan.documents) == 0:
		lines = append(lines, t.Faint.Render(s.shared.Cut(" no document ends this; what to do by hand is below", width)))
	default:
		room := max(1, (height-1)/2)
		s.top = max(0, min(s.top, s.cursor, len(s.plan.documents)-room), s.cursor-room+1)
		for i := s.top; i < min(s.top+room, len(s.plan.documents)); i++ {
			lines = append(lines, s.entry(i, width)...)
		}
	}
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
	note := "    closes " + view.Count(len(d.Closes), "finding") + ", breakage: " + breakage(d.Breakage)
	if d.ManagedBy != "" {
		note += ", managed by " + d.ManagedBy + ": change it there"
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

// breakage writes a class of harm in words.
func breakage(class string) string {
	switch class {
	case "none":
		return "none"
	case "likely-safe":
		return "likely safe"
	case "needs-evidence":
		return "needs evidence"
	case "outage":
		return "outage unless coordinated"
	}
	return "not known"
}

// diffLines draws the difference of the selected document.
func (s *Screen) diffLines() []string {
	t, d := &s.shared.Theme, s.selected()
	switch {
	case d == nil:
		return nil
	case d.err != nil:
		return []string{" " + t.Alarm.Render(s.shared.Clean("no difference can be shown: "+d.err.Error()))}
	}
	lines := make([]string, len(d.lines))
	for i, l := range d.lines {
		clean := s.shared.Clean(strings.TrimRight(l, "\n"))
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

// effectLines draws what the plan would do.
func (s *Screen) effectLines(width int) []string {
	p := s.plan
	if p == nil || p.err != nil || p.fix == nil {
		return nil
	}
	t := &s.shared.Theme
	prose := s.shared.Prose(width)
	list := func(word string, findings []*model.Finding, none string) {
		if len(findings) == 0 {
			if none != "" {
				prose.Entry(word, none, t.Faint)
			}
			return
		}
		prose.Entry(word, view.Count(len(findings), "finding"), t.Strong)
		for _, f := range findings {
			head := t.Severity(f.Severity).Render(f.Severity.Letter()) + " "
			prose.Line("         " + head + s.shared.Cut(f.Rule.ID+" "+f.Rule.Title+"  "+f.Object.String(), max(1, width-12)))
		}
	}
	if p.preview != nil {
		list("closes", p.preview.Closed, "nothing")
		list("opens", p.preview.Opened, "nothing")
		list("changes", p.preview.Changed, "")
	}
	list("stays", p.stays, "")
	prose.Entry("paths", "attack paths, network pairs and permissions are not in this version", t.Faint)
	if p.preview != nil {
		for _, a := range p.preview.Assumptions {
			prose.Entry("assumes", a, t.Warn)
		}
	}
	if d := s.selected(); d != nil {
		for _, e := range d.document.Evidence {
			prose.Entry("check", e, t.Text)
		}
		prose.Gap().Entry("by hand", d.document.Command, t.Text)
	}
	for _, n := range p.fix.Notes {
		prose.Gap().Entry("by hand", n.Finding+": "+n.Reason, t.Text)
		for _, step := range n.Steps {
			prose.Entry("", step, t.Text)
		}
	}
	for _, a := range p.fix.Advice {
		prose.Gap().Text(a, t.Faint)
	}
	return prose.Lines()
}

// Click selects a document, or gives the focus to a text.
func (s *Screen) Click(x, y int) tea.Cmd {
	switch {
	case s.onePane() && s.focus == effects:
	case s.onePane() && y >= s.listHeight(), x > s.leftWidth():
		s.focus = diff
	case y < s.listHeight():
		s.focus = changes
		s.choose(y)
	default:
		s.focus = effects
	}
	return nil
}

func (s *Screen) choose(y int) {
	if s.plan == nil || y < 1 {
		return
	}
	if i := s.top + (y-1)/2; i < len(s.plan.documents) {
		s.cursor = i
		s.refill()
	}
}

// Wheel moves the text under the pointer.
func (s *Screen) Wheel(x, y, lines int) {
	switch {
	case s.onePane():
		s.pager().Wheel(lines)
	case x > s.leftWidth():
		s.diff.Wheel(lines)
	case y >= s.listHeight():
		s.effects.Wheel(lines)
	}
}
