package network

import (
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
)

// Explanation says of one pair of ends what is possible and why.
type Explanation struct {
	Src, Dst End
	// Parts covers every connection once: what is allowed, what depends, what is denied.
	Parts []Part
	// Egress and Ingress say what each side decides by itself, with the near misses.
	Egress, Ingress Side
	// Notes says what is special about the pair: same pod, same node, host network, a pod that has ended.
	Notes []string
}

// Part is a set of connections with one verdict.
type Part struct {
	Verdict     Verdict
	Connections port.Set
	Assumption  string
	Because     []Reason
}

// Side is one direction of a pair, as seen by the pod that policies select.
type Side struct {
	Direction policy.Direction
	// Isolated tells that a policy decides; otherwise everything passes.
	Isolated bool
	Parts    []Part
	// Misses are rules that would have let something through that is denied, had one thing been otherwise, the nearest
	// first.
	Misses []Miss
}

// Miss is a rule that nearly matched.
type Miss struct {
	Reason
	// Missing says what keeps it from matching: label app=web-v2 does not match app=web.
	Missing []string
	// Connections is what it would have let through.
	Connections port.Set
}
