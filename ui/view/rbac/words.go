package rbac

import (
	"strings"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// heading is the title of a pane, and what stands at its right end.
func (s *Screen) heading(p pane) (title, aside string) {
	if p == first {
		return s.mode.String(), view.Number(s.entries[s.mode].Len())
	}
	who := ""
	if s.about != nil && s.about.mode == s.mode {
		who = s.about.entry.short()
	}
	if p == second {
		return [...]string{subjects: "granted to ", bindings: "subjects of ", roles: "holders of "}[s.mode] + who, view.Number(s.links[s.mode].Len())
	}
	title = [...]string{subjects: "what it can do", bindings: "what it grants", roles: "what it grants"}[s.mode]
	if s.about != nil && !s.about.through.IsZero() {
		title = "through " + called(s.about.through)
	}
	if s.apart {
		title += ", wildcards apart"
	}
	return title, view.Number(s.rights[s.mode].Len())
}

// short names an entry where its kind is known.
func (e *entry) short() string {
	if e.subject.IsZero() {
		return strings.TrimPrefix(called(e.ref), e.ref.Kind+" ")
	}
	return e.subject.String()
}

// silence says why a pane has no rows; "" where it has some.
func (s *Screen) silence(p pane) string {
	part := s.part(p)
	if !part.Empty() {
		return ""
	}
	if part.Filter() != "" {
		return "nothing passes the filter; " + s.shared.Keys.Show(keys.Back) + " takes it away"
	}
	_, any := s.entries[s.mode].Selected()
	switch {
	case p == first:
		return "there are no " + s.mode.String() + s.within()
	case !any:
		return ""
	case s.about == nil || s.asking && s.about.mode != s.mode:
		return s.shared.Glyphs.Charset.Ellipsis()
	case p == second && s.mode == subjects:
		return "no binding that was seen speaks of it"
	case p == second && s.mode == bindings:
		return "it names nobody"
	case p == second:
		return "no binding that was seen names it"
	case s.mode == subjects && s.links[s.mode].Len() > 0:
		return "nothing: the roles that it is bound to grant nothing, or do not exist"
	case s.mode == subjects:
		return "nothing that was seen"
	}
	return "nothing: the role has no rule, or was not seen"
}

// within names the namespaces that are shown, where not all are.
func (s *Screen) within() string {
	if n := s.snapshot.Namespaces.Names(); len(n) > 0 {
		return " in " + strings.Join(n, ", ")
	}
	return ""
}

// nothing says why the screen is empty; nil where it is not. It never says that nothing is granted where something was not
// seen.
func (s *Screen) nothing() []string {
	t, c := &s.shared.Theme, s.snapshot.Cover
	if s.broken != nil {
		return s.shared.Prose(s.width).Text(s.broken.Error(), t.Alarm).Lines()
	}
	if len(s.world.records) > 0 {
		return nil
	}
	p := s.shared.Prose(s.width)
	switch {
	case s.snapshot.Report.Sequence > 0 && !s.looked:
		return p.Text(s.shared.Glyphs.Charset.Ellipsis(), t.Faint).Lines()
	case c.Unreached(s.snapshot.Report):
		return p.Text("cannot reach the server", t.Alarm).Text(c.StaleWhy, t.Text).Lines()
	case c.Total() == 0:
		return p.Text("connecting to "+s.shared.Session.Name(), t.Faint).Lines()
	}
	if loading := inState(c, model.Loading); len(loading) > 0 {
		p.Text("nothing so far: still loading "+strings.Join(loading, ", "), t.Strong)
	}
	for _, state := range view.GapStates() {
		if names := inState(c, state); len(names) > 0 {
			text := strings.Join(names, ", ")
			if why := reasonFor(c, state); why != "" {
				text += ": " + why
			}
			p.Entry(string(state), text, t.Warn)
		}
	}
	if len(p.Lines()) == 0 {
		p.Text("the cluster has no RBAC objects and no service accounts: RBAC grants nothing to anybody", t.Text)
	}
	return p.Lines()
}

// rbacOnly is what the answers of all these screens rest on.
const rbacOnly = "RBAC alone is read: what other authorizers allow is not in it"

// legend says what cells of the third pane mean.
const legend = "all: in the whole cluster; ATTACK: steps of an attack that it opens"

// scope says what is not in what is shown: on a line what kinds are missing, where any are, and on another what that means for
// who is looked at.
func (s *Screen) scope() []string {
	t, c := &s.shared.Theme, s.snapshot.Cover
	var gaps []view.Part
	if loading := inState(c, model.Loading); len(loading) > 0 {
		gaps = append(gaps, view.Part{Text: "still loading " + view.Few(loading, 5), Style: t.Notice})
	}
	for _, state := range view.GapStates() {
		if names := inState(c, state); len(names) > 0 {
			gaps = append(gaps, view.Part{Text: string(state) + ": " + view.Few(names, 5), Style: t.Warn})
		}
	}
	if seen := seenIn(s.snapshot.Report); len(seen) > 0 {
		gaps = append(gaps, view.Part{Text: "seen whole: " + view.Few(seen, 3), Style: t.Text, Rank: 1})
	}
	more := []view.Part{{Text: rbacOnly, Style: t.Faint, Rank: 1}, {Text: legend, Style: t.Faint, Rank: 2}}
	if a := s.about; a != nil && a.why != "" && a.mode == subjects && s.mode == subjects {
		more = append([]view.Part{{Text: "may hold more: " + a.why, Style: t.Warn}}, more...)
	}
	var lines []string
	for _, parts := range [][]view.Part{gaps, more} {
		if len(parts) > 0 {
			line, _ := s.shared.Bar(s.width, parts...)
			lines = append(lines, line)
		}
	}
	return lines
}
