package network

// split tells whether there are pairs of pods, and whether some are on the same node where that makes a difference.
func (l *listing) split(x, y *part, r *relation) (far, near bool) {
	total, beside := l.count(x, y, r)
	return total > beside, beside > 0
}

func (l *listing) count(x, y *part, r *relation) (total, beside int) {
	total = len(x.pods) * len(y.pods)
	if x.class == y.class {
		total -= common(x.pods, y.pods)
	}
	if r == nil || r.near == nil {
		return total, 0
	}
	for _, m := range y.pods {
		at := l.a.nodes[l.a.members[m].record.Node()]
		if at == nil {
			continue
		}
		for _, o := range at.pods {
			if o != m && l.a.members[o].class == x.class && x.has(o) {
				beside++
			}
		}
	}
	return total, beside
}

// common counts the pods that are in both lists.
func common(x, y []uint32) int {
	switch {
	case len(x) == 1 && len(y) == 1:
		if x[0] == y[0] {
			return 1
		}
		return 0
	case len(x) == len(y) && &x[0] == &y[0]:
		return len(x)
	}
	in := make(map[uint32]struct{}, len(x))
	for _, m := range x {
		in[m] = struct{}{}
	}
	n := 0
	for _, m := range y {
		if _, ok := in[m]; ok {
			n++
		}
	}
	return n
}
