package network

import (
	"fmt"
	"slices"
	"strings"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model"
)

// qualified names an object by its namespace and name.
func qualified(r model.Ref) string {
	if r.Namespace == "" {
		return r.Name
	}
	return r.Namespace + "/" + r.Name
}

// pathOf is the field of a rule: spec.ingress[0]; "" where it is the policy as a whole.
func pathOf(r *network.Reason) string {
	if r.Rule < 0 || r.Object.IsZero() {
		return ""
	}
	return fmt.Sprintf("spec.%s[%d]", r.Direction, r.Rule)
}

// ruleOf names a rule in short: ingress[0].
func ruleOf(r *network.Reason) string { return strings.TrimPrefix(pathOf(r), "spec.") }

// policyOf names a policy, with its kind where it is no NetworkPolicy.
func policyOf(r *network.Reason) string {
	switch {
	case r.Object.IsZero():
		return "no policy"
	case r.Tier == policy.Network && r.Object.Kind == "NetworkPolicy":
		return qualified(r.Object)
	}
	return r.Object.Kind + " " + qualified(r.Object)
}

// reason says in a few words what decided.
func reason(r *network.Reason) string {
	switch {
	case r.Object.IsZero():
		return "no policy (" + r.Direction.String() + ")"
	case r.Rule < 0:
		return policyOf(r) + " isolates (" + r.Direction.String() + ")"
	}
	return policyOf(r) + " " + ruleOf(r)
}

// reasons joins them, each once. That no policy selects one side is said only where none decides on the other.
func reasons(list []network.Reason) string {
	var words []string
	seen := map[string]bool{}
	decided := slices.ContainsFunc(list, func(r network.Reason) bool { return !r.Object.IsZero() })
	for i := range list {
		if decided && list[i].Object.IsZero() {
			// That the other side has no policy goes without saying.
			continue
		}
		if w := reason(&list[i]); !seen[w] {
			seen[w] = true
			words = append(words, w)
		}
	}
	if !decided && len(words) > 1 {
		return "no policy on either side"
	}
	return strings.Join(words, ", ")
}

// countPolicies counts them.
func countPolicies(n int) string {
	if n == 1 {
		return "1 policy"
	}
	return fmt.Sprintf("%d policies", n)
}

// verdictMark is the mark of a verdict.
func verdictMark(v network.Verdict) mark {
	return [...]mark{network.Deny: none, network.Allow: all, network.Depends: depends, network.NotEvaluated: unknown}[v]
}
