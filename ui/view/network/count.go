package network

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/view"
)

// count is how many namespaces each reaches. It takes a while with thousands of them, so it is counted in the background, and
// only while something is sorted by it.
type count struct {
	// tallies are those of the last count that was finished, as of a survey; turn counts them.
	tallies map[string]tally
	of      *survey
	turn    int
	// busy tells that it is being counted, resting that it was just now; so far says how far it is.
	busy, resting bool
	soFar         int
	going         *counting
}

// counting is a count on its way.
type counting struct {
	survey  *survey
	tallies map[string]tally
	next    int
}

type counted struct {
	counting *counting
	err      error
}

// recount ends the rest between two counts.
type recount struct{}

// between is how long a count rests, however often the cluster changes.
const between = 2 * time.Second

// inOneGo is how many namespaces are counted until it is said how far it is.
const inOneGo = 512

// tally counts on, where that is wanted.
func (s *Screen) tally() tea.Cmd {
	if s.wanted.by == byName || s.count.busy || s.count.resting || s.count.of == s.survey || s.broken != nil || len(s.survey.names) == 0 {
		return nil
	}
	s.count.busy = true
	s.count.going = &counting{survey: s.survey, tallies: make(map[string]tally, len(s.survey.names))}
	return s.goOn()
}

func (s *Screen) goOn() tea.Cmd {
	c, ask, ctx := s.count.going, s.ask, s.shared.Running
	return view.Later(s, func() tea.Msg {
		names := c.survey.names
		until := min(len(names), c.next+inOneGo)
		for c.next < until {
			to := min(until, c.next+inOneCall/ofTotals)
			if err := ask(ctx, func(a answers) {
				for _, n := range names[c.next:to] {
					c.tallies[n] = a.Totals(n)
				}
			}); err != nil {
				return counted{c, err}
			}
			c.next = to
		}
		return counted{c, nil}
	})
}

func (s *Screen) takeCount(msg counted) tea.Cmd {
	c := msg.counting
	switch {
	case msg.err != nil:
		s.count.busy = false
		s.fail(msg.err)
		return nil
	case c.next < len(c.survey.names):
		s.count.soFar = c.next
		return s.goOn()
	}
	s.count.busy, s.count.going, s.count.soFar = false, nil, 0
	s.count.tallies, s.count.of = c.tallies, c.survey
	s.count.turn++
	if c.survey == s.survey {
		return nil
	}
	// The cluster has changed meanwhile. The next count waits a little, or one would follow the other.
	s.count.resting = true
	return tea.Tick(between, func(time.Time) tea.Msg { return view.For{To: s, Msg: recount{}} })
}

// progress says how far a count is; "" where none is on its way.
func (s *Screen) progress() string {
	if !s.count.busy || s.wanted.by == byName {
		return ""
	}
	return fmt.Sprintf("counting %d of %d", s.count.soFar, len(s.survey.names))
}
