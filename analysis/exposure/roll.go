package exposure

import (
	"cmp"
	"slices"
)

// roll is a list of members of one namespace, sorted by name once somebody asks. To add one and to let one go takes the same
// time however many there are.
type roll struct {
	// list is sorted up to the mark; what follows was added since.
	list []*member
	mark int
	// left counts those that have gone and still stand in the list.
	left int
}

func (r *roll) add(m *member) { r.list = append(r.list, m) }

// drop notes that a member has gone; stays tells which have not.
func (r *roll) drop(stays func(*member) bool) {
	if r.left++; r.left > 32 && r.left > len(r.list)/2 {
		r.sorted(stays)
	}
}

// sorted gives the members that have not gone. The caller must not keep the list.
func (r *roll) sorted(stays func(*member) bool) []*member {
	if r.mark == len(r.list) && r.left == 0 {
		return r.list
	}
	byName := func(a, b *member) int { return cmp.Compare(a.pod.Name, b.pod.Name) }
	old, young := r.list[:r.mark], r.list[r.mark:]
	slices.SortFunc(young, byName)
	merged := make([]*member, 0, len(r.list)-min(r.left, len(r.list)))
	for len(old) > 0 || len(young) > 0 {
		var m *member
		if len(young) == 0 || (len(old) > 0 && byName(old[0], young[0]) <= 0) {
			m, old = old[0], old[1:]
		} else {
			m, young = young[0], young[1:]
		}
		// One that went and came back stands there twice.
		if stays(m) && (len(merged) == 0 || merged[len(merged)-1] != m) {
			merged = append(merged, m)
		}
	}
	r.list, r.mark, r.left = merged, len(merged), 0
	return merged
}
