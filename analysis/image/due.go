package image

import "container/heap"

// due is a heap of the images that time changes, the first to change on top.
type due []*item

// Len, Less, Swap, Push and Pop are for package heap.
func (d due) Len() int { return len(d) }

// Less tells which changes first.
func (d due) Less(i, j int) bool { return d[i].next < d[j].next }

// Swap swaps two.
func (d due) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].place, d[j].place = i+1, j+1
}

// Push adds one at the end.
func (d *due) Push(x any) {
	it := x.(*item)
	*d = append(*d, it)
	it.place = len(*d)
}

// Pop takes the last one out.
func (d *due) Pop() any {
	last := len(*d) - 1
	it := (*d)[last]
	(*d)[last] = nil
	*d, it.place = (*d)[:last], 0
	return it
}

// set notes when an image changes next; 0 for never.
func (d *due) set(it *item, next int64) {
	it.next = next
	switch {
	case next == 0 && it.place != 0:
		heap.Remove(d, it.place-1)
	case next == 0:
	case it.place == 0:
		heap.Push(d, it)
	default:
		heap.Fix(d, it.place-1)
	}
}

// until calls f with all images that change no later than a moment.
func (d due) until(now int64, f func(*item)) {
	var down func(i int)
	down = func(i int) {
		if i >= len(d) || d[i].next > now {
			return
		}
		f(d[i])
		down(2*i + 1)
		down(2*i + 2)
	}
	down(0)
}

// first is the moment at which the first one changes; 0 where none does.
func (d due) first() int64 {
	if len(d) == 0 {
		return 0
	}
	return d[0].next
}
