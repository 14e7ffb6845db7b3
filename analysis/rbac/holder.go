package rbac

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
	"canopy/model/cluster"
)

// Holder is somebody who may do what was asked.
type Holder struct {
	Subject model.Subject `json:"subject"`
	// Namespaces are those in which the subject may, ["*"] for all of the cluster.
	Namespaces []string `json:"namespaces"`
	Via        []Grant  `json:"via"`
}

// WhoCan lists all subjects, as bindings name them, to whom RBAC grants what is asked, sorted. With the namespace "*" it
// asks for any namespace, and with "" for requests that are in none. Members of system:masters may do everything and are
// not listed for that.
func (a *Analyser) WhoCan(at Attributes) []Holder {
	type match struct {
		one            rule
		verb, resource string
	}
	known := map[*role][]match{}
	found := map[key]*Holder{}
	ask := func(b *binding) {
		if at.URL != "" && b.ref.Namespace != "" {
			return
		}
		matches, ok := known[b.role]
		if !ok {
			for one := range b.role.each {
				if verb, resource, ok := Match(one.PolicyRule, &at); ok {
					matches = append(matches, match{one, verb, resource})
				}
			}
			known[b.role] = matches
		}
		if len(matches) == 0 {
			return
		}
		for _, k := range b.keys {
			h := found[k]
			if h == nil {
				h = &Holder{Subject: k.subject()}
				found[k] = h
			}
			where := b.ref.Namespace
			if where == "" {
				where = "*"
			}
			if !slices.Contains(h.Namespaces, where) {
				h.Namespaces = append(h.Namespaces, where)
			}
			for _, m := range matches {
				h.Via = append(h.Via, a.grantBy(b, []key{k}, m.one, m.verb, m.resource))
			}
		}
	}
	for b := range a.places[""] {
		ask(b)
	}
	switch at.Namespace {
	case "":
	case "*":
		for _, b := range a.bindings {
			if b.ref.Namespace != "" {
				ask(b)
			}
		}
	default:
		for b := range a.places[at.Namespace] {
			ask(b)
		}
	}
	list := make([]Holder, 0, len(found))
	for _, h := range found {
		if slices.Contains(h.Namespaces, "*") {
			h.Namespaces = []string{"*"}
		}
		slices.Sort(h.Namespaces)
		slices.SortFunc(h.Via, func(x, y Grant) int { return x.Compare(&y) })
		list = append(list, *h)
	}
	slices.SortFunc(list, func(x, y Holder) int { return x.Subject.Compare(y.Subject) })
	return list
}

// Everyone tells whether all that could grant something in a namespace, "*" for any and "" for none, was seen, and else
// what was not.
func (a *Analyser) Everyone(c *cluster.Cluster, namespace string, p Provider) (complete bool, reason string) {
	if reason := unseenBindings(c, namespace); reason != "" {
		return false, reason
	}
	if reason := a.unread(c, a.in(namespace)); reason != "" {
		return false, reason
	}
	if p.Authorizer != "" {
		return false, p.Authorizer + " may grant more, and cannot be read from the cluster"
	}
	return true, ""
}

// Expand gives the service accounts of a cluster that a group stands for; nil where the members of the group are known to
// the authenticator alone.
func Expand(c *cluster.Cluster, s model.Subject) []model.Subject {
	if s.Kind != model.GroupSubject {
		return nil
	}
	namespace, ok := keyFor(s).crowd()
	if !ok {
		return nil
	}
	var list []model.Subject
	for r := range c.All(model.KindByName(rbacv1.ServiceAccountKind).GroupKind()) {
		if namespace == "" || r.GetNamespace() == namespace {
			list = append(list, model.Subject{Kind: model.AccountSubject, Namespace: r.GetNamespace(), Name: r.GetName()})
		}
	}
	slices.SortFunc(list, model.Subject.Compare)
	return list
}
