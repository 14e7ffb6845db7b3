package splice

import (
	"slices"
	"strings"
)

// mapping edits a map that is there; false where nothing of it would stay.
func (e *editor) mapping(n *node, want *value) (bool, error) {
	gone := make([]bool, len(n.entries))
	own := map[string]bool{}
	brought := &value{kind: object}
	kept := 0
	for i, en := range n.entries {
		if en.merge {
			more, ok := brings(en.value)
			if ok && within(more, want) {
				for j, k := range more.keys {
					brought.put(k, more.items[j])
				}
				kept++
				continue
			}
		} else if to := want.get(en.name); to != nil {
			own[en.name] = true
			if err := e.entry(n, en, to); err != nil {
				return false, err
			}
			if en.key.anchored {
				en.key.settle()
			}
			kept++
			continue
		}
		if en.explicit {
			return false, flawAt(en.start(), "a pair that is written with a question mark cannot be removed in its place")
		}
		gone[i] = true
	}
	if kept == 0 {
		return false, nil
	}
	var all []fresh
	ordered := sorted(n)
	for i, k := range want.keys {
		if own[k] {
			continue
		}
		if v := brought.get(k); v != nil && equal(v, want.items[i]) {
			continue
		}
		all = append(all, newPair(n, gone, ordered, k, want.items[i]))
	}
	if n.flow {
		return true, e.rebuild(n, gone, all)
	}
	e.removeLines(n, gone)
	return true, e.addLines(n, gone, all)
}

// fresh is an entry that is to be put in.
type fresh struct {
	// after is the index of the entry behind which it goes; -1 for the front.
	after int
	key   string
	value *value
	// moved, where it is set, is its text, since it stood elsewhere before.
	moved []string
}

// brings gives what a merge key brings once the anchors hold what they will hold; false where they are gone.
func brings(n *node) (*value, bool) {
	sources := []*node{n}
	if n.shape == sequence {
		sources = nil
		for _, en := range n.entries {
			sources = append(sources, en.value)
		}
	}
	all := &value{kind: object}
	for _, s := range sources {
		v := s.val
		switch {
		case s.shape == alias:
			v = s.target.now
		case s.tangled:
			return nil, false
		default:
			s.settle()
		}
		if v == nil || v.kind != object {
			return nil, false
		}
		for i, k := range v.keys {
			all.put(k, v.items[i])
		}
	}
	return all, true
}

// within tells that all keys of one map are in another.
func within(v, other *value) bool {
	return !slices.ContainsFunc(v.keys, func(k string) bool { return other.get(k) == nil })
}

// newPair finds the place of a new key.
func newPair(n *node, gone []bool, ordered bool, key string, v *value) fresh {
	f := fresh{after: -1, key: key, value: v}
	for i, en := range n.entries {
		if gone[i] || ordered && !en.merge && !envelope(n, en.name) && en.name > key {
			continue
		}
		f.after = i
	}
	return f
}

// sorted tells that the keys of a map stand in order. Of a whole object, what every object begins with does not count.
func sorted(n *node) bool {
	last, count := "", 0
	for _, en := range n.entries {
		if en.merge || envelope(n, en.name) {
			continue
		}
		if count > 0 && en.name < last {
			return false
		}
		last = en.name
		count++
	}
	return count > 1
}

// envelope tells what an object begins with by custom.
func envelope(n *node, key string) bool {
	switch key {
	case "apiVersion", "kind", "metadata":
		return n.val.get("apiVersion") != nil && n.val.get("kind") != nil
	}
	return false
}

// headStart is where the comment lines begin that belong to an entry: those directly above it, as far in as itself.
func (e *editor) headStart(n *node, i int) int {
	at := n.entries[i].start()
	column := e.column(at)
	line := e.lineStart(at)
	if !e.leads(at) {
		return at
	}
	floor := n.start
	if i > 0 {
		floor = n.entries[i-1].end()
	}
	for line > 0 {
		above := e.lineStart(line - 1)
		if row := e.src[above:line]; above < floor && i > 0 || !comment(row) || indent(row) != column {
			break
		}
		line = above
	}
	return line
}

// extentEnd is behind the last line of an entry, with the comments behind it that are indented deeper.
func (e *editor) extentEnd(en *entry) int {
	column := e.column(en.start())
	end := e.lineEnd(max(en.end(), en.start()))
	for at := end; at < len(e.src); {
		next := e.lineEnd(at)
		switch row := e.src[at:next]; {
		case blank(row):
		case comment(row) && indent(row) > column:
			end = next
		default:
			return end
		}
		at = next
	}
	return end
}

// removeLines takes entries out of a block.
func (e *editor) removeLines(n *node, gone []bool) {
	for i := 0; i < len(gone); i++ {
		if !gone[i] {
			continue
		}
		at := n.entries[i].start()
		if e.leads(at) {
			from, to := e.headStart(n, i), e.extentEnd(n.entries[i])
			// One gap of blank lines stays where there were two.
			if above := e.lineStart(max(0, from-1)); e.careful || from > 0 && blank(e.src[above:from]) {
				for to < len(e.src) && blank(e.src[to:e.lineEnd(to)]) {
					to = e.lineEnd(to)
				}
			}
			e.put(from, to, "")
			continue
		}
		// The entry shares its line with the dash of the list around it.
		k := i
		for k+1 < len(gone) && gone[k] {
			k++
		}
		next := n.entries[k].start()
		if head := e.headStart(n, k); head < e.lineStart(next) {
			before := len(strings.TrimRight(string(e.src[:at]), " \t"))
			e.put(before, e.lineBreak(head-1), "")
		} else {
			e.put(at, next, "")
		}
		i = max(i, k-1)
	}
}

// addLines puts entries into a block.
func (e *editor) addLines(n *node, gone []bool, all []fresh) error {
	column := e.column(n.entries[0].start())
	first := slices.Index(gone, false)
	for _, f := range all {
		lines := f.moved
		if lines == nil {
			var err error
			if lines, err = e.entryLines(e.contextOf(n), f.key, f.value, column); err != nil {
				return err
			}
		}
		block := strings.Join(lines, e.eol)
		switch start := n.entries[0].start(); {
		case f.after >= 0:
			at := e.extentEnd(n.entries[f.after])
			e.put(at, at, block+e.eol)
		case !e.leads(start) && gone[0] && e.headStart(n, first) < e.lineStart(n.entries[first].start()):
			// The dash stands alone now: see removeLines.
			at := e.headStart(n, first)
			e.put(at, at, block+e.eol)
		case !e.leads(start):
			e.put(start, start, strings.TrimLeft(block, " ")+e.eol+spaces(column))
		default:
			at := e.headStart(n, first)
			e.put(at, at, block+e.eol)
		}
	}
	return nil
}
