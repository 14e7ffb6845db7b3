package networktest

import (
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"
)

// toAdmin says in v1alpha1 what a policy of the admin tier says in v1alpha2, toBaseline one of the baseline tier.
func toAdmin(p *v1alpha2.ClusterNetworkPolicy) *v1alpha1.AdminNetworkPolicy {
	a := &v1alpha1.AdminNetworkPolicy{ObjectMeta: p.ObjectMeta, Spec: v1alpha1.AdminNetworkPolicySpec{Priority: p.Spec.Priority, Subject: toSubject(p.Spec.Subject)}}
	for _, r := range p.Spec.Ingress {
		a.Spec.Ingress = append(a.Spec.Ingress, v1alpha1.AdminNetworkPolicyIngressRule{Name: r.Name, Action: v1alpha1.AdminNetworkPolicyRuleAction(toAction(r.Action)), From: toFrom(r.From), Ports: toPorts(r.Protocols)})
	}
	for _, r := range p.Spec.Egress {
		rule := v1alpha1.AdminNetworkPolicyEgressRule{Name: r.Name, Action: v1alpha1.AdminNetworkPolicyRuleAction(toAction(r.Action)), Ports: toPorts(r.Protocols)}
		for _, x := range r.To {
			peer := v1alpha1.AdminNetworkPolicyEgressPeer{Namespaces: x.Namespaces, Pods: toPods(x.Pods), Nodes: x.Nodes}
			for _, n := range x.Networks {
				peer.Networks = append(peer.Networks, v1alpha1.CIDR(n))
			}
			for _, n := range x.DomainNames {
				peer.DomainNames = append(peer.DomainNames, v1alpha1.DomainName(n))
			}
			rule.To = append(rule.To, peer)
		}
		a.Spec.Egress = append(a.Spec.Egress, rule)
	}
	return a
}

func toBaseline(p *v1alpha2.ClusterNetworkPolicy) *v1alpha1.BaselineAdminNetworkPolicy {
	b := &v1alpha1.BaselineAdminNetworkPolicy{ObjectMeta: p.ObjectMeta, Spec: v1alpha1.BaselineAdminNetworkPolicySpec{Subject: toSubject(p.Spec.Subject)}}
	b.Name = "default"
	for _, r := range p.Spec.Ingress {
		b.Spec.Ingress = append(b.Spec.Ingress, v1alpha1.BaselineAdminNetworkPolicyIngressRule{Name: r.Name, Action: v1alpha1.BaselineAdminNetworkPolicyRuleAction(toAction(r.Action)), From: toFrom(r.From), Ports: toPorts(r.Protocols)})
	}
	for _, r := range p.Spec.Egress {
		rule := v1alpha1.BaselineAdminNetworkPolicyEgressRule{Name: r.Name, Action: v1alpha1.BaselineAdminNetworkPolicyRuleAction(toAction(r.Action)), Ports: toPorts(r.Protocols)}
		for _, x := range r.To {
			peer := v1alpha1.BaselineAdminNetworkPolicyEgressPeer{Namespaces: x.Namespaces, Pods: toPods(x.Pods), Nodes: x.Nodes}
			for _, n := range x.Networks {
				peer.Networks = append(peer.Networks, v1alpha1.CIDR(n))
			}
			rule.To = append(rule.To, peer)
		}
		b.Spec.Egress = append(b.Spec.Egress, rule)
	}
	return b
}

func toSubject(s v1alpha2.ClusterNetworkPolicySubject) v1alpha1.AdminNetworkPolicySubject {
	return v1alpha1.AdminNetworkPolicySubject{Namespaces: s.Namespaces, Pods: toPods(s.Pods)}
}

func toPods(p *v1alpha2.NamespacedPod) *v1alpha1.NamespacedPod {
	if p == nil {
		return nil
	}
	return &v1alpha1.NamespacedPod{NamespaceSelector: p.NamespaceSelector, PodSelector: p.PodSelector}
}

func toFrom(from []v1alpha2.ClusterNetworkPolicyIngressPeer) []v1alpha1.AdminNetworkPolicyIngressPeer {
	var list []v1alpha1.AdminNetworkPolicyIngressPeer
	for _, p := range from {
		list = append(list, v1alpha1.AdminNetworkPolicyIngressPeer{Namespaces: p.Namespaces, Pods: toPods(p.Pods)})
	}
	return list
}

func toAction(a v1alpha2.ClusterNetworkPolicyRuleAction) string {
	if a == v1alpha2.ClusterNetworkPolicyRuleActionAccept {
		return "Allow"
	}
	return string(a)
}

func toPorts(list []v1alpha2.ClusterNetworkPolicyProtocol) *[]v1alpha1.AdminNetworkPolicyPort {
	if list == nil {
		return nil
	}
	ports := []v1alpha1.AdminNetworkPolicyPort{}
	for _, p := range list {
		switch {
		case p.TCP != nil:
			ports = append(ports, toPort(corev1.ProtocolTCP, p.TCP.DestinationPort))
		case p.UDP != nil:
			ports = append(ports, toPort(corev1.ProtocolUDP, p.UDP.DestinationPort))
		case p.SCTP != nil:
			ports = append(ports, toPort(corev1.ProtocolSCTP, p.SCTP.DestinationPort))
		default:
			ports = append(ports, v1alpha1.AdminNetworkPolicyPort{NamedPort: &p.DestinationNamedPort})
		}
	}
	return &ports
}

func toPort(protocol corev1.Protocol, p *v1alpha2.Port) v1alpha1.AdminNetworkPolicyPort {
	if p.Range != nil {
		return v1alpha1.AdminNetworkPolicyPort{PortRange: &v1alpha1.PortRange{Protocol: protocol, Start: p.Range.Start, End: p.Range.End}}
	}
	return v1alpha1.AdminNetworkPolicyPort{PortNumber: &v1alpha1.Port{Protocol: protocol, Port: p.Number}}
}
