package overview

import (
	"fmt"
	"strconv"

	"canopy/model"
	"canopy/ui/view"
)

const (
	// here ends what is said of things that come with a later version, and later says it of a whole theme.
	here  = "in this version"
	later = "not " + here
	// unknown stands for a figure that was not evaluated: a zero, or nothing, would look clean.
	unknown = "?"
)

// standing is how a theme stands: what was found, and how much of it could be judged. It is immutable.
type standing struct {
	id, name string
	score    view.Score
	// rules counts the rules of the theme, unjudged those that could not be judged, partly those that could in part, and
	// loading those that wait.
	rules, unjudged, partly, loading int
	// note says what the rules alone do not: how many images were scanned, how Secrets are seen.
	note string
	// old tells that what the theme is judged by is old.
	old bool
	// reason says what is missing for the first that could not be judged whole.
	reason string
}

// standings sums up all themes, in the order in which they are shown.
func standings(s *view.Snapshot, rules []*model.Rule) []standing {
	all := []standing{
		{id: "least-privilege", name: "least privilege"}, {id: "network", name: "network"}, {id: "pod-security", name: "pod security"},
		{id: "images", name: "images"}, {id: "secrets", name: "secrets"}, {id: "patching", name: "patching"},
		{id: "activity", name: "activity"}, {id: "audits", name: "audits"},
	}
	at := map[string]int{}
	for i := range all {
		at[all[i].id] = i
		all[i].score = s.Themes[all[i].id]
	}
	for _, r := range rules {
		i, ok := at[r.Theme]
		if !ok {
			i = len(all)
			at[r.Theme] = i
			all = append(all, standing{id: r.Theme, name: r.Theme, score: s.Themes[r.Theme]})
		}
		all[i].add(s.Report.Rules[r.ID])
	}
	return all
}

// add takes the state of a rule; the zero state, of a rule of which nothing was said, is that it could not be judged.
func (s *standing) add(state model.RuleState) {
	s.rules++
	switch {
	case state.Loading:
		s.loading++
	case state.Verdict == model.Yes:
	case state.Verdict == model.Depends:
		if s.unjudged == 0 && s.partly == 0 {
			s.reason = state.Reason
		}
		s.partly++
	default:
		if s.unjudged == 0 {
			s.reason = state.Reason
		}
		s.unjudged++
	}
}

// whole tells that all rules of the theme could be judged.
func (s *standing) whole() bool { return s.rules > 0 && s.unjudged+s.partly+s.loading == 0 }

// judged says how many rules there are, all of which could be judged.
func (s *standing) judged() string {
	if s.note != "" {
		return s.note
	}
	return view.Count(s.rules, "rule") + ", all judged"
}

// why says what could not be judged, and for what reason; "" where there is nothing to say.
func (s *standing) why() string {
	t := ""
	switch {
	case s.loading > 0:
		return ""
	case s.unjudged > 0:
		t = fmt.Sprintf("%d of %s cannot be judged", s.unjudged, view.Count(s.rules, "rule"))
	case s.partly > 0:
		t = fmt.Sprintf("%d of %s judged in part", s.partly, view.Count(s.rules, "rule"))
	}
	if t != "" && s.reason != "" {
		t += ": " + s.reason
	}
	return t
}

// themeColumns are the widths of the columns of the themes.
type themeColumns struct{ name, count, covered int }

// graded are the severities that are counted for each theme.
func graded() []model.Severity { return []model.Severity{model.Critical, model.High, model.Medium} }

func (s *Screen) themeColumns(width int) themeColumns {
	c := themeColumns{name: 15, count: 3}
	for i := range s.themes {
		for _, severity := range graded() {
			c.count = max(c.count, len(strconv.Itoa(s.themes[i].score.Holds[severity]))+1)
		}
	}
	if width >= 64 {
		c.name, c.count = 18, max(5, c.count)
	}
	c.covered = max(0, width-gutter-c.name-3*c.count-3)
	return c
}

func (s *Screen) themesTitle(name string, width int, focused bool) string {
	t := &s.shared.Theme
	style, c := t.Faint, s.themeColumns(width)
	if focused {
		style = t.Header
	}
	cells := []cell{{text: name, width: c.name + 1, style: style}}
	for _, severity := range graded() {
		cells = append(cells, cell{text: severity.Letter(), width: c.count, style: t.Faint, right: true})
	}
	return view.Pad(" "+s.line(width, plain, append(cells, gap(3), cell{text: "covered", width: c.covered, style: t.Faint})...)[gutter:], width)
}

// themeLine draws a theme.
func (s *Screen) themeLine(i, width int, c themeColumns) string {
	st, t := &s.themes[i], &s.shared.Theme
	covered, style := st.judged(), t.Faint
	switch {
	case st.rules == 0:
		covered = later
	case st.loading > 0 || !s.snapshot.Cover.Settled():
		covered = "loading"
	case !st.whole():
		covered, style = st.beside(st.why()), t.Warn
		if view.Width(covered) > c.covered {
			covered = st.beside(st.short(c.covered))
		}
		if view.Width(covered) > c.covered && st.note != "" {
			covered = st.note
		}
	case st.old:
		style = t.Warn
	}
	name := t.Text
	if st.rules == 0 {
		name = t.Faint
	}
	cells := []cell{{text: st.name, width: c.name, style: name, name: true}}
	for _, severity := range graded() {
		n := st.score.Holds[severity]
		count := cell{text: strconv.Itoa(n), width: c.count, style: t.Severity(severity), right: true}
		switch {
		case n > 0:
		case st.whole() && s.read():
			count.style = t.Faint
		default:
			count.text, count.style = unknown, t.Faint
		}
		cells = append(cells, count)
	}
	return s.line(width, s.look(themes, i), append(cells, gap(3), cell{text: covered, width: c.covered, style: style})...)
}

// beside puts the note before what is said of the rules.
func (s *standing) beside(words string) string {
	if s.note == "" {
		return words
	}
	return s.note + "; " + words
}

// short says how much was judged where there is no room for the reason.
func (s *standing) short(width int) string {
	judged := s.rules - s.unjudged - s.partly
	long := fmt.Sprintf("%d of %d judged", judged, s.rules)
	if len(long) <= width {
		return long
	}
	return strconv.Itoa(100*judged/max(1, s.rules)) + "%"
}

// themesSum counts the themes by how much of them is known.
func (s *Screen) themesSum() string {
	whole, part, missing := 0, 0, 0
	for i := range s.themes {
		switch st := &s.themes[i]; {
		case st.rules == 0:
			missing++
		case st.whole():
			whole++
		default:
			part++
		}
	}
	if !s.read() {
		return fmt.Sprintf("loading, %d %s", missing, later)
	}
	return fmt.Sprintf("%d covered, %d in part, %d %s", whole, part, missing, later)
}
