package rbac

import (
	"cmp"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model/inorder"
)

// Permission is one thing that somebody may do, in the words of the rule that grants it: "*" stands for all, now and later.
type Permission struct {
	Verb  string `json:"verb"`
	Group string `json:"group"`
	// Resource may have a subresource: pods/exec. It is empty where URL is set.
	Resource string `json:"resource"`
	// Name is the one object that it is for; "" for any.
	Name string `json:"name,omitempty"`
	// Unnamed tells that it is for requests alone that name no object, as the resource name "" does.
	Unnamed bool `json:"unnamed,omitempty"`
	// Namespace is "*" for a grant in all of the cluster.
	Namespace string `json:"namespace,omitempty"`
	// URL is the path of a permission that is not for a resource.
	URL string `json:"url,omitempty"`
}

// Compare orders permissions: those of the cluster first, then by namespace, resource, name and verb.
func (p *Permission) Compare(o *Permission) int {
	return cmp.Or(cmp.Compare(p.URL, o.URL), cmp.Compare(p.Namespace, o.Namespace), cmp.Compare(p.Group, o.Group),
		cmp.Compare(p.Resource, o.Resource), cmp.Compare(p.Name, o.Name), cmp.Compare(p.Verb, o.Verb), compareBool(p.Unnamed, o.Unnamed))
}

// Covers tells whether whoever holds p holds o too, by what the words say (component-helpers auth/rbac/validation).
func (p *Permission) Covers(o *Permission) bool {
	if !covers(p.Verb, o.Verb) {
		return false
	}
	if o.onURL() || p.onURL() {
		_, ok := pickURL([]string{p.URL}, o.URL)
		return ok && o.onURL() && p.onURL()
	}
	return covers(p.Namespace, o.Namespace) && covers(p.Group, o.Group) && CoversResource(p.Resource, o.Resource) &&
		((p.Name == "" && !p.Unnamed) || (p.Name == o.Name && p.Unnamed == o.Unnamed))
}

// onURL tells a permission that is not for a resource: those for resources have a namespace, if only "*". The URL may be
// empty, as rules may say.
func (p *Permission) onURL() bool {
	return p.URL != "" || p.Namespace == "" && p.Group == "" && p.Resource == ""
}

// Granted is a permission with all through which it is held.
type Granted struct {
	Permission
	Via []Grant `json:"via"`
}

// Permissions lists all that RBAC grants to an identity, each once, sorted. A rule of so many words that they come to more
// than 20,000 permissions is told in fewer, with words joined by commas. Rules on URLs count in ClusterRoleBindings
// alone. What a RoleBinding grants on resources of the cluster has no effect, and is in the list only where the scope of
// the resource is not known: scopes may be nil.
func (a *Analyser) Permissions(u User, scopes Scopes) []Granted {
	keys := u.keys()
	found := map[Permission]*Granted{}
	for b := range a.of(keys, "*") {
		t := b.through(keys)
		for one := range b.role.each {
			from := a.origin(b.role, one)
			for p := range atoms(manageable(one.PolicyRule), b.ref.Namespace, scopes) {
				g := found[p]
				if g == nil {
					g = &Granted{Permission: p}
					found[p] = g
				}
				g.Via = append(g.Via, t.grant(one, from, p.Verb, cmp.Or(p.URL, p.Resource)))
			}
		}
	}
	order := make([]*Granted, 0, len(found))
	for _, g := range found {
		if len(g.Via) > 1 {
			inorder.Sort(g.Via, func(x, y Grant) int { return x.Compare(&y) })
		}
		order = append(order, g)
	}
	slices.SortFunc(order, func(x, y *Granted) int { return x.Compare(&y.Permission) })
	list := make([]Granted, len(order))
	for i, g := range order {
		list[i] = *g
	}
	return list
}

// Scopes tells which resources belong to a namespace.
type Scopes interface {
	// Namespaced tells whether objects of a resource live in namespaces; known is false where nobody has heard of it.
	Namespaced(group, resource string) (namespaced, known bool)
}

// atoms takes a rule of a binding apart. The namespace is that of the binding, "" for the cluster.
func atoms(rule *rbacv1.PolicyRule, namespace string, scopes Scopes) func(func(Permission) bool) {
	return func(yield func(Permission) bool) {
		verbs := few(rule.Verbs)
		for _, verb := range verbs {
			if namespace == "" {
				for _, url := range few(rule.NonResourceURLs) {
					if !yield(Permission{Verb: verb, URL: url}) {
						return
					}
				}
			}
			for _, group := range few(rule.APIGroups) {
				for _, resource := range few(rule.Resources) {
					p := Permission{Verb: verb, Group: group, Resource: resource, Namespace: cmp.Or(namespace, "*")}
					names := rule.ResourceNames
					if namespace != "" && scopes != nil {
						if namespaced, known := scopes.Namespaced(group, resource); known && !namespaced {
							var effective bool
							if names, effective = ownNamespace(&p, names, namespace); !effective {
								continue
							}
						}
					}
					if len(names) == 0 && !yield(p) {
						return
					}
					for _, name := range names {
						p.Name, p.Unnamed = name, name == ""
						if !yield(p) {
							return
						}
					}
				}
			}
		}
	}
}

// ownNamespace is the one exception to "a RoleBinding grants nothing on resources of the cluster": a request for a namespace
// by name is a request in it (k8s.io/apiserver pkg/endpoints/request/requestinfo.go).
func ownNamespace(p *Permission, names []string, namespace string) ([]string, bool) {
	resource, _, _ := cut(p.Resource)
	if p.Group != "" || resource != "namespaces" || p.Verb == "list" || p.Verb == "create" || p.Verb == "deletecollection" {
		return nil, false
	}
	return []string{namespace}, len(names) == 0 || slices.Contains(names, namespace)
}

// few leaves the wildcard alone of a list that holds it, and each word once.
func few(list []string) []string {
	for i, s := range list {
		if s == "*" {
			return list[i : i+1]
		}
	}
	for i, s := range list {
		// Who writes a rule chooses how many words it has.
		if i > 64 || slices.Contains(list[:i], s) {
			list = slices.Clone(list)
			slices.Sort(list)
			return slices.Compact(list)
		}
	}
	return list
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
