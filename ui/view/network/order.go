package network

import (
	"cmp"
	"slices"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/text"
	"canopy/ui/view"
)

// sorting is what the namespaces are sorted by.
type sorting uint8

const (
	byName sorting = iota
	byReached
	byReaching
	sortings
)

// String says it in words.
func (b sorting) String() string {
	return [...]string{"by name", "by how many reach it", "by how many it reaches"}[b]
}

// wish says which rows and columns are wanted, and in which order. It is comparable.
type wish struct {
	filter string
	by     sorting
	// reverse turns the order round, turned the matrix: rows are then what is reached.
	reverse, turned bool
	// shown are the namespaces that are looked at, a line each; "" is all.
	shown string
}

// order is the rows and columns of the matrix, each beginning with what is outside, "". It is immutable.
type order struct {
	job
	rows, columns []string
	rowAt, colAt  map[string]int
	// wideRow and wideColumn are the widths of the longest names.
	wideRow, wideColumn int
	// sieve is the filter, read.
	sieve sieve
}

// job is what an order is made of. It is comparable.
type job struct {
	survey *survey
	wish
	// turn counts how often the namespaces were counted; 0 where that does not matter.
	turn int
}

type arranged struct{ order *order }

// newOrder sorts and filters what there is.
func newOrder(j job, tallies map[string]tally) *order {
	o, w := &order{job: j, sieve: newSieve(j.filter)}, j.wish
	names := j.survey.names
	if w.by != byName && tallies != nil {
		names = slices.Clone(names)
		slices.SortFunc(names, func(a, b string) int {
			x, y := tallies[a], tallies[b]
			if w.by == byReached {
				return cmp.Or(cmp.Compare(y.in, x.in), cmp.Compare(y.out, x.out), cmp.Compare(a, b))
			}
			return cmp.Or(cmp.Compare(y.out, x.out), cmp.Compare(y.in, x.in), cmp.Compare(a, b))
		})
	}
	shown := view.NewNamespaces(lines(w.shown))
	o.rows, o.columns = make([]string, 1, len(names)+1), make([]string, 1, len(names)+1)
	for i := range names {
		n := names[i]
		if w.reverse {
			n = names[len(names)-1-i]
		}
		from, to := o.sieve.passes(n, true), o.sieve.passes(n, false)
		if w.turned {
			from, to = to, from
		}
		if from && (shown == nil || shown[n]) {
			o.rows = append(o.rows, n)
		}
		if to {
			o.columns = append(o.columns, n)
		}
	}
	o.rowAt, o.wideRow = index(o.rows)
	o.colAt, o.wideColumn = index(o.columns)
	return o
}

func lines(key string) []string {
	var out []string
	for len(key) > 0 {
		i := slices.Index([]byte(key), '\n')
		out, key = append(out, key[:i]), key[i+1:]
	}
	return out
}

// index finds names, and tells how wide the widest is.
func index(names []string) (at map[string]int, widest int) {
	at = make(map[string]int, len(names))
	for i, n := range names {
		at[n] = i
		widest = max(widest, text.Width(text.Clean(nameOf(n))))
	}
	return at, widest
}

// pair is the two ends of a cell.
func (o *order) pair(row, column int) pair {
	if row >= len(o.rows) || column >= len(o.columns) {
		return pair{}
	}
	if o.turned {
		return pair{o.columns[column], o.rows[row]}
	}
	return pair{o.rows[row], o.columns[column]}
}

// wish asks for another order.
func (s *Screen) wish(change func(*wish)) tea.Cmd {
	change(&s.wanted)
	return s.next()
}

// arrange makes the order that is wanted, unless another is being made.
func (s *Screen) arrange() tea.Cmd {
	j := job{survey: s.survey, wish: s.wanted}
	var tallies map[string]tally
	if s.wanted.by != byName {
		// Until the namespaces are counted they stand by name.
		j.turn, tallies = s.count.turn, s.count.tallies
	}
	if s.arranging || j == s.order.job {
		return nil
	}
	s.arranging = true
	return view.Later(s, func() tea.Msg { return arranged{newOrder(j, tallies)} })
}

// takeOrder shows an order. The cursor stays in its cell, and that on its place on the screen as far as it can.
func (s *Screen) takeOrder(msg arranged) {
	s.arranging = false
	above, before := s.at.row-s.top, s.at.column-s.left
	other := s.order.turned != msg.order.turned
	s.order = msg.order
	if !s.begun && len(s.order.rows) > 1 && len(s.order.columns) > 1 {
		// What is outside stands first, and is not what one looks at first.
		s.begun = true
		s.at = spot{row: 1, column: 1}
	}
	if other {
		s.at.row, s.at.column, s.at.rowName, s.at.columnName = s.at.column, s.at.row, s.at.columnName, s.at.rowName
	}
	s.at.row, s.top = seek(s.order.rowAt, len(s.order.rows), s.at.row, s.at.rowName, above)
	s.at.column, s.left = seek(s.order.colAt, len(s.order.columns), s.at.column, s.at.columnName, before)
	s.arrangePanes()
}

// seek finds a name again, or what stands now where it stood.
func seek(at map[string]int, n, was int, name string, distance int) (now, first int) {
	now, ok := at[name]
	if !ok || name == "" {
		now = max(0, min(was, n-1))
	}
	return now, now - distance
}
