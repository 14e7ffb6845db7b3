package plan

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
	"canopy/ui/view/explain"
)

// list draws the documents, two lines each.
func (s *Screen) list(width, height int) string {
	lines := []string{""}
	aside := ""
	if words, style := s.nothing(); words != "" {
		for _, l := range s.shared.Wrap(words, width-2) {
			lines = append(lines, " "+style.Render(l))
		}
	} else {
		all := s.draft.changes
		room := max(1, (height-1)/2)
		s.top = max(0, min(s.top, s.cursor, len(all)-room), s.cursor-room+1)
		end := min(s.top+room, len(all))
		for i := s.top; i < end; i++ {
			lines = append(lines, s.entry(i, width)...)
		}
		if room < len(all) {
			aside = fmt.Sprintf("%d-%d of %d", s.top+1, end, len(all))
		}
	}
	lines[0] = s.heading("CHANGES, IN THIS ORDER", aside, width, s.focus == changes)
	return view.Block(lines, width, height)
}

// nothing says why there is no document to list; "" where there is one.
func (s *Screen) nothing() (string, lipgloss.Style) {
	t := &s.shared.Theme
	d := s.draft
	switch {
	case d == nil:
		return "working out the change", t.Faint
	case d.err != nil && s.origin.text != nil:
		return "the text could not be read: " + d.err.Error(), t.Alarm
	case d.err != nil && s.origin.cut != nil:
		return d.err.Error(), t.Alarm
	case d.err != nil:
		return "no fix could be made: " + d.err.Error(), t.Alarm
	case len(d.changes) > 0:
		return "", t.Text
	case s.origin.text != nil:
		return "nothing in the text would change anything", t.Warn
	case s.origin.deed != nil:
		return "there is nothing to take back", t.Good
	case d.fix == nil && s.origin.cut != nil:
		return "there is nothing to cut", t.Warn
	case d.fix == nil && len(s.origin.findings) == 1:
		return "the finding is gone: there is nothing to fix", t.Good
	case d.fix == nil:
		return "all findings are gone: there is nothing to fix", t.Good
	}
	return "no document ends this; what to do by hand stands under " + effectsTitle, t.Warn
}

// entry draws one document.
func (s *Screen) entry(i, width int) []string {
	t, g, c := &s.shared.Theme, &s.shared.Glyphs, &s.draft.changes[i]
	mark := "  "
	if i == s.cursor {
		mark = g.Cursor + " "
	}
	sign, style := s.stepMark(c)
	number := fmt.Sprintf("%s%d ", mark, i+1)
	name := string(c.step.Verb) + " " + c.step.Ref.String()
	if c.edited {
		name += " (edited)"
	}
	rest := " " + s.shared.Fit(name, max(0, width-text.Width(number)-2))
	var first string
	switch {
	case i == s.cursor && s.focus == changes:
		first = t.Selected.Render(number + sign + rest)
	case i == s.cursor:
		first = t.Resting.Render(number + sign + rest)
	case c.place < 0:
		first = t.Faint.Render(number + sign + rest)
	default:
		first = number + style.Render(sign) + rest
	}
	words, ink := s.entryNote(c)
	return []string{first, ink.Render(s.shared.Fit("      "+words, width))}
}

// entryNote says the one thing of a document that counts most.
func (s *Screen) entryNote(c *change) (string, lipgloss.Style) {
	t, dot := &s.shared.Theme, " "+s.shared.Glyphs.Dot+" "
	if c.place < 0 {
		return "left out", t.Faint
	}
	if st := s.standings[c.place]; st != nil {
		for _, k := range st.checks {
			if k.Outcome == st.worst && k.Outcome >= model.Untestable {
				_, ink := s.outcomeMark(k.Outcome)
				return k.Rung.String() + ": " + causeWord(k.Cause) + dot + k.Message, ink
			}
		}
		for _, k := range st.checks {
			if len(k.Conflicts) > 0 {
				return k.Conflicts[0].Manager + " manages " + k.Conflicts[0].Path + ": it may take this back", t.Warn
			}
		}
	}
	if by := c.managed(); by != "" {
		return "managed by " + by + ": export instead", t.Warn
	}
	if c.document == nil {
		return map[model.StepVerb]string{model.Create: "it is made", model.Patch: "it is changed", model.Delete: "it goes"}[c.step.Verb], t.Faint
	}
	harm, _, _ := strings.Cut(explain.Breakage(c.breakage()), ":")
	ends := "closes nothing by itself"
	if n := len(c.closes); n > 0 {
		ends = "closes " + view.Count(n, "finding")
	}
	return ends + dot + harm, t.Faint
}
