package demo

import (
	"net/netip"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/labels"
)

func TestOwnersSelectTheirPods(t *testing.T) {
	w := grown(t)
	counted := map[string]int32{}
	for _, p := range w.pods {
		if len(p.OwnerReferences) == 0 || p.OwnerReferences[0].Kind == "Node" {
			continue
		}
		owner := w.byUID[string(p.OwnerReferences[0].UID)]
		counted[string(p.OwnerReferences[0].UID)]++
		var s labels.Selector
		switch o := owner.(type) {
		case *appsv1.ReplicaSet:
			s = selector(t, o.Spec.Selector)
			if d := w.top(o).(*appsv1.Deployment); !selector(t, d.Spec.Selector).Matches(labels.Set(p.Labels)) {
				t.Errorf("Deployment %s does not select %s", d.Name, p.Name)
			}
		case *appsv1.StatefulSet:
			s = selector(t, o.Spec.Selector)
		case *appsv1.DaemonSet:
			s = selector(t, o.Spec.Selector)
		case *batchv1.Job:
			s = selector(t, o.Spec.Selector)
		default:
			t.Errorf("%s/%s is owned by %T", p.Namespace, p.Name, owner)
			continue
		}
		if !s.Matches(labels.Set(p.Labels)) {
			t.Errorf("%s does not select %s", owner.GetName(), p.Name)
		}
	}
	for _, o := range w.objects {
		want := int32(-1)
		switch o := o.(type) {
		case *appsv1.ReplicaSet:
			want = o.Status.ReadyReplicas
		case *appsv1.StatefulSet:
			want = o.Status.ReadyReplicas
		case *appsv1.DaemonSet:
			want = o.Status.NumberReady
		}
		if got := counted[string(o.GetUID())]; want >= 0 && got != want {
			t.Errorf("%s/%s has %d pods and reports %d", o.GetNamespace(), o.GetName(), got, want)
		}
	}
}

func TestServicesReachPods(t *testing.T) {
	w := grown(t)
	for _, o := range w.objects {
		switch o := o.(type) {
		case *discoveryv1.EndpointSlice:
			if len(o.Endpoints) == 0 {
				t.Errorf("Service %s/%s selects no pod", o.Namespace, o.Labels[discoveryv1.LabelServiceName])
			}
			for _, p := range o.Ports {
				if *p.Port == 0 {
					t.Errorf("%s/%s: port %s has no target", o.Namespace, o.Name, *p.Name)
				}
			}
		case *policyv1.PodDisruptionBudget:
			if o.Status.ExpectedPods == 0 {
				t.Errorf("PodDisruptionBudget %s/%s selects no pod", o.Namespace, o.Name)
			}
			if blocked := o.Status.DisruptionsAllowed == 0; blocked != (o.Namespace == "legacy" && o.Name == "mysql") {
				t.Errorf("PodDisruptionBudget %s/%s allows %d disruptions", o.Namespace, o.Name, o.Status.DisruptionsAllowed)
			}
		case *networkingv1.Ingress:
			for _, r := range o.Spec.Rules {
				for _, p := range r.HTTP.Paths {
					get[*corev1.Service](t, w, "Service", o.Namespace, p.Backend.Service.Name)
				}
			}
			for _, tls := range o.Spec.TLS {
				get[*corev1.Secret](t, w, "Secret", o.Namespace, tls.SecretName)
			}
			get[*networkingv1.IngressClass](t, w, "IngressClass", "", *o.Spec.IngressClassName)
		}
	}
}

