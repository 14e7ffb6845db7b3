package digraph

import "math/bits"

// queue gives vertices by their label, the least first. It is a radix heap: labels that are pushed must not be less than the last
// one that was popped. So each vertex moves only a few times, between lists that are written one after the other.
type queue struct {
	last    uint64
	size    int
	buckets [65][]waiting
}

type waiting struct {
	label  uint64
	vertex Vertex
}

func (q *queue) push(label uint64, v Vertex) {
	b := bits.Len64(label ^ q.last)
	q.buckets[b] = append(q.buckets[b], waiting{label, v})
	q.size++
}

// pop must not be called on an empty queue.
func (q *queue) pop() (uint64, Vertex) {
	if len(q.buckets[0]) == 0 {
		b := 1
		for len(q.buckets[b]) == 0 {
			b++
		}
		full := q.buckets[b]
		least := full[0].label
		for i := range full {
			least = min(least, full[i].label)
		}
		q.last = least
		// All that are in b differ from the least in a lower bit than b, so none comes back to it.
		for _, w := range full {
			to := bits.Len64(w.label ^ least)
			q.buckets[to] = append(q.buckets[to], w)
		}
		q.buckets[b] = full[:0]
	}
	n := len(q.buckets[0])
	w := q.buckets[0][n-1]
	q.buckets[0] = q.buckets[0][:n-1]
	q.size--
	return w.label, w.vertex
}

// reset empties the queue and keeps a little room for the next time.
func (q *queue) reset() {
	for i := range q.buckets {
		if cap(q.buckets[i]) > 256 {
			q.buckets[i] = nil
		} else {
			q.buckets[i] = q.buckets[i][:0]
		}
	}
	q.last, q.size = 0, 0
}
