package splice

import "sort"

// maxAlign is how many pairs of items are compared to find out which has become which. In longer lists only items that are alike,
// or that have a name, are found again.
const maxAlign = 1_000_000

// align gives for each item of a list the index of what it is to become; -1 where it goes.
func align(n *node, want *value) []int {
	old := make([]*value, len(n.entries))
	for i, en := range n.entries {
		old[i] = en.value.val
	}
	pairs := make([]int, len(old))
	for i := range pairs {
		pairs[i] = -1
	}
	if a, b := identities(old), identities(want.items); a != nil && b != nil {
		for name, i := range a {
			if j, ok := b[name]; ok {
				pairs[i] = j
			}
		}
		renamed(old, want.items, pairs)
		return pairs
	}
	from, to, end := 0, len(old), len(want.items)
	for from < to && from < end && equal(old[from], want.items[from]) {
		pairs[from] = from
		from++
	}
	for to > from && end > from && equal(old[to-1], want.items[end-1]) {
		to--
		end--
		pairs[to] = end
	}
	for i, j := range closest(old[from:to], want.items[from:end]) {
		if j >= 0 {
			pairs[from+i] = from + j
		}
	}
	return pairs
}

// identities gives the items of a list by what names them; nil where not every one has a name of its own.
func identities(items []*value) map[string]int {
	all := make(map[string]int, len(items))
	for i, v := range items {
		name := identity(v)
		if _, twice := all[name]; twice || name == "" {
			return nil
		}
		all[name] = i
	}
	return all
}

// identity names an item: an object by kind, namespace and name, other maps by their name. Empty for what has no name.
func identity(v *value) string {
	if name := v.get("metadata").get("name"); name != nil && name.kind == text {
		id := "object"
		for _, part := range []*value{v.get("apiVersion"), v.get("kind"), v.get("metadata").get("namespace"), name} {
			id += "\x00"
			if part != nil {
				id += part.text
			}
		}
		return id
	}
	if name := v.get("name"); name != nil && name.kind == text {
		return "name\x00" + name.text
	}
	return ""
}

// renamed pairs an item that goes with the one that comes in its place, where they are alike but for the name.
func renamed(old, want []*value, pairs []int) {
	taken := make([]bool, len(want))
	for _, j := range pairs {
		if j >= 0 {
			taken[j] = true
		}
	}
	for i, j := range pairs {
		at := 0
		if i > 0 {
			if pairs[i-1] < 0 {
				continue
			}
			at = pairs[i-1] + 1
		}
		if j < 0 && at < len(want) && !taken[at] && alike(old[i], want[at], 0.5) {
			pairs[i], taken[at] = at, true
		}
	}
}

// alike tells that a part of the fields of two maps are the same.
func alike(a, b *value, part float64) bool { return fields(a, b) >= part }

// fields is the part of the fields that two maps share.
func fields(a, b *value) float64 {
	if a.kind != object || b.kind != object {
		return 0
	}
	same := 0
	for i, k := range a.keys {
		if equal(a.items[i], b.get(k)) {
			same++
		}
	}
	return float64(same) / float64(max(len(a.keys), len(b.keys), 1))
}

// closest pairs items in order so that as much as can be stays.
func closest(old, want []*value) []int {
	pairs := make([]int, len(old))
	for i := range pairs {
		pairs[i] = -1
	}
	if len(old) == 0 || len(want) == 0 || len(old)*len(want) > maxAlign {
		return pairs
	}
	width := len(want) + 1
	best := make([]float64, (len(old)+1)*width)
	score := make([]float64, len(old)*len(want))
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(want) - 1; j >= 0; j-- {
			s := likeness(old[i], want[j])
			score[i*len(want)+j] = s
			b := max(best[(i+1)*width+j], best[i*width+j+1])
			if s > 0 {
				b = max(b, s+best[(i+1)*width+j+1])
			}
			best[i*width+j] = b
		}
	}
	for i, j := 0, 0; i < len(old) && j < len(want); {
		switch s := score[i*len(want)+j]; {
		case s > 0 && best[i*width+j] == s+best[(i+1)*width+j+1]:
			pairs[i] = j
			i++
			j++
		case best[i*width+j] == best[(i+1)*width+j]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// likeness tells how much of an item would stay if it became another: 0 where it is better taken out.
func likeness(a, b *value) float64 {
	switch {
	case equal(a, b):
		return 1
	case a.nested() != b.nested() || a.nested() && a.kind != b.kind:
		return 0
	case !a.nested():
		return 0.1
	case a.kind == list:
		return 0.2
	}
	if x, y := identity(a), identity(b); x != "" && y != "" && x != y && !alike(a, b, 0.5) {
		return 0
	}
	return 0.1 + 0.8*fields(a, b)
}

// rising tells which pairs stay in their order, as many as can be; the others have to move.
func rising(pairs []int) []bool {
	stays := make([]bool, len(pairs))
	var tails []int
	before := make([]int, len(pairs))
	for i, j := range pairs {
		if j < 0 {
			continue
		}
		at := sort.Search(len(tails), func(k int) bool { return pairs[tails[k]] >= j })
		before[i] = -1
		if at > 0 {
			before[i] = tails[at-1]
		}
		if at == len(tails) {
			tails = append(tails, i)
		}
		tails[at] = i
	}
	if len(tails) > 0 {
		for i := tails[len(tails)-1]; i >= 0; i = before[i] {
			stays[i] = true
		}
	}
	return stays
}
