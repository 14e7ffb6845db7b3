package capture

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/semaphore"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// inFlight bounds the bytes of the pieces that wait to be decoded or collected.
const inFlight = 24 * mib

// task is one step of the reading, in the order of the files: a piece, a problem, or the end of a list.
type task struct {
	piece   *piece
	out     outcome
	list    *list
	implied schema.GroupVersionKind
	weight  int64
	done    chan struct{}
}

// queue decodes pieces on all cores and gives the outcomes in the order in which the pieces came.
type queue struct {
	ctx    context.Context
	work   chan *task
	order  chan *task
	weight *semaphore.Weighted
	wait   sync.WaitGroup
}

func newQueue(ctx context.Context, d *decoder) *queue {
	q := &queue{ctx: ctx, work: make(chan *task, 256), order: make(chan *task, 1024), weight: semaphore.NewWeighted(inFlight)}
	for range runtime.GOMAXPROCS(0) {
		q.wait.Go(func() {
			for t := range q.work {
				t.out = d.decode(t.piece)
				close(t.done)
			}
		})
	}
	return q
}

// piece queues a piece.
func (q *queue) piece(p *piece) error {
	t := &task{piece: p, done: make(chan struct{}), weight: min(int64(len(p.data)), inFlight)}
	if err := q.weight.Acquire(q.ctx, t.weight); err != nil {
		return err
	}
	q.order <- t
	q.work <- t
	return nil
}

// note queues a problem.
func (q *queue) note(p Problem) {
	t := &task{done: make(chan struct{}), out: outcome{problems: []Problem{p}}}
	close(t.done)
	q.order <- t
}

// end queues the end of a list that was read item by item.
func (q *queue) end(l *list, implied schema.GroupVersionKind) error {
	t := &task{done: make(chan struct{}), list: l, implied: implied}
	close(t.done)
	q.order <- t
	return nil
}

// close tells that no more comes.
func (q *queue) close() {
	close(q.work)
	close(q.order)
}

// collect hands every task over once it is decoded. It must run until the queue is closed.
func (q *queue) collect(do func(*task)) {
	for t := range q.order {
		<-t.done
		do(t)
		q.weight.Release(t.weight)
	}
	q.wait.Wait()
}
