package resources

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"canopy/model"
	"canopy/model/record"
	"canopy/ui/view"
)

// listed tells that objects of a kind have rows.
func listed(r model.Ref) bool {
	switch r.Group + "/" + r.Kind {
	case "/Namespace", "/Node":
		return true
	}
	return record.TemplatePath(r.Kind) != "" && model.KindOf(r.GroupKind()) != nil
}

// kinds names the kinds that have rows and are in a state.
func kinds(c *view.Cover, state model.CoverState) []string {
	var names []string
	for _, k := range model.Kinds() {
		if listed(k.Ref("", "")) && c.State(k.GroupKind()) == state {
			names = append(names, k.Resource)
		}
	}
	return names
}

// reason says why kinds with rows are in a state, as the first of those that say it does.
func reason(c *view.Cover, state model.CoverState) string {
	for _, g := range c.Gaps {
		if g.State == state && g.Reason != "" && slices.ContainsFunc(kinds(c, state), func(k string) bool { return slices.Contains(g.Kinds, k) }) {
			return g.Reason
		}
	}
	return ""
}

// legend says on the last line what the signs mean that are in the list, where there is room.
func (s *Screen) legend() []string {
	const roomy = 12
	var parts []view.Part
	if s.shape.silent[clean] {
		parts = append(parts, view.Part{Text: s.shared.Glyphs.Rule + " no finding of " + scope, Style: s.shared.Theme.Faint})
	}
	if s.shape.silent[unjudged] {
		parts = append(parts, view.Part{Text: unknown + " not evaluated", Style: s.shared.Theme.Faint})
	}
	if s.height < roomy || len(parts) == 0 {
		return nil
	}
	line, _ := s.shared.Bar(s.listWidth(), parts...)
	return []string{line}
}

// below are the lines below the list.
func (s *Screen) below() []string { return append(s.gaps(), s.legend()...) }

// gaps says on a line what is not in the list, and since when it is old. Nothing is said where all was seen and is true now.
func (s *Screen) gaps() []string {
	now := s.shape.tree.snapshot
	if s.height < 4 || len(s.shape.tree.roots()) == 0 {
		return nil
	}
	var parts []view.Part
	if c := now.Cover; c.Stale {
		text := "what is shown may be out of date"
		if c.StaleSince != 0 {
			text = "stale since " + s.shared.Moment(c.StaleSince)
		}
		parts = append(parts, view.Part{Text: text, Style: s.shared.Theme.Alarm})
	}
	if loading := kinds(now.Cover, model.Loading); len(loading) > 0 {
		parts = append(parts, view.Part{Text: "still loading: " + view.Few(loading, 3), Style: s.shared.Theme.Notice})
	}
	for _, state := range view.GapStates() {
		if names := kinds(now.Cover, state); len(names) > 0 {
			parts = append(parts, view.Part{Text: string(state) + ": " + view.Few(names, 3), Style: s.shared.Theme.Warn})
			if why := reason(now.Cover, state); why != "" {
				parts = append(parts, view.Part{Text: s.shared.Glyphs.Dot + " " + why, Style: s.shared.Theme.Faint, Rank: 1})
			}
		}
	}
	if len(parts) == 0 {
		return nil
	}
	line, _ := s.shared.Bar(s.listWidth(), parts...)
	return []string{line}
}

// nothing says why the list is empty. It never says that nothing runs where something was not seen.
func (s *Screen) nothing(width int) []string {
	t, now := &s.shared.Theme, s.shape.tree.snapshot
	c := now.Cover
	p := s.shared.Prose(width)
	say := func(text string, style lipgloss.Style) []string { return p.Text(text, style).Lines() }
	switch {
	case s.shape.filter != "" && len(s.shape.tree.roots()) > 0:
		return say("nothing passes the filter "+s.shape.filter, t.Notice)
	case c.Unreached(now.Report):
		return p.Text("cannot reach the server", t.Alarm).Text(c.StaleWhy, t.Text).Lines()
	case c.Total() == 0:
		return say("connecting to "+s.shared.Session.Name(), t.Faint)
	}
	if loading := kinds(c, model.Loading); len(loading) > 0 {
		p.Text(fmt.Sprintf("loading: %d of %s read so far", c.Total()-c.By(model.Loading), view.Count(c.Total(), "kind")), t.Strong)
		p.Entry("loading", strings.Join(loading, ", "), t.Text)
	}
	for _, state := range view.GapStates() {
		if names := kinds(c, state); len(names) > 0 {
			text := strings.Join(names, ", ")
			if why := reason(c, state); why != "" {
				text += ": " + why
			}
			p.Entry(string(state), text, t.Warn)
		}
	}
	if len(p.Lines()) > 0 {
		return p.Lines()
	}
	if names := now.Namespaces.Names(); len(names) > 0 {
		return say("there is nothing in "+strings.Join(names, ", "), t.Text)
	}
	return say("the cluster is empty: no nodes, no namespaces, nothing that runs", t.Text)
}
