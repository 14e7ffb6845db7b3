package rbac

import (
	"cmp"
	"iter"
	"maps"
	"slices"

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
	return cmp.Or(g.Binding.Compare(o.Binding), cmp.Compare(g.Rule, o.Rule), cmp.Compare(g.Verb, o.Verb), cmp.Compare(g.Resource, o.Resource))
}

// RuleObject is the role in which the rule stands, at rules[Rule].
func (g *Grant) RuleObject() model.Ref {
	if g.Computed {
		return *g.AggregatedFrom
	}
	return g.Role
}

// grantBy makes the grant of one rule of a binding.
func (a *Analyser) grantBy(b *binding, keys []key, one rule, verb, resource string) Grant {
	i, k := b.first(keys)
	g := Grant{Binding: b.ref, Subject: i, Match: matchWord(b, i, k, keys), Role: b.role.ref, Rule: one.index, Verb: verb, Resource: resource}
	if from := a.origin(b.role, one); !from.IsZero() {
		g.AggregatedFrom, g.Computed = &from, b.role.sum != nil
	}
	return g
}

func matchWord(b *binding, i int, k key, keys []key) string {
	switch {
	case i < 0:
		return ""
	case k.group && k != keys[0]:
		return "group:" + k.name
	case b.subjects[i].Kind == string(model.UserSubject):
		if _, ok := accountOf(k.name); ok {
			return "user:" + k.name
		}
	}
	return "direct"
}

// in goes through the bindings that count in a namespace, in no order: those of the cluster, and those of the namespace, of
// all where it is "*", of none where it is "".
func (a *Analyser) in(namespace string) iter.Seq[*binding] {
	if namespace == "*" {
		return maps.Values(a.bindings)
	}
	return func(yield func(*binding) bool) {
		for b := range a.places[""] {
			if !yield(b) {
				return
			}
		}
		if namespace == "" {
			return
		}
		for b := range a.places[namespace] {
			if !yield(b) {
				return
			}
		}
	}
}

// of goes through the bindings that speak of an identity, each once, in no order; those of the cluster, and those of one
// namespace, or of all where it is "*".
func (a *Analyser) of(keys []key, namespace string) iter.Seq[*binding] {
	return func(yield func(*binding) bool) {
		for i, k := range keys {
			for b := range a.keys[k] {
				if b.ref.Namespace != "" && namespace != "*" && b.ref.Namespace != namespace {
					continue
				}
				// Once, by the first of the keys.
				if slices.ContainsFunc(keys[:i], func(o key) bool { _, ok := a.keys[o][b]; return ok }) {
					continue
				}
				if !yield(b) {
					return
				}
			}
		}
	}
}
