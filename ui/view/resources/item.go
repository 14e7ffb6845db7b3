package resources

import (
	"slices"

	"canopy/model"
	"canopy/ui/view"
)

// level is what an item stands for.
type level uint8

const (
	// heading stands over the machines.
	heading level = iota
	// machine is a node of the cluster; node is the word for other things here.
	machine
	space
	owner
	// between is an owner between a top owner and its pods.
	between
	pod
)

// item is one object in the tree. It is immutable once its tree is made.
type item struct {
	// key is its identity, ref the object; zero for a heading.
	key   string
	ref   model.Ref
	level level
	depth int
	// parent is nil at the root. Where rows go by their names it may be the parent of an earlier tree, which has the same
	// name.
	parent   *item
	children []*item
	// record is nil for an object that is known by its name alone.
	record model.Record
	// own are the findings of the object, the worst first; of a pod, those of the owner that it is judged with.
	own []*view.Row
	facts
}

// facts is what a row shows of an item, beside its name.
type facts struct {
	// label is what it is called in its place.
	label string
	// score sums up what was found on it and below.
	score view.Score
	// judged tells that nothing stood in the way of finding more.
	judged  bool
	posture posture
	// weak tells that pods run below the level that their namespace enforces.
	weak bool
	// ready is how many pods, or containers of a pod, are ready of how many are wanted; wanted is -1 where nobody knows.
	ready, wanted int
	status        string
	trouble       trouble
	// node is where it runs; of what runs on several, nodes is their number.
	node  string
	nodes int
	// pods counts those below that have not run to their end.
	pods    int
	created int64
	// template is what its pods are made of; nil where that is not known.
	template *template
}

// inherits tells that what was found is the owner's, and shown with that.
func (i *item) inherits() bool { return i.depth > 1 }

// same tells that another item says the same, whatever is above them.
func (i *item) same(o *item) bool {
	return i.key == o.key && i.record == o.record && i.facts == o.facts && slices.Equal(i.own, o.own) && slices.Equal(i.children, o.children)
}

// keyOf makes the identity of an object. Owners of unknown kinds are known in several versions.
func keyOf(r model.Ref) string {
	const apart = "\x00"
	return r.Namespace + apart + r.Group + apart + r.Kind + apart + r.Name
}

// plain takes the version away where the kind is none of those that are read at one version.
func plain(r model.Ref) model.Ref {
	if model.KindOf(r.GroupKind()) == nil {
		r.Version = ""
	}
	return r
}

// each goes through an item and all below, parents first.
func (i *item) each(do func(*item)) {
	do(i)
	for _, c := range i.children {
		c.each(do)
	}
}

// find gives the item of a key, here or below; nil where there is none.
func (i *item) find(key string) *item {
	if i.key == key {
		return i
	}
	for _, c := range i.children {
		if f := c.find(key); f != nil {
			return f
		}
	}
	return nil
}

// siblings climbs from two items to where their ways part: to two that have one parent. Both are nil where one of the two is
// above the other.
func siblings(a, b *item) (x, y *item) {
	for a.depth > b.depth {
		a = a.parent
	}
	for b.depth > a.depth {
		b = b.parent
	}
	if a == b || a.key == b.key {
		return nil, nil
	}
	for a.parent != b.parent && a.parent != nil && b.parent != nil && a.parent.key != b.parent.key {
		a, b = a.parent, b.parent
	}
	return a, b
}
