package node

import "container/heap"

// alarm is the next moment at which time alone changes what is said of a node or of the control plane, in seconds since 1970; 0 where there
// is none. Of which node is nil for the control plane.
type alarm struct {
	due  int64
	slot int
	of   *seat
}

// alarms is a heap of those that are set, the first one on top.
type alarms []*alarm

// set moves an alarm.
func (l *alarms) set(a *alarm, due int64) {
	was := a.due
	switch {
	case was == due:
	case due == 0:
		heap.Remove(l, a.slot)
		a.due = 0
	case was == 0:
		a.due = due
		heap.Push(l, a)
	default:
		a.due = due
		heap.Fix(l, a.slot)
	}
}

// Len is part of heap.Interface, as are those below.
func (l alarms) Len() int { return len(l) }

// Less puts the earlier one first.
func (l alarms) Less(i, j int) bool { return l[i].due < l[j].due }

// Swap keeps the slots.
func (l alarms) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].slot, l[j].slot = i, j
}

// Push adds one at the end.
func (l *alarms) Push(x any) {
	a := x.(*alarm)
	a.slot = len(*l)
	*l = append(*l, a)
}

// Pop takes the last one off.
func (l *alarms) Pop() any {
	last := len(*l) - 1
	a := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	return a
}
