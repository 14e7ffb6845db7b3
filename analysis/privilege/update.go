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
	if came && slices.Contains(a.table.objects, d.Ref) {
		a.touchAll(access.Bindings())
	}
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
		if before == nil || after == nil || admits(before) != admits(after) {
			a.relabelled = true
			a.touchAll(access.BindingsIn(d.Ref.Name))
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
	if gk.Group == model.GroupRBAC || gk == (schema.GroupKind{Kind: "ServiceAccount"}) || gk == (schema.GroupKind{Kind: "Namespace"}) ||
		slices.ContainsFunc(a.table.objects, func(ref model.Ref) bool { return ref.GroupKind() == gk }) {
		a.touchAll(access.Bindings())
	}
}

// Idle tells that nothing waits to be judged.
func (a *Analyser) Idle() bool {
	return !a.relabelled && len(a.dirtyRoles) == 0 && len(a.dirtyBindings) == 0 && len(a.dirtyOthers) == 0
}
