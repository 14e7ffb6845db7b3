package networktest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"
)

// dice makes random objects out of few words and numbers, so that they meet often.
type dice struct {
	*rand.Rand
	// families is which addresses the cluster has: 4, 6 or both.
	families int
	// newer tells that the cluster has ClusterNetworkPolicies in the baseline tier; otherwise the one of v1alpha1, since nothing
	// says which of the two would go first.
	newer bool
}

func newDice(seed uint64) *dice {
	d := &dice{Rand: rand.New(rand.NewPCG(seed, 41))}
	d.families, d.newer = []int{4, 4, 6, 46}[d.IntN(4)], d.IntN(2) == 0
	return d
}

func (d *dice) chance(percent int) bool { return d.IntN(100) < percent }

func pick[T any](d *dice, list ...T) T { return list[d.IntN(len(list))] }

// The words.
func namespaceNames() []string { return []string{"n0", "n1", "n2", "n3"} }
func nodeNames() []string      { return []string{"node-0", "node-1", "node-2"} }

// portNumbers are those that policies and containers name, probes those and their neighbours, so that each range of ports
// with one answer has one.
func portNumbers() []int32 { return []int32{1, 53, 80, 81, 82, 443, 8080, 65535} }

func probes() []Port {
	var list []Port
	for _, protocol := range protocols() {
		for _, n := range []int32{1, 2, 52, 53, 54, 79, 80, 81, 82, 83, 442, 443, 444, 8079, 8080, 8081, 65534, 65535} {
			list = append(list, Port{protocol, n})
		}
	}
	return list
}

func protocols() []corev1.Protocol {
	return []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}
}

func (d *dice) protocol() corev1.Protocol {
	return pick(d, corev1.ProtocolTCP, corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP)
}

func (d *dice) portName() string { return pick(d, "http", "dns", "sql") }

func (d *dice) cidr() string {
	return pick(d, "0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.1.0/24", "10.0.0.1/32", "10.0.0.0/30", "10.0.2.4/30", "172.16.0.0/12", "172.16.0.1/32", "203.0.113.0/24",
		"203.0.113.128/25", "255.255.255.255/32", "0.0.0.0/32", "::/0", "fd00::/8", "fd00:0:0:1::/64", "fd00::1/128", "fd01::/16", "2001:db8::/32", "2001:db8:8000::/33", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128")
}

// labels are random pairs of few keys.
func (d *dice) labels(keys ...string) map[string]string {
	m := map[string]string{}
	for _, k := range keys {
		if d.chance(60) {
			m[k] = pick(d, "a", "b", "")
		}
	}
	return m
}

func (d *dice) selector(keys ...string) metav1.LabelSelector {
	var s metav1.LabelSelector
	for range pick(d, 0, 1, 1, 1, 2) {
		k := pick(d, keys...)
		if d.chance(50) {
			if s.MatchLabels == nil {
				s.MatchLabels = map[string]string{}
			}
			s.MatchLabels[k] = pick(d, "a", "b", "")
			continue
		}
		e := metav1.LabelSelectorRequirement{Key: k, Operator: pick(d, metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn, metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist)}
		if e.Operator == metav1.LabelSelectorOpIn || e.Operator == metav1.LabelSelectorOpNotIn {
			e.Values = pick(d, []string{"a"}, []string{"b", "c"}, []string{"a", "b"}, []string{""})
		}
		s.MatchExpressions = append(s.MatchExpressions, e)
	}
	return s
}

func (d *dice) podSelector() metav1.LabelSelector { return d.selector("app", "tier", "app", "version") }

func (d *dice) namespaceSelector() metav1.LabelSelector {
	if d.chance(25) {
		s := metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: pick(d, namespaceNames()...)}}
		if d.chance(30) {
			s = metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: corev1.LabelMetadataName, Operator: pick(d, metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn), Values: []string{pick(d, namespaceNames()...), pick(d, namespaceNames()...)}}}}
		}
		if d.chance(30) {
			s.MatchExpressions = append(s.MatchExpressions, d.selector("team").MatchExpressions...)
		}
		return s
	}
	return d.selector("team", "env", "team")
}

