package disruption

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// seat is where something was filed.
type seat struct {
	class *class
	owner *owner
}

// traits are what of a pod decides whether it may be evicted.
type traits struct {
	labels   record.Labels
	template record.Template
	node     string
	uid      types.UID
	// controller is what the pod names as such; empty where it names none.
	controller record.Owner
	// finished pods have run to their end, pending ones have not begun, leaving ones are being deleted.
	finished, pending, leaving, ready, mirror bool
}

func traitsOf(p *record.Pod) traits {
	t := traits{
		labels: p.Labels, template: p.Template, node: p.Node(), uid: p.UID, finished: p.Finished(), pending: p.Phase == corev1.PodPending,
		leaving: p.Deleted != 0, ready: p.Ready, mirror: p.Annotations.Has(corev1.MirrorPodAnnotationKey),
	}
	if p.Owner != nil {
		t.controller = *p.Owner
	}
	return t
}

// bare tells that no controller makes the pod anew.
func (t *traits) bare() bool { return t.controller == record.Owner{} && !t.mirror }

// daemon tells that a DaemonSet is its controller, as kubectl drain does: it looks at the group's one version.
func (t *traits) daemon() bool {
	return t.controller.Kind == "DaemonSet" && t.controller.APIVersion == "apps/v1"
}

func (t *traits) tally() tally {
	n := tally{members: 1}
	if !t.finished {
		n.pods = 1
	}
	// As countHealthyPods of the disruption controller.
	if t.ready && !t.leaving {
		n.healthy = 1
	}
	return n
}

// member is how a pod was filed.
type member struct {
	seat
	traits
	sheet *sheet
}

func (a *Analyser) updatePod(c *cluster.Cluster, d cluster.Delta) {
	_, after := cluster.Cast[*record.Pod](d)
	key := keyOf(d.Ref)
	if m := a.members[key]; m != nil && after != nil && m.traits == traitsOf(after) {
		return
	}
	a.filePod(c, key, after)
}

// filePod puts a pod where it belongs, and takes it from where it was.
func (a *Analyser) filePod(c *cluster.Cluster, key types.NamespacedName, p *record.Pod) {
	old := a.members[key]
	if old == nil && p == nil {
		return
	}
	delete(a.members, key)
	var now *member
	if p != nil {
		now = &member{traits: traitsOf(p), sheet: a.take(p.Template)}
		now.seat = a.sit(key.Namespace, now.labels, c.TopOwner(p), now.tally())
		a.members[key] = now
	}
	if felt := a.felt(c, key, now); a.felt(c, key, old) || felt {
		a.version++
		a.unsettle(old)
		a.unsettle(now)
		if a.unpeopled() > 0 {
			a.forget()
		}
	}
	if old != nil {
		a.add(old.class, old.owner, old.tally().negative())
		a.let(old.template)
		if on := a.nodes[old.node]; on != nil {
			if delete(on, key); len(on) == 0 {
				delete(a.nodes, old.node)
				a.drop(old.node)
			}
		}
	}
	a.peopled(func() {
		if old.settles() {
			a.settled--
		}
		if now.settles() {
			a.settled++
		}
	})
	if now != nil && now.node != "" {
		if a.nodes[now.node] == nil {
			a.nodes[now.node] = map[types.NamespacedName]*member{}
		}
		a.nodes[now.node][key] = now
	}
}

// tally of a member is that of its traits.
func (m *member) tally() tally { return m.traits.tally() }

// sit files something with labels under an owner.
func (a *Analyser) sit(namespace string, labels record.Labels, ref model.Ref, t tally) seat {
	o := a.owners[ref]
	if o == nil {
		o = &owner{ref: ref, groups: map[*group]struct{}{}}
		a.owners[ref] = o
	}
	s := seat{a.place(namespace).class(labels), o}
	a.add(s.class, o, t)
	return s
}

// updateWorkload takes an owner of pods. Where it comes, goes, or is of another life, pods may answer to another owner.
func (a *Analyser) updateWorkload(c *cluster.Cluster, ref model.Ref, before, after *record.Workload) {
	moved := before == nil || after == nil || before.UID != after.UID || !sameOwner(before.Owner, after.Owner)
	switch {
	case daemonKind == ref.GroupKind() && (before == nil || after == nil):
		a.forget()
	case scaled(ref) && (moved || before.Replicas != after.Replicas || before.PodLabels != after.PodLabels):
		a.version++
	}
	a.fileWorkload(c, ref)
	if o := a.owners[ref]; o != nil {
		o.fresh = false
		// How many replicas it wants is what budgets count by.
		for g := range o.groups {
			a.count(g, o, tally{})
		}
	}
	a.dirty.owners[ref] = struct{}{}
	if moved {
		a.refile(c, ref)
	}
}

// fileWorkload takes the labels that an owner of pods gives to its pods, where it answers for them itself and has a number of replicas.
func (a *Analyser) fileWorkload(c *cluster.Cluster, ref model.Ref) {
	old := a.templates[ref]
	delete(a.templates, ref)
	if w, ok := c.Get(ref).(*record.Workload); ok && scaled(ref) && c.TopOwner(w) == ref {
		s := a.sit(ref.Namespace, w.PodLabels, ref, tally{members: 1})
		a.templates[ref] = &s
		a.want(ref, w.Replicas > 0)
	} else {
		a.want(ref, false)
	}
	if a.unpeopled() > 0 {
		// Another template may name another node.
		a.forget()
	}
	if old != nil {
		a.add(old.class, old.owner, tally{members: -1})
	}
}

// refile puts all anew where they belong that are below an owner.
func (a *Analyser) refile(c *cluster.Cluster, of model.Ref) {
	for _, child := range c.Children(of) {
		switch t := child.(type) {
		case *record.Pod:
			a.filePod(c, keyOf(t.Ref()), t)
		case *record.Workload:
			a.version++
			a.fileWorkload(c, t.Ref())
			if cluster.Produces(of, t.Ref()) {
				a.refile(c, t.Ref())
			}
		}
	}
}

// scaled tells an owner of pods with a number of replicas, which the disruption controller counts by.
func scaled(ref model.Ref) bool {
	switch ref.Group + "/" + ref.Kind {
	case "apps/Deployment", "apps/StatefulSet", "apps/ReplicaSet", "/ReplicationController":
		return true
	}
	return false
}

func sameOwner(a, b *record.Owner) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func keyOf(ref model.Ref) types.NamespacedName {
	return types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name}
}

func podRef(key types.NamespacedName) model.Ref {
	return model.Ref{Version: "v1", Kind: "Pod", Namespace: key.Namespace, Name: key.Name}
}
