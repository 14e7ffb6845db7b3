package remedy

import (
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// lexicon knows the words by which a wildcard can be written out.
type lexicon struct {
	known  *rbac.Discovery
	groups []string
	// version is that of the Kubernetes whose words it knows.
	version string
	// namespaced leaves out what is in no namespace, where a RoleBinding grants it: it has no effect there.
	namespaced bool
}

func newLexicon(known *rbac.Discovery) *lexicon {
	newest, _ := stock.For(0)
	l := &lexicon{known: known}
	l.version, _ = newest.Source()
	for _, r := range known.All() {
		if !slices.Contains(l.groups, r.Group) {
			l.groups = append(l.groups, r.Group)
		}
	}
	return l
}

// in gives the lexicon for a place: a namespace, or the cluster where it is "".
func (l *lexicon) in(namespace string) *lexicon {
	return &lexicon{l.known, l.groups, l.version, namespace != ""}
}

// resources lists those of a group that a word of a rule covers, where there is one of its verbs on them.
func (l *lexicon) resources(group, word string, verbs []string) []string {
	has := func(known []string) bool {
		return slices.Contains(verbs, rbacv1.VerbAll) || len(common(known, verbs)) > 0
	}
	var list []string
	for _, r := range l.known.All() {
		if r.Group == group && rbac.CoversResource(word, r.Resource) && has(r.Verbs) && (!l.namespaced || r.Namespaced || r.Group == "" && strings.HasPrefix(r.Resource, "namespaces")) {
			list = append(list, r.Resource)
		}
	}
	if word == rbacv1.ResourceAll && len(list) > 0 && has([]string{"update"}) {
		// Every resource has it, and no server tells.
		list = append(list, "*/finalizers")
	}
	return list
}

// verbs lists those of a resource; those that most have where nobody has heard of it.
func (l *lexicon) verbs(group, resource string) []string {
	if v := l.known.Verbs(group, resource); v != nil {
		return v
	}
	return []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
}

// rest is what is left of a rule, and what goes.
type rest struct {
	left, gone []rbacv1.PolicyRule
	// spelt tells that a wildcard had to be written out, so that what it covers and nobody knows is lost too.
	spelt bool
	// untouched tells that the rule stays as it is, and left need not say so.
	untouched bool
	// unnamed tells that some objects were meant, and all had to go: RBAC cannot leave out one.
	unnamed bool
}

// without takes what meets a need out of a rule, and nothing else.
func (l *lexicon) without(r rbacv1.PolicyRule, n *model.Need) rest {
	if !privilege.Meets(n, &r) {
		return rest{left: []rbacv1.PolicyRule{r}, untouched: true}
	}
	var x rest
	if len(r.NonResourceURLs) > 0 {
		x.left = append(x.left, rbacv1.PolicyRule{Verbs: r.Verbs, NonResourceURLs: r.NonResourceURLs})
		r.NonResourceURLs = nil
	}
	if n.Any() {
		l.withoutVerb(&x, r, n)
		return x
	}
	l.otherGroups(&x, r, n)
	l.otherResources(&x, r, n)
	l.otherVerbs(&x, r, n)
	x.left = joined(x.left)
	return x
}

// withoutVerb takes verbs out that count on whatever resource.
func (l *lexicon) withoutVerb(x *rest, r rbacv1.PolicyRule, n *model.Need) {
	verbs := r.Verbs
	if slices.Contains(verbs, rbacv1.VerbAll) {
		x.spelt, verbs = true, nil
		for _, known := range l.known.All() {
			if (slices.Contains(r.APIGroups, known.Group) || slices.Contains(r.APIGroups, rbacv1.APIGroupAll)) && rbac.GrantsResource(&r, known.Resource) {
				verbs = append(verbs, known.Verbs...)
			}
		}
		slices.Sort(verbs)
		verbs = slices.Compact(verbs)
	}
	x.add(&x.left, r, func(p *rbacv1.PolicyRule) { p.Verbs = less(verbs, n.Verbs) })
	x.add(&x.gone, r, func(p *rbacv1.PolicyRule) { p.Verbs = common(verbs, n.Verbs) })
}

// otherGroups keeps what a rule grants in groups that are not that of the need.
func (l *lexicon) otherGroups(x *rest, r rbacv1.PolicyRule, n *model.Need) {
	if !slices.Contains(r.APIGroups, rbacv1.APIGroupAll) {
		x.add(&x.left, r, func(p *rbacv1.PolicyRule) { p.APIGroups = less(r.APIGroups, []string{n.Group}) })
		return
	}
	x.spelt = true
	for _, group := range r.APIGroups {
		if group != rbacv1.APIGroupAll && group != n.Group && !slices.Contains(l.groups, group) {
			x.add(&x.left, r, func(p *rbacv1.PolicyRule) { p.APIGroups = []string{group} })
		}
	}
	for _, group := range l.groups {
		if group == n.Group {
			continue
		}
		var words []string
		for _, word := range r.Resources {
			if len(l.resources(group, word, r.Verbs)) > 0 {
				words = append(words, word)
			}
		}
		x.add(&x.left, r, func(p *rbacv1.PolicyRule) { p.APIGroups, p.Resources = []string{group}, words })
	}
}

// otherResources keeps what a rule grants on resources of the group that the need does not speak of.
func (l *lexicon) otherResources(x *rest, r rbacv1.PolicyRule, n *model.Need) {
	var words []string
	for _, word := range r.Resources {
		if !slices.ContainsFunc(n.Resources, func(res string) bool { return rbac.CoversResource(word, res) }) {
			// Of a wildcard for groups what there is in this one.
			if slices.Contains(r.APIGroups, n.Group) || len(l.resources(n.Group, word, r.Verbs)) > 0 {
				words = append(words, word)
			}
			continue
		}
		if strings.HasPrefix(word, "*") {
			x.spelt = true
			words = append(words, less(l.resources(n.Group, word, r.Verbs), n.Resources)...)
		}
	}
	slices.Sort(words)
	x.add(&x.left, r, func(p *rbacv1.PolicyRule) { p.APIGroups, p.Resources = []string{n.Group}, slices.Compact(words) })
}

// otherVerbs keeps what a rule grants on the resources of the need by other verbs, and for other names.
func (l *lexicon) otherVerbs(x *rest, r rbacv1.PolicyRule, n *model.Need) {
	names := r.ResourceNames
	if len(n.Names) > 0 {
		names = common(names, n.Names)
		x.unnamed = len(r.ResourceNames) == 0
	}
	for _, resource := range n.Resources {
		if !rbac.GrantsResource(&r, resource) {
			continue
		}
		verbs, hit := r.Verbs, common(r.Verbs, n.Verbs)
		if slices.Contains(verbs, rbacv1.VerbAll) {
			x.spelt = true
			verbs = l.verbs(n.Group, resource)
			hit = common(verbs, n.Verbs)
			if len(hit) == 0 {
				hit = n.Verbs
			}
		}
		on := func(p *rbacv1.PolicyRule) { p.APIGroups, p.Resources = []string{n.Group}, []string{resource} }
		x.add(&x.left, r, on, func(p *rbacv1.PolicyRule) { p.Verbs = less(verbs, n.Verbs) })
		x.add(&x.gone, r, on, func(p *rbacv1.PolicyRule) { p.Verbs, p.ResourceNames = hit, names })
		if other := less(r.ResourceNames, names); len(other) > 0 {
			x.add(&x.left, r, on, func(p *rbacv1.PolicyRule) { p.Verbs, p.ResourceNames = hit, other })
		}
	}
}

// add puts a part of a rule on a list, unless it grants nothing.
func (x *rest) add(list *[]rbacv1.PolicyRule, r rbacv1.PolicyRule, change ...func(*rbacv1.PolicyRule)) {
	for _, f := range change {
		f(&r)
	}
	if len(r.Verbs) > 0 && len(r.APIGroups) > 0 && len(r.Resources) > 0 {
		*list = append(*list, r)
	}
}

func less(words, others []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(others, w) })
}

