package attack

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/exposure"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Update notes a change, which c already holds, and what it changed in what RBAC grants.
func (a *Analyser) Update(c *cluster.Cluster, d cluster.Delta, changed *rbac.Delta) {
	for _, s := range changed.Subjects {
		if s.Kind == model.AccountSubject {
			a.dirty[identityOf(s)] = struct{}{}
		}
	}
	a.touchOthers(changed.Subjects)
	switch d.Ref.Group {
	case "":
		a.updateCore(c, d)
	case model.GroupAdmission:
		if hooked(d.Ref.Kind) {
			a.dirty[key{kind: hook, ref: d.Ref}] = struct{}{}
		}
	case model.GroupNetwork:
		if d.Ref.Kind == "NetworkPolicy" {
			a.stirred[d.Ref.Namespace] = struct{}{}
		}
	}
	if model.OptionalKind(d.Ref.GroupKind()) != nil && d.Ref.Group != model.GroupGateway {
		// Policies of other kinds may be about any namespace.
		a.allStirred = true
	}
	if before, after := cluster.Cast[*record.Workload](d); before != nil || after != nil {
		a.updateWorkload(c, d, before, after)
	}
}

func (a *Analyser) updateCore(c *cluster.Cluster, d cluster.Delta) {
	came := (d.Old == nil) != (d.New == nil)
	switch d.Ref.Kind {
	case "Pod":
		a.updatePod(c, d)
	case "ServiceAccount":
		a.dirty[identityOf(model.Subject{Kind: model.AccountSubject, Namespace: d.Ref.Namespace, Name: d.Ref.Name})] = struct{}{}
		if came {
			a.named(accounts, d.Ref.Name)
		}
		// Whether a pod holds a token may rest on its account.
		before, after := cluster.Cast[*record.Typed[*corev1.ServiceAccount]](d)
		if came || mounts(before) != mounts(after) {
			a.named(identity, d.Ref.Namespace+"/"+d.Ref.Name)
		}
	case "Secret":
		a.dirty[key{kind: secret, ref: d.Ref}] = struct{}{}
		if came {
			a.named(secrets, d.Ref.Name)
		}
	case "Node":
		a.dirty[machineOf(d.Ref.Name)] = struct{}{}
		before, after := cluster.Cast[*record.Typed[*corev1.Node]](d)
		if before == nil || after == nil || isControlPlane(&before.Meta) != isControlPlane(&after.Meta) || before.Object.Spec.ProviderID != after.Object.Spec.ProviderID {
			a.named(machine, d.Ref.Name)
		}
		if before == nil || after == nil || !sameTerms(before, after) {
			a.named(machine, everywhere)
		}
	case "Service":
		a.named(hook, d.Ref.Namespace)
	case "Namespace":
		if came {
			a.dirty[all(accounts, d.Ref.Name)] = struct{}{}
		}
		a.stirred[d.Ref.Name] = struct{}{}
	}
}

// updatePod notes a pod. What most of what kubelets report says is no concern here.
func (a *Analyser) updatePod(c *cluster.Cluster, d cluster.Delta) {
	before, after := cluster.Cast[*record.Pod](d)
	if before == nil || after == nil || before.Labels != after.Labels || before.Finished() != after.Finished() {
		// It is behind other Services.
		a.named(hook, d.Ref.Namespace)
	}
	if before != nil && after != nil && before.Template == after.Template && before.Node() == after.Node() && before.Finished() == after.Finished() &&
		sameOwner(before.Owner, after.Owner) && sameEphemeral(before, after) && mirror(before) == mirror(after) {
		return
	}
	a.dirty[key{kind: workload, ref: d.Ref}] = struct{}{}
	for _, p := range [...]*record.Pod{before, after} {
		if p == nil {
			continue
		}
		top := c.TopOwner(p)
		a.dirty[key{kind: workload, ref: top}] = struct{}{}
	}
	a.named(pods, d.Ref.Name)
	a.named(workload, d.Ref.String())
	if before != nil && after != nil && (!sameOwner(before.Owner, after.Owner) || mirror(before) != mirror(after)) {
		// The ways in lead to another workload.
		a.stirred[d.Ref.Namespace] = struct{}{}
	}
}

