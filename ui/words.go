package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"canopy/model"
	"canopy/ui/keys"
)

// nothing says why the list is empty. It never says clean where something was not seen.
func (r *root) nothing() []string {
	c, rep := &r.shown.cover, r.shown.report
	if rep == nil {
		return []string{"nothing read yet: waiting for the first report"}
	}
	if n := r.shown.rows.Total(); n > 0 {
		lines := []string{fmt.Sprintf("no finding passes the filter: it holds back %d; esc takes it away", n)}
		if unknown := r.shown.schema.UnknownKeys(r.shown.rows.Query().Filter); len(unknown) > 0 {
			lines = append(lines, "no such key: "+strings.Join(unknown, ": ")+":; the keys are ns: sev: rule: kind:")
		}
		return lines
	}
	if r.unreached() {
		return []string{"cannot reach the server: " + word(c.staleWhy, "no answer") + "; trying again"}
	}
	var lines []string
	switch {
	case c.total() == 0:
		lines = []string{"nothing found so far: it is not known yet which kinds can be read"}
	case !c.settled():
		lines = []string{fmt.Sprintf("nothing found so far: still loading %s (%d of %d kinds loaded)", few(c.loading, 3), c.total()-c.by[model.Loading], c.total())}
	case c.seen() == c.total() && c.stale:
		lines = []string{fmt.Sprintf("no findings before the watch broke: %d of %d kinds seen", c.seen(), c.total())}
	case c.seen() == c.total():
		lines = []string{fmt.Sprintf("no findings: %d of %d kinds seen", c.seen(), c.total())}
	default:
		lines = []string{"no findings among what could be seen; " + r.missing()}
	}
	if len(r.namespaces) > 0 {
		lines = append(lines, "shown are only objects in "+strings.Join(r.shownNamespaces(), ", "))
	}
	if c.total() > 0 && c.by[model.Denied] == c.total() {
		lines = append(lines, "nothing may be read: name a namespace with -n NAMESPACE, or see canopy access")
	}
	if c.stale {
		lines = append(lines, "a watch is broken: what happened since is not in this")
	}
	return lines
}

// unreached tells that the server has not answered yet: then nothing is stale, for nothing was ever read.
func (r *root) unreached() bool {
	c, rep := &r.shown.cover, r.shown.report
	if rep == nil || !c.stale || c.seen() > 0 {
		return false
	}
	for _, n := range rep.Objects {
		if n > 0 {
			return false
		}
	}
	return true
}

// missing counts the kinds that were not seen whole.
func (r *root) missing() string {
	var words []string
	for _, s := range gapStates() {
		if n := r.shown.cover.by[s]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, s))
		}
	}
	return "of " + fmt.Sprint(r.shown.cover.total()) + " kinds " + strings.Join(words, ", ")
}

// coverage is the line that says how much was seen and what was not.
func (r *root) coverage() string {
	c := &r.shown.cover
	if c.total() == 0 {
		return r.bar(part{text: "coverage ?", style: r.theme.Faint})
	}
	dot := r.glyphs.Dot + " "
	parts := []part{{text: fmt.Sprintf("coverage %d%% of %d kinds", c.percent(), c.total())}}
	if c.stale {
		broken := "stale: " + word(c.staleWhy, "a watch is broken")
		if r.unreached() {
			broken = "no answer: " + word(c.staleWhy, "trying again")
		}
		parts = append(parts, part{text: dot + broken, style: r.theme.Alarm})
	}
	for _, state := range gapStates() {
		if kinds := c.missing(state); len(kinds) > 0 {
			parts = append(parts, part{text: fmt.Sprintf("%s%s: %s", dot, state, few(kinds, 3))})
		}
	}
	if len(c.loading) > 0 {
		parts = append(parts, part{text: dot + "loading: " + few(c.loading, 3)})
	}
	for _, g := range c.gaps {
		if g.reason != "" {
			parts = append(parts, part{text: dot + g.reason, style: r.theme.Faint})
		}
	}
	return r.bar(parts...)
}

// place says which rows of how many are in the window.
func (r *root) place() string {
	rows := r.shown.rows
	first, last := r.table.Span()
	s := fmt.Sprintf("%d-%d of %d", first, last, rows.Len())
	if rows.Len() == 0 {
		s = "0"
	}
	if rows.Len() != rows.Total() {
		s += fmt.Sprintf(" (%d in all)", rows.Total())
	}
	return s
}

// help lists the keys and what the signs mean.
func (r *root) help() []string {
	return append(keys.Browse().Help(),
		"filter  all words must be found, a !word must not; ns: sev: rule: kind: stand",
		"        before the beginning of one thing, as in ns:shop sev:c !rule:PS",
		"SEV     Critical High Medium Low info. C? is not known yet, C~ depends on an",
		"        assumption: not counted, and the line below the list says why",
		"SINCE   when it became so; hidden on narrow screens. Time zone: "+r.zone(),
	)
}

// zone names the time zone: the machine's own is called nothing but "Local".
func (r *root) zone() string {
	if rep := r.shown.report; rep != nil && r.location == time.Local {
		return rep.Time.In(r.location).Format("MST -07:00")
	}
	return r.location.String()
}

func (r *root) shownNamespaces() []string { return slices.Sorted(maps.Keys(r.namespaces)) }

// few names the first n and counts the rest.
func few(names []string, n int) string {
	if len(names) <= n {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:n], ", "), len(names)-n)
}

func word(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
