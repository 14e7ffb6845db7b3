package minimal

import (
	networkingv1 "k8s.io/api/networking/v1"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
)

// Question says for whom policies are made, and what they keep.
type Question struct {
	// Namespace asks for a default deny of a namespace, and for policies of all who run there. Where it is "", Workloads are
	// the top owners for which policies are made, all of one namespace.
	Namespace string
	Workloads []model.Ref
	// Acts tells which directions are restricted.
	Acts [2]bool
	// Flows are those to keep. Those that concern nobody who is asked for are left out.
	Flows []Flow
}

// Proposal is policies with what they do, as the evaluator says. Everything in it is sorted.
type Proposal struct {
	Namespace string
	Documents []Document
	// Kept are the flows that are possible once the policies are there, Missing those that are not.
	Kept    []Kept
	Missing []Missing
	// Removed was possible, and will not be. Residual stays possible, and is none of the flows.
	Removed  []Removed
	Residual []Residual
	DNS      DNS
	// Also are owners of other pods that a policy isolates as well, since no labels tell them apart.
	Also  []model.Ref
	Notes []string
}

// Document is a policy to create.
type Document struct {
	Ref    model.Ref
	Policy *networkingv1.NetworkPolicy
	// Owner is for whom it is; the zero reference for all pods of the namespace.
	Owner model.Ref
	// Why says what it is for.
	Why string
}

// Kept is a flow that stays possible.
type Kept struct {
	Flow *Flow
	// Doubt says what that depends on; "" where it is certain.
	Doubt string
}

// Missing is a flow that is not possible, in part or as a whole.
type Missing struct {
	Flow *Flow
	// Connections are those that are denied.
	Connections port.Set
	// Before tells that they were allowed without the policies.
	Before bool
	// By says what denies them.
	By []network.Reason
}

// Change is connections between a pod owner and a peer, as seen by the owner.
type Change struct {
	Direction policy.Direction
	Object    model.Ref
	// Peer is an owner in the same namespace, another namespace, or a range of addresses.
	Peer        network.End
	Connections port.Set
}

// Removed is what will not be possible any more.
type Removed struct{ Change }

// Residual is what stays possible beside the flows.
type Residual struct {
	Change
	// By are the policies that let it through; none where no policy decides.
	By []model.Ref
	// Assumption says what it depends on; "" where it is certain.
	Assumption string
}

// DNS says whether the pods can ask for names.
type DNS struct {
	// Asked tells that the policies restrict what goes out, so that it is a question.
	Asked, Kept bool
	// Why says what keeps them from it, or what it depends on.
	Why string
}
