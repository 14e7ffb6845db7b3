package rbac

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
)

// Answer is what RBAC says to one question.
type Answer struct {
	// Verdict is Yes where a rule grants it, No where none does and all that could was seen.
	Verdict model.Verdict
	Via     []Grant
	// Reason says why it is Unknown, and what No and a Yes without a grant rest on.
	Reason string
}

// The reasons that do not depend on what was seen.
const (
	rbacOnly     = "RBAC only: no binding and no role that was read grants it; what other authorizers allow is not in it"
	byMasters    = "system:masters passes every authorizer: removing bindings does not revoke it"
	nodeDecides  = "the Node authorizer decides what nodes may do, and cannot be read"
	groupsHidden = "; what groups a user is in is known to the authenticator alone"
)

// Can answers as the API server's RBAC authorizer does. Attributes.Namespace is the namespace of the request; "" asks for
// a request in none, or in all.
func (a *Analyser) Can(c *cluster.Cluster, u User, at Attributes, p Provider) Answer {
	if u.In(Masters) {
		return Answer{model.Yes, a.via(u.keys(), &at), byMasters}
	}
	keys := u.keys()
	if via := a.via(keys, &at); len(via) > 0 {
		return Answer{Verdict: model.Yes, Via: via}
	}
	if reason := a.unsure(c, u, keys, at.place(), p); reason != "" {
		return Answer{Reason: reason}
	}
	reason := rbacOnly
	if _, account := accountOf(u.Name); u.Name != "" && !account && u.Name != Anonymous {
		reason += groupsHidden
	}
	return Answer{Verdict: model.No, Reason: reason}
}

// Allows is Can without words, for many questions: whether any rule that was seen grants it.
func (a *Analyser) Allows(u User, at *Attributes) bool {
	if u.In(Masters) {
		return true
	}
	for b := range a.of(u.keys(), at.place()) {
		for one := range b.role.each {
			if _, _, ok := Match(one.PolicyRule, at); ok {
				return true
			}
		}
	}
	return false
}

// via lists the grants that answer a question, sorted.
func (a *Analyser) via(keys []key, at *Attributes) []Grant {
	var via []Grant
	for b := range a.of(keys, at.place()) {
		matches := a.matches(b.role, at)
		if len(matches) == 0 {
			continue
		}
		t := b.through(keys)
		for i := range matches {
			m := &matches[i]
			via = append(via, t.grant(m.rule, m.from, m.verb, m.resource))
		}
	}
	slices.SortFunc(via, func(x, y Grant) int { return x.Compare(&y) })
	return via
}

// match is a rule that allows what was asked, with its origin and the words that match.
type match struct {
	rule
	from           *model.Ref
	verb, resource string
}

// matches lists the rules of a role that allow what is asked.
func (a *Analyser) matches(r *role, at *Attributes) []match {
	var list []match
	for one := range r.each {
		if verb, resource, ok := Match(one.PolicyRule, at); ok {
			list = append(list, match{one, a.origin(r, one), verb, resource})
		}
	}
	return list
}

// unsure says why what nobody was seen to grant may be granted all the same; "" where it is not. The namespace is that of
// the request, "*" for any.
func (a *Analyser) unsure(c *cluster.Cluster, u User, keys []key, namespace string, p Provider) string {
	// By the name and the group together (pkg/auth/nodeidentifier).
	if u.In(Nodes) && (u.Name == "" || strings.HasPrefix(u.Name, nodePrefix)) {
		return nodeDecides
	}
	if reason := a.unread(c, a.of(keys, namespace)); reason != "" {
		return reason
	}
	if reason := unseenBindings(c, namespace); reason != "" {
		return reason
	}
	if _, account := accountOf(u.Name); !account && p.Authorizer != "" && !u.In(Unauthenticated) && !a.accountsOnly(u) {
		return p.Authorizer + " may grant more, and cannot be read from the cluster"
	}
	return ""
}

// unseenBindings says which bindings that count in a namespace were not seen.
func unseenBindings(c *cluster.Cluster, namespace string) string {
	if cov := c.Seen(kind("ClusterRoleBinding"), ""); cov.State != model.Complete {
		return "not every ClusterRoleBinding was seen" + because(cov)
	}
	in, where := "", ""
	switch namespace {
	case "":
		return ""
	case "*":
	default:
		in, where = namespace, " of namespace "+namespace
	}
	if cov := c.Seen(kind("RoleBinding"), in); cov.State != model.Complete {
		return "not every RoleBinding" + where + " was seen" + because(cov)
	}
	return ""
}

// unread says of the first binding whose role was not seen, or not all of it, that it may grant more; "" where there is none.
func (a *Analyser) unread(c *cluster.Cluster, bindings iter.Seq[*binding]) string {
	cov := c.Seen(kind("ClusterRole"), "")
	var first *binding
	for b := range bindings {
		lost := !b.role.exists && !a.absent(c, b.role.ref)
		// What nobody has filled in is made of all ClusterRoles.
		part := b.role.sum != nil && cov.State != model.Complete
		if (lost || part) && (first == nil || b.ref.Compare(first.ref) < 0) {
			first = b
		}
	}
	switch {
	case first == nil:
		return ""
	case first.role.exists:
		return fmt.Sprintf("%s %s, bound by %s, gathers the rules of others, and not every ClusterRole was seen%s", first.role.ref.Kind, first.role.ref.Name, first.ref, because(cov))
	}
	return fmt.Sprintf("%s %s, bound by %s, was not seen%s", first.role.ref.Kind, first.role.ref.Name, first.ref, because(seen(c, first.role.ref)))
}

// accountsOnly tells a question about a group that only service accounts are in.
func (a *Analyser) accountsOnly(u User) bool { return u.Name == "" && u.In(AllAccounts) }

func kind(name string) schema.GroupKind { return schema.GroupKind{Group: model.GroupRBAC, Kind: name} }

func seen(c *cluster.Cluster, ref model.Ref) model.Coverage {
	return c.Seen(ref.GroupKind(), ref.Namespace)
}

// absent tells that a role which no record stands for does not exist: all of its kind was seen, or there can be none.
func (a *Analyser) absent(c *cluster.Cluster, ref model.Ref) bool {
	k := model.KindOf(ref.GroupKind())
	if k == nil || k.Namespaced != (ref.Namespace != "") {
		return true
	}
	return seen(c, ref).State == model.Complete
}

// Complete tells whether all that could grant somebody anything was seen, and else what was not.
func (a *Analyser) Complete(c *cluster.Cluster, u User, p Provider) (bool, string) {
	reason := a.unsure(c, u, u.keys(), "*", p)
	return reason == "", reason
}
