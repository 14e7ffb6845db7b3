package engine

import (
	"sync"

	"canopy/model"
)

// queue holds what the sources reported and the writer has not taken yet. It never grows beyond one change an object, so a
// burst costs no more than the cluster.
type queue struct {
	// ready holds a token while something waits.
	ready chan struct{}

	mutex sync.Mutex
	// changes is in the order of each object's first waiting change; index finds an object in it.
	changes  []model.Change
	index    map[model.Ref]int
	coverage []model.Coverage
	source   *model.SourceInfo
}

// queued is what the writer takes at once.
type queued struct {
	changes  []model.Change
	coverage []model.Coverage
	source   *model.SourceInfo
}

func newQueue() *queue {
	return &queue{ready: make(chan struct{}, 1), index: map[model.Ref]int{}}
}

func (q *queue) change(changes []model.Change) {
	q.mutex.Lock()
	for _, c := range changes {
		if i, ok := q.index[c.Ref]; ok {
			q.changes[i] = c
			continue
		}
		q.index[c.Ref] = len(q.changes)
		q.changes = append(q.changes, c)
	}
	q.mutex.Unlock()
	q.signal()
}

func (q *queue) cover(coverage []model.Coverage) {
	q.mutex.Lock()
	q.coverage = append(q.coverage, coverage...)
	q.mutex.Unlock()
	q.signal()
}

func (q *queue) identify(info model.SourceInfo) {
	q.mutex.Lock()
	q.source = &info
	q.mutex.Unlock()
	q.signal()
}

func (q *queue) signal() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take gives all that waits. The coverage is to be taken after the changes.
func (q *queue) take() queued {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	b := queued{q.changes, q.coverage, q.source}
	// New ones, since a map and a slice keep the room that a burst took.
	q.changes, q.coverage, q.source, q.index = nil, nil, nil, map[model.Ref]int{}
	return b
}

// empty tells that nothing waits.
func (q *queue) empty() bool {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	return len(q.changes) == 0 && len(q.coverage) == 0 && q.source == nil
}
