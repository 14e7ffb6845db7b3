package network

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/page"
)

// side is the text of the selected cell. It is made outside the loop.
type side struct {
	text *view.Pager
	// reading tells that the text has the focus.
	reading bool
	busy    bool
	// ready tells that the text is that of a cell, as of a digest, for a width.
	ready bool
	of    pair
	as    basis
	// findings are those of the network on what the selected namespace holds.
	findings []*model.Finding
}

// basis is what a text depends on beside its cell. It is comparable.
type basis struct {
	digest uint64
	ports  string
	width  int
	cell   cell
	looks  *view.Snapshot
}

// told brings a text.
type told struct {
	of       pair
	as       basis
	lines    []string
	findings []*model.Finding
	err      error
}

// sample is how many entries of a cell are looked at for its text. All of them are in the list that enter opens.
const sample = 60

// tell asks for the text of the selected cell, unless it is there, or another is being made.
func (s *Screen) tell() tea.Cmd {
	p, ok := s.ends()
	if !ok {
		s.side.ready, s.side.of, s.side.findings = false, p, nil
		s.side.text.SetLines(nil)
		return nil
	}
	as := basis{digest: s.survey.digest, ports: s.order.sieve.words, width: s.textWidth(), cell: s.window.cells[p], looks: s.snapshot}
	if s.side.busy || s.broken != nil || as.cell.mark == unasked || s.side.ready && s.side.of == p && s.side.as == as {
		return nil
	}
	s.side.busy = true
	t := &teller{Page: page.New(s.copied(), as.width, false), shared: s.copied()}
	ask, ctx, ports := s.ask, s.shared.Running, s.order.sieve.ports
	subject, snapshot := s.Subject().Object.Name, s.snapshot
	return view.Later(s, func() tea.Msg {
		c := &closer{pair: p, cell: as.cell, ports: ports}
		err := ask(ctx, c.look)
		if err != nil {
			return told{of: p, as: as, err: err}
		}
		t.cell(c)
		return told{p, as, t.Lines(), foundIn(snapshot, subject), nil}
	})
}

// copied is the look as it is now: commands must not read what the loop changes.
func (s *Screen) copied() *view.Shared {
	c := *s.shared
	return &c
}

func (s *Screen) textWidth() int {
	if s.lay.side {
		return s.lay.text
	}
	return s.width
}

func (s *Screen) takeText(msg told) {
	s.side.busy = false
	if msg.err != nil {
		s.fail(msg.err)
		return
	}
	if p, _ := s.ends(); p != msg.of {
		return
	}
	if s.side.of != msg.of {
		s.side.text.Top()
	}
	s.side.of, s.side.as, s.side.ready, s.side.findings = msg.of, msg.as, true, msg.findings
	s.side.text.SetLines(msg.lines)
}

// topicOfRules is the theme of the findings of the network.
const topicOfRules = "network"

// foundIn lists what was found of the network on a namespace and on what is in it.
func foundIn(snapshot *view.Snapshot, namespace string) []*model.Finding {
	var list []*model.Finding
	for _, r := range snapshot.Rows {
		o := &r.Finding.Object
		if r.Finding.Rule.Theme == topicOfRules && (o.Namespace == namespace || o.Namespace == "" && o.Kind == "Namespace" && o.Name == namespace) {
			list = append(list, r.Finding)
		}
	}
	return list
}

// foundOn sorts what was found of the network by object.
func foundOn(snapshot *view.Snapshot) map[model.Ref][]*model.Finding {
	on := map[model.Ref][]*model.Finding{}
	for _, r := range snapshot.Rows {
		if r.Finding.Rule.Theme == topicOfRules {
			on[r.Finding.Object] = append(on[r.Finding.Object], r.Finding)
		}
	}
	return on
}

// closer is a closer look at a cell.
type closer struct {
	pair
	cell    cell
	ports   *port.Set
	entries []network.Entry
	// more tells that there are others.
	more bool
	// missed is the explanation of a pair that is denied.
	missed *network.Explanation
}

// look asks for some of the entries of the cell.
func (c *closer) look(a answers) {
	if c.src == "" {
		return
	}
	q := network.Question{Level: network.Workloads, From: endOf(c.src), Ports: c.ports, Outside: c.dst == "", Denied: c.dst != ""}
	destinations := []network.End{endOf(c.dst)}
	if c.dst == "" {
		destinations = everywhere()
	}
	for _, q.To = range destinations {
		for e := range a.Entries(q) {
			if len(c.entries) == sample {
				c.more = true
				break
			}
			c.entries = append(c.entries, e)
		}
	}
	c.entries = worthy(c.entries, func(e network.Entry) network.Entry { return e })
	for i := range c.entries {
		if e := &c.entries[i]; e.Verdict == network.Deny {
			// One near miss is told; the list has the others.
			if x, err := explain(a, e.Src, e.Dst); err == nil {
				c.missed = x
			}
			break
		}
	}
}

// title says what a cell sums up.
func (c *closer) title() string {
	p := c.cell.pairs
	switch {
	case c.src == "":
		w := c.cell.ways
		if w == (ways{}) {
			return "no way in from outside"
		}
		return view.Count(w.open+w.depends+w.unknown+w.closed, "way") + " in from outside: " + listed(amount{w.open, "open"}, amount{w.depends, "that depend"}, amount{w.unknown, "not evaluated"}, amount{w.closed, "closed"})
	case p.Total == 0:
		return "no pods"
	}
	unit := "pair of pods"
	if c.dst == "" {
		unit = "pod"
	}
	text := fmt.Sprintf("%s: %d of %d %s", c.cell.mark.word(), p.Allowed, p.Total, plural(unit, p.Total))
	if p.Depends > 0 {
		text += fmt.Sprintf(", %d that depend", p.Depends)
	}
	if p.Unknown > 0 {
		text += fmt.Sprintf(", %d not evaluated", p.Unknown)
	}
	return text
}

func plural(unit string, n int) string {
	switch {
	case n == 1:
		return unit
	case unit == "pair of pods":
		return "pairs of pods"
	}
	return unit + "s"
}

// amount is a number with what it counts.
type amount struct {
	n    int
	what string
}

// listed joins amounts; those of nothing are left out.
func listed(all ...amount) string {
	var words []string
	for _, a := range all {
		if a.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", a.n, a.what))
		}
	}
	return strings.Join(words, ", ")
}