func common(words, others []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !slices.Contains(others, w) })
}

// joined joins rules that differ in one list only, so that they are few. What they grant stays the same.
func joined(rules []rbacv1.PolicyRule) []rbacv1.PolicyRule {
	if len(rules) < 2 {
		return rules
	}
	var key []byte
	for _, list := range [...]func(*rbacv1.PolicyRule) *[]string{
		func(r *rbacv1.PolicyRule) *[]string { return &r.Verbs },
		func(r *rbacv1.PolicyRule) *[]string { return &r.Resources },
		func(r *rbacv1.PolicyRule) *[]string { return &r.APIGroups },
		func(r *rbacv1.PolicyRule) *[]string { return &r.ResourceNames },
	} {
		at := make(map[string]int, len(rules))
		all := make([]rbacv1.PolicyRule, 0, len(rules))
		have := make([]map[string]bool, 0, len(rules))
		for _, r := range rules {
			words := *list(&r)
			*list(&r) = nil
			key = appendRule(key[:0], &r)
			i, ok := at[string(key)]
			// A rule without names grants all of them, and has nothing to be joined with.
			if !ok || len(words) == 0 {
				*list(&r) = words
				all, have = append(all, r), append(have, nil)
				if len(words) > 0 {
					at[string(key)] = len(all) - 1
				}
				continue
			}
			into := list(&all[i])
			if have[i] == nil {
				have[i] = set(*into)
				*into = slices.Clone(*into)
			}
			for _, w := range words {
				if !have[i][w] {
					have[i][w] = true
					*into = append(*into, w)
				}
			}
		}
		rules = all
	}
	return rules
}

func set(words []string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
