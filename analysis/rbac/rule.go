package rbac

import (
	"maps"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"canopy/model"
)

// Rule is one rule that a role grants, and where it stands.
type Rule struct {
	*rbacv1.PolicyRule
	// Role holds the rule in its list at Index. It is not the role that was asked for where that one gathers the rules of
	// others and nobody has filled it in.
	Role  model.Ref
	Index int
}

// rule is a Rule as the index keeps it.
type rule struct {
	*rbacv1.PolicyRule
	from  *role
	index int
}

// each goes through what a role grants: its own rules or, where it is to gather those of others and holds none yet, the
// rules of these, by name and without duplicates, as pkg/controller/clusterroleaggregation writes them.
func (r *role) each(yield func(rule) bool) {
	if r.sum != nil {
		if r.sum.rules == nil {
			r.sum.rules = r.gather()
		}
		for _, one := range r.sum.rules {
			if !yield(one) {
				return
			}
		}
		return
	}
	for i := range r.rules {
		if !yield(rule{&r.rules[i], r, i}) {
			return
		}
	}
}

// gather goes through all roles that an unfilled one is made of, other unfilled ones among them.
func (r *role) gather() []rule {
	seen := map[*role]struct{}{r: {}}
	queue := []*role{r}
	var filled []*role
	for len(queue) > 0 {
		whole := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for part := range whole.sum.parts {
			if _, ok := seen[part]; ok {
				continue
			}
			seen[part] = struct{}{}
			if part.sum != nil {
				queue = append(queue, part)
			} else {
				filled = append(filled, part)
			}
		}
	}
	slices.SortFunc(filled, func(a, b *role) int { return a.ref.Compare(b.ref) })
	list := []rule{}
	have := map[string][]*rbacv1.PolicyRule{}
	for _, part := range filled {
		for i := range part.rules {
			one := &part.rules[i]
			mark := digest(one)
			if slices.ContainsFunc(have[mark], func(o *rbacv1.PolicyRule) bool { return equality.Semantic.DeepEqual(o, one) }) {
				continue
			}
			have[mark] = append(have[mark], one)
			list = append(list, rule{one, part, i})
		}
	}
	return list
}

// digest tells most rules apart, so that few need be compared.
func digest(r *rbacv1.PolicyRule) string {
	text := ""
	for _, list := range [...][]string{r.Verbs, r.Resources, r.NonResourceURLs, r.APIGroups, r.ResourceNames} {
		if len(list) > 0 {
			text += list[0] + "," + list[len(list)-1]
		}
		text += ";"
	}
	return text
}

// origin finds the role that a rule of an aggregated role came from; nil where the role gathers nothing, or none of its
// parts holds the rule.
func (a *Analyser) origin(r *role, one rule) *model.Ref {
	if one.from != r {
		return &one.from.ref
	}
	if r.aggregate == nil {
		return nil
	}
	origins, ok := a.origins[r]
	if !ok {
		origins = a.sources(r)
		a.origins[r] = origins
	}
	return origins[one.index]
}

// sources finds for each rule of a role the part that it came from: one that gathers nothing itself, if any has it.
func (a *Analyser) sources(r *role) []*model.Ref {
	held := map[string][]rule{}
	for _, part := range a.parts(r) {
		for i := range part.rules {
			one := &part.rules[i]
			held[digest(one)] = append(held[digest(one)], rule{one, part, i})
		}
	}
	origins := make([]*model.Ref, len(r.rules))
	for i := range r.rules {
		for _, other := range held[digest(&r.rules[i])] {
			if equality.Semantic.DeepEqual(other.PolicyRule, &r.rules[i]) {
				origins[i] = &other.from.ref
				break
			}
		}
	}
	return origins
}

// parts lists the ClusterRoles that a role gathers, and those that these gather, the role itself never. Those come first
// that gather nothing themselves, by name.
func (a *Analyser) parts(r *role) []*role {
	seen := map[*role]struct{}{r: {}}
	var list []*role
	queue := []*role{r}
	for len(queue) > 0 {
		whole := newSum(queue[len(queue)-1].aggregate)
		queue = queue[:len(queue)-1]
		for _, part := range a.roles {
			if _, ok := seen[part]; ok || !part.exists || part.ref.Kind != "ClusterRole" || !whole.selects(part.labels) {
				continue
			}
			seen[part] = struct{}{}
			list = append(list, part)
			if part.aggregate != nil {
				queue = append(queue, part)
			}
		}
	}
	slices.SortFunc(list, func(x, y *role) int {
		if (x.aggregate == nil) != (y.aggregate == nil) {
			if x.aggregate == nil {
				return -1
			}
			return 1
		}
		return x.ref.Compare(y.ref)
	})
	return list
}

// wholes lists the unfilled roles that a role is a part of, however far, in no order.
func (a *Analyser) wholes(r *role) []*role {
	if len(r.feeds) == 0 {
		return nil
	}
	seen := map[*role]struct{}{}
	queue := []*role{r}
	for len(queue) > 0 {
		part := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for whole := range part.feeds {
			if _, ok := seen[whole]; !ok {
				seen[whole] = struct{}{}
				queue = append(queue, whole)
			}
		}
	}
	return slices.Collect(maps.Keys(seen))
}
