package model

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Kind is one kind of object that Canopy watches, with what is needed to ask a server for it.
type Kind struct {
	Group, Version, Kind, Resource string
	Namespaced                     bool
}

// GroupKind is the kind without its version, the key of most tables.
func (k *Kind) GroupKind() schema.GroupKind { return schema.GroupKind{Group: k.Group, Kind: k.Kind} }

// GVR is the resource a server is asked for.
func (k *Kind) GVR() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: k.Group, Version: k.Version, Resource: k.Resource}
}

// GVK is the kind as manifests name it.
func (k *Kind) GVK() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: k.Group, Version: k.Version, Kind: k.Kind}
}

// Ref names an object of this kind.
func (k *Kind) Ref(namespace, name string) Ref {
	return Ref{Group: k.Group, Version: k.Version, Kind: k.Kind, Namespace: namespace, Name: name}
}

func (k *Kind) scope() string {
	if k.Namespaced {
		return "namespaced: write namespace/Kind/name"
	}
	return "cluster-scoped: write Kind/name"
}

// Groups whose names are long enough to mistype.
const (
	GroupRBAC      = "rbac.authorization.k8s.io"
	GroupAdmission = "admissionregistration.k8s.io"
	GroupNetwork   = "networking.k8s.io"
)

// kinds is data: the built-in table.
var kinds = [...]Kind{
	{"", "v1", "Namespace", "namespaces", false},
	{"", "v1", "Pod", "pods", true},
	{"apps", "v1", "Deployment", "deployments", true},
	{"apps", "v1", "ReplicaSet", "replicasets", true},
	{"apps", "v1", "DaemonSet", "daemonsets", true},
	{"apps", "v1", "StatefulSet", "statefulsets", true},
	{"batch", "v1", "Job", "jobs", true},
	{"batch", "v1", "CronJob", "cronjobs", true},
	{"", "v1", "ReplicationController", "replicationcontrollers", true},
	{"", "v1", "ServiceAccount", "serviceaccounts", true},
	{GroupRBAC, "v1", "Role", "roles", true},
	{GroupRBAC, "v1", "ClusterRole", "clusterroles", false},
	{GroupRBAC, "v1", "RoleBinding", "rolebindings", true},
	{GroupRBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", false},
	{"", "v1", "Node", "nodes", false},
	{"", "v1", "Secret", "secrets", true},
	{"", "v1", "ConfigMap", "configmaps", true},
	{"", "v1", "Service", "services", true},
	{"discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", true},
	{GroupNetwork, "v1", "NetworkPolicy", "networkpolicies", true},
	{GroupNetwork, "v1", "Ingress", "ingresses", true},
	{GroupNetwork, "v1", "IngressClass", "ingressclasses", false},
	{"", "v1", "ResourceQuota", "resourcequotas", true},
	{"", "v1", "LimitRange", "limitranges", true},
	{"policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", true},
	{"", "v1", "PersistentVolume", "persistentvolumes", false},
	{"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true},
	{"storage.k8s.io", "v1", "StorageClass", "storageclasses", false},
	{"node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", false},
	{GroupAdmission, "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", false},
	{GroupAdmission, "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", false},
	{GroupAdmission, "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", false},
	{GroupAdmission, "v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", false},
	{GroupAdmission, "v1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", false},
	{GroupAdmission, "v1", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", false},
	{"certificates.k8s.io", "v1", "CertificateSigningRequest", "certificatesigningrequests", false},
	{"apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", false},
	{"apiregistration.k8s.io", "v1", "APIService", "apiservices", false},
	{"", "v1", "Event", "events", true},
}

// Kinds lists every kind that is read from the start, in the order in which a dashboard wants them: what findings hang
// on first. OptionalKinds are read where a server serves them, others on demand, by discovery.
func Kinds() []*Kind {
	all := make([]*Kind, len(kinds))
	for i := range kinds {
		all[i] = &kinds[i]
	}
	return all
}

// KindByName finds a kind of either table by its kind or resource name, whatever the case; nil where there is none. Where
// several have the name, a built-in one comes before optional ones, and the others are found by name and group, as in
// networkpolicies.crd.antrea.io.
func KindByName(name string) *Kind {
	word, group, grouped := strings.Cut(name, ".")
	for _, table := range [...][]Kind{kinds[:], flows[:], reports[:]} {
		for i := range table {
			k := &table[i]
			if (strings.EqualFold(k.Kind, word) || strings.EqualFold(k.Resource, word)) && (!grouped || strings.EqualFold(k.Group, group)) {
				return k
			}
		}
	}
	return nil
}

// KindOf finds a kind of any table by group and kind, those of Canopy's own records too; nil where there is none.
func KindOf(gk schema.GroupKind) *Kind {
	if k := BuiltIn(gk); k != nil {
		return k
	}
	if k := OptionalKind(gk); k != nil {
		return k
	}
	return kindIn(own[:], gk)
}

// BuiltIn finds a kind of those that are read from the start, at one version, by group and kind; nil where there is none.
func BuiltIn(gk schema.GroupKind) *Kind { return kindIn(kinds[:], gk) }

func kindIn(table []Kind, gk schema.GroupKind) *Kind {
	for i := range table {
		if k := &table[i]; k.Group == gk.Group && k.Kind == gk.Kind {
			return k
		}
	}
	return nil
}
