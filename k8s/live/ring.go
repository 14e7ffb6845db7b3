package live

import (
	"container/list"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// ring keeps the newest events of a cluster. An event that is seen again takes the place of what it was before.
type ring struct {
	mu      sync.Mutex
	size    int
	byTime  *list.List
	byUID   map[types.UID]*list.Element
	dropped int
}

type ringEntry struct {
	uid   types.UID
	event model.Event
}

func newRing(size int) *ring {
	return &ring{size: size, byTime: list.New(), byUID: map[types.UID]*list.Element{}}
}

// put takes an event.
func (r *ring) put(uid types.UID, event model.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, ok := r.byUID[uid]; ok {
		if old.Value.(ringEntry).event.Time > event.Time {
			return
		}
		r.byTime.Remove(old)
		delete(r.byUID, uid)
	}
	// Events come nearly in order: the place is at the end, or close to it.
	place := r.byTime.Back()
	for place != nil && place.Value.(ringEntry).event.Time > event.Time {
		place = place.Prev()
	}
	entry := ringEntry{uid, event}
	if place == nil {
		if r.byTime.Len() >= r.size {
			r.dropped++
			return
		}
		r.byUID[uid] = r.byTime.PushFront(entry)
	} else {
		r.byUID[uid] = r.byTime.InsertAfter(entry, place)
	}
	if r.byTime.Len() > r.size {
		delete(r.byUID, r.byTime.Remove(r.byTime.Front()).(ringEntry).uid)
		r.dropped++
	}
}

// events gives what is kept, the oldest first, and how many older ones were let go.
func (r *ring) events() ([]model.Event, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	events := make([]model.Event, 0, r.byTime.Len())
	for e := r.byTime.Front(); e != nil; e = e.Next() {
		events = append(events, e.Value.(ringEntry).event)
	}
	return events, r.dropped
}
