package analysis

import (
	"container/heap"
	"time"
)

// Alarm is the next moment at which time alone changes what is said of something, in seconds since 1970. The zero value is set for never.
type Alarm[T any] struct {
	// Of is what it wakes.
	Of   T
	due  int64
	slot int
}

// Due is that moment; 0 for never.
func (a *Alarm[T]) Due() int64 { return a.due }

// Alarms holds those that are set. The zero value is one without any; it belongs to one goroutine.
type Alarms[T any] struct{ of ringing[T] }

// Set moves an alarm; 0 takes it out.
func (l *Alarms[T]) Set(a *Alarm[T], due int64) {
	was := a.due
	switch {
	case was == due:
	case due == 0:
		heap.Remove(&l.of, a.slot)
		a.due = 0
	case was == 0:
		a.due = due
		heap.Push(&l.of, a)
	default:
		a.due = due
		heap.Fix(&l.of, a.slot)
	}
}

// Len counts those that are set.
func (l *Alarms[T]) Len() int { return len(l.of) }

// Next is the moment of the first; the zero time where none is set.
func (l *Alarms[T]) Next() time.Time {
	if len(l.of) == 0 {
		return time.Time{}
	}
	return time.Unix(l.of[0].due, 0).UTC()
}

// Ring takes out all that are due at a moment, in seconds since 1970, and calls f with what each wakes.
func (l *Alarms[T]) Ring(now int64, f func(T)) {
	for len(l.of) > 0 && l.of[0].due <= now {
		first := l.of[0]
		l.Set(first, 0)
		f(first.Of)
	}
}

// ringing is a heap with the first one on top.
type ringing[T any] []*Alarm[T]

// Len is part of heap.Interface, as are those below.
func (l ringing[T]) Len() int { return len(l) }

// Less puts the earlier one first.
func (l ringing[T]) Less(i, j int) bool { return l[i].due < l[j].due }

// Swap keeps the slots.
func (l ringing[T]) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].slot, l[j].slot = i, j
}

// Push adds one at the end.
func (l *ringing[T]) Push(x any) {
	a := x.(*Alarm[T])
	a.slot = len(*l)
	*l = append(*l, a)
}

// Pop takes the last one off.
func (l *ringing[T]) Pop() any {
	last := len(*l) - 1
	a := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	return a
}
