package rbac

import (
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
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
	inorder.Sort(via, func(x, y Grant) int { return x.Compare(&y) })
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
