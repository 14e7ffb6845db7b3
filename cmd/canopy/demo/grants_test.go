package demo

import (
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/pod-security-admission/api"
)

// TestPlantedGrantsAreComplete does for bindings and other single objects what
// TestPlantedIsComplete does for workloads.
func TestPlantedGrantsAreComplete(t *testing.T) {
	w := grown(t)
	kinds := []string{"RoleBinding", "ClusterRoleBinding", "Service", "Namespace", "NetworkPolicy", "Secret"}
	// What needs more than the object: reach, age, use.
	later := []string{"NW16", "SE07", "SE08"}
	want := map[string][]string{}
	for _, f := range Planted() {
		if slices.Contains(kinds, f.Kind) {
			want[id(f.Kind, f.Namespace, f.Name)] = slices.DeleteFunc(slices.Clone(f.Rules), func(r string) bool { return slices.Contains(later, r) })
		}
	}
	for _, o := range w.objects {
		k := id(o.GetObjectKind().GroupVersionKind().Kind, o.GetNamespace(), o.GetName())
		found := map[string]bool{}
		switch o := o.(type) {
		case *rbacv1.RoleBinding:
			found = w.judgeGrant(o.RoleRef, o.Namespace)
		case *rbacv1.ClusterRoleBinding:
			found = w.judgeGrant(o.RoleRef, "")
		case *corev1.Service:
			found["NW08"] = o.Spec.Type == corev1.ServiceTypeNodePort || o.Spec.Type == corev1.ServiceTypeLoadBalancer && o.Spec.LoadBalancerSourceRanges == nil
		case *corev1.Secret:
			found["SE04"] = o.Annotations[corev1.LastAppliedConfigAnnotation] != ""
			found["LP23"] = o.Type == corev1.SecretTypeServiceAccountToken
		case *corev1.Namespace:
			k = id("Namespace", o.Name, o.Name)
			found = w.judgeNamespace(o)
		case *networkingv1.NetworkPolicy:
			for _, r := range o.Spec.Ingress {
				found["NW04"] = found["NW04"] || len(r.From) == 0 || slices.ContainsFunc(r.From, func(from networkingv1.NetworkPolicyPeer) bool {
					everywhere := from.NamespaceSelector != nil && len(from.NamespaceSelector.MatchLabels) == 0 && from.PodSelector == nil
					return everywhere || from.IPBlock != nil && from.IPBlock.CIDR == "0.0.0.0/0"
				})
			}
		default:
			continue
		}
		if isStock(o) {
			continue
		}
		maps.DeleteFunc(found, func(_ string, broken bool) bool { return !broken })
		if have := slices.Sorted(maps.Keys(found)); !slices.Equal(have, want[k]) {
			t.Errorf("%s breaks %q, the list has %q", k, have, want[k])
		}
	}
}

func (w *world) judgeNamespace(ns *corev1.Namespace) map[string]bool {
	deny, quota, limits, pods := false, false, false, false
	for _, o := range w.objects {
		if o.GetNamespace() != ns.Name {
			continue
		}
		switch o := o.(type) {
		case *networkingv1.NetworkPolicy:
			deny = deny || len(o.Spec.PodSelector.MatchLabels) == 0 && len(o.Spec.PolicyTypes) == 2 && o.Spec.Ingress == nil && o.Spec.Egress == nil
		case *corev1.ResourceQuota:
			quota = true
		case *corev1.LimitRange:
			limits = true
		case *corev1.Pod:
			pods = true
		}
	}
	enforced := ns.Labels[api.EnforceLevelLabel]
	return map[string]bool{"NW03": pods && !deny, "NW15": pods && ns.Name != "kube-system" && (!quota || !limits), "PS26": pods && ns.Name != "kube-system" && (enforced == "" || enforced == "privileged")}
}

func (w *world) judgeGrant(ref rbacv1.RoleRef, namespace string) map[string]bool {
	if ref.Name == "cluster-admin" {
		return map[string]bool{"LP01": true}
	}
	var rules []rbacv1.PolicyRule
	if ref.Kind == "ClusterRole" {
		rules = w.byKey[id("ClusterRole", "", ref.Name)].(*rbacv1.ClusterRole).Rules
	} else {
		rules = w.byKey[id("Role", namespace, ref.Name)].(*rbacv1.Role).Rules
	}
	found := map[string]bool{}
	for _, r := range rules {
		may := func(verbs, resources string) bool {
			hit := func(have []string, asked string) bool {
				return slices.ContainsFunc(have, func(h string) bool { return h == "*" || slices.Contains(strings.Fields(asked), h) })
			}
			return hit(r.Verbs, verbs) && hit(r.Resources, resources)
		}
		const controllers = "deployments daemonsets statefulsets replicasets jobs cronjobs replicationcontrollers"
		for rule, broken := range map[string]bool{
			"LP05": slices.Contains(r.Verbs, "*") || slices.Contains(r.Resources, "*"),
			"LP06": may("get list watch", "secrets"),
			"LP07": may("create", "pods "+controllers) || may("update patch", "deployments daemonsets statefulsets replicasets cronjobs replicationcontrollers") || may("create update patch", "sparkapplications"),
			"LP08": may("escalate bind", "roles clusterroles") || may("impersonate", "users groups serviceaccounts") || may("create patch", "rolebindings clusterrolebindings"),
			"LP09": may("create get", "pods/exec pods/attach"),
			"LP10": may("create", "pods/portforward"),
			"LP11": may("patch update", "pods/ephemeralcontainers"),
			"LP12": may("get create", "nodes/proxy"),
			"LP13": may("create", "serviceaccounts/token"),
			"LP14": may("update approve", "certificatesigningrequests/approval signers"),
			"LP15": may("create update patch", "validatingwebhookconfigurations mutatingwebhookconfigurations"),
			"LP16": may("create", "persistentvolumes"),
			"LP17": may("delete deletecollection", "pods namespaces secrets "+controllers),
			"LP18": may("delete deletecollection", "events pods/log"),
			"LP19": may("create update patch", "configmaps") && (namespace == "" || namespace == "kube-system"),
			"LP20": may("create update patch delete", "networkpolicies services endpointslices ingresses") || may("update patch", "pods pods/status services/status"),
			"LP29": may("update patch", "nodes nodes/status"),
			"LP30": may("update patch", "pods serviceaccounts") || may("get create update patch delete", "pods/proxy services/proxy") || may("create", "pods/binding bindings"),
			"LP31": may("create update patch", "secrets"),
			"LP34": may("create update patch", "applications"),
		} {
			found[rule] = found[rule] || broken
		}
	}
	return found
}
