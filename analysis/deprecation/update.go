package deprecation

import (
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// dirt is what was touched since the last flush.
type dirt struct {
	objects map[model.Ref]struct{}
	pods    map[types.NamespacedName]struct{}
	owners  map[model.Ref]struct{}
}

func newDirt() dirt {
	return dirt{map[model.Ref]struct{}{}, map[types.NamespacedName]struct{}{}, map[model.Ref]struct{}{}}
}

func (d *dirt) empty() bool { return len(d.objects)+len(d.pods)+len(d.owners) == 0 }

// user is a record that knows by which other versions its object is written: all of them but Canopy's own.
type user interface{ Uses() []record.Use }

func usesOf(r model.Record) []record.Use {
	if u, ok := r.(user); ok {
		return u.Uses()
	}
	return nil
}

// Update notes what one change concerns. What follows is worked out by Flush.
func (a *Analyser) Update(c *cluster.Cluster, d cluster.Delta) {
	if d.Ref.Group != model.GroupOwn {
		a.updateUses(d)
	}
	if d.GroupKind() == definitionKind {
		a.updateDefinition(d)
	}
	before, after := cluster.Cast[*record.Pod](d)
	if before != nil || after != nil {
		a.updatePod(d.Ref, before, after)
	}
	if before, after := cluster.Cast[*record.Workload](d); before != nil || after != nil {
		a.updateWorkload(c, d.Ref, before, after)
	}
	if a.owners[d.Ref] != nil {
		// A finding tells since when its object is as it is.
		a.dirty.owners[d.Ref] = struct{}{}
	}
}

// updateUses keeps the index of what is written by other versions.
func (a *Analyser) updateUses(d cluster.Delta) {
	gk := d.GroupKind()
	_, was := a.written[gk][d.Ref]
	is := len(usesOf(d.New)) > 0
	if !was && !is {
		return
	}
	a.dirty.objects[d.Ref] = struct{}{}
	switch {
	case is && a.written[gk] == nil:
		a.written[gk] = map[model.Ref]struct{}{d.Ref: {}}
	case is:
		a.written[gk][d.Ref] = struct{}{}
	default:
		if delete(a.written[gk], d.Ref); len(a.written[gk]) == 0 {
			delete(a.written, gk)
		}
	}
}

// touchKind has all judged anew that is written by other versions, of one kind.
func (a *Analyser) touchKind(gk schema.GroupKind) {
	for ref := range a.written[gk] {
		a.dirty.objects[ref] = struct{}{}
	}
}

// Covered notes that the coverage of a kind has changed.
func (a *Analyser) Covered(c *cluster.Cluster, gk schema.GroupKind) {
	if gk != definitionKind {
		return
	}
	now := ""
	if cov := c.Seen(gk, ""); cov.State != model.Complete && !cov.Unserved() {
		now = "definitions of kinds are " + string(cov.State)
		if cov.Reason != "" && cov.Reason != string(cov.State) {
			now += ": " + cov.Reason
		}
	}
	if now == a.unseen {
		return
	}
	a.unseen = now
	for gk := range a.written {
		if model.BuiltIn(gk) == nil {
			a.touchKind(gk)
		}
	}
}

// round brings the findings up to date with what was touched.
type round struct {
	*Analyser
	c   *cluster.Cluster
	out analysis.Findings
	now int64
}

// Flush judges what was touched.
func (a *Analyser) Flush(c *cluster.Cluster, out analysis.Findings) {
	if a.dirty.empty() {
		return
	}
	r := &round{Analyser: a, c: c, out: out, now: a.clock.Now().Unix()}
	for ref := range a.dirty.objects {
		r.judgeObject(ref)
	}
	for at := range a.dirty.pods {
		r.house(at)
	}
	for ref := range a.dirty.owners {
		r.judgeOwner(ref)
	}
	a.dirty = newDirt()
}
