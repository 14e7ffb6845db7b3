package network

import (
	"canopy/analysis/network/port"
)

// Question narrows what Entries gives.
type Question struct {
	Level Level
	// From and To are the ends of interest; the zero End is any. A namespace stands for all its pods, a workload for its
	// own, a block for the addresses in it.
	From, To End
	// Ports are the connections of interest; nil is all.
	Ports *port.Set
	// Namespaces keeps entries with an end in one of them; nil keeps all.
	Namespaces []string
	// Denied asks for what is denied too.
	Denied bool
	// Outside asks for entries with an end outside the cluster too.
	Outside bool
}

// Cell is one field of a matrix of namespaces.
type Cell struct {
	Pairs
	// Ports is the union of what is allowed or depends.
	Ports port.Set
}
