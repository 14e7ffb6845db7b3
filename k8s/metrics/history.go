package metrics

import (
	"unique"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

const (
	// gone is in how many rounds, one after the other, what was measured has to be missing until it is dropped: metrics-server leaves a pod
	// out while one of its containers starts.
	gone = 2
	// turned is by how many seconds a measurement has to be older than the last for the history to begin anew. Two instances of
	// metrics-server differ by less, and what the older says is passed over.
	turned = 600
)

// history is what was measured of one resource. A node is held as a pod without namespace whose one container has no name. What it
// holds is never changed: every round makes a map of its own, of which most points to what was there.
type history struct {
	of map[types.NamespacedName]*model.PodUsage
	// missing counts in how many rounds what is still held was not there. Of a container it stands with its name, of a pod with "/".
	missing map[place]int
}

type place struct {
	types.NamespacedName
	container string
}

// round is a history while it grows by one round. Unless it ends, nothing has happened.
type round struct {
	history *history
	of      map[types.NamespacedName]*model.PodUsage
	missing map[place]int
	// most is the most that one container uses, by namespace, in thousandths of a core.
	most map[string]int64
}

func (h *history) begin() *round {
	return &round{history: h, of: make(map[types.NamespacedName]*model.PodUsage, len(h.of)), missing: map[place]int{}, most: map[string]int64{}}
}

// put takes what was measured of one node or pod. Whatever comes twice counts once.
func (r *round) put(x *item) {
	name := types.NamespacedName{Namespace: unique.Make(x.namespace).Value(), Name: x.name}
	if r.of[name] != nil {
		return
	}
	before := r.history.of[name]
	if before == nil {
		before = &model.PodUsage{}
	}
	next := make(map[string]*model.Series, max(len(x.containers), len(before.Containers)))
	changed := false
	for i := range x.containers {
		c := &x.containers[i]
		if next[c.name] != nil {
			continue
		}
		r.most[name.Namespace] = max(r.most[name.Namespace], c.cpu)
		old := before.Containers[c.name]
		series := grow(old, model.Sample{At: x.at, CPU: c.cpu, Memory: c.memory})
		next[unique.Make(c.name).Value()] = series
		changed = changed || series != old
	}
	for container, series := range before.Containers {
		if next[container] != nil {
			continue
		}
		if r.miss(place{name, container}) {
			next[container] = series
		} else {
			changed = true
		}
	}
	switch {
	case !changed && before.Containers != nil:
		r.of[name] = before
	case len(next) > 0:
		r.of[name] = &model.PodUsage{Containers: next}
	}
}

// grow adds a measurement that is new.
func grow(s *model.Series, x model.Sample) *model.Series {
	if last, ok := s.Last(); ok && x.At < last.At-turned {
		return model.NewSeries(x)
	}
	return s.Append(x, Keep)
}

// miss notes that something was not there, and tells whether it is to be kept for this once.
func (r *round) miss(p place) bool {
	n := r.history.missing[p] + 1
	if n >= gone {
		return false
	}
	r.missing[p] = n
	return true
}

// end makes what was put the history.
func (r *round) end() {
	for name, usage := range r.history.of {
		if r.of[name] == nil && r.miss(place{name, "/"}) {
			r.of[name] = usage
		}
	}
	r.history.of, r.history.missing = r.of, r.missing
}

// alone gives the series of what has one container without a name, which is a node.
func (h *history) alone() map[string]*model.Series {
	all := make(map[string]*model.Series, len(h.of))
	for name, usage := range h.of {
		if s := usage.Containers[""]; s != nil {
			all[name.Name] = s
		}
	}
	return all
}
