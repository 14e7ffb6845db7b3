package networktest

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/network-policy-api/apis/v1alpha1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"

	"canopy/model"
)

// World is a small cluster as API objects.
type World struct {
	Pods       []*corev1.Pod
	Namespaces []*corev1.Namespace
	Nodes      []*corev1.Node
	Policies   []*networkingv1.NetworkPolicy
	Admin      []*v1alpha1.AdminNetworkPolicy
	Baseline   []*v1alpha1.BaselineAdminNetworkPolicy
	Cluster    []*v1alpha2.ClusterNetworkPolicy

	// NamespacesUnread tells that not all namespaces may be read, so that labels of some are not known.
	NamespacesUnread bool
	// Unread lists what policies could not be read.
	Unread []Unread
	// Foreign lists the namespaces whose pods are touched by policies that are not evaluated; "" is all of them.
	Foreign []string
	// Unenforced tells that the network plug-in obeys no policies.
	Unenforced bool
}

// Unread is a kind of policy that could not be read, in one namespace or, where that is "", anywhere.
type Unread struct {
	Kind      schema.GroupKind
	Namespace string
}

// Records gives the records of all objects, made from copies.
func (w *World) Records() []model.Record {
	var list []model.Record
	for _, o := range w.Namespaces {
		list = append(list, Record(o))
	}
	for _, o := range w.Nodes {
		list = append(list, Record(o))
	}
	for _, o := range w.Pods {
		list = append(list, Record(o))
	}
	for _, o := range w.Policies {
		list = append(list, Record(o))
	}
	for _, o := range w.Admin {
		list = append(list, Record(o))
	}
	for _, o := range w.Baseline {
		list = append(list, Record(o))
	}
	for _, o := range w.Cluster {
		list = append(list, Record(o))
	}
	return list
}

// Record makes the record of a copy of an object; that of a policy of the network policy API as a source reads it, which
// does not know its Go type.
func Record(o runtime.Object) model.Record {
	var version, kind string
	switch o.(type) {
	case *v1alpha1.AdminNetworkPolicy:
		version, kind = v1alpha1.GroupVersion.String(), "AdminNetworkPolicy"
	case *v1alpha1.BaselineAdminNetworkPolicy:
		version, kind = v1alpha1.GroupVersion.String(), "BaselineAdminNetworkPolicy"
	case *v1alpha2.ClusterNetworkPolicy:
		version, kind = v1alpha2.GroupVersion.String(), "ClusterNetworkPolicy"
	default:
		return mustRecord(o.DeepCopyObject())
	}
	body, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		panic(fmt.Sprintf("%T: %v", o, err))
	}
	u := &unstructured.Unstructured{Object: body}
	u.SetAPIVersion(version)
	u.SetKind(kind)
	return mustRecord(u)
}

func networkPolicyKind() schema.GroupKind {
	return schema.GroupKind{Group: networkingv1.GroupName, Kind: "NetworkPolicy"}
}

// PolicyKinds lists the kinds of policies.
func PolicyKinds() []schema.GroupKind {
	return []schema.GroupKind{
		networkPolicyKind(),
		{Group: v1alpha1.GroupName, Kind: "AdminNetworkPolicy"},
		{Group: v1alpha1.GroupName, Kind: "BaselineAdminNetworkPolicy"},
		{Group: v1alpha2.GroupName, Kind: "ClusterNetworkPolicy"},
	}
}
