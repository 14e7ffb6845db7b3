package rbac

import (
	"cmp"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Analyser keeps which bindings speak of whom, and whether the roles that they name grant anything.
type Analyser struct {
	bindings map[model.Ref]*binding
	subjects map[subject]map[*binding]struct{}
	roles    map[model.Ref]*role
	// unfilled are the ClusterRoles with an aggregation rule and no rules of their own: nobody filled them in, as in
	// manifests that never met a controller. See aggregation.go.
	unfilled map[*role]struct{}
}

// Delta tells whose holdings a change may have altered.
type Delta struct {
	// Accounts are the service accounts concerned, sorted.
	Accounts []types.NamespacedName
	// All is set where a group of accounts is concerned.
	All bool
}

// New gives an analyser of an empty cluster.
func New() *Analyser {
	return &Analyser{
		bindings: map[model.Ref]*binding{},
		subjects: map[subject]map[*binding]struct{}{},
		roles:    map[model.Ref]*role{},
		unfilled: map[*role]struct{}{},
	}
}

// Update takes a delta, which c already holds. It is to be called for every delta, and costs next to nothing for kinds
// that it does not read.
func (a *Analyser) Update(_ *cluster.Cluster, d cluster.Delta) Delta {
	if d.Ref.Group != model.GroupRBAC {
		return Delta{}
	}
	var touched changes
	switch d.Ref.Kind {
	case "RoleBinding":
		before, after := cluster.Cast[*record.Typed[*rbacv1.RoleBinding]](d)
		var old, now *grant
		if before != nil {
			old = &grant{before.Object.RoleRef, before.Object.Subjects}
		}
		if after != nil {
			now = &grant{after.Object.RoleRef, after.Object.Subjects}
		}
		a.bind(d.Ref, old, now, &touched)
	case "ClusterRoleBinding":
		before, after := cluster.Cast[*record.Typed[*rbacv1.ClusterRoleBinding]](d)
		var old, now *grant
		if before != nil {
			old = &grant{before.Object.RoleRef, before.Object.Subjects}
		}
		if after != nil {
			now = &grant{after.Object.RoleRef, after.Object.Subjects}
		}
		a.bind(d.Ref, old, now, &touched)
	case "Role":
		_, after := cluster.Cast[*record.Typed[*rbacv1.Role]](d)
		if after == nil {
			a.define(d.Ref, nil, &touched)
		} else {
			a.define(d.Ref, &definition{rules: after.Object.Rules}, &touched)
		}
	case "ClusterRole":
		_, after := cluster.Cast[*record.Typed[*rbacv1.ClusterRole]](d)
		if after == nil {
			a.define(d.Ref, nil, &touched)
		} else {
			a.define(d.Ref, &definition{after.Object.Rules, after.Object.AggregationRule, after.Labels}, &touched)
		}
	}
	return touched.delta()
}

// changes gathers the subjects that a delta concerns.
type changes map[subject]struct{}

func (t *changes) add(s subject) {
	if *t == nil {
		*t = changes{}
	}
	(*t)[s] = struct{}{}
}

func (t changes) delta() Delta {
	var d Delta
	for s := range t {
		if s.group {
			d.All = true
			continue
		}
		d.Accounts = append(d.Accounts, types.NamespacedName{Namespace: s.namespace, Name: s.name})
	}
	slices.SortFunc(d.Accounts, func(x, y types.NamespacedName) int {
		return cmp.Or(cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Name, y.Name))
	})
	return d
}
