package privilege

import (
	"canopy/model"
	"canopy/model/cluster"
)

// readingKey tells apart the places in which one role opens different edges: the whole cluster, or a namespace, by name
// where a way is open in some only, and by whether privileged pods are admitted.
type readingKey struct {
	cluster bool
	// added tells that only what was added to a role of Kubernetes' own counts.
	added     bool
	namespace string
	admits    model.Verdict
	objects   objects
	crops     crops
	// guard names what may refuse privileged pods there; "" for nothing.
	guard string
}

// objects says of those that ways rest on whether they exist: bits by number.
type objects struct{ there, unsure uint64 }

func (t *table) look(c *cluster.Cluster) (o objects) {
	for i, ref := range t.objects {
		switch {
		case c.Get(ref) != nil:
			o.there |= 1 << i
		case !missing(c, ref):
			o.unsure |= 1 << i
		}
	}
	return o
}

// stands tells whether the object of a way exists; sure is false where it was not seen.
func (o objects) stands(w *way) (is, sure bool) {
	if w.object == 0 {
		return true, true
	}
	bit := uint64(1) << (w.object - 1)
	return (o.there|o.unsure)&bit != 0, o.unsure&bit == 0
}

// place gives the place of a binding.
func (r *round) place(ref model.Ref, added bool) readingKey {
	key := readingKey{cluster: ref.Namespace == "", added: added, objects: r.objects, crops: r.grown(r.c, ref.Namespace), guard: r.guarded(r.c, ref.Namespace)}
	if key.cluster {
		key.admits = r.admits
		return key
	}
	key.admits = privilegedAdmitted(r.c, ref.Namespace)
	if _, ok := r.table.namespaces[ref.Namespace]; ok {
		key.namespace = ref.Namespace
	}
	return key
}
