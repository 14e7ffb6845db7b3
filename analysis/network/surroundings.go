package network

import "canopy/model"

// Surroundings is what decides beside the policies that are evaluated: the network plug-in, and policies of kinds that only
// it understands. Package plugin finds it.
type Surroundings struct {
	Enforcement Enforcement
	// Plugin is the name of the network plug-in; "" where it is not known.
	Plugin string
	// Why says what the plug-in was told by, or why it is not known.
	Why string
	// Foreign lists the policies that are not evaluated. Pods that one touches are not evaluated either.
	Foreign []Foreign
}

// Foreign is a policy of a kind that is not evaluated.
type Foreign struct {
	Ref model.Ref
	// Namespace is where the pods are that it touches; "" is everywhere.
	Namespace string
}
