package disruption

import (
	"cmp"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// Populated tells that pods say what runs where. It is false for a capture of manifests: owners want pods, and none of any owner is on a
// node. What a drain stumbles over is not known then, and no number of it means anything.
func (a *Analyser) Populated(*cluster.Cluster) bool { return a.unpeopled() == 0 }

// unpeopled counts the owners that want pods, where not one pod of any owner is on a node; 0 where one is.
func (a *Analyser) unpeopled() int {
	if a.settled > 0 {
		return 0
	}
	return len(a.wanting)
}

// peopled changes something that decides whether pods say what runs where, and forgets what was told where that is another now.
func (a *Analyser) peopled(change func()) {
	before := a.unpeopled()
	if change(); before != a.unpeopled() {
		a.forget()
	}
}

// settles tells a pod of an owner that is on a node. The mirror of a static pod, and a pod that nothing makes, are none.
func (m *member) settles() bool { return m != nil && m.node != "" && !m.mirror && !m.bare() }

// want notes whether an owner wants pods.
func (a *Analyser) want(ref model.Ref, wants bool) {
	a.peopled(func() {
		if delete(a.wanting, ref); wants {
			a.wanting[ref] = struct{}{}
		}
	})
}

// vacant says of a node that it is not known which pods will be on it, which templates name it, and which of those would be in the way.
func (d *drain) vacant() {
	n := d.unpeopled()
	if n == 0 {
		return
	}
	workloads := "1 workload has"
	if n > 1 {
		workloads = fmt.Sprintf("%d workloads have", n)
	}
	d.found = append(d.found, Obstacle{Cause: Unseen, Owner: nodeRef(d.node), Says: "which pods will run here is not known: " + workloads + " no pod yet"})
	for _, ref := range d.bound()[d.node] {
		d.found = append(d.found, Obstacle{Cause: Pinned, Owner: ref, Says: "its template names this node" + untilBack})
		s := d.templates[ref]
		if s == nil || len(s.class.group.budgets) == 0 {
			continue
		}
		b := s.class.group.budgets[0]
		if why := b.reckoning(d.c).never(); why != "" {
			d.found = append(d.found, Obstacle{Cause: OneBudget, Owner: ref, Budget: b.ref, Blocks: true, Says: "its template names this node, and budget " + Brief(b.ref.Name) + " never allows an eviction: " + why})
		}
	}
}

// bound finds the owners whose template is tied to a node by its name, by node. It is worked out when somebody first asks.
func (d *drain) bound() map[string][]model.Ref {
	if d.tied != nil {
		return d.tied
	}
	d.tied = map[string][]model.Ref{}
	for ref := range d.wanting {
		if w, ok := d.c.Get(ref).(*record.Workload); ok {
			if node := named(&w.Template.Decode().Spec); node != "" {
				d.tied[node] = append(d.tied[node], ref)
			}
		}
	}
	for _, list := range d.tied {
		inorder.Sort(list, model.Ref.Compare)
	}
	return d.tied
}

// named is the node that a spec is tied to; "" where it is none.
func named(spec *corev1.PodSpec) string {
	node := cmp.Or(spec.NodeName, spec.NodeSelector[corev1.LabelHostname], spec.NodeSelector[metav1.ObjectNameField])
	if node == "" && TiedBy(spec) != "" {
		return one(spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution)
	}
	return node
}
