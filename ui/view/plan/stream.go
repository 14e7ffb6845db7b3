package plan

import (
	"sync"

	"canopy/model"
)

// stream carries checks from the work that makes them to the loop, as they are made. Putting never waits.
type stream struct {
	mu     sync.Mutex
	filled *sync.Cond
	checks []model.Check
	ended  bool
}

func newStream() *stream {
	q := &stream{}
	q.filled = sync.NewCond(&q.mu)
	return q
}

func (q *stream) put(c model.Check) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.checks = append(q.checks, c)
	q.filled.Signal()
}

func (q *stream) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	q.filled.Broadcast()
}

// take waits for checks and gives all there are. More tells that the work goes on.
func (q *stream) take() (checks []model.Check, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.checks) == 0 && !q.ended {
		q.filled.Wait()
	}
	checks, q.checks = q.checks, nil
	return checks, !q.ended
}
