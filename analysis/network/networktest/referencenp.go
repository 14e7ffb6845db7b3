package networktest

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// networkPolicies asks the NetworkPolicies of the subject's namespace: what one of them allows is allowed, and the rest is
// denied if there is any that selects the pod in this direction.
func (r *Reference) networkPolicies(d networkingv1.PolicyType, c connection) (o outcomes, isolated bool) {
	pod, peer := subject(d, c)
	allowed := no
	for _, p := range r.Policies {
		if p.Namespace != pod.Namespace || !selects(&p.Spec.PodSelector, pod.Labels) || !slices.Contains(policyTypes(p), d) {
			continue
		}
		isolated = true
		if d == networkingv1.PolicyTypeIngress {
			for _, rule := range p.Spec.Ingress {
				allowed = allowed.or(r.networkRule(p, rule.From, rule.Ports, d, peer, c))
			}
			continue
		}
		for _, rule := range p.Spec.Egress {
			allowed = allowed.or(r.networkRule(p, rule.To, rule.Ports, d, peer, c))
		}
	}
	o = outcomes{allow: allowed != no, deny: allowed != yes}
	if pod.Spec.HostNetwork {
		o.allow = true // row 24: whether policies hold for the host's network is undefined
	}
	return o, isolated
}

// policyTypes gives the directions of a policy; where it does not say, ingress always, egress if it has a rule for it.
func policyTypes(p *networkingv1.NetworkPolicy) []networkingv1.PolicyType {
	switch {
	case len(p.Spec.PolicyTypes) > 0:
		return p.Spec.PolicyTypes
	case len(p.Spec.Egress) > 0:
		return []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}
	}
	return []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
}

// networkRule tells whether a rule lets the connection through: one of its peers must match, if it has any, and one of its
// ports, if it has any.
func (r *Reference) networkRule(p *networkingv1.NetworkPolicy, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort, d networkingv1.PolicyType, peer end, c connection) match {
	// A named port is one of the destination pod's. There is none where the rule speaks of addresses to go to.
	if len(peers) == 0 {
		return sure(networkPorts(ports, c.Port, c.dst.pod))
	}
	m := no
	for _, x := range peers {
		named := c.dst.pod
		if x.IPBlock != nil && d == networkingv1.PolicyTypeEgress {
			named = nil
		}
		m = m.or(r.networkPeer(p, x, peer).and(sure(networkPorts(ports, c.Port, named))))
	}
	return m
}

func (r *Reference) networkPeer(p *networkingv1.NetworkPolicy, x networkingv1.NetworkPolicyPeer, peer end) match {
	switch {
	case x.IPBlock != nil && x.PodSelector == nil && x.NamespaceSelector == nil:
		if peer.pod == nil {
			return sure(inBlock(x.IPBlock, peer.addr))
		}
		// Row 18: whether ranges match the addresses of pods is left open, and of a node (row 25) no less.
		return sure(!peer.addr.IsValid() || inBlock(x.IPBlock, peer.addr)).unsure()
	case x.IPBlock != nil || x.PodSelector == nil && x.NamespaceSelector == nil || peer.pod == nil:
		return no // row 15: neither has a meaning
	}
	m := sure(peer.pod.Namespace == p.Namespace)
	if x.NamespaceSelector != nil {
		m = r.namespace(x.NamespaceSelector, peer.pod.Namespace)
	}
	if x.PodSelector != nil {
		m = m.and(sure(selects(x.PodSelector, peer.pod.Labels)))
	}
	if peer.pod.Spec.HostNetwork {
		m = m.unsure() // row 25: it comes from the node's address
	}
	return m
}

func inBlock(b *networkingv1.IPBlock, a netip.Addr) bool {
	return inside(b.CIDR, a) && !slices.ContainsFunc(b.Except, func(cidr string) bool { return inside(cidr, a) })
}

func inside(cidr string, a netip.Addr) bool {
	p, err := netip.ParsePrefix(cidr)
	return err == nil && p.Contains(a)
}

// networkPorts tells whether a port is among those of a rule; a rule without any has all. named is the pod whose names of
// ports count.
func networkPorts(ports []networkingv1.NetworkPolicyPort, port Port, named *corev1.Pod) bool {
	return len(ports) == 0 || slices.ContainsFunc(ports, func(x networkingv1.NetworkPolicyPort) bool {
		protocol := corev1.ProtocolTCP
		if x.Protocol != nil {
			protocol = *x.Protocol
		}
		switch {
		case protocol != port.Protocol:
			return false
		case x.Port == nil:
			return true
		case x.Port.Type == intstr.String:
			return named != nil && hasName(named, x.Port.StrVal, port)
		case x.EndPort != nil:
			return x.Port.IntVal <= port.Number && port.Number <= *x.EndPort
		}
		return x.Port.IntVal == port.Number
	})
}

// hasName tells whether a container of a pod, init containers too, gives a port that name.
func hasName(pod *corev1.Pod, name string, port Port) bool {
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		for _, p := range c.Ports {
			protocol := p.Protocol
			if protocol == "" {
				protocol = corev1.ProtocolTCP
			}
			if p.Name == name && p.ContainerPort == port.Number && protocol == port.Protocol {
				return true
			}
		}
	}
	return false
}
