package network

import (
	"net/netip"

	"canopy/model"
)

// End is one end of a connection: pods, or addresses outside.
type End struct {
	// Ref is the pod, the workload or the namespace; the zero reference for what is outside.
	Ref model.Ref
	// Class tells which of the replicas of a workload, where a policy tells them apart: tier=web. It is "" for all of them.
	Class string
	// Block is a range of addresses outside the cluster, the largest with one answer.
	Block netip.Prefix
	// Name is an end that is no object: ingress-controller for the assumed source of an Ingress. Beside a Block it says what is
	// known to answer there.
	Name string
}

// IsZero tells that no end is meant.
func (e End) IsZero() bool { return e == End{} }
