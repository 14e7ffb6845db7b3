package network

import (
	"context"
	"iter"
	"net/netip"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/record"
)

// answers is what is asked on the writer. Each of its methods is quick; what takes many of them is asked in several calls, so
// that the writer goes on in between.
type answers interface {
	// Digest is the same as long as no answer differs.
	Digest() uint64
	State() network.Surroundings
	// Names are the namespaces, sorted, Policies the number of policies. What is given is the caller's.
	Names() []string
	Policies() int
	// Cell sums up the pairs of two namespaces, Outside the pods of one that may open connections to addresses outside
	// (Egress), or would be let through from there; ports limit what counts, nil does not.
	Cell(src, dst string, ports *port.Set) network.Pairs
	Outside(namespace string, d policy.Direction, ports *port.Set) network.Pairs
	// Ways counts the ways in from outside that end in a namespace.
	Ways(namespace string, ports *port.Set) ways
	// Totals says how many other namespaces reach into a namespace, and how many it reaches.
	Totals(namespace string) tally
	Entries(q network.Question) iter.Seq[network.Entry]
	Explain(src, dst network.End) (*network.Explanation, error)
	// EntriesIn gives what leads from outside to pods, by the ways that there are and as far as policies let it.
	EntriesIn(to network.End, ports *port.Set) []network.Entry
	// Landmarks are the API server, the name servers and the metadata service, as far as they are found.
	Landmarks() []network.Landmark
	// WaysInto lists the ways in from outside that end in a namespace.
	WaysInto(namespace string) []way
	// Isolation says which policies concern a pod.
	Isolation(pod *record.Pod) network.Isolation
	// AllPolicies lists the policies, sorted; Selected counts the pods that one selects, Effects says what its rules do.
	AllPolicies() []*policy.Policy
	Selected(ref model.Ref) int
	Effects(ref model.Ref) []network.Effect
}

// asker calls f on the writer. f keeps nothing of the answers.
type asker func(ctx context.Context, f func(a answers)) error

// everywhere are the addresses outside, of both families.
func everywhere() []network.End {
	return []network.End{{Block: netip.PrefixFrom(netip.IPv4Unspecified(), 0)}, {Block: netip.PrefixFrom(netip.IPv6Unspecified(), 0)}}
}

// ways counts ways in from outside.
type ways struct{ open, depends, unknown, closed int }

// mark sums them up.
func (w ways) mark() mark {
	switch {
	case w.open > 0:
		return open
	case w.unknown > 0:
		return unknown
	case w.depends > 0:
		return depends
	}
	return none
}

// tally counts the other namespaces that reach into one, and those that it reaches.
type tally struct{ in, out int }
