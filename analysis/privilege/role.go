package privilege

import (
	"iter"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/record"
)

// role is what is known of a role that exists. A role that changes is another one.
type role struct {
	ref   model.Ref
	since int64
	rules []rbac.Rule
	profile
	// wild tells that one of its own rules has a wildcard.
	wild bool
	// state says whether it is as Kubernetes ships it, difference what is not.
	state      stock.State
	difference stock.Difference
	// added is the profile of the rules that were added to a role of Kubernetes' own.
	added profile
	// readings are made once for all bindings of the role.
	readings map[readingKey]*reading
	// whole is what is shown of it where it grants all.
	whole *shown
}

// changed tells a role of Kubernetes' own to which rules were added.
func (r *role) changed() bool { return r.state == stock.Changed && len(r.difference.Added) > 0 }

// role gives what is known of a role; nil where it does not exist.
func (r *round) role(ref model.Ref) *role {
	if known, ok := r.roles[ref]; ok {
		return known
	}
	rules, ok := r.access.Rules(ref)
	if !ok {
		return nil
	}
	now := &role{ref: ref, rules: rules, readings: map[readingKey]*reading{}}
	now.profile = r.table.profile(now.granted)
	now.wild = slices.ContainsFunc(rules, func(one rbac.Rule) bool { return one.Role == ref && wildcard(one.PolicyRule) })
	now.since, now.state, now.difference = r.shipped(ref, nil)
	if now.changed() {
		now.added = r.table.profile(pointers(now.difference.Added))
	}
	r.roles[ref] = now
	return now
}

// shipped compares a role with what Kubernetes ships under its name: all of it, or as if it had only one of its rules.
func (r *round) shipped(ref model.Ref, one *rbacv1.PolicyRule) (since int64, state stock.State, d stock.Difference) {
	only := func(rules []rbacv1.PolicyRule) []rbacv1.PolicyRule {
		if one != nil {
			return []rbacv1.PolicyRule{*one}
		}
		return rules
	}
	switch t := r.c.Get(ref).(type) {
	case *record.Typed[*rbacv1.Role]:
		since = t.Since()
		state, d = r.stock.JudgeRole(ref, only(t.Object.Rules), nil, t.Labels.Map())
	case *record.Typed[*rbacv1.ClusterRole]:
		since = t.Since()
		state, d = r.stock.JudgeRole(ref, only(t.Object.Rules), t.Object.AggregationRule, t.Labels.Map())
	}
	return since, state, d
}

// granted goes through the rules.
func (r *role) granted(yield func(*rbacv1.PolicyRule) bool) {
	for i := range r.rules {
		if !yield(r.rules[i].PolicyRule) {
			return
		}
	}
}

func pointers(rules []rbacv1.PolicyRule) iter.Seq[*rbacv1.PolicyRule] {
	return func(yield func(*rbacv1.PolicyRule) bool) {
		for i := range rules {
			if !yield(&rules[i]) {
				return
			}
		}
	}
}

// everything lists the rules that grant all.
func (r *role) everything() []model.Evidence {
	var list []model.Evidence
	for i := range r.rules {
		if one := &r.rules[i]; rbac.GrantsAll(one.PolicyRule) {
			list = append(list, model.Evidence{Object: one.Role, Path: rulePath(one.Index), Value: sentence(one.PolicyRule)})
		}
	}
	return list
}
