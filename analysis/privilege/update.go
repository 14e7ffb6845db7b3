package privilege

import (
	"iter"
	"slices"

	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Update takes a delta, which c and access already hold, and what it changed in access. What follows is worked out by Flush.
func (a *Analyser) Update(d cluster.Delta, access *rbac.Analyser, changed *rbac.Delta) {
	came := (d.Old == nil) != (d.New == nil)
	if _, rests := a.table.numbers[d.Ref]; came && rests {
		a.touchAll(access.Bindings())
	}
	if came {
		a.crop(d, access)
	}
	a.regard = a.regard || guards(d.Ref)
	switch d.Ref.Group {
	case model.GroupRBAC:
		switch d.Ref.Kind {
		case "Role", "ClusterRole":
			a.dirtyRoles[d.Ref] = struct{}{}
		case "RoleBinding", "ClusterRoleBinding":
			a.dirtyBindings[d.Ref] = struct{}{}
		}
	case certificatesv1.GroupName:
		if d.Ref.Kind == "CertificateSigningRequest" {
			a.dirtyOthers[d.Ref] = struct{}{}
		}
	case "":
		a.updateCore(d, came, access)
	}
	for _, ref := range changed.Roles {
		a.dirtyRoles[ref] = struct{}{}
	}
	for _, ref := range changed.Bindings {
		a.dirtyBindings[ref] = struct{}{}
	}
}

// updateCore takes a delta of a kind of the core group.
func (a *Analyser) updateCore(d cluster.Delta, came bool, access *rbac.Analyser) {
	switch d.Ref.Kind {
	case "Secret":
		a.dirtyOthers[d.Ref] = struct{}{}
	case "ServiceAccount":
		// Whether it exists is all that bindings ask.
		if came {
			a.touchAll(access.BindingsTo(model.Subject{Kind: model.AccountSubject, Namespace: d.Ref.Namespace, Name: d.Ref.Name}))
		}
	case "Namespace":
		before, after := cluster.Cast[*record.Typed[*corev1.Namespace]](d)
		moved := before == nil || after == nil || admits(before) != admits(after)
		// Guards select namespaces by their labels.
		guarded := len(a.guards) > 0 && (moved || before.Labels != after.Labels)
		a.relabelled, a.regard = a.relabelled || moved, a.regard || guarded
		if moved || guarded {
			a.touchAll(access.BindingsIn(d.Ref.Name))
		}
	}
}

// crop counts the owners of pods, and has the bindings looked at anew of which what they lead to rests on whether there are some.
func (a *Analyser) crop(d cluster.Delta, access *rbac.Analyser) {
	i, ok := ownerOf(d.Ref.GroupKind())
	if !ok {
		return
	}
	by := 1
	if d.New == nil {
		by = -1
	}
	for _, ns := range [...]string{d.Ref.Namespace, ""} {
		t := a.tallies[ns]
		if t == nil {
			t = &tally{}
			a.tallies[ns] = t
		}
		if t.count(i, by) {
			a.touchAll(access.BindingsIn(ns))
		}
		if *t == (tally{}) {
			delete(a.tallies, ns)
		}
	}
}

func (a *Analyser) touchAll(list iter.Seq[rbac.Binding]) {
	for b := range list {
		a.dirtyBindings[b.Ref] = struct{}{}
	}
}

// Covered takes the new coverage of a kind: what dangles rests on how much was seen, and so does what a namespace admits.
func (a *Analyser) Covered(gk schema.GroupKind, access *rbac.Analyser) {
	a.relabelled = a.relabelled || gk == (schema.GroupKind{Kind: "Namespace"})
	_, grows := ownerOf(gk)
	if grows || gk.Group == model.GroupRBAC || gk == (schema.GroupKind{Kind: "ServiceAccount"}) || gk == (schema.GroupKind{Kind: "Namespace"}) ||
		slices.ContainsFunc(a.table.objects, func(ref model.Ref) bool { return ref.GroupKind() == gk }) {
		a.touchAll(access.Bindings())
	}
}

// Idle tells that nothing waits to be judged.
func (a *Analyser) Idle() bool {
	return !a.relabelled && !a.regard && len(a.dirtyRoles) == 0 && len(a.dirtyBindings) == 0 && len(a.dirtyOthers) == 0
}
