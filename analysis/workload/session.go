package workload

import (
	"container/heap"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/record"
)

// Lingering is how long an ephemeral container may run before it counts as left behind.
const Lingering = time.Hour

// session is what the ephemeral containers of one running pod show. It is immutable.
type session struct {
	pod   model.Ref
	since int64
	// hits is ordered by rule, PS29 last.
	hits  []hit
	rules rules
	// unsure tells that a container runs, or may run, of which nobody knows since when, and none that is known to linger.
	unsure bool
	// due is when the next container begins to linger, in seconds since 1970; zero where none will.
	due int64
}

// newSession judges the ephemeral containers of a pod as they are at a moment; nil where it has none.
func newSession(p *record.Pod, now time.Time, allow reference.Allow) *session {
	list := p.Ephemeral()
	if len(list) == 0 || p.Finished() {
		return nil
	}
	s := &session{pod: p.Ref(), since: p.Since()}
	t := p.Template.Decode()
	t.Spec.EphemeralContainers = list
	for _, h := range judge(t, allow, nil) {
		if h.kind == record.Ephemeral {
			s.hits = append(s.hits, h)
			s.rules.add(h.rule)
		}
	}
	lingers := false
	var unknown []hit
	for i := range list {
		started, runs := startOf(p, list[i].Name)
		if !runs {
			continue
		}
		h := hit{rule: ps29, severity: ruleTable[ps29].severity, kind: record.Ephemeral, path: intern(index("ephemeralContainers", i)),
			value: intern(list[i].Name), container: intern(list[i].Name)}
		ends := started + int64(Lingering/time.Second)
		switch {
		case started == 0:
			unknown = append(unknown, h)
		case ends <= now.Unix():
			s.hits = append(s.hits, h)
			lingers = true
		case s.due == 0 || ends < s.due:
			s.due = ends
		}
	}
	if !lingers && len(unknown) > 0 {
		s.hits = append(s.hits, unknown...)
		s.unsure = true
	}
	if lingers || s.unsure {
		s.rules.add(ps29)
	}
	return s
}

// startOf finds when an ephemeral container of the pod started, zero where nobody tells, and whether it may run. One that
// the status does not speak of may.
func startOf(p *record.Pod, name string) (started int64, runs bool) {
	for i := range p.Containers {
		if c := &p.Containers[i]; c.Type == record.Ephemeral && c.Name == name {
			return c.Started, c.State == record.Running
		}
	}
	return 0, true
}

// of gives the hits of one rule.
func (s *session) of(r rule) []hit {
	if !s.rules.has(r) {
		return nil
	}
	from := slices.IndexFunc(s.hits, func(h hit) bool { return h.rule == r })
	to := from
	for to < len(s.hits) && s.hits[to].rule == r {
		to++
	}
	return s.hits[from:to]
}

func (s *session) equal(o *session) bool {
	if s == nil || o == nil {
		return s == o
	}
	return s.pod == o.pod && s.since == o.since && s.rules == o.rules && s.unsure == o.unsure && s.due == o.due && slices.Equal(s.hits, o.hits)
}

// sameEphemeral tells whether two records of a pod differ in nothing that its session rests on.
func sameEphemeral(a, b *record.Pod) bool {
	x, y := a.Ephemeral(), b.Ephemeral()
	if len(x) == 0 && len(y) == 0 {
		return true
	}
	return len(x) == len(y) && slices.Equal(a.Containers, b.Containers) &&
		slices.EqualFunc(x, y, func(e, f corev1.EphemeralContainer) bool { return e.String() == f.String() })
}

// alarms is a heap of the pods that are to be judged again at a moment, each once, the next one first.
type alarms []*member

func (h alarms) Len() int           { return len(h) }
func (h alarms) Less(i, j int) bool { return h[i].session.due < h[j].session.due }
func (h alarms) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].alarm, h[j].alarm = i+1, j+1
}

// Push serves container/heap.
func (h *alarms) Push(x any) {
	m := x.(*member)
	*h = append(*h, m)
	m.alarm = len(*h)
}

// Pop serves container/heap.
func (h *alarms) Pop() any {
	last := len(*h) - 1
	m := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	m.alarm = 0
	return m
}

// set files a member by what its session waits for now.
func (h *alarms) set(m *member) {
	waits := m.session != nil && m.session.due != 0
	switch {
	case waits && m.alarm == 0:
		heap.Push(h, m)
	case waits:
		heap.Fix(h, m.alarm-1)
	case m.alarm != 0:
		h.cancel(m)
	}
}

// cancel takes a member out, which may have no session any more: it goes to the end by its place alone.
func (h *alarms) cancel(m *member) {
	i, last := m.alarm-1, len(*h)-1
	h.Swap(i, last)
	h.Pop()
	if i < last {
		heap.Fix(h, i)
	}
}
