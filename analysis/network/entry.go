package network

import (
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
)

// Entry is one answer: the connections from one end to another that have one verdict, resting on one assumption.
type Entry struct {
	Src, Dst End
	Verdict  Verdict
	// Connections are those that have the verdict, on the ports of the destination's pods.
	Connections port.Set
	Because     []Reason
	// Assumption says what a verdict Depends on, or why one is NotEvaluated; "" for others.
	Assumption string
	// Via is the Service, Ingress or Gateway of a way in.
	Via model.Ref
	// Pairs counts pairs of pods, at the level of namespaces.
	Pairs Pairs
}

// Pairs counts pairs of pods, those of a pod with itself left out.
type Pairs struct {
	// Allowed have an allowed connection; Depends none, but one that depends; Unknown were not evaluated.
	Allowed, Depends, Unknown, Total int
}

// Reason is one thing that decided.
type Reason struct {
	// Object is the policy; the zero reference where no policy selects the pod.
	Object    model.Ref
	Tier      policy.Tier
	Direction policy.Direction
	// Rule is the rule's place in its list; -1 where it is the policy as a whole: it isolates, and no rule lets through.
	Rule int
	// Note says it in words; it holds text of the cluster.
	Note string
}
