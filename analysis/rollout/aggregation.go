package rollout

import (
	"fmt"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/model"
	"canopy/model/record"
)

type clusterRole = record.Typed[*rbacv1.ClusterRole]

// aggregate gathers anew the rules of ClusterRoles that rest on one which the plan changed, as
// pkg/controller/clusterroleaggregation does. One that holds no rules was never filled in, as in manifests that never met a
// controller: it stays so, and whoever reads it gathers.
func (p *player) aggregate() {
	gk := model.KindByName("ClusterRole").GroupKind()
	var changed []model.Ref
	for _, ref := range p.order {
		if ref.GroupKind() == gk {
			changed = append(changed, ref)
		}
	}
	if len(changed) == 0 {
		return
	}
	var wholes []model.Ref
	for _, r := range p.all(gk) {
		if w, ok := r.(*clusterRole); ok && w.Object.AggregationRule != nil && len(w.Object.Rules) > 0 {
			wholes = append(wholes, key(w.Ref()))
		}
	}
	// One may be a part of another, and in a hostile capture of itself.
	for range len(wholes) + 1 {
		var next []model.Ref
		for _, ref := range wholes {
			w := p.get(ref).(*clusterRole)
			selectors, ok := selectorsOf(w.Object.AggregationRule)
			if !ok || !p.rests(ref, selectors, changed) {
				continue
			}
			rules := p.gather(w.Name, selectors)
			if equality.Semantic.DeepEqual(rules, w.Object.Rules) {
				continue
			}
			filled := w.DeepCopyObject().(*clusterRole)
			filled.Object.Rules = rules
			p.put(filled)
			next = append(next, ref)
		}
		if len(next) == 0 {
			return
		}
		changed = next
	}
}

// selectorsOf reads the selectors of an aggregation rule; false where the controller would give up on one.
func selectorsOf(rule *rbacv1.AggregationRule) ([]labels.Selector, bool) {
	var list []labels.Selector
	for i := range rule.ClusterRoleSelectors {
		s, err := metav1.LabelSelectorAsSelector(&rule.ClusterRoleSelectors[i])
		if err != nil {
			return nil, false
		}
		list = append(list, s)
	}
	return list, true
}

// rests tells whether one of the changed roles is the whole itself, or is, or was, a part of it.
func (p *player) rests(whole model.Ref, selectors []labels.Selector, changed []model.Ref) bool {
	return slices.ContainsFunc(changed, func(ref model.Ref) bool {
		if ref == whole {
			return true
		}
		for _, r := range [...]model.Record{p.base.Get(ref), p.get(ref)} {
			if r != nil && slices.ContainsFunc(selectors, func(s labels.Selector) bool { return s.Matches(labels.Set(r.GetLabels())) }) {
				return true
			}
		}
		return false
	})
}

// gather lists the rules of all parts: by selector, then by name, each rule once.
func (p *player) gather(whole string, selectors []labels.Selector) []rbacv1.PolicyRule {
	var rules []rbacv1.PolicyRule
	have := map[string]bool{}
	parts := p.all(model.KindByName("ClusterRole").GroupKind())
	for _, s := range selectors {
		for _, r := range parts {
			part, ok := r.(*clusterRole)
			if !ok || part.Name == whole || !s.Matches(labels.Set(part.GetLabels())) {
				continue
			}
			for _, rule := range part.Object.Rules {
				// Comparing each with all would take long where somebody feeds thousands.
				words := fmt.Sprintf("%q", [...][]string{rule.Verbs, rule.APIGroups, rule.Resources, rule.ResourceNames, rule.NonResourceURLs})
				if !have[words] {
					have[words] = true
					rules = append(rules, rule)
				}
			}
		}
	}
	return rules
}
