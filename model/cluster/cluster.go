// Package cluster holds the Cluster: all records by kind and name, who owns whom, and how much of each kind was seen.
//
// One goroutine owns a Cluster and is the only one to touch it. Nothing in it is ever changed in place: Apply swaps one
// record for another and tells what that did.
package cluster

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/inorder"
)

// Cluster is the state of a cluster as far as it was seen.
type Cluster struct {
	tables map[schema.GroupKind]map[types.NamespacedName]model.Record
	// counts holds how many records of a kind a namespace has.
	counts   map[model.CoverKey]int
	children map[model.Ref][]model.Record
	// places tells where each child stands, for owners of many.
	places   map[model.Ref]map[model.Record]int
	coverage map[model.CoverKey]model.Coverage
}

// New gives an empty cluster of which nothing was seen yet.
func New() *Cluster {
	return &Cluster{
		tables:   map[schema.GroupKind]map[types.NamespacedName]model.Record{},
		counts:   map[model.CoverKey]int{},
		children: map[model.Ref][]model.Record{},
		places:   map[model.Ref]map[model.Record]int{},
		coverage: map[model.CoverKey]model.Coverage{},
	}
}

// Apply makes a change. It gives false where the change changes nothing that anybody reads; the newer record is kept all
// the same.
func (c *Cluster) Apply(change model.Change) (Delta, bool) {
	gk := change.Ref.GroupKind()
	table := c.tables[gk]
	if table == nil {
		table = map[types.NamespacedName]model.Record{}
		c.tables[gk] = table
	}
	key := types.NamespacedName{Namespace: change.Ref.Namespace, Name: change.Ref.Name}
	old := table[key]
	if change.Record == nil {
		if old == nil {
			return Delta{}, false
		}
		delete(table, key)
	} else {
		table[key] = change.Record
	}
	c.count(gk, key.Namespace, old, change.Record)
	c.reparent(old, change.Record)
	if old != nil && change.Record != nil && old.Same(change.Record) {
		return Delta{}, false
	}
	return Delta{Ref: change.Ref, Old: old, New: change.Record}, true
}

// count keeps the number of records in each namespace.
func (c *Cluster) count(gk schema.GroupKind, namespace string, old, now model.Record) {
	if namespace == "" || (old == nil) == (now == nil) {
		return
	}
	key := model.CoverKey{Kind: gk, Namespace: namespace}
	if now != nil {
		c.counts[key]++
		return
	}
	if c.counts[key]--; c.counts[key] == 0 {
		delete(c.counts, key)
	}
}

// crowd is how many children an owner has before their places are noted.
const crowd = 32

// reparent keeps the index of children. It takes the same time however many an owner has.
func (c *Cluster) reparent(old, now model.Record) {
	before, after := c.Controller(old), c.Controller(now)
	if before == after {
		if after.IsZero() {
			return
		}
		list, places := c.children[after], c.places[after]
		i := place(list, places, old)
		list[i] = now
		if places != nil {
			delete(places, old)
			places[now] = i
		}
		return
	}
	if !before.IsZero() {
		c.disown(before, old)
	}
	if !after.IsZero() {
		c.children[after] = append(c.children[after], now)
		list := c.children[after]
		switch places := c.places[after]; {
		case places != nil:
			places[now] = len(list) - 1
		case len(list) > crowd:
			places = make(map[model.Record]int, len(list))
			for i, r := range list {
				places[r] = i
			}
			c.places[after] = places
		}
	}
}

func (c *Cluster) disown(owner model.Ref, child model.Record) {
	list, places := c.children[owner], c.places[owner]
	i, last := place(list, places, child), len(list)-1
	list[i], list[last] = list[last], nil
	list = list[:last]
	if places != nil {
		delete(places, child)
		if i < last {
			places[list[i]] = i
		}
		// Well below the limit, so that one child that comes and goes does not build it again and again.
		if last < crowd/2 {
			delete(c.places, owner)
		}
	}
	if last == 0 {
		delete(c.children, owner)
		return
	}
	c.children[owner] = list
}

// place finds a child that is there.
func place(list []model.Record, places map[model.Record]int, child model.Record) int {
	if places != nil {
		return places[child]
	}
	return slices.Index(list, child)
}

// Children lists the records whose controller is the given object, in no particular order. The caller must not keep the
// slice across Apply.
func (c *Cluster) Children(owner model.Ref) []model.Record { return c.children[owner] }

// Get gives the record of an object; nil where there is none.
func (c *Cluster) Get(ref model.Ref) model.Record {
	return c.tables[ref.GroupKind()][types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}]
}

// Len counts the records of a kind.
func (c *Cluster) Len(gk schema.GroupKind) int { return len(c.tables[gk]) }

// All goes through the records of a kind, in no particular order.
func (c *Cluster) All(gk schema.GroupKind) iter.Seq[model.Record] { return maps.Values(c.tables[gk]) }

// Sorted lists the records of a kind by namespace and name.
func (c *Cluster) Sorted(gk schema.GroupKind) []model.Record {
	return inorder.Collect(c.All(gk), func(a, b model.Record) int {
		return cmp.Or(cmp.Compare(a.GetNamespace(), b.GetNamespace()), cmp.Compare(a.GetName(), b.GetName()))
	})
}

// Kinds lists the kinds of which there are records.
func (c *Cluster) Kinds() []schema.GroupKind {
	kinds := slices.Collect(maps.Keys(c.tables))
	inorder.Sort(kinds, func(a, b schema.GroupKind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind))
	})
	return kinds
}

// Find gives the record of a built-in kind by its kind name; false where there is none.
func Find[R model.Record](c *Cluster, kind, namespace, name string) (R, bool) {
	var none R
	k := model.KindByName(kind)
	if k == nil {
		return none, false
	}
	r, ok := c.tables[k.GroupKind()][types.NamespacedName{Namespace: namespace, Name: name}].(R)
	return r, ok
}
