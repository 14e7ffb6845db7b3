package network_test

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"
)

// runtimeObject is an object of the API.
type runtimeObject = runtime.Object

// wide makes a policy that concerns every pod, each time another.
func wide(i int) runtimeObject {
	return &v1alpha2.ClusterNetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "wide"},
		Spec: v1alpha2.ClusterNetworkPolicySpec{
			Tier: v1alpha2.AdminTier, Priority: int32(i % 1000),
			Subject: v1alpha2.ClusterNetworkPolicySubject{Namespaces: &metav1.LabelSelector{}},
			Ingress: []v1alpha2.ClusterNetworkPolicyIngressRule{{
				Action: v1alpha2.ClusterNetworkPolicyRuleActionDeny,
				From: []v1alpha2.ClusterNetworkPolicyIngressPeer{{
					Namespaces: &metav1.LabelSelector{MatchLabels: map[string]string{"team": []string{"team-1", "team-2"}[i%2]}},
				}},
			}},
		},
	}
}
