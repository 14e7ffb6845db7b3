package disruption

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis"
	"canopy/analysis/catalogue"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Analyser keeps budgets and the workloads that they select. One goroutine owns it.
type Analyser struct {
	rules catalogue.Set
	// places are the namespaces with pods, owners of pods or budgets in them.
	places map[string]*place
	// members say how pods were filed, templates how owners of pods were, for the pods that they are yet to make.
	members   map[types.NamespacedName]*member
	templates map[model.Ref]*seat
	owners    map[model.Ref]*owner
	nodes     map[string]map[types.NamespacedName]*member
	sheets    map[record.Template]*sheet
	stood     analysis.Standing[model.Ref]
	// wanting are the owners that want pods, settled counts the pods of owners that are on a node. tied are the first by the node that their
	// template names; nil where nobody asked yet.
	wanting map[model.Ref]struct{}
	settled int
	tied    map[string][]model.Ref
	// arrived are the budgets of which is yet to be found what they select.
	arrived map[*budget]*place
	// held is what stands in the way on nodes, as somebody last asked; rests finds the nodes of which that rests on a claim or a volume.
	held  map[string]*held
	rests map[model.Ref]map[string]struct{}
	// version is that of all that is told, epoch the version at which something changed that may concern any node.
	version, epoch uint64
	dirty          dirt
}

// dirt is what was touched since the last flush.
type dirt struct {
	all             bool
	budgets, owners map[model.Ref]struct{}
}

func newDirt() dirt {
	return dirt{budgets: map[model.Ref]struct{}{}, owners: map[model.Ref]struct{}{}}
}

// New gives an analyser of an empty cluster. Rules that the catalogue does not hold are not judged. Time changes nothing that it says.
func New(rules catalogue.Set, _ model.Clock) *Analyser {
	return &Analyser{
		rules: rules, places: map[string]*place{}, members: map[types.NamespacedName]*member{}, templates: map[model.Ref]*seat{},
		owners: map[model.Ref]*owner{}, nodes: map[string]map[types.NamespacedName]*member{}, sheets: map[record.Template]*sheet{},
		arrived: map[*budget]*place{}, stood: analysis.Standing[model.Ref]{}, dirty: newDirt(),
		held: map[string]*held{}, rests: map[model.Ref]map[string]struct{}{}, wanting: map[model.Ref]struct{}{},
	}
}

// Kinds that are looked at; they are data.
var (
	podKind    = schema.GroupKind{Kind: "Pod"}
	budgetKind = schema.GroupKind{Group: "policy", Kind: "PodDisruptionBudget"}
	daemonKind = schema.GroupKind{Group: "apps", Kind: "DaemonSet"}
	claimKind  = schema.GroupKind{Kind: "PersistentVolumeClaim"}
	volumeKind = schema.GroupKind{Kind: "PersistentVolume"}
	// watched are the kinds on whose coverage an answer rests.
	watched = [...]schema.GroupKind{
		podKind, budgetKind, daemonKind, claimKind, volumeKind, {Group: "apps", Kind: "Deployment"}, {Group: "apps", Kind: "StatefulSet"},
		{Group: "apps", Kind: "ReplicaSet"}, {Kind: "ReplicationController"},
	}
)

// Update notes what one change concerns. What follows is worked out by Flush.
func (a *Analyser) Update(c *cluster.Cluster, d cluster.Delta) {
	switch gk := d.GroupKind(); gk {
	case podKind:
		a.updatePod(c, d)
	case budgetKind:
		a.updateBudget(d)
	case claimKind, volumeKind:
		a.unrest(d.Ref)
	default:
		if before, after := cluster.Cast[*record.Workload](d); before != nil || after != nil {
			a.updateWorkload(c, d.Ref, before, after)
		}
	}
}

// Covered notes that the coverage of a kind has changed.
func (a *Analyser) Covered(_ *cluster.Cluster, gk schema.GroupKind) {
	if slices.Contains(watched[:], gk) {
		a.forget()
		for _, p := range a.places {
			for _, b := range p.budgets {
				b.stale = true
			}
		}
		a.dirty.all = true
	}
}

// Flush judges what was touched.
func (a *Analyser) Flush(c *cluster.Cluster, out analysis.Findings) {
	a.settle()
	d := &a.dirty
	if !d.all && len(d.budgets)+len(d.owners) == 0 {
		return
	}
	if d.all {
		for _, p := range a.places {
			for _, b := range p.budgets {
				d.budgets[b.ref] = struct{}{}
			}
		}
		for ref := range a.owners {
			d.owners[ref] = struct{}{}
		}
	}
	for ref := range d.budgets {
		a.judgeBudget(c, ref, out)
	}
	for ref := range d.owners {
		a.judgeOwner(c, ref, out)
	}
	a.dirty = newDirt()
}

// Next gives the zero time: time alone changes nothing of what holds.
func (a *Analyser) Next() time.Time { return time.Time{} }

// Tick does nothing, since there is no moment of Next.
func (a *Analyser) Tick() {}

// Len counts the findings that stand.
func (a *Analyser) Len() int { return a.stood.Len() }

// Version changes whenever what Drain or Budgets give does.
func (a *Analyser) Version() uint64 { return a.version }
