package findings

import (
	"fmt"
	"strings"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

// list draws the table, or what is to be said in its place.
func (s *Screen) list() string {
	if s.table.Rows().Len() > 0 || s.table.Unsettled() {
		return view.Block(strings.Split(s.table.View(), "\n"), s.listWidth(), s.height)
	}
	var lines []string
	for _, line := range s.nothing() {
		for _, l := range s.shared.Wrap(line, s.listWidth()-4) {
			lines = append(lines, "  "+l)
		}
	}
	return view.Block(lines, s.listWidth(), s.height)
}

// nothing says why the list is empty. It never says clean where something was not seen.
func (s *Screen) nothing() []string {
	now := s.shown.snapshot
	cover := now.Cover
	if n := s.table.Rows().Total(); n > 0 {
		return []string{fmt.Sprintf("no finding passes the filter: it holds back %d; %s takes it away", n, s.shared.Keys.Show(keys.Back))}
	}
	if cover.Unreached(now.Report) {
		return []string{"cannot reach the server: " + word(cover.StaleWhy, "no answer") + "; trying again"}
	}
	var lines []string
	switch {
	case cover.Total() == 0:
		lines = []string{"nothing found so far: it is not known yet which kinds can be read"}
	case !cover.Settled():
		lines = []string{fmt.Sprintf("nothing found so far: still loading %s (%d of %d kinds loaded)", view.Few(cover.Loading, 3), cover.Total()-cover.By(model.Loading), cover.Total())}
	case cover.Seen() == cover.Total() && cover.Stale:
		lines = []string{fmt.Sprintf("no findings before the watch broke: %d of %d kinds seen", cover.Seen(), cover.Total())}
	case cover.Seen() == cover.Total():
		lines = []string{fmt.Sprintf("no findings: %d of %d kinds seen", cover.Seen(), cover.Total())}
	default:
		lines = []string{"no findings among what could be seen; " + missing(cover)}
	}
	if names := now.Namespaces.Names(); len(names) > 0 {
		lines = append(lines, "shown are only objects in "+strings.Join(names, ", "))
	}
	if cover.Total() > 0 && cover.By(model.Denied) == cover.Total() {
		lines = append(lines, "nothing may be read: name a namespace with -n NAMESPACE, or see canopy access")
	}
	if cover.Stale {
		lines = append(lines, "a watch is broken: what happened since is not in this")
	}
	return lines
}

// missing counts the kinds that were not seen whole.
func missing(c *view.Cover) string {
	var words []string
	for _, s := range view.GapStates() {
		if n := c.By(s); n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, s))
		}
	}
	return fmt.Sprintf("of %d kinds %s", c.Total(), strings.Join(words, ", "))
}

func word(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
