package privilege

import (
	"iter"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
)

// profile is what some rules meet: the numbers of the needs, in full or for named objects alone.
type profile struct {
	full, named set
	// all tells that one rule grants every verb on every resource of every group.
	all bool
}

func (p *profile) has(need int) bool { return p.full.has(need) || p.named.has(need) }

// any gives the needs that are met at all.
func (p *profile) any() set {
	all := p.full
	all.join(&p.named)
	return all
}

// profile compares rules with all needs. Only needs that speak of a resource of the rule are looked at.
func (t *table) profile(rules iter.Seq[*rbacv1.PolicyRule]) profile {
	var p profile
	for r := range rules {
		p.all = p.all || rbac.GrantsAll(r)
		concerned := t.concerned(r)
		concerned.drop(&p.full)
		for i := range concerned.all() {
			switch meets(t.needs[i], r) {
			case metInFull:
				p.full.add(i)
			case metByName:
				p.named.add(i)
			}
		}
	}
	p.named.drop(&p.full)
	return p
}

// concerned gives the needs that a rule may meet, by its resources.
func (t *table) concerned(r *rbacv1.PolicyRule) set {
	var s set
	add := func(list []int) {
		for _, i := range list {
			s.add(i)
		}
	}
	add(t.any)
	for _, resource := range r.Resources {
		if resource == rbacv1.ResourceAll {
			for i := range t.needs {
				s.add(i)
			}
			return s
		}
		add(t.byResource[resource])
		if sub, ok := strings.CutPrefix(resource, "*/"); ok {
			add(t.bySub[sub])
		}
	}
	return s
}
