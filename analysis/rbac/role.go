package rbac

import (
	"slices"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"canopy/model"
	"canopy/model/record"
)

// role is a Role or ClusterRole that exists, or that a binding names.
type role struct {
	ref      model.Ref
	exists   bool
	bindings map[*binding]struct{}
	// rules are those that the object holds.
	rules     []rbacv1.PolicyRule
	aggregate *rbacv1.AggregationRule
	// resources and urls tell whether the rules grant anything beyond discovery on resources, and on other URLs.
	resources, urls bool
	labels          record.Labels
	// feeds are the unfilled roles that this one is a part of.
	feeds map[*role]struct{}
	// sum is set for an unfilled role.
	sum *sum
}

// definition is what an existing role holds.
type definition struct {
	rules     []rbacv1.PolicyRule
	aggregate *rbacv1.AggregationRule
	labels    record.Labels
}

// role gives the entry of a role, making it where there is none.
func (a *Analyser) role(ref model.Ref) *role {
	r := a.roles[ref]
	if r == nil {
		r = &role{ref: ref, bindings: map[*binding]struct{}{}}
		a.roles[ref] = r
	}
	return r
}

// forget drops the entry of a role that neither exists nor is named by a binding.
func (a *Analyser) forget(r *role) {
	if !r.exists && len(r.bindings) == 0 {
		delete(a.roles, r.ref)
	}
}

// define takes a role that is new, changed or gone.
func (a *Analyser) define(ref model.Ref, d *definition, touched *changes) {
	r := a.role(ref)
	existed, before, rules, aggregate, labels := r.exists, r.held(), r.rules, r.aggregate, r.labels
	// Before and after, since a role may leave one sum and come into another.
	fed := a.wholes(r)
	lost := a.detach(r)
	r.exists, r.resources, r.urls, r.labels, r.rules, r.aggregate = d != nil, false, false, record.Labels{}, nil, nil
	if d != nil {
		r.labels, r.rules, r.aggregate = d.labels, d.rules, d.aggregate
		for i := range d.rules {
			r.resources = r.resources || grantsResources(&d.rules[i])
			r.urls = r.urls || grantsURLs(&d.rules[i])
		}
		if ref.Kind == "ClusterRole" {
			a.attach(r)
		}
	}
	a.settle(r, lost, touched)
	if existed != r.exists || before != r.held() {
		touched.holders(r)
	}
	if existed != r.exists || labels != r.labels || !equality.Semantic.DeepEqual(rules, r.rules) || !equality.Semantic.DeepEqual(aggregate, r.aggregate) {
		touched.role(r)
		if ref.Kind == "ClusterRole" {
			clear(a.origins)
		}
		for _, whole := range fed {
			a.stale(whole, touched)
		}
		for _, whole := range a.wholes(r) {
			a.stale(whole, touched)
		}
	}
	a.forget(r)
}

// stale drops the rules that were worked out for an unfilled role.
func (a *Analyser) stale(whole *role, touched *changes) {
	if whole.sum != nil {
		whole.sum.rules = nil
	}
	touched.role(whole)
}

// held is what a role grants beyond discovery.
type held struct{ resources, urls bool }

func (r *role) held() held { return held{r.resources, r.urls} }

// grantsResources tells whether a rule grants anything on resources beyond what every account may ask about itself.
func grantsResources(r *rbacv1.PolicyRule) bool {
	if len(r.Verbs) == 0 || len(r.APIGroups) == 0 || len(r.Resources) == 0 || readsTrust(r) {
		return false
	}
	if slices.ContainsFunc(r.Verbs, func(v string) bool { return v != "create" }) {
		return true
	}
	for _, g := range r.APIGroups {
		for _, res := range r.Resources {
			if !asksAboutItself(g, res) {
				return true
			}
		}
	}
	return false
}

// readsTrust tells a rule that lets read cluster trust bundles and no more: public certificates, which
// system:cluster-trust-bundle-discovery opens to every service account.
func readsTrust(r *rbacv1.PolicyRule) bool {
	for _, v := range r.Verbs {
		if v != "get" && v != "list" && v != "watch" {
			return false
		}
	}
	return slices.Equal(r.APIGroups, []string{certificatesv1.GroupName}) && slices.Equal(r.Resources, []string{"clustertrustbundles"})
}

// asksAboutItself names the reviews that system:basic-user grants to everybody
// (plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go).
func asksAboutItself(group, resource string) bool {
	switch resource {
	case "selfsubjectaccessreviews", "selfsubjectrulesreviews":
		return group == authorizationv1.GroupName || group == authenticationv1.GroupName
	case "selfsubjectreviews":
		return group == authenticationv1.GroupName || group == authorizationv1.GroupName
	}
	return false
}

// grantsURLs tells whether a rule grants more on URLs than to read them.
func grantsURLs(r *rbacv1.PolicyRule) bool {
	return len(r.NonResourceURLs) > 0 && slices.ContainsFunc(r.Verbs, func(v string) bool { return v != "get" })
}
