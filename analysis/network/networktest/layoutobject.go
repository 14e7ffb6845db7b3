package networktest

import (
	"fmt"
	"iter"
	"net/netip"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
	"canopy/model/record"
)

// Namespace gives the name of a namespace of a layout.
func Namespace(i int) string { return fmt.Sprintf("ns-%05d", i) }

// PodName gives the namespace and the name of a pod of a layout.
func (l Layout) PodName(i int) (namespace, name string) {
	return Namespace(i / l.PodsPerNamespace()), "p-" + strconv.Itoa(i%l.PodsPerNamespace())
}

func (l Layout) tier(pod int) string {
	return tiers()[pod%l.PodsPerNamespace()/l.PodsPerTier]
}

func nodeName(i int) string { return fmt.Sprintf("node-%04d", i) }

// address gives the i-th address behind a base.
func address(base string, i int) string {
	b := netip.MustParseAddr(base).As4()
	n := (int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])) + i
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}).String()
}

// mustRecord makes the record of an object of this package, which all have one.
func mustRecord(o runtime.Object) model.Record {
	r, err := record.Make(o)
	if err != nil {
		panic(err)
	}
	return r
}

// each makes a number of records.
func each(n int, object func(i int) runtime.Object) iter.Seq[model.Record] {
	return func(yield func(model.Record) bool) {
		for i := range n {
			if o := object(i); o != nil && !yield(mustRecord(o)) {
				return
			}
		}
	}
}

func (l Layout) team(namespace, ahead int) map[string]string {
	return map[string]string{"team": fmt.Sprint("team-", (namespace+l.Teams+ahead)%l.Teams)}
}

func (l Layout) namespaces() iter.Seq[model.Record] {
	return each(l.Namespaces(), func(i int) runtime.Object {
		labels := l.team(i, 0)
		labels[corev1.LabelMetadataName] = Namespace(i)
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: Namespace(i), Labels: labels}}
	})
}

func (l Layout) nodes() iter.Seq[model.Record] {
	return each(l.Nodes(), func(i int) runtime.Object {
		return &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: nodeName(i), Labels: map[string]string{"kubernetes.io/os": "linux"}},
			Status:     corev1.NodeStatus{Addresses: []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: address("172.16.0.1", i)}}},
		}
	})
}

func (l Layout) setName(namespace int, tier string) (name string, uid types.UID) {
	return tier + "-7d9f", types.UID(fmt.Sprintf("%s/%s", Namespace(namespace), tier))
}

func (l Layout) replicaSets() iter.Seq[model.Record] {
	if !l.Owned {
		return func(func(model.Record) bool) {}
	}
	return each(l.Namespaces()*len(tiers()), func(i int) runtime.Object {
		namespace, t := i/len(tiers()), i%len(tiers())
		n := min(l.PodsPerTier, l.podsOf(namespace)-t*l.PodsPerTier)
		if n <= 0 {
			return nil
		}
		replicas, labels := int32(n), map[string]string{"tier": tiers()[t]}
		name, uid := l.setName(namespace, tiers()[t])
		return &appsv1.ReplicaSet{
			ObjectMeta: metav1.ObjectMeta{Namespace: Namespace(namespace), Name: name, UID: uid},
			Spec: appsv1.ReplicaSetSpec{
				Replicas: &replicas,
				Selector: &metav1.LabelSelector{MatchLabels: labels},
				Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels}, Spec: podSpec(tiers()[t])},
			},
		}
	})
}

func (l Layout) pods() iter.Seq[model.Record] {
	return each(l.Pods, func(i int) runtime.Object {
		tier := l.tier(i)
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"tier": tier}},
			Spec:       podSpec(tier),
			Status:     corev1.PodStatus{Phase: corev1.PodRunning, PodIPs: []corev1.PodIP{{IP: address("10.0.0.1", i)}}},
		}
		pod.Namespace, pod.Name = l.PodName(i)
		pod.Spec.NodeName = nodeName(i / PodsPerNode)
		if l.Owned {
			controller := true
			name, uid := l.setName(i/l.PodsPerNamespace(), tier)
			pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: name, UID: uid, Controller: &controller}}
		}
		return pod
	})
}

// podSpec makes the spec of a tier; api pods call port 8080 http.
func podSpec(tier string) corev1.PodSpec {
	c := corev1.Container{Name: tier, Image: "registry.example/" + tier + ":1"}
	if tier == "api" {
		c.Ports = []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}}
	}
	return corev1.PodSpec{Containers: []corev1.Container{c}}
}

func (l Layout) policies() iter.Seq[model.Record] {
	per := l.Policies() / max(1, l.Namespaces())
	return each(l.Policies(), func(i int) runtime.Object {
		return l.policy(i/per, i%per)
	})
}

// policy makes one of the four policies of a namespace, or the one that holds the rules of all of them.
func (l Layout) policy(namespace, i int) *networkingv1.NetworkPolicy {
	tcp, http, number := corev1.ProtocolTCP, intstr.FromString("http"), intstr.FromInt32(8080)
	own := []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}
	within := networkingv1.NetworkPolicyIngressRule{From: own}
	fromTeam := networkingv1.NetworkPolicyIngressRule{
		From: []networkingv1.NetworkPolicyPeer{{
			NamespaceSelector: &metav1.LabelSelector{MatchLabels: l.team(namespace, -1)},
			PodSelector:       &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "tier", Operator: metav1.LabelSelectorOpIn, Values: []string{"web", "worker"}}}},
		}},
		Ports: []networkingv1.NetworkPolicyPort{{Protocol: &tcp, Port: &http}},
	}
	toOwn := networkingv1.NetworkPolicyEgressRule{To: own}
	toTeam := networkingv1.NetworkPolicyEgressRule{
		To:    []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{MatchLabels: l.team(namespace, 1)}}},
		Ports: []networkingv1.NetworkPolicyPort{{Protocol: &tcp, Port: &number}},
	}
	outside := networkingv1.NetworkPolicyEgressRule{To: []networkingv1.NetworkPolicyPeer{{IPBlock: &networkingv1.IPBlock{CIDR: "0.0.0.0/0", Except: []string{"10.0.0.0/8", "169.254.169.254/32"}}}}}
	both := []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}

	p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: Namespace(namespace)}}
	switch {
	case l.OnePolicy:
		p.Name = "all"
		p.Spec = networkingv1.NetworkPolicySpec{PolicyTypes: both, Ingress: []networkingv1.NetworkPolicyIngressRule{within, fromTeam}, Egress: []networkingv1.NetworkPolicyEgressRule{toOwn, toTeam, outside}}
	case i == 0:
		p.Name = "deny"
		p.Spec = networkingv1.NetworkPolicySpec{PolicyTypes: both}
	case i == 1:
		p.Name = "within"
		p.Spec = networkingv1.NetworkPolicySpec{PolicyTypes: both, Ingress: []networkingv1.NetworkPolicyIngressRule{within}, Egress: []networkingv1.NetworkPolicyEgressRule{toOwn}}
	case i == 2:
		p.Name = "from-team"
		p.Spec = networkingv1.NetworkPolicySpec{PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"tier": "api"}}, PolicyTypes: both[:1], Ingress: []networkingv1.NetworkPolicyIngressRule{fromTeam}}
	default:
		p.Name = "to-team"
		p.Spec = networkingv1.NetworkPolicySpec{PolicyTypes: both[1:], Egress: []networkingv1.NetworkPolicyEgressRule{toTeam, outside}}
	}
	return p
}
