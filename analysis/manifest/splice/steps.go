package splice

import "cmp"

// steps is how far in a document puts what is below a key.
type steps struct {
	mapping, list int
	// nameFirst tells that items of lists begin with their name.
	nameFirst bool
}

// votes counts steps that were seen.
type votes struct {
	mapping, list map[int]int
	// first counts the items that begin with their name, less those that have it elsewhere.
	first int
}

func newVotes() *votes { return &votes{mapping: map[int]int{}, list: map[int]int{}} }

// measure looks at how a document is indented. Where it does not tell, maps go in by two and lists not at all, as kubectl writes.
func measure(root *node, src []byte) steps {
	v := newVotes()
	v.below(root, src, MaxDepth)
	return v.winner(steps{mapping: 2})
}

// below takes the votes of a node, and of what is in it down to a depth.
func (v *votes) below(n *node, src []byte, depth int) {
	if n.flow {
		return
	}
	behind := !blank(src[lineStart(src, n.start):n.start])
	if n.shape == mapping && len(n.entries) > 1 && n.val.get("name") != nil && behind {
		if n.entries[0].name == "name" {
			v.first++
		} else {
			v.first--
		}
	}
	for _, en := range n.entries {
		c := en.value
		if n.shape == mapping && !c.flow && len(c.entries) > 0 {
			key := en.start() - lineStart(src, en.start())
			first := c.entries[0].start()
			if step := first - lineStart(src, first) - key; c.shape == mapping && step > 0 {
				v.mapping[step]++
			} else if c.shape == sequence && step >= 0 {
				v.list[step]++
			}
		}
		if depth > 0 {
			v.below(c, src, depth-1)
		}
	}
}

func (v *votes) winner(or steps) steps {
	return steps{most(v.mapping, or.mapping), most(v.list, or.list), v.first >= 0}
}

// most gives the step with most votes, the smaller of two that have as many.
func most(votes map[int]int, or int) int {
	best, count := or, 0
	for step, n := range votes {
		if c := cmp.Compare(n, count); c > 0 || c == 0 && step < best {
			best, count = step, n
		}
	}
	return best
}

// stepsOf is how far in a map puts what is below its keys, else how the document does.
func (e *editor) stepsOf(n *node) steps {
	v := newVotes()
	v.below(n, e.src, 0)
	s := v.winner(e.steps)
	s.nameFirst = e.steps.nameFirst
	return s
}
