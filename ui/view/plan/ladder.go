package plan

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/ui/text"
	"canopy/ui/view"
)

// standing is what the checks say of one step.
type standing struct {
	worst model.Outcome
	// asked tells that a server has judged it.
	asked bool
	// checks are those with something to say.
	checks []model.Check
}

// all lists the checks there are, lowest rung first.
func (s *Screen) all() []model.Check {
	if s.draft == nil {
		return nil
	}
	return slices.Concat(s.draft.checks, s.checks)
}

// stand sums the checks up by step; those of the whole plan are under model.WholePlan.
func (s *Screen) stand() {
	s.standings = map[int]*standing{}
	for _, c := range s.all() {
		st := s.standings[c.Step]
		if st == nil {
			st = &standing{}
			s.standings[c.Step] = st
		}
		st.worst = max(st.worst, c.Outcome)
		st.asked = st.asked || c.Rung > model.RungWhatIf
		if c.Outcome != model.Passed || c.Message != "" || len(c.Warnings)+len(c.Conflicts) > 0 {
			st.checks = append(st.checks, c)
		}
	}
}

// outcomeMark is the sign of an outcome, and its style.
func (s *Screen) outcomeMark(o model.Outcome) (string, lipgloss.Style) {
	t, g := &s.shared.Theme, &s.shared.Glyphs
	switch o {
	case model.Passed:
		return g.Mark, t.Good
	case model.Warned:
		return "!", t.Warn
	case model.Untestable:
		return "?", t.Warn
	}
	return g.Fail, t.Alarm
}

// stepMark is the sign of a change: what the checks say of it, and a warning where something would take it back or it means an
// outage. A dot is for what no server was asked.
func (s *Screen) stepMark(c *change) (string, lipgloss.Style) {
	t, g := &s.shared.Theme, &s.shared.Glyphs
	if c.place < 0 {
		return " ", t.Faint
	}
	st := s.standings[c.place]
	switch {
	case st != nil && st.worst > model.Passed:
		return s.outcomeMark(st.worst)
	case c.managed() != "" || c.breakage() == "outage":
		return "!", t.Warn
	case st != nil && st.asked:
		return s.outcomeMark(model.Passed)
	}
	return g.Dot, t.Faint
}

// ladderNames are the rungs as they stand beside each other, and the same for narrow screens.
func rungName(r model.Rung, narrow bool) string {
	switch {
	case narrow && r == model.RungDryRun:
		return "dry-run"
	case narrow && r == model.RungSyntheticPod:
		return "pod"
	}
	return r.String()
}

// ladder draws the rungs on one line, each with the sign of what it came to.
func (s *Screen) ladder(width int) string {
	t, g := &s.shared.Theme, &s.shared.Glyphs
	checks := s.all()
	draw := func(narrow bool, before, between string) (string, int) {
		var parts []string
		cells := 0
		for r := model.RungParsed; r <= model.RungVerified; r++ {
			name := rungName(r, narrow)
			sign, style := g.Dot, t.Faint
			if worst, ok := model.Worst(checks, r); ok {
				sign, style = s.outcomeMark(worst)
			}
			if s.work != nil && r == s.work.rung {
				sign, style = g.ArrowRight, t.Notice
			}
			word := t.Faint
			if _, ok := model.Worst(checks, r); ok {
				word = t.Text
			}
			parts = append(parts, style.Render(sign)+between+word.Render(name))
			cells += text.Width(sign) + len(between) + len(name)
		}
		return before + strings.Join(parts, before+before), cells + (2*len(parts)-1)*len(before)
	}
	line, cells := draw(false, " ", " ")
	if cells > width {
		line, cells = draw(true, " ", " ")
	}
	if cells > width {
		line, _ = draw(true, " ", "")
		line = strings.ReplaceAll(line, "  ", " ")
	}
	return view.Pad(line, width)
}

// rungs says how far the plan has come: "rung 4 of 7: may I passed · server dry-run passed".
func (s *Screen) rungs(wide bool) string {
	checks := s.all()
	if len(checks) == 0 {
		return ""
	}
	var parts []string
	for r := model.RungParsed; r <= model.RungVerified; r++ {
		if worst, ok := model.Worst(checks, r); ok {
			parts = append(parts, cameTo(r, worst))
			if worst == model.Failed {
				break
			}
		}
	}
	last := 1
	if wide {
		last = 2
	}
	return fmt.Sprintf("rung %d of %d: %s", model.Highest(checks), model.Rungs, strings.Join(parts[max(0, len(parts)-last):], " "+s.shared.Glyphs.Dot+" "))
}

// cameTo says what came of a rung. The names of some say themselves that they have passed.
func cameTo(r model.Rung, o model.Outcome) string {
	late := r == model.RungApplied || r == model.RungVerified
	switch {
	case o == model.Passed && (late || r == model.RungParsed):
		return r.String()
	case o == model.Failed && late:
		return "not " + r.String()
	}
	return r.String() + " " + o.String()
}

// Aside says how far the plan has come, or what is under way.
func (s *Screen) Aside() string {
	if s.work != nil {
		return s.work.says()
	}
	return s.rungs(s.width >= 116)
}

// Legend explains the signs.
func (s *Screen) Legend() []string {
	g := &s.shared.Glyphs
	return []string{
		fmt.Sprintf("%s passed, ! passed with warnings or mind it, %s failed, ? nobody can say before it is done, %s not asked yet", g.Mark, g.Fail, g.Dot),
		"the ladder: parsed and what-if are worked out here; may I, server dry-run and synthetic pod ask the server, which keeps nothing; applied and verified come after you have confirmed",
	}
}
