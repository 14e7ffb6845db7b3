package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// stock adds what every cluster has without anybody asking for it.
func (c *cluster) stock() {
	each(c, func(ns *corev1.Namespace) {
		born := ns.CreationTimestamp.Add(2 * time.Second)
		c.add(&corev1.ServiceAccount{TypeMeta: typeMeta(corev1.SchemeGroupVersion, "ServiceAccount"),
			ObjectMeta: metav1.ObjectMeta{Namespace: ns.Name, Name: "default"}}, born)
		c.add(rootBundle(ns.Name), born)
	})
	each(c, c.trust)
	c.add(&corev1.Service{TypeMeta: typeMeta(corev1.SchemeGroupVersion, "Service"),
		ObjectMeta: metav1.ObjectMeta{Namespace: metav1.NamespaceDefault, Name: "kubernetes", Labels: map[string]string{"component": "apiserver", "provider": "kubernetes"}},
		Spec:       corev1.ServiceSpec{ClusterIP: "10.96.0.1", Ports: []corev1.ServicePort{{Name: "https", Port: 443, TargetPort: intstr.FromInt32(6443)}}}}, c.founded())
	for name, value := range map[string]int32{"system-node-critical": 2000001000, "system-cluster-critical": 2000000000} {
		c.add(&schedulingv1.PriorityClass{TypeMeta: typeMeta(schedulingv1.SchemeGroupVersion, "PriorityClass"),
			ObjectMeta: metav1.ObjectMeta{Name: name}, Value: value, PreemptionPolicy: new(corev1.PreemptLowerPriority)}, c.founded())
	}
	each(c, func(n *corev1.Node) {
		lease := &coordinationv1.Lease{TypeMeta: typeMeta(coordinationv1.SchemeGroupVersion, "Lease"),
			ObjectMeta: metav1.ObjectMeta{Namespace: corev1.NamespaceNodeLease, Name: n.Name},
			Spec: coordinationv1.LeaseSpec{HolderIdentity: new(n.Name), LeaseDurationSeconds: new(int32(40)),
				RenewTime: new(metav1.NewMicroTime(c.now.Add(-time.Duration(number(n.Name)%10) * time.Second)))}}
		lease.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: n.Name, UID: n.UID}}
		c.add(lease, n.CreationTimestamp.Time)
	})
	c.aggregate()
}

// trust notes whether the pods of an account mount its token unless they say otherwise.
func (c *cluster) trust(sa *corev1.ServiceAccount) {
	c.token[key(sa)] = sa.AutomountServiceAccountToken == nil || *sa.AutomountServiceAccountToken
}

// rootBundle is the ConfigMap that every namespace has.
func rootBundle(namespace string) *corev1.ConfigMap {
	return &corev1.ConfigMap{TypeMeta: typeMeta(corev1.SchemeGroupVersion, "ConfigMap"),
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "kube-root-ca.crt", Annotations: map[string]string{
			"kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."}},
		Data: map[string]string{"ca.crt": "not-a-real-value"}}
}

// aggregate writes the rules of ClusterRoles that gather those of others, as
// the clusterrole-aggregation-controller does.
func (c *cluster) aggregate() {
	var roles []*rbacv1.ClusterRole
	each(c, func(r *rbacv1.ClusterRole) { roles = append(roles, r) })
	slices.SortFunc(roles, func(a, b *rbacv1.ClusterRole) int { return strings.Compare(a.Name, b.Name) })
	// view feeds edit and edit feeds admin: three rounds reach the end.
	for range 3 {
		for _, r := range roles {
			if r.AggregationRule != nil {
				rules, err := gathered(r, roles)
				if err != nil {
					panic(err) // the manifests hold such roles
				}
				r.Rules = rules
			}
		}
	}
}

func gathered(into *rbacv1.ClusterRole, roles []*rbacv1.ClusterRole) ([]rbacv1.PolicyRule, error) {
	rules := []rbacv1.PolicyRule{}
	for i := range into.AggregationRule.ClusterRoleSelectors {
		selector, err := metav1.LabelSelectorAsSelector(&into.AggregationRule.ClusterRoleSelectors[i])
		if err != nil {
			return nil, fmt.Errorf("ClusterRole %s: %w", into.Name, err)
		}
		for _, r := range roles {
			if r.Name == into.Name || !selector.Matches(labels.Set(r.Labels)) {
				continue
			}
			for _, rule := range r.Rules {
				if !slices.ContainsFunc(rules, func(have rbacv1.PolicyRule) bool { return equality.Semantic.DeepEqual(have, rule) }) {
					rules = append(rules, rule)
				}
			}
		}
	}
	return rules, nil
}
