package networktest

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"
)

// verdict is what one cluster-wide policy may do with a connection. More than one can be.
type verdict struct{ allow, deny, pass, nothing bool }

// tier asks the policies of one tier, the lower priority first. It tells what they may decide, and whether they may leave
// it to the next tier.
func (r *Reference) tier(t v1alpha2.Tier, d networkingv1.PolicyType, c connection) (o outcomes, undecided bool) {
	for list := r.tiers[t]; len(list) > 0; {
		equal := 1
		for equal < len(list) && list[equal].Spec.Priority == list[0].Spec.Priority {
			equal++
		}
		// Of equal priority, any one that has a say may be the one that decides.
		nothing := true
		for _, p := range list[:equal] {
			v := r.clusterPolicy(p, d, c)
			o = o.or(outcomes{v.allow, v.deny})
			undecided = undecided || v.pass
			nothing = nothing && v.nothing
		}
		if !nothing {
			return o, undecided
		}
		list = list[equal:]
	}
	return o, true
}

// clusterPolicy asks one policy: the first rule that matches decides.
func (r *Reference) clusterPolicy(p *v1alpha2.ClusterNetworkPolicy, d networkingv1.PolicyType, c connection) (v verdict) {
	pod, peer := subject(d, c)
	selected := r.clusterSubject(p.Spec.Subject, pod)
	if selected == no {
		return verdict{nothing: true}
	}
	first := func(action v1alpha2.ClusterNetworkPolicyRuleAction, closed bool, m match) (done bool) {
		if closed {
			// It has a peer of a kind that is not known: an accepting rule matches nothing, any other denies everything.
			if action == v1alpha2.ClusterNetworkPolicyRuleActionAccept {
				return false
			}
			action, m = v1alpha2.ClusterNetworkPolicyRuleActionDeny, yes
		}
		if m != no {
			v.allow = v.allow || action == v1alpha2.ClusterNetworkPolicyRuleActionAccept
			v.deny = v.deny || action == v1alpha2.ClusterNetworkPolicyRuleActionDeny
			v.pass = v.pass || action == v1alpha2.ClusterNetworkPolicyRuleActionPass
		}
		return m == yes
	}
	v.nothing = selected == maybe
	if d == networkingv1.PolicyTypeIngress {
		for _, rule := range p.Spec.Ingress {
			m, closed := no, unknownPort(rule.Protocols)
			for _, x := range rule.From {
				closed = closed || x == (v1alpha2.ClusterNetworkPolicyIngressPeer{})
				m = m.or(r.clusterPods(x.Namespaces, x.Pods, peer.pod))
			}
			if first(rule.Action, closed, m.and(sure(clusterPorts(rule.Protocols, c)))) {
				return v
			}
		}
	} else {
		for _, rule := range p.Spec.Egress {
			m, closed := no, unknownPort(rule.Protocols)
			for _, x := range rule.To {
				closed = closed || x.Namespaces == nil && x.Pods == nil && x.Nodes == nil && x.Networks == nil && x.DomainNames == nil
				m = m.or(r.clusterEgressPeer(x, peer))
			}
			if first(rule.Action, closed, m.and(sure(clusterPorts(rule.Protocols, c)))) {
				return v
			}
		}
	}
	v.nothing = true
	return v
}

// clusterSubject tells whether a policy applies to a pod. Pods on the host's network are never selected.
func (r *Reference) clusterSubject(s v1alpha2.ClusterNetworkPolicySubject, pod *corev1.Pod) match {
	return r.clusterPods(s.Namespaces, s.Pods, pod)
}

// clusterPods tells whether a pod is one of those selected by namespace, or by namespace and labels.
func (r *Reference) clusterPods(namespaces *metav1.LabelSelector, pods *v1alpha2.NamespacedPod, pod *corev1.Pod) match {
	if pod == nil || pod.Spec.HostNetwork {
		return no
	}
	m := r.namespace(namespaces, pod.Namespace)
	if pods != nil {
		m = m.or(r.namespace(&pods.NamespaceSelector, pod.Namespace).and(sure(selects(&pods.PodSelector, pod.Labels))))
	}
	return m
}

func (r *Reference) clusterEgressPeer(x v1alpha2.ClusterNetworkPolicyEgressPeer, peer end) match {
	m := r.clusterPods(x.Namespaces, x.Pods, peer.pod)
	if x.Nodes != nil {
		m = m.or(r.clusterNodes(x.Nodes, peer))
	}
	for _, cidr := range x.Networks {
		switch {
		case peer.addr.IsValid():
			m = m.or(sure(inside(string(cidr), peer.addr)))
		default:
			m = m.or(maybe) // a pod that has no address yet may get one in the range
		}
	}
	if len(x.DomainNames) > 0 && peer.pod == nil {
		m = m.or(maybe) // nobody knows what a name stands for
	}
	return m
}

// clusterNodes tells whether an end is a selected node: a pod on its network, or an address of it.
func (r *Reference) clusterNodes(s *metav1.LabelSelector, peer end) match {
	if peer.pod != nil {
		n := r.nodes[peer.pod.Spec.NodeName]
		return sure(peer.pod.Spec.HostNetwork && n != nil && selects(s, n.Labels))
	}
	return sure(slices.ContainsFunc(r.Nodes, func(n *corev1.Node) bool {
		return selects(s, n.Labels) && slices.ContainsFunc(n.Status.Addresses, func(a corev1.NodeAddress) bool {
			addr, err := netip.ParseAddr(a.Address)
			return err == nil && addr == peer.addr
		})
	}))
}

// unknownPort tells that one of the ports is of a kind that is not known. The API says nothing of that; as with peers, a rule
// then fails closed.
func unknownPort(list []v1alpha2.ClusterNetworkPolicyProtocol) bool {
	return slices.Contains(list, v1alpha2.ClusterNetworkPolicyProtocol{})
}

// clusterPorts tells whether a port is among those of a rule; a rule without any has all. A name counts for every protocol.
func clusterPorts(list []v1alpha2.ClusterNetworkPolicyProtocol, c connection) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(x v1alpha2.ClusterNetworkPolicyProtocol) bool {
		switch {
		case x.TCP != nil:
			return c.Protocol == corev1.ProtocolTCP && clusterPort(x.TCP.DestinationPort, c.Number)
		case x.UDP != nil:
			return c.Protocol == corev1.ProtocolUDP && clusterPort(x.UDP.DestinationPort, c.Number)
		case x.SCTP != nil:
			return c.Protocol == corev1.ProtocolSCTP && clusterPort(x.SCTP.DestinationPort, c.Number)
		}
		return x.DestinationNamedPort != "" && c.dst.pod != nil && hasName(c.dst.pod, x.DestinationNamedPort, c.Port)
	})
}

func clusterPort(p *v1alpha2.Port, n int32) bool {
	switch {
	case p == nil:
		return true
	case p.Range != nil:
		return p.Range.Start <= n && n <= p.Range.End
	}
	return p.Number == n
}
