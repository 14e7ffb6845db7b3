package rollout

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
)

// draft is a cluster as it would be: what changed lies over the cluster as it is, which stays untouched.
type draft struct {
	base *cluster.Cluster
	// now holds what differs; nil for an object that is gone.
	now map[model.Ref]model.Record
	// order lists what was touched, first touch first.
	order []model.Ref
	// born lists what was added, by controller, and fresh, by kind.
	born  map[model.Ref][]model.Ref
	fresh map[schema.GroupKind][]model.Ref
	// restarts holds pods that were deleted and that their controller makes again.
	restarts map[model.Ref]bool
	// pulls is what runtimes report of images, by what specs call them; nil until somebody asks.
	pulls       map[string]pulled
	assumptions []string
}

func newDraft(c *cluster.Cluster) *draft {
	return &draft{base: c, now: map[model.Ref]model.Record{}, born: map[model.Ref][]model.Ref{}, fresh: map[schema.GroupKind][]model.Ref{}, restarts: map[model.Ref]bool{}}
}

// key gives a built-in kind the version it is read at, so that one object has one key.
func key(ref model.Ref) model.Ref {
	if k := model.KindOf(ref.GroupKind()); k != nil {
		ref.Version = k.Version
	}
	return ref
}

func (d *draft) get(ref model.Ref) model.Record {
	if r, ok := d.now[key(ref)]; ok {
		return r
	}
	return d.base.Get(ref)
}

func (d *draft) put(r model.Record) {
	ref := key(r.Ref())
	if d.get(ref) == nil {
		if owner := d.base.Controller(r); !owner.IsZero() {
			d.born[key(owner)] = append(d.born[key(owner)], ref)
		}
	}
	d.touch(ref, r)
}

func (d *draft) drop(ref model.Ref) { d.touch(key(ref), nil) }

func (d *draft) touch(ref model.Ref, r model.Record) {
	if _, ok := d.now[ref]; !ok {
		d.order = append(d.order, ref)
		if d.base.Get(ref) == nil {
			d.fresh[ref.GroupKind()] = append(d.fresh[ref.GroupKind()], ref)
		}
	}
	d.now[ref] = r
}

// children lists what an owner controls, sorted.
func (d *draft) children(owner model.Ref) []model.Record {
	owner = key(owner)
	var list []model.Record
	for _, r := range d.base.Children(owner) {
		if now := d.get(r.Ref()); now != nil && key(d.base.Controller(now)) == owner {
			list = append(list, now)
		}
	}
	for _, ref := range d.born[owner] {
		if now := d.now[ref]; now != nil {
			list = append(list, now)
		}
	}
	sortRecords(list)
	return list
}

// top gives the owner that answers for an object, as the analyser files its findings.
func (d *draft) top(r model.Record) model.Ref { return cluster.TopOwner(d.get, r) }

// all lists the objects of a kind, sorted.
func (d *draft) all(gk schema.GroupKind) []model.Record {
	var list []model.Record
	for r := range d.base.All(gk) {
		if now := d.get(r.Ref()); now != nil {
			list = append(list, now)
		}
	}
	for _, ref := range d.fresh[gk] {
		if r := d.now[ref]; r != nil {
			list = append(list, r)
		}
	}
	sortRecords(list)
	return list
}

func sortRecords(list []model.Record) {
	inorder.Sort(list, func(a, b model.Record) int { return a.Ref().Compare(b.Ref()) })
}

// changes gives what differs in the end, in the order in which it was touched.
func (d *draft) changes() []model.Change {
	var list []model.Change
	for _, ref := range d.order {
		now, old := d.now[ref], d.base.Get(ref)
		switch {
		case now == nil && old == nil, now != nil && old != nil && old.Same(now):
		case now == nil:
			list = append(list, model.Drop(old.Ref()))
		default:
			list = append(list, model.Put(now))
		}
	}
	return list
}

// assume tells an assumption once.
func (d *draft) assume(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(d.assumptions, s) {
		d.assumptions = append(d.assumptions, s)
	}
}