func (d *dice) namespace(name string) *corev1.Namespace {
	return namespaced(name, d.labels("team", "env"))
}

func (d *dice) node(i int) *corev1.Node {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeNames()[i], Labels: d.labels("zone", "role")}}
	for _, ip := range d.addresses("172.16.0.", "fd01::", i+1) {
		n.Status.Addresses = append(n.Status.Addresses, corev1.NodeAddress{Type: corev1.NodeInternalIP, Address: ip.IP})
	}
	n.Status.Addresses = append(n.Status.Addresses, corev1.NodeAddress{Type: corev1.NodeHostName, Address: n.Name})
	return n
}

// addresses gives those of the cluster's families.
func (d *dice) addresses(v4, v6 string, i int) []corev1.PodIP {
	var list []corev1.PodIP
	if d.families != 6 {
		list = append(list, corev1.PodIP{IP: fmt.Sprint(v4, i)})
	}
	if d.families != 4 {
		list = append(list, corev1.PodIP{IP: fmt.Sprintf("%s%x", v6, i)})
	}
	return list
}

// pod makes the i-th pod of a cluster.
func (d *dice) pod(i int) *corev1.Pod {
	ns := d.IntN(len(namespaceNames()))
	p := podOf(fmt.Sprintf("%s/p%d", namespaceNames()[ns], i), "", d.labels("app", "tier", "version", "pod-template-hash"))
	for range d.IntN(3) {
		c := named(d.portName(), pick(d, d.protocol(), ""), pick(d, portNumbers()...))
		if d.chance(20) {
			p.Spec.InitContainers = append(p.Spec.InitContainers, corev1.Container{Name: fmt.Sprint("init-", len(p.Spec.InitContainers)), Image: "i", Ports: []corev1.ContainerPort{c}})
			continue
		}
		p.Spec.Containers[0].Ports = append(p.Spec.Containers[0].Ports, c)
	}
	if d.chance(40) {
		controller, set := true, fmt.Sprint("rs-", d.IntN(2))
		p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: set, UID: types.UID(set), Controller: &controller}}
	}
	p.Spec.NodeName = pick(d, nodeNames()...)
	p.Status.PodIPs = d.addresses(fmt.Sprintf("10.0.%d.", ns), fmt.Sprintf("fd00:0:0:%x::", ns), i%250+1)
	switch k := d.IntN(100); {
	case k < 12:
		p.Spec.HostNetwork = true
		p.Status.PodIPs = d.addresses("172.16.0.", "fd01::", slices.Index(nodeNames(), p.Spec.NodeName)+1)
	case k < 18:
		p.Status.Phase = pick(d, corev1.PodSucceeded, corev1.PodFailed)
	case k < 25:
		p.Status.Phase, p.Status.PodIPs, p.Spec.NodeName = corev1.PodPending, nil, ""
	case k < 30:
		now := metav1.Unix(1_800_000_000, 0)
		p.DeletionTimestamp = &now
	case k < 40 && d.families == 46:
		p.Status.PodIPs = p.Status.PodIPs[:1]
	}
	return p
}

// list makes up to n things, some by no means as often as others.
func list[T any](d *dice, n int, make func() T) []T {
	var l []T
	for range d.IntN(n + 1) {
		l = append(l, make())
	}
	return l
}

