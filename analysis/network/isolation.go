package network

import (
	"net/netip"

	"canopy/analysis/network/policy"
	"canopy/model"
)

// Isolation says which policies concern a pod, by direction.
type Isolation struct {
	// By lists the NetworkPolicies that select the pod and are about the direction: it is isolated where there is one.
	By [2][]model.Ref
	// Ordered lists the policies of the admin and the baseline tier that have rules for it, in the order in which they are
	// asked.
	Ordered [2][]model.Ref
	// Exempt says why no policy applies for certain: the pod has ended, or is on the host network.
	Exempt string
	// Unknown says why the pod is not evaluated: a policy of another kind, or one that may not be read.
	Unknown string
}

// Range is a range of addresses outside of the cluster with one answer.
type Range struct {
	Block netip.Prefix
	Parts []Part
}

// Effect says what one rule of a policy does in the cluster as it is.
type Effect struct {
	Direction policy.Direction
	// Rule is its place in the list.
	Rule int
	// PeersEmpty are the paths of its peers that select no pod and no node.
	PeersEmpty []string
	// Unresolved are the named ports that no pod has to which the rule could apply.
	Unresolved []policy.NamedPort
	// Shadow is a rule that makes all of what this one says: an earlier one that decides first, or another that allows the
	// same.
	Shadow *Reason
	// NoEffect tells that nothing can match the rule: no peer selects anything, or no port is left.
	NoEffect bool
}

// Tally sums up one namespace: what its pods have to do with those of other namespaces.
type Tally struct {
	// Namespaces counts the others with which a pair is allowed, or depends.
	Namespaces int
	Pairs
}
