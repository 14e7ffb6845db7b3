package resources

import (
	"cmp"

	"canopy/model"
)

// order is how a column sorts.
type order struct {
	falls   bool
	compare func(a, b *row) int
}

func sort(falls bool, compare func(a, b *item) int) *order {
	return &order{falls, func(a, b *row) int {
		x, y := siblings(a.item, b.item)
		// What stands over the nodes of the cluster stays where it is.
		if x == nil || x.level == heading || y.level == heading {
			return 0
		}
		return compare(x, y)
	}}
}

// words sorts by a text; what has none comes last.
func words(text func(*row) string) func(a, b *item) int {
	return func(a, b *item) int {
		x, y := text(&row{item: a}), text(&row{item: b})
		if (x == "") != (y == "") {
			return cmp.Compare(len(y), len(x))
		}
		return natural(x, y)
	}
}

// compare is the order of the tree: parents before what is below them, siblings by name.
func compare(a, b *row) int {
	x, y := siblings(a.item, b.item)
	if x == nil {
		return cmp.Compare(a.depth, b.depth)
	}
	return byName(x, y)
}

// byScore puts first what has more of the worst.
func byScore(a, b *item) int {
	for _, s := range model.Severities() {
		if c := cmp.Compare(b.score.Holds[s], a.score.Holds[s]); c != 0 {
			return c
		}
	}
	return cmp.Compare(b.score.Undecided, a.score.Undecided)
}

// byPosture puts first what is least locked in.
func byPosture(a, b *item) int {
	rank := func(i *item) int {
		switch {
		case i.posture == unseen:
			return int(restricted) + 1
		case i.weak:
			return -1
		}
		return int(i.posture)
	}
	return cmp.Compare(rank(a), rank(b))
}

// byReady puts first what lacks most.
func byReady(a, b *item) int { return cmp.Compare(b.lacks(), a.lacks()) }

func (i *item) lacks() int {
	if i.level == pod && i.finished() {
		return -1
	}
	return max(-1, i.wanted-i.ready)
}

func byStatus(a, b *item) int {
	return cmp.Or(cmp.Compare(b.trouble, a.trouble), cmp.Compare(b.status, a.status))
}

func byAge(a, b *item) int { return cmp.Compare(b.created, a.created) }
