package policy

import (
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/record"
)

// Group is the API group of the policies that concern the whole cluster.
const Group = "policy.networking.k8s.io"

// The kinds of that group.
const (
	adminKind    = "AdminNetworkPolicy"
	baselineKind = "BaselineAdminNetworkPolicy"
	clusterKind  = "ClusterNetworkPolicy"
)

// Kinds lists the kinds that Read reads, whatever their version.
func Kinds() []schema.GroupKind {
	return []schema.GroupKind{
		{Group: model.GroupNetwork, Kind: "NetworkPolicy"},
		{Group: Group, Kind: adminKind},
		{Group: Group, Kind: baselineKind},
		{Group: Group, Kind: clusterKind},
	}
}

// Read gives the normal form of a policy; false for an object of any other kind. It never fails: what cannot be obeyed is a
// problem of the policy, and a policy of which the meaning is lost says so in Unread.
func Read(r model.Record) (*Policy, bool) {
	switch r := r.(type) {
	case *record.Typed[*networkingv1.NetworkPolicy]:
		return readNetwork(r.Ref(), &r.Object.Spec), true
	case *record.Custom:
		if r.Kind.Group != Group {
			return nil, false
		}
		switch r.Kind.Kind {
		case adminKind, baselineKind, clusterKind:
			return readOrdered(r), true
		}
	}
	return nil, false
}
