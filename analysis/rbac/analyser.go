package rbac

import (
	"iter"
	"maps"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Analyser keeps which bindings speak of whom, and what the roles that they name grant. One goroutine owns it.
type Analyser struct {
	bindings map[model.Ref]*binding
	// parties finds bindings by whom they speak of, places by their namespace, "" for those of the whole cluster.
	parties map[key]*party
	places  map[string]*place
	// namespaces are the keys of places, sorted; nil until asked for.
	namespaces []string
	roles      map[model.Ref]*role
	// unfilled are the ClusterRoles with an aggregation rule and no rules of their own: nobody filled them in, as in
	// manifests that never met a controller. See aggregation.go.
	unfilled map[*role]struct{}
	// origins keeps where the rules of filled aggregated roles came from, until any ClusterRole changes.
	origins map[*role][]*model.Ref
	version uint64
}

// Version changes with every role and binding that changes.
func (a *Analyser) Version() uint64 { return a.version }

// New gives an analyser of an empty cluster.
func New() *Analyser {
	return &Analyser{
		bindings: map[model.Ref]*binding{},
		parties:  map[key]*party{},
		places:   map[string]*place{},
		roles:    map[model.Ref]*role{},
		unfilled: map[*role]struct{}{},
		origins:  map[*role][]*model.Ref{},
	}
}

// Update takes a delta, which c already holds. It is to be called for every delta, and costs next to nothing for kinds
// that it does not read.
func (a *Analyser) Update(_ *cluster.Cluster, d cluster.Delta) Delta {
	if d.Ref.Group != model.GroupRBAC {
		return Delta{}
	}
	if k := model.KindOf(d.Ref.GroupKind()); k == nil || k.Namespaced != (d.Ref.Namespace != "") {
		return Delta{} // no API server holds such, and without its namespace a RoleBinding would pass for one of the cluster
	}
	a.version++
	var touched changes
	switch d.Ref.Kind {
	case "RoleBinding", "ClusterRoleBinding":
		a.bind(d.Ref, grantOf(d.Old), grantOf(d.New), &touched)
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

func grantOf(r model.Record) *grant {
	switch t := r.(type) {
	case *record.Typed[*rbacv1.RoleBinding]:
		return &grant{t.Object.RoleRef, t.Object.Subjects}
	case *record.Typed[*rbacv1.ClusterRoleBinding]:
		return &grant{t.Object.RoleRef, t.Object.Subjects}
	}
	return nil
}

// Binding is a binding as the index holds it.
type Binding struct {
	Ref model.Ref
	// Role is the role that it names, in the binding's namespace where it is a Role; Exists whether that was seen.
	Role     model.Ref
	Exists   bool
	Subjects []rbacv1.Subject
}

// Cluster tells a ClusterRoleBinding.
func (b *Binding) Cluster() bool { return b.Ref.Namespace == "" }

func (b *binding) view() Binding { return Binding{b.ref, b.role.ref, b.role.exists, b.subjects} }

// Binding finds a binding.
func (a *Analyser) Binding(ref model.Ref) (Binding, bool) {
	b := a.bindings[ref]
	if b == nil {
		return Binding{}, false
	}
	return b.view(), true
}

// Bindings goes through all bindings, in no order.
func (a *Analyser) Bindings() iter.Seq[Binding] { return views(maps.Values(a.bindings)) }

// BindingsIn goes through the bindings of a namespace, or the ClusterRoleBindings where it is "", in no order.
func (a *Analyser) BindingsIn(namespace string) iter.Seq[Binding] {
	p := a.places[namespace]
	if p == nil {
		return views(slices.Values[[]*binding](nil))
	}
	return views(maps.Keys(p.bindings))
}

// BindingsTo goes through the bindings that speak of a subject itself, in no order.
func (a *Analyser) BindingsTo(s model.Subject) iter.Seq[Binding] {
	p := a.parties[keyFor(s)]
	if p == nil {
		return views(slices.Values[[]*binding](nil))
	}
	return views(maps.Keys(p.bindings))
}

// BindingsOf goes through the bindings of a role, in no order.
func (a *Analyser) BindingsOf(role model.Ref) iter.Seq[Binding] {
	r := a.roles[role]
	if r == nil {
		return views(slices.Values[[]*binding](nil))
	}
	return views(maps.Keys(r.bindings))
}

func views(list iter.Seq[*binding]) iter.Seq[Binding] {
	return func(yield func(Binding) bool) {
		for b := range list {
			if !yield(b.view()) {
				return
			}
		}
	}
}

// Rules lists what a role grants, and whether it exists.
func (a *Analyser) Rules(role model.Ref) ([]Rule, bool) {
	r := a.roles[role]
	if r == nil || !r.exists {
		return nil, false
	}
	var list []Rule
	for one := range r.each {
		list = append(list, Rule{one.PolicyRule, one.from.ref, one.index})
	}
	return list, true
}

// Gathers tells whether a ClusterRole is to gather the rules of others.
func (a *Analyser) Gathers(role model.Ref) bool {
	r := a.roles[role]
	return r != nil && r.aggregate != nil
}

// Subjects goes through all that bindings name, each once, in no order.
func (a *Analyser) Subjects() iter.Seq[model.Subject] {
	return func(yield func(model.Subject) bool) {
		for _, p := range a.parties {
			if !yield(p.subject) {
				return
			}
		}
	}
}
