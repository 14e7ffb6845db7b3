// Package policy reads the kinds of network policy that Canopy evaluates into one form: NetworkPolicy v1, AdminNetworkPolicy
// and BaselineAdminNetworkPolicy v1alpha1, ClusterNetworkPolicy v1alpha2. What an object says that no implementation can obey
// is told as a problem, and never ends the reading.
package policy

import (
	"net/netip"

	"canopy/analysis/network/port"
	"canopy/model"
)

// Tier is the place of a policy in the order of evaluation.
type Tier uint8

// The tiers, in the order in which they are asked.
const (
	Admin Tier = iota
	Network
	Baseline
	// Default is no policy's: where none decides, a connection is allowed.
	Default
)

// String gives the name of a tier as output writes it.
func (t Tier) String() string {
	return [...]string{"admin", "networkpolicy", "baseline", "default"}[t]
}

// Direction tells the two sides of a connection apart.
type Direction uint8

// The directions, as seen by the pod that a policy selects.
const (
	Ingress Direction = iota
	Egress
)

// String gives "ingress" or "egress".
func (d Direction) String() string { return [...]string{"ingress", "egress"}[d] }

// Action is what a rule does with what it matches.
type Action uint8

// The actions. Rules of a NetworkPolicy only allow.
const (
	Allow Action = iota
	Deny
	// Pass leaves the decision to the next tier.
	Pass
)

// String gives the name of an action.
func (a Action) String() string { return [...]string{"allow", "deny", "pass"}[a] }

// Policy is one policy in normal form. It is immutable.
type Policy struct {
	Ref  model.Ref
	Tier Tier
	// Priority orders the policies of the admin and the baseline tier: the lower goes first.
	Priority int32
	Subject  Selector
	// Rules holds the rules of each direction, in order. Acts tells whether the policy is about the direction at all: of a
	// NetworkPolicy, whether it isolates the pods that it selects.
	Rules [2][]Rule
	Acts  [2]bool
	// Problems lists what the object says without effect.
	Problems []Problem
	// Unread says why the policy could not be read; "" where it could. It has no rules then, and whatever Subject selects is
	// not evaluated. Subject is the one that stands in the object, or every pod where that cannot be read either.
	Unread string
}

// Selector selects pods by their labels and those of their namespaces.
type Selector struct {
	// Namespace is the only namespace looked into; where it is "", Namespaces says which.
	Namespace  string
	Namespaces Requirements
	Pods       Requirements
	// Nothing tells that the selector cannot be read, and selects nothing.
	Nothing bool
}

// Rule is one rule of one direction.
type Rule struct {
	// Index is its place in the object's list.
	Index int
	Name  string
	Action
	// Anyone tells that every peer matches, inside and outside of the cluster. Otherwise one of Peers must.
	Anyone bool
	Peers  []Peer
	// Ports are the numbers that match; all where the rule names none. Named are matched on the destination pod in
	// addition.
	Ports port.Set
	Named []NamedPort
	// FailClosed tells that the rule has a peer of a kind that is not known: an allowing rule then matches nothing, any
	// other denies everything. The rule is written as what it does: no peers and no ports, or Deny, Anyone and all ports.
	FailClosed bool
}

// NamedPort is a port by the name that a container gives it.
type NamedPort struct {
	Name string
	// Protocol must match too, unless Any is set.
	Protocol port.Protocol
	Any      bool
}

// Peer is the other end that a rule speaks of. One field is set.
type Peer struct {
	Pods *Selector
	// Block is a range of addresses.
	Block *Block
	// Nodes selects nodes by labels: their addresses match.
	Nodes *Requirements
	// Domains are names that only an implementation can resolve.
	Domains []string
	// Path is the field of the object: spec.ingress[0].from[1].
	Path string
}

// Block is a range of addresses less some.
type Block struct {
	CIDR   netip.Prefix
	Except []netip.Prefix
	// Definite tells that addresses of pods match as well as any other; of a NetworkPolicy that depends on the
	// implementation.
	Definite bool
}

// Problem is something in an object that has no effect, or not the one that its writer may have meant.
type Problem struct {
	// Path is the field, Value what stands there, Text what is wrong with it.
	Path, Value, Text string
	// Invalid tells that the API forbids it; otherwise it is only odd.
	Invalid bool
}
