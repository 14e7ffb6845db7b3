package network

import (
	tea "charm.land/bubbletea/v2"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/ui/view"
)

// pair is the two namespaces of a cell; "" is what is outside.
type pair struct{ src, dst string }

// cell is what is known of one. It is of no use once the digest or the ports differ, but stays in sight until another comes.
type cell struct {
	mark   mark
	pairs  network.Pairs
	ways   ways
	digest uint64
	ports  string
}

// window holds the cells that are known. It is bounded: of what is out of sight only so much is kept.
type window struct {
	cells   map[pair]cell
	tallies map[string]tallied
	busy    bool
}

// tallied is a tally as of a digest.
type tallied struct {
	tally
	digest uint64
}

// kept bounds the cells that are kept.
const kept = 1 << 16

// inOneCall is how much is asked in one call of the writer, which has other work: a cell costs one, more where only certain ports
// count, and much more where it is about what is outside, or where what is open to a namespace is to be counted.
const (
	inOneCall = 256
	onPorts   = 8
	beyond    = 32
	ofTotals  = 64
)

// fetched brings cells.
type fetched struct {
	cells   map[pair]cell
	tallies map[string]tallied
	err     error
}

// fetch asks for the cells in sight that are not known, unless some are being asked for.
func (s *Screen) fetch() tea.Cmd {
	if s.window.busy || s.broken != nil || len(s.order.rows) < 2 {
		return nil
	}
	q := questions{digest: s.survey.digest, ports: s.order.sieve.ports, words: s.order.sieve.words}
	rows, columns := s.visibleRows(), s.visibleColumns()
	for _, r := range rows {
		for _, c := range columns {
			p := s.order.pair(r, c)
			if known, ok := s.window.cells[p]; !ok || known.digest != q.digest || known.ports != q.words {
				q.pairs = append(q.pairs, p)
			}
		}
	}
	if len(q.pairs) == 0 {
		q.names = s.uncounted(rows, columns, q.digest)
	}
	if len(q.pairs)+len(q.names) == 0 {
		return nil
	}
	s.window.busy = true
	ask, ctx := s.ask, s.shared.Running
	return view.Later(s, func() tea.Msg {
		out := fetched{cells: make(map[pair]cell, len(q.pairs)), tallies: make(map[string]tallied, len(q.names))}
		for out.err == nil && len(q.pairs)+len(q.names) > 0 {
			out.err = ask(ctx, func(a answers) { q.ask(a, &out) })
		}
		return out
	})
}

// uncounted lists the namespaces in sight whose totals are not known.
func (s *Screen) uncounted(rows, columns []int, digest uint64) []string {
	var list []string
	names := map[string]bool{}
	want := func(name string) {
		if t, ok := s.window.tallies[name]; name != "" && !names[name] && (!ok || t.digest != digest) {
			names[name] = true
			list = append(list, name)
		}
	}
	for _, r := range rows {
		want(s.order.rows[r])
	}
	for _, c := range columns {
		want(s.order.columns[c])
	}
	return list
}

// questions are what is still to be asked.
type questions struct {
	digest uint64
	ports  *port.Set
	words  string
	pairs  []pair
	names  []string
}

// ask asks some of them.
func (q *questions) ask(a answers, out *fetched) {
	for left := inOneCall; left > 0 && len(q.pairs) > 0; q.pairs = q.pairs[1:] {
		p := q.pairs[0]
		out.cells[p] = q.cell(a, p)
		switch {
		case p.src == "" || p.dst == "":
			left -= beyond
		case q.ports != nil:
			left -= onPorts
		default:
			left--
		}
	}
	for left := inOneCall; left > 0 && len(q.names) > 0; q.names = q.names[1:] {
		out.tallies[q.names[0]] = tallied{a.Totals(q.names[0]), q.digest}
		left -= ofTotals
	}
}

// cell asks for one cell. It is as of the digest that was surveyed: a newer survey is on its way then, and asks again.
func (q *questions) cell(a answers, p pair) cell {
	c := cell{digest: q.digest, ports: q.words}
	switch {
	case p.src == "" && p.dst == "":
		c.mark = empty
	case p.src == "":
		c.ways = a.Ways(p.dst, q.ports)
		c.mark = c.ways.mark()
	case p.dst == "":
		c.pairs = a.Outside(p.src, policy.Egress, q.ports)
		c.mark = markOf(c.pairs)
	default:
		c.pairs = a.Cell(p.src, p.dst, q.ports)
		c.mark = markOf(c.pairs)
	}
	return c
}

// takeCells keeps cells.
func (s *Screen) takeCells(msg fetched) {
	s.window.busy = false
	if msg.err != nil {
		s.fail(msg.err)
		return
	}
	if len(s.window.cells) > kept {
		clear(s.window.cells)
	}
	if s.window.tallies == nil || len(s.window.tallies) > kept {
		s.window.tallies = map[string]tallied{}
	}
	for p, c := range msg.cells {
		s.window.cells[p] = c
	}
	for n, t := range msg.tallies {
		s.window.tallies[n] = t
	}
}
