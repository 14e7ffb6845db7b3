package rbac

import (
	"strings"

	"canopy/analysis/rbac/stock"
	"canopy/model/inorder"
)

// Expand takes the wildcards of a permission apart into what there is: verbs, groups and resources; names are kept. What a
// RoleBinding cannot grant, since it belongs to no namespace, is left out. A permission without wildcards, on URLs, or on
// nothing that there is, comes back as it is. Sorted.
func (d *Discovery) Expand(p Permission) []Permission {
	if p.onURL() || (p.Verb != "*" && p.Group != "*" && p.Resource != "*" && !strings.HasPrefix(p.Resource, "*/")) {
		return []Permission{p}
	}
	var list []Permission
	for r := range d.matching(&p) {
		one := p
		one.Group, one.Resource = r.Group, r.Resource
		away := p.Namespace != "" && p.Namespace != "*" && !r.Namespaced
		for _, verb := range r.Verbs {
			if p.Verb != "*" && p.Verb != verb {
				continue
			}
			one.Verb = verb
			if away {
				// The one exception: the namespace of the binding itself.
				if _, effective := ownNamespace(&one, nil, p.Namespace); !effective || p.Unnamed || p.Name != "" && p.Name != p.Namespace {
					continue
				}
				one.Name = p.Namespace
			}
			list = append(list, one)
		}
	}
	if len(list) == 0 {
		return []Permission{p}
	}
	inorder.Sort(list, func(x, y Permission) int { return x.Compare(&y) })
	return list
}

// matching goes through the resources that a permission is for.
func (d *Discovery) matching(p *Permission) func(func(*stock.Resource) bool) {
	return func(yield func(*stock.Resource) bool) {
		if p.Group != "*" && p.Resource != "*" && !strings.HasPrefix(p.Resource, "*/") {
			if r := d.find(p.Group, p.Resource); r != nil {
				yield(r)
			}
			return
		}
		for i := range d.list {
			r := &d.list[i]
			if covers(p.Group, r.Group) && CoversResource(p.Resource, r.Resource) && !yield(r) {
				return
			}
		}
	}
}
