package privilege

import (
	"iter"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
)

// profile is what some rules meet: the numbers of the needs, in full or for named objects alone.
type profile struct {
	full, named set
	// all tells that one rule grants every verb on every resource of every group.
	all bool
}

func (p *profile) has(need int) bool { return p.full.has(need) || p.named.has(need) }

// profile compares rules with all needs. Only needs that speak of a resource of the rule are looked at.
func (t *table) profile(rules iter.Seq[*rbacv1.PolicyRule]) profile {
	var p profile
	for r := range rules {
		if everything(r) {
			p.all = true
		}
		t.each(r, func(i int) {
			if p.full.has(i) {
				return
			}
			switch meets(t.needs[i], r) {
			case full:
				p.full.add(i)
			case named:
				p.named.add(i)
			}
		})
	}
	for w := range p.named {
		p.named[w] &^= p.full[w]
	}
	return p
}

// each goes through the needs that a rule may meet, some more than once.
func (t *table) each(r *rbacv1.PolicyRule, f func(need int)) {
	for _, i := range t.any {
		f(i)
	}
	for _, resource := range r.Resources {
		if resource == rbacv1.ResourceAll {
			for i := range t.needs {
				f(i)
			}
			return
		}
		for _, i := range t.byResource[resource] {
			f(i)
		}
		if sub, ok := strings.CutPrefix(resource, "*/"); ok {
			for _, i := range t.bySub[sub] {
				f(i)
			}
		}
	}
}

// everything tells a rule that grants all on resources.
func everything(r *rbacv1.PolicyRule) bool {
	return slices.Contains(r.Verbs, "*") && slices.Contains(r.APIGroups, "*") && slices.Contains(r.Resources, "*") && len(r.ResourceNames) == 0
}