func (d *dice) networkPolicy(i int) *networkingv1.NetworkPolicy {
	p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: pick(d, namespaceNames()...), Name: fmt.Sprint("np-", i)}}
	p.Spec.PodSelector = d.podSelector()
	p.Spec.PolicyTypes = pick(d, nil, []networkingv1.PolicyType{"Ingress"}, []networkingv1.PolicyType{"Egress"}, []networkingv1.PolicyType{"Ingress", "Egress"})
	p.Spec.Ingress = list(d, 2, func() networkingv1.NetworkPolicyIngressRule {
		return networkingv1.NetworkPolicyIngressRule{From: list(d, 2, d.networkPeer), Ports: list(d, 2, d.networkPort)}
	})
	p.Spec.Egress = list(d, 2, func() networkingv1.NetworkPolicyEgressRule {
		return networkingv1.NetworkPolicyEgressRule{To: list(d, 2, d.networkPeer), Ports: list(d, 2, d.networkPort)}
	})
	return p
}

func (d *dice) networkPeer() networkingv1.NetworkPolicyPeer {
	pods, namespaces := d.podSelector(), d.namespaceSelector()
	switch d.IntN(10) {
	case 0, 1, 2:
		return networkingv1.NetworkPolicyPeer{PodSelector: &pods}
	case 3, 4:
		return networkingv1.NetworkPolicyPeer{NamespaceSelector: &namespaces}
	case 5, 6:
		return networkingv1.NetworkPolicyPeer{NamespaceSelector: &namespaces, PodSelector: &pods}
	}
	b := &networkingv1.IPBlock{CIDR: d.cidr()}
	for range d.IntN(3) {
		if e := d.cidr(); sameFamily(e, b.CIDR) {
			b.Except = append(b.Except, e)
		}
	}
	return networkingv1.NetworkPolicyPeer{IPBlock: b}
}

func (d *dice) networkPort() networkingv1.NetworkPolicyPort {
	var p networkingv1.NetworkPolicyPort
	if d.chance(80) {
		protocol := d.protocol()
		p.Protocol = &protocol
	}
	switch d.IntN(6) {
	case 0:
	case 1, 2:
		name := intstr.FromString(d.portName())
		p.Port = &name
	default:
		number := intstr.FromInt32(pick(d, portNumbers()...))
		p.Port = &number
		if last := pick(d, portNumbers()...); last >= number.IntVal && d.chance(40) {
			p.EndPort = &last
		}
	}
	return p
}

func (d *dice) clusterPolicy(i int, tier v1alpha2.Tier) *v1alpha2.ClusterNetworkPolicy {
	p := &v1alpha2.ClusterNetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("cnp-", i)}}
	p.Spec.Tier, p.Spec.Priority = tier, pick[int32](d, 1, 1, 2, 3, 1000)
	namespaces := d.namespaceSelector()
	if p.Spec.Subject.Namespaces = &namespaces; d.chance(50) {
		p.Spec.Subject = v1alpha2.ClusterNetworkPolicySubject{Pods: &v1alpha2.NamespacedPod{NamespaceSelector: namespaces, PodSelector: d.podSelector()}}
	}
	for range d.IntN(4) {
		r := v1alpha2.ClusterNetworkPolicyIngressRule{Action: d.action(tier), Protocols: list(d, 2, func() v1alpha2.ClusterNetworkPolicyProtocol { return d.clusterPort(true) })}
		for range 1 + d.IntN(2) {
			x := d.clusterPeer(false)
			r.From = append(r.From, v1alpha2.ClusterNetworkPolicyIngressPeer{Namespaces: x.Namespaces, Pods: x.Pods})
		}
		p.Spec.Ingress = append(p.Spec.Ingress, r)
	}
	for range d.IntN(4) {
		r := v1alpha2.ClusterNetworkPolicyEgressRule{Action: d.action(tier)}
		addresses := d.chance(50)
		for range 1 + d.IntN(2) {
			r.To = append(r.To, d.clusterPeer(addresses))
		}
		r.Protocols = list(d, 2, func() v1alpha2.ClusterNetworkPolicyProtocol { return d.clusterPort(!addresses) })
		p.Spec.Egress = append(p.Spec.Egress, r)
	}
	return p
}

