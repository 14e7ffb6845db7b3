package engine

import (
	"iter"

	"github.com/tidwall/btree"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
)

// inventory is the set of the records that a view of resources shows. Like the set of findings it shares its nodes with
// every snapshot. It holds pointers to the cluster's own records and no keys: an object takes some thirty bytes.
type inventory struct {
	tree    *btree.BTreeG[model.Record]
	version uint64
	// last is the snapshot of now, until something changes.
	last *recordSet
}

func newInventory(version uint64) *inventory {
	less := func(a, b model.Record) bool { return a.Ref().Compare(b.Ref()) < 0 }
	return &inventory{tree: btree.NewBTreeGOptions(less, btree.Options{NoLocks: true}), version: version}
}

// inventoried tells whether records of the kind are in the inventory.
func inventoried(gk schema.GroupKind) bool {
	switch gk.Group {
	case "":
		switch gk.Kind {
		case "Namespace", "Node", "Pod", "ReplicationController":
			return true
		}
	case "apps":
		switch gk.Kind {
		case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet":
			return true
		}
	case "batch":
		return gk.Kind == "Job" || gk.Kind == "CronJob"
	}
	return false
}

// apply takes a change that the cluster has taken.
func (i *inventory) apply(d cluster.Delta) {
	if !inventoried(d.GroupKind()) {
		return
	}
	if d.New != nil {
		i.tree.Set(d.New)
	} else {
		i.tree.Delete(d.Old)
	}
	i.version++
	i.last = nil
}

// rebuilt gives the inventory of a cluster, made anew.
func (i *inventory) rebuilt(c *cluster.Cluster) *inventory {
	n := newInventory(i.version + 1)
	for _, gk := range c.Kinds() {
		if inventoried(gk) {
			for r := range c.All(gk) {
				n.tree.Set(r)
			}
		}
	}
	return n
}

// snapshot gives the set as it is now.
func (i *inventory) snapshot() *recordSet {
	if i.last == nil {
		i.last = &recordSet{tree: i.tree.Copy(), version: i.version}
	}
	return i.last
}

// recordSet is a model.RecordSet.
type recordSet struct {
	tree    *btree.BTreeG[model.Record]
	version uint64
}

func (s *recordSet) Len() int { return s.tree.Len() }

// probe stands for the record that is looked for.
type probe struct {
	model.Record
	ref model.Ref
}

func (p probe) Ref() model.Ref { return p.ref }

func (s *recordSet) Get(ref model.Ref) model.Record {
	// Whatever version the reference names, records name the one that the kind is read at.
	kind := model.KindOf(ref.GroupKind())
	if kind == nil {
		return nil
	}
	r, _ := s.tree.Get(probe{ref: kind.Ref(ref.Namespace, ref.Name)})
	return r
}

func (s *recordSet) All() iter.Seq[model.Record] {
	return func(yield func(model.Record) bool) { s.tree.Scan(yield) }
}

func (s *recordSet) Version() uint64 { return s.version }