// sameEphemeral tells whether two pods have the same ephemeral containers.
func sameEphemeral(a, b *record.Pod) bool {
	return slices.EqualFunc(a.Ephemeral(), b.Ephemeral(), func(x, y corev1.EphemeralContainer) bool { return x.String() == y.String() })
}

// mirror tells the mirror of a static pod.
func mirror(p *record.Pod) bool { return p.Annotations.Has(corev1.MirrorPodAnnotationKey) }

func sameOwner(a, b *record.Owner) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// updateWorkload notes an owner of pods: what it owns may be folded into another than before.
func (a *Analyser) updateWorkload(c *cluster.Cluster, d cluster.Delta, before, after *record.Workload) {
	touch := func(ref model.Ref) { a.dirty[key{kind: workload, ref: ref}] = struct{}{} }
	touch(d.Ref)
	a.named(workload, d.Ref.String())
	for _, w := range [...]*record.Workload{before, after} {
		if w != nil {
			touch(c.TopOwner(w))
		}
	}
	if before != nil && after != nil && sameOwner(before.Owner, after.Owner) && before.UID == after.UID {
		// Whoever was folded into it still is.
		return
	}
	move := func(r model.Record) {
		touch(r.Ref())
		a.named(workload, r.Ref().String())
		a.stirred[d.Ref.Namespace] = struct{}{}
		if p, ok := r.(*record.Pod); ok {
			a.named(pods, p.Name)
		}
	}
	for _, child := range c.Children(d.Ref) {
		move(child)
		touch(c.TopOwner(child))
		if _, ok := child.(*record.Workload); !ok {
			continue
		}
		for _, grandchild := range c.Children(child.Ref()) {
			move(grandchild)
		}
	}
}

// mounts tells whether an account's pods get its token unless they say otherwise.
func mounts(t *record.Typed[*corev1.ServiceAccount]) bool {
	return t == nil || t.Object.AutomountServiceAccountToken == nil || *t.Object.AutomountServiceAccountToken
}

// Covered takes the new coverage of a kind: what is not there was perhaps only not seen.
func (a *Analyser) Covered(_ *cluster.Cluster, gk schema.GroupKind) {
	touch := func(kinds ...kind) {
		for k := range a.drawn {
			for _, one := range kinds {
				if k.kind == one {
					a.dirty[k] = struct{}{}
				}
			}
		}
	}
	switch gk {
	case schema.GroupKind{Kind: "ServiceAccount"}:
		touch(binding, identity, secret)
		for w := range a.wanted {
			a.used(w)
		}
	case schema.GroupKind{Kind: "Secret"}, schema.GroupKind{Kind: "Node"}:
		touch(workload)
	}
	a.allStirred = true
}

// Flush draws what was touched, and lets the searches take it in. Changed says of which namespaces the ways in may be others.
func (a *Analyser) Flush(w *World, changed exposure.Delta) {
	a.Serve(w.Server)
	for _, ref := range w.Privilege.Reopened() {
		a.reopened(w, ref)
	}
	for _, ns := range changed.Namespaces {
		a.stirred[ns] = struct{}{}
	}
	a.stir(w)
	// Drawing one thing may touch another: an account that somebody came to use, or those who look for a name in a place that is new.
	for len(a.dirty) > 0 {
		batch := a.dirty
		a.dirty = map[key]struct{}{}
		for k := range batch {
			a.drawOne(w, k)
		}
	}
	a.standing.update()
}

func (a *Analyser) drawOne(w *World, k key) {
	switch k.kind {
	case binding:
		a.draw(k, a.sketchBinding(w, k.ref))
	case workload:
		a.draw(k, a.sketchWorkload(w, k.ref))
	case identity:
		a.draw(k, a.sketchAccount(w, k.subject()))
	case secret:
		a.draw(k, a.sketchSecret(w, k.ref))
	case machine:
		a.draw(k, a.sketchMachine(w, k.ref))
	case way:
		a.draw(k, a.sketchWays(w, k.ref.Namespace))
	case hook:
		a.draw(k, a.sketchHook(w, k.ref))
	case worth:
		a.draw(k, a.sketchJewel(w, k.extra))
	case accounts:
		a.draw(k, a.sketchNamespace(w, k.ref.Namespace))
	}
}
