package rbac

import (
	"cmp"
	"iter"
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
)

// Grant is through what somebody may do something.
type Grant struct {
	Binding model.Ref `json:"binding"`
	// Subject is the index of the first subject of the binding that matches, Match how: "direct", or "group:" and the
	// group, or "user:" and the name where an account is named as a user.
	Subject int    `json:"subject"`
	Match   string `json:"match"`
	// Role is the role that the binding names. Rule is the index of its rule; where nobody has filled the role in, of the
	// rule of AggregatedFrom.
	Role model.Ref `json:"role"`
	Rule int       `json:"rule"`
	// Verb and Resource are the words of the rule that match, such as "*". Resource is a URL for a rule on URLs.
	Verb     string `json:"verb"`
	Resource string `json:"resource"`
	// AggregatedFrom is the ClusterRole from which the role has the rule, where it gathers those of others.
	AggregatedFrom *model.Ref `json:"aggregatedFrom,omitempty"`
	// Computed tells that nobody has filled the role in: Rule counts in AggregatedFrom.
	Computed bool `json:"computed,omitempty"`
}

// Compare orders grants: cluster-wide bindings first, then by binding and rule.
func (g *Grant) Compare(o *Grant) int {
	if n := g.Binding.Compare(o.Binding); n != 0 {
		return n
	}
	var from, other model.Ref
	if g.AggregatedFrom != nil {
		from = *g.AggregatedFrom
	}
	if o.AggregatedFrom != nil {
		other = *o.AggregatedFrom
	}
	return cmp.Or(cmp.Compare(g.Rule, o.Rule), from.Compare(other), cmp.Compare(g.Verb, o.Verb), cmp.Compare(g.Resource, o.Resource))
}

// RuleObject is the role in which the rule stands, at rules[Rule].
func (g *Grant) RuleObject() model.Ref {
	if g.Computed {
		return *g.AggregatedFrom
	}
	return g.Role
}

// through is how a binding speaks of an identity; it makes grants.
type through struct {
	*binding
	subject int
	match   string
}

func (b *binding) through(keys []key) through {
	i, k := b.first(keys)
	return through{b, i, matchWord(b, i, k, keys[0])}
}

// grant makes the grant of one rule. From is its origin, nil where the role gathers nothing.
func (t *through) grant(one rule, from *model.Ref, verb, resource string) Grant {
	return Grant{Binding: t.ref, Subject: t.subject, Match: t.match, Role: t.role.ref, Rule: one.index, Verb: verb, Resource: resource,
		AggregatedFrom: from, Computed: from != nil && t.role.sum != nil}
}

// matchWord says how a subject of a binding, which is k, is the one who asks.
func matchWord(b *binding, i int, k, asks key) string {
	switch {
	case i < 0:
		return ""
	case k.group && k != asks:
		return "group:" + k.name
	case b.subjects[i].Kind == rbacv1.UserKind:
		if _, ok := accountOf(k.name); ok {
			return "user:" + k.name
		}
	}
	return "direct"
}

// of goes through the bindings that speak of an identity, each once, in no order; those of the cluster, and those of one
// namespace, or of all where it is "*".
func (a *Analyser) of(keys []key, namespace string) iter.Seq[*binding] {
	return func(yield func(*binding) bool) {
		known := make([]*party, 0, len(keys))
		for _, k := range keys {
			p := a.parties[k]
			if p == nil {
				continue
			}
			for b := range p.bindings {
				if b.ref.Namespace != "" && namespace != "*" && b.ref.Namespace != namespace {
					continue
				}
				// Once, by the first of the keys.
				if slices.ContainsFunc(known, func(o *party) bool { _, ok := o.bindings[b]; return ok }) {
					continue
				}
				if !yield(b) {
					return
				}
			}
			known = append(known, p)
		}
	}
}
