package workload

import (
	"container/heap"

	"canopy/model/record"
)

// bucket holds the running pods of one group that share a judgement and the credentials in their annotations, the smallest name
// first: that pod stands for them.
type bucket struct {
	judgement *judgement
	leaks     []hit
	pods      []*member
}

// member is one pod and where it is filed.
type member struct {
	pod    *record.Pod
	group  *group
	bucket *bucket
	// at is the position in the bucket's heap.
	at int
	// session is set for a running pod with ephemeral containers.
	session *session
	// alarm is one more than the position among the alarms; zero for none.
	alarm int
}

func (b *bucket) add(m *member)    { heap.Push((*byName)(&b.pods), m) }
func (b *bucket) remove(m *member) { heap.Remove((*byName)(&b.pods), m.at) }
func (b *bucket) first() *record.Pod {
	return b.pods[0].pod
}

// byName is a heap of members by name.
type byName []*member

func (h byName) Len() int           { return len(h) }
func (h byName) Less(i, j int) bool { return less(h[i].pod, h[j].pod) }
func (h byName) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

func (h *byName) Push(x any) {
	m := x.(*member)
	m.at = len(*h)
	*h = append(*h, m)
}

func (h *byName) Pop() any {
	last := len(*h) - 1
	m := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return m
}

// less orders pods by name. The pods of an owner share its namespace, unless a hostile capture says otherwise.
func less(a, b *record.Pod) bool {
	if a.Name != b.Name {
		return a.Name < b.Name
	}
	return a.Namespace < b.Namespace
}
