package capture

import (
	"cmp"
	"slices"

	"canopy/model"
	"canopy/model/inorder"
)

// maxEvents is how many events are kept.
const maxEvents = 2000

// ring keeps the newest events.
type ring struct {
	list []model.Event
	seen int
}

func (r *ring) add(e model.Event) {
	r.seen++
	r.list = append(r.list, e)
	if len(r.list) >= 2*maxEvents {
		r.trim()
	}
}

func (r *ring) trim() {
	inorder.SortStable(r.list, func(a, b model.Event) int { return cmp.Compare(a.Time, b.Time) })
	if over := len(r.list) - maxEvents; over > 0 {
		r.list = slices.Clone(r.list[over:])
	}
}

func (r *ring) all() (events []model.Event, dropped int) {
	c := ring{list: slices.Clone(r.list)}
	c.trim()
	return c.list, r.seen - len(c.list)
}
