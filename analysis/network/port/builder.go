package port

import (
	"cmp"
	"slices"
)

// Builder collects ranges, and makes a set of any number of them at the cost of sorting. Its zero value is empty.
type Builder struct {
	ranges [protocols][]Range
}

// Add adds ports of one protocol; nothing where to is below from or from is 0.
func (b *Builder) Add(p Protocol, from, to uint16) {
	if from > 0 && from <= to {
		b.ranges[p] = append(b.ranges[p], Range{from, to})
	}
}

// Set gives what was added so far.
func (b *Builder) Set() Set {
	var s Set
	for p, added := range b.ranges {
		if len(added) == 0 {
			continue
		}
		slices.SortFunc(added, func(a, b Range) int { return cmp.Compare(a.From, b.From) })
		merged := []Range{added[0]}
		for _, r := range added[1:] {
			if last := &merged[len(merged)-1]; int(r.From) <= int(last.To)+1 {
				last.To = max(last.To, r.To)
			} else {
				merged = append(merged, r)
			}
		}
		s.ranges[p] = merged
	}
	return s
}