// action picks one; v1alpha1 has no Pass in the baseline tier.
func (d *dice) action(tier v1alpha2.Tier) v1alpha2.ClusterNetworkPolicyRuleAction {
	if tier == v1alpha2.BaselineTier && !d.newer {
		return pick[v1alpha2.ClusterNetworkPolicyRuleAction](d, "Accept", "Deny")
	}
	return pick[v1alpha2.ClusterNetworkPolicyRuleAction](d, "Accept", "Deny", "Deny", "Pass")
}

func (d *dice) clusterPeer(addresses bool) (x v1alpha2.ClusterNetworkPolicyEgressPeer) {
	namespaces := d.namespaceSelector()
	k := d.IntN(100)
	switch {
	case k < 3:
	case addresses && k < 35:
		for range 1 + d.IntN(2) {
			if c := v1alpha2.CIDR(d.cidr()); !slices.Contains(x.Networks, c) {
				x.Networks = append(x.Networks, c)
			}
		}
	case addresses && k < 55:
		nodes := d.selector("zone", "role")
		x.Nodes = &nodes
	case addresses && k < 62 && d.newer:
		x.DomainNames = []v1alpha2.DomainName{"*.example.com"}
	case k < 70:
		x.Namespaces = &namespaces
	default:
		x.Pods = &v1alpha2.NamespacedPod{NamespaceSelector: namespaces, PodSelector: d.podSelector()}
	}
	return x
}

func (d *dice) clusterPort(names bool) v1alpha2.ClusterNetworkPolicyProtocol {
	if names && d.chance(30) {
		return v1alpha2.ClusterNetworkPolicyProtocol{DestinationNamedPort: d.portName()}
	}
	first, last := pick(d, portNumbers()...), pick(d, portNumbers()...)
	if first < last && d.chance(50) {
		return Protocol(d.protocol(), &v1alpha2.Port{Range: &v1alpha2.PortRange{Start: first, End: last}})
	}
	return Protocol(d.protocol(), &v1alpha2.Port{Number: first})
}

// world makes a cluster of up to n pods.
func (d *dice) world(n int) *World {
	w := &World{}
	w.NamespacesUnread = d.chance(8)
	for _, ns := range namespaceNames() {
		if d.chance(85) && (!w.NamespacesUnread || d.chance(40)) {
			w.Namespaces = append(w.Namespaces, d.namespace(ns))
		}
	}
	for i := range nodeNames() {
		if d.chance(90) {
			w.Nodes = append(w.Nodes, d.node(i))
		}
	}
	for i := range n {
		w.Pods = append(w.Pods, d.pod(i))
	}
	for i := range d.IntN(8) {
		w.Policies = append(w.Policies, d.networkPolicy(i))
	}
	for i := range d.IntN(3) * d.IntN(2) {
		w.Cluster = append(w.Cluster, d.clusterPolicy(i, v1alpha2.AdminTier))
	}
	for i := range d.IntN(3) * d.IntN(2) {
		w.Admin = append(w.Admin, toAdmin(d.clusterPolicy(i, v1alpha2.AdminTier)))
	}
	if d.newer {
		for i := range d.IntN(3) {
			w.Cluster = append(w.Cluster, d.clusterPolicy(10+i, v1alpha2.BaselineTier))
		}
	} else if d.chance(50) {
		w.Baseline = append(w.Baseline, toBaseline(d.clusterPolicy(0, v1alpha2.BaselineTier)))
	}
	d.surround(w)
	return w
}

// surround makes what stands beside the objects.
func (d *dice) surround(w *World) {
	w.Unenforced, w.Foreign, w.Unread = d.chance(5), nil, nil
	if d.chance(5) {
		w.Foreign = []string{pick(d, "", "n0", "n1")}
	}
	if d.chance(8) {
		u := Unread{Kind: pick(d, PolicyKinds()...)}
		if u.Kind == networkPolicyKind() {
			u.Namespace = pick(d, "", "n0", "n1")
		}
		w.Unread = []Unread{u}
	}
}