func TestPoliciesSelectPods(t *testing.T) {
	w := grown(t)
	some := func(namespace, pods labels.Selector, own string) bool {
		for _, p := range w.pods {
			ns := get[*corev1.Namespace](t, w, "Namespace", "", p.Namespace)
			if (own == "" || p.Namespace == own) && namespace.Matches(labels.Set(ns.Labels)) && pods.Matches(labels.Set(p.Labels)) {
				return true
			}
		}
		return false
	}
	for _, o := range w.objects {
		np, ok := o.(*networkingv1.NetworkPolicy)
		if !ok {
			continue
		}
		if !some(labels.Everything(), selector(t, &np.Spec.PodSelector), np.Namespace) {
			t.Errorf("%s/%s selects no pod", np.Namespace, np.Name)
		}
		var peers []networkingv1.NetworkPolicyPeer
		for _, r := range np.Spec.Ingress {
			peers = append(peers, r.From...)
		}
		for _, r := range np.Spec.Egress {
			peers = append(peers, r.To...)
		}
		for _, peer := range peers {
			if peer.IPBlock != nil {
				if _, err := netip.ParsePrefix(peer.IPBlock.CIDR); err != nil {
					t.Errorf("%s/%s: %v", np.Namespace, np.Name, err)
				}
				continue
			}
			namespace, pods, own := labels.Everything(), labels.Everything(), ""
			if peer.PodSelector != nil {
				pods = selector(t, peer.PodSelector)
			}
			if peer.NamespaceSelector != nil {
				namespace = selector(t, peer.NamespaceSelector)
			} else {
				own = np.Namespace
			}
			if !some(namespace, pods, own) {
				t.Errorf("%s/%s: peer %+v selects no pod", np.Namespace, np.Name, peer)
			}
		}
	}
}

func TestReferencesExist(t *testing.T) {
	w := grown(t)
	used := map[string]bool{}
	need := func(by object, kind, namespace, name string) {
		t.Helper()
		used[id(kind, namespace, name)] = true
		if w.byKey[id(kind, namespace, name)] == nil {
			t.Errorf("%s/%s names %s %s/%s, which is not there", by.GetNamespace(), by.GetName(), kind, namespace, name)
		}
	}
	for _, p := range w.pods {
		if p.Spec.ServiceAccountName != "" {
			need(p, "ServiceAccount", p.Namespace, p.Spec.ServiceAccountName)
		}
		need(p, "Node", "", p.Spec.NodeName)
		for _, v := range p.Spec.Volumes {
			switch {
			case v.Secret != nil:
				need(p, "Secret", p.Namespace, v.Secret.SecretName)
			case v.ConfigMap != nil:
				need(p, "ConfigMap", p.Namespace, v.ConfigMap.Name)
			case v.PersistentVolumeClaim != nil:
				need(p, "PersistentVolumeClaim", p.Namespace, v.PersistentVolumeClaim.ClaimName)
			}
		}
		for _, ctr := range containers(&p.Spec) {
			for _, e := range ctr.EnvFrom {
				need(p, "ConfigMap", p.Namespace, e.ConfigMapRef.Name)
			}
		}
	}
	for _, o := range w.objects {
		var role rbacv1.RoleRef
		var subjects []rbacv1.Subject
		switch b := o.(type) {
		case *rbacv1.RoleBinding:
			role, subjects = b.RoleRef, b.Subjects
		case *rbacv1.ClusterRoleBinding:
			role, subjects = b.RoleRef, b.Subjects
		default:
			continue
		}
		namespace := o.GetNamespace()
		if role.Kind == "ClusterRole" {
			namespace = ""
		}
		need(o, role.Kind, namespace, role.Name)
		for _, s := range subjects {
			// The accounts of the stock controllers appear when the controllers start.
			if s.Kind == rbacv1.ServiceAccountKind && !isStock(o) {
				need(o, "ServiceAccount", s.Namespace, s.Name)
			}
		}
	}
	// Not mounted, and yet in use: cert-manager and the Ingress hold the first three.
	spare := map[string]bool{"acme-account": true, "cert-manager-webhook-ca": true, "shop-tls": true, "deployer-token": true}
	for _, o := range w.objects {
		if s, ok := o.(*corev1.Secret); ok && !used[id("Secret", s.Namespace, s.Name)] && !spare[s.Name] {
			t.Errorf("Secret %s/%s is not used", s.Namespace, s.Name)
		}
	}
}

func TestPlacementHonoursTaints(t *testing.T) {
	w := grown(t)
	for _, p := range w.pods {
		n := get[*corev1.Node](t, w, "Node", "", p.Spec.NodeName)
		for _, taint := range n.Spec.Taints {
			if p.OwnerReferences != nil && p.OwnerReferences[0].Kind != "Node" && !tolerates(p.Spec.Tolerations, taint) {
				t.Errorf("%s/%s stands on %s and does not tolerate %s", p.Namespace, p.Name, n.Name, taint.Key)
			}
		}
		for k, v := range p.Spec.NodeSelector {
			if n.Labels[k] != v {
				t.Errorf("%s/%s stands on %s, which is not %s=%s", p.Namespace, p.Name, n.Name, k, v)
			}
		}
	}
}
