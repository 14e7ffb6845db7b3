package exposure

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
)

// plan is what an Ingress or a route says, read once.
type plan interface {
	// backends lists where it leads.
	backends() []backend
	// make works out the ways.
	make(a *Analyser, c *cluster.Cluster, d *door) []*Way
	// heeds tells that what changed is of those things on which the ways rest.
	heeds(a *Analyser, d *door, n *news) bool
}

// door is an object that leads from outside to Services.
type door struct {
	ref  model.Ref
	plan plan
	// fronts are the Services that it leads to, places their namespaces: its own where it leads to none.
	fronts map[*front]struct{}
	places map[*place]struct{}
	// crews are whose pods it goes through.
	crews []string

	made   bool
	madeAt uint64
	ways   []*Way
}

// backend is one place to which a door leads.
type backend struct {
	host string
	tls  bool
	// service is empty where it leads to none, and problem says to what.
	service types.NamespacedName
	port    wanted
	problem string
}

// wanted is how a backend says which port it means.
type wanted struct {
	number int64
	name   string
	// target tells that the number is that of the pod, not of the Service; every that all ports are meant.
	target, every bool
}

// door takes an Ingress or a route that is new, changed or gone.
func (a *Analyser) door(ref model.Ref, p plan) {
	if old := a.doors[ref]; old != nil {
		delete(a.doors, ref)
		for f := range old.fronts {
			delete(f.doors, old)
			a.tidyFront(f)
		}
		for p := range old.places {
			a.changed[p.name] = struct{}{}
			delete(p.doors, old)
			a.tidy(p)
		}
	}
	if p == nil {
		return
	}
	d := &door{ref: ref, plan: p, fronts: map[*front]struct{}{}, places: map[*place]struct{}{}}
	a.doors[ref] = d
	for _, b := range p.backends() {
		into := a.place(ref.Namespace)
		if b.service.Name != "" {
			f := a.front(b.service)
			f.doors[d], d.fronts[f] = struct{}{}, struct{}{}
			into = f.place
		}
		d.places[into] = struct{}{}
	}
	for p := range d.places {
		p.doors[d] = struct{}{}
		a.changed[p.name] = struct{}{}
	}
}

// rests tells that what has changed since the last flush may concern the door.
func (d *door) rests(a *Analyser) bool {
	return d.plan.heeds(a, d, &a.news) || slices.ContainsFunc(d.crews, func(key string) bool { return in(a.crewed, key) })
}

func in[K comparable](set map[K]struct{}, k K) bool {
	_, ok := set[k]
	return ok
}

// open gives the ways of a door, made anew where something below them has changed.
func (a *Analyser) open(c *cluster.Cluster, d *door) []*Way {
	good := d.made && a.crewTick <= d.madeAt
	for f := range d.fronts {
		good = good && f.tick <= d.madeAt
	}
	if !good {
		d.crews = d.crews[:0]
		d.ways = d.plan.make(a, c, d)
		slices.SortFunc(d.ways, (*Way).compare)
		d.made, d.madeAt = true, a.tick
	}
	return d.ways
}

// lead gives the ways to one backend, each like the one given; more than one where every port is meant.
func (a *Analyser) lead(b *backend, like Way) []*Way {
	if b.service.Name == "" {
		like.Broken = b.problem
		return []*Way{&like}
	}
	like.Service = serviceRef(b.service.Namespace, b.service.Name)
	var f *front
	if p := a.places[b.service.Namespace]; p != nil {
		f = p.fronts[b.service.Name]
	}
	if b.problem != "" || f == nil || f.service == nil {
		if like.Broken = b.problem; b.problem == "" {
			like.Broken = "the Service " + b.service.String() + " was not found"
		}
		return []*Way{&like}
	}
	var ways []*Way
	ports := f.service.Object.Spec.Ports
	for i := range ports {
		p := &ports[i]
		if !b.port.every && !b.port.target && (b.port.name == "" || b.port.name != p.Name) && (b.port.name != "" || b.port.number != int64(p.Port)) {
			continue
		}
		e := a.end(f, i)
		w := like
		w.Targets, w.Beyond, w.Broken = e.targets, e.beyond, e.broken
		if b.port.target && !w.only(b.port.number) {
			continue
		}
		ways = append(ways, &w)
	}
	if len(ways) == 0 {
		like.Broken = "the Service has no such port"
		if f.service.Object.Spec.Type == corev1.ServiceTypeExternalName {
			like.Broken = "the Service is another name for " + f.service.Object.Spec.ExternalName + " and leads to no pod"
		}
		return []*Way{&like}
	}
	return ways
}

// only keeps the targets on one port; it gives false where there are none.
func (w *Way) only(number int64) bool {
	var kept []Target
	for _, t := range w.Targets {
		if int64(t.Port) == number {
			kept = append(kept, t)
		}
	}
	w.Targets, w.Beyond = kept, nil
	return len(kept) > 0
}

// through notes whose pods the way goes through.
func (a *Analyser) through(d *door, w *Way, keys []string, outside bool) {
	d.crews = append(d.crews, keys...)
	if outside {
		return
	}
	for _, key := range keys {
		if crew := a.crew(key); len(crew.pods) > 0 {
			w.Controller = crew.pods
			w.Internal = w.Internal || crew.internal
			return
		}
	}
	w.Assumed = true
}

// unique drops ways that say the same; the list must be sorted.
func unique(ways []*Way) []*Way {
	slices.SortFunc(ways, (*Way).compare)
	return slices.CompactFunc(ways, func(a, b *Way) bool { return a.compare(b) == 0 })
}
