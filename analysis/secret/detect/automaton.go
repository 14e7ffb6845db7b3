package detect

import "slices"

// hit is one word found in a text.
type hit struct {
	start, end int32
	word       uint16
}

// automaton finds many words in one pass over a text, whatever their case (Aho-Corasick). Its table has a row for each state and a
// column for each character that any word has; all others share column 0.
type automaton struct {
	class [256]uint8
	// next is the state that follows, with emits set where words end there.
	next []uint16
	// ends lists the words that end in a state, from ends[first[s]] to ends[first[s+1]], longest first.
	first []uint32
	ends  []uint16
	size  []int32
}

const (
	columns = 64
	emits   = 0x8000
)

// makeAutomaton takes words in lower case, of at most 63 different characters and 32,767 states together.
func makeAutomaton(words []string) *automaton {
	a := &automaton{}
	classes := uint8(0)
	for _, w := range words {
		for i := range len(w) {
			if c := w[i]; a.class[c] == 0 {
				classes++
				a.class[c] = classes
				if 'a' <= c && c <= 'z' {
					a.class[c-'a'+'A'] = classes
				}
			}
		}
	}
	rows := [][columns]uint16{{}}
	ends := [][]uint16{nil}
	for n, w := range words {
		s := uint16(0)
		for i := range len(w) {
			c := a.class[w[i]]
			if rows[s][c] == 0 {
				rows = append(rows, [columns]uint16{})
				ends = append(ends, nil)
				rows[s][c] = uint16(len(rows) - 1)
			}
			s = rows[s][c]
		}
		ends[s] = append(ends[s], uint16(n))
		a.size = append(a.size, int32(len(w)))
	}
	a.link(rows, ends)
	return a
}

// link gives each state, breadth first, what the longest end of it that is a state itself would do.
func (a *automaton) link(rows [][columns]uint16, ends [][]uint16) {
	fail := make([]uint16, len(rows))
	var queue []uint16
	for _, s := range rows[0] {
		if s != 0 {
			queue = append(queue, s)
		}
	}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		ends[s] = append(slices.Clip(ends[s]), ends[fail[s]]...)
		for c, t := range rows[s] {
			if t == 0 {
				rows[s][c] = rows[fail[s]][c]
				continue
			}
			fail[t] = rows[fail[s]][c]
			queue = append(queue, t)
		}
	}
	a.next = make([]uint16, 0, len(rows)*columns)
	for s := range rows {
		for _, t := range rows[s] {
			if len(ends[t]) > 0 {
				t |= emits
			}
			a.next = append(a.next, t)
		}
		a.first = append(a.first, uint32(len(a.ends)))
		a.ends = append(a.ends, ends[s]...)
	}
	a.first = append(a.first, uint32(len(a.ends)))
}

// scan gives the hits in order of their ends.
func (a *automaton) scan(s string) (hits []hit) {
	state := uint16(0)
	next, class := a.next, &a.class
	for i := range len(s) {
		state = next[int(state&^emits)*columns+int(class[s[i]])]
		if state&emits == 0 {
			continue
		}
		at := int(state &^ emits)
		for _, w := range a.ends[a.first[at]:a.first[at+1]] {
			hits = append(hits, hit{start: int32(i+1) - a.size[w], end: int32(i + 1), word: w})
		}
	}
	return hits
}
