package secret

import (
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/model"
	"canopy/model/cluster"
)

// round brings the findings up to date with what was touched.
type round struct {
	*Analyser
	c   *cluster.Cluster
	out analysis.Findings
	now int64
	// unnamed says of a namespace which kind that can name a Secret was not seen in it.
	unnamed map[string]string
}

// Flush judges what was touched.
func (a *Analyser) Flush(c *cluster.Cluster, out analysis.Findings) {
	if a.dirty.empty() {
		a.indexCopies(c, false)
		return
	}
	r := &round{Analyser: a, c: c, out: out, now: a.clock.Now().Unix(), unnamed: map[string]string{}}
	if a.dirty.all {
		r.touchAll()
	}
	// What names a Secret says who manages it and whether it is used.
	for n := range a.dirty.namers {
		a.enter(n)
	}
	for n := range a.dirty.namers {
		r.judgeNamer(n)
	}
	for it := range a.dirty.items {
		r.judgeItem(it)
	}
	for ref := range a.dirty.objects {
		r.judgeExposing(ref)
	}
	for ref := range a.dirty.bundles {
		r.judgeBundle(ref)
	}
	for ref := range a.dirty.servers {
		r.judgeServer(ref)
	}
	if a.dirty.cluster {
		r.judgeCluster()
	}
	r.outdate()
	a.dirty = newDirt()
	a.indexCopies(c, false)
}

// touchAll has all judged anew that rests on how much was seen.
func (r *round) touchAll() {
	d := &r.dirty
	d.cluster = true
	for _, it := range r.items {
		d.items[it] = struct{}{}
	}
	for _, n := range r.namers {
		d.namers[n] = struct{}{}
	}
}

// secretRef names a Secret.
func secretRef(key types.NamespacedName) model.Ref {
	return model.Ref{Version: "v1", Kind: "Secret", Namespace: key.Namespace, Name: key.Name}
}

// keyOf gives namespace and name of an object.
func keyOf(ref model.Ref) types.NamespacedName {
	return types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}
}

// unnamedIn says which kind that can name a Secret of a namespace was not seen whole; "" where all were.
func (r *round) unnamedIn(namespace string) string {
	reason, ok := r.unnamed[namespace]
	if !ok {
		reason = unseen(r.c, namespace, naming[:]...)
		r.unnamed[namespace] = reason
	}
	return reason
}
