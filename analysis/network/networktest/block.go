package networktest

import (
	"fmt"
	"iter"
	"net/netip"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// A cluster with many ranges of addresses: each workload may reach BlocksEach of them and nothing else.
const (
	BlockWorkloads = 22
	BlocksEach     = 29
)

// Block gives the i-th range that a workload may reach. No two ranges touch, so each is a range with one answer of its own.
func Block(workload, i int) netip.Prefix {
	return netip.MustParsePrefix(address("198.18.0.0", 128*(workload*BlocksEach+i)) + "/26")
}

// BlockPod gives the namespace and the name of the pod of a workload.
func BlockPod(workload int) (namespace, name string) {
	return "edge", fmt.Sprintf("client-%02d-x7k2p", workload)
}

// Blocks gives the objects of a cluster of 22 ReplicaSets with a pod each, and with 22 policies that hold 638 ranges of
// addresses in all.
func Blocks() iter.Seq[model.Record] {
	return func(yield func(model.Record) bool) {
		if !yield(mustRecord(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "edge"}})) {
			return
		}
		for w := range BlockWorkloads {
			for _, o := range blockObjects(w) {
				if !yield(mustRecord(o)) {
					return
				}
			}
		}
	}
}

func blockObjects(w int) []runtime.Object {
	namespace, name := BlockPod(w)
	set := fmt.Sprintf("client-%02d", w)
	labels := map[string]string{"app": set}
	one, controller := int32(1), true
	egress := networkingv1.NetworkPolicyEgressRule{}
	for i := range BlocksEach {
		egress.To = append(egress.To, networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: Block(w, i).String()}})
	}
	return []runtime.Object{
		&networkingv1.NetworkPolicy{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: set},
			Spec: networkingv1.NetworkPolicySpec{
				PodSelector: metav1.LabelSelector{MatchLabels: labels},
				PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
				Egress:      []networkingv1.NetworkPolicyEgressRule{egress},
			},
		},
		&appsv1.ReplicaSet{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: set, UID: types.UID(set)},
			Spec: appsv1.ReplicaSetSpec{
				Replicas: &one, Selector: &metav1.LabelSelector{MatchLabels: labels},
				Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: podSpec("client")},
			},
		},
		&corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: namespace, Name: name, Labels: labels,
				OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: set, UID: types.UID(set), Controller: &controller}},
			},
			Spec:   podSpec("client"),
			Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIPs: []corev1.PodIP{{IP: address("10.0.0.1", w)}}},
		},
	}
}
