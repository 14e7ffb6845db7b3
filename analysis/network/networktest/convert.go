package networktest

import (
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"
)

// fromAdmin says in v1alpha2 what an AdminNetworkPolicy says in v1alpha1.
func fromAdmin(p *v1alpha1.AdminNetworkPolicy) *v1alpha2.ClusterNetworkPolicy {
	c := &v1alpha2.ClusterNetworkPolicy{ObjectMeta: p.ObjectMeta, Spec: v1alpha2.ClusterNetworkPolicySpec{
		Tier: v1alpha2.AdminTier, Priority: p.Spec.Priority, Subject: fromSubject(p.Spec.Subject),
	}}
	for _, r := range p.Spec.Ingress {
		c.Spec.Ingress = append(c.Spec.Ingress, fromIngress(r.Name, string(r.Action), r.From, r.Ports))
	}
	for _, r := range p.Spec.Egress {
		rule := fromEgress(r.Name, string(r.Action), r.Ports)
		for _, to := range r.To {
			peer := v1alpha2.ClusterNetworkPolicyEgressPeer{Namespaces: to.Namespaces, Pods: fromPods(to.Pods), Nodes: to.Nodes}
			for _, n := range to.Networks {
				peer.Networks = append(peer.Networks, v1alpha2.CIDR(n))
			}
			for _, n := range to.DomainNames {
				peer.DomainNames = append(peer.DomainNames, v1alpha2.DomainName(n))
			}
			rule.To = append(rule.To, peer)
		}
		c.Spec.Egress = append(c.Spec.Egress, rule)
	}
	return c
}

// fromBaseline does so for a BaselineAdminNetworkPolicy, which has no priority: there is only one.
func fromBaseline(p *v1alpha1.BaselineAdminNetworkPolicy) *v1alpha2.ClusterNetworkPolicy {
	c := &v1alpha2.ClusterNetworkPolicy{ObjectMeta: p.ObjectMeta, Spec: v1alpha2.ClusterNetworkPolicySpec{
		Tier: v1alpha2.BaselineTier, Subject: fromSubject(p.Spec.Subject),
	}}
	for _, r := range p.Spec.Ingress {
		c.Spec.Ingress = append(c.Spec.Ingress, fromIngress(r.Name, string(r.Action), r.From, r.Ports))
	}
	for _, r := range p.Spec.Egress {
		rule := fromEgress(r.Name, string(r.Action), r.Ports)
		for _, to := range r.To {
			peer := v1alpha2.ClusterNetworkPolicyEgressPeer{Namespaces: to.Namespaces, Pods: fromPods(to.Pods), Nodes: to.Nodes}
			for _, n := range to.Networks {
				peer.Networks = append(peer.Networks, v1alpha2.CIDR(n))
			}
			rule.To = append(rule.To, peer)
		}
		c.Spec.Egress = append(c.Spec.Egress, rule)
	}
	return c
}

func fromSubject(s v1alpha1.AdminNetworkPolicySubject) v1alpha2.ClusterNetworkPolicySubject {
	return v1alpha2.ClusterNetworkPolicySubject{Namespaces: s.Namespaces, Pods: fromPods(s.Pods)}
}

func fromPods(p *v1alpha1.NamespacedPod) *v1alpha2.NamespacedPod {
	if p == nil {
		return nil
	}
	return &v1alpha2.NamespacedPod{NamespaceSelector: p.NamespaceSelector, PodSelector: p.PodSelector}
}

func fromIngress(name, action string, from []v1alpha1.AdminNetworkPolicyIngressPeer, ports *[]v1alpha1.AdminNetworkPolicyPort) v1alpha2.ClusterNetworkPolicyIngressRule {
	r := v1alpha2.ClusterNetworkPolicyIngressRule{Name: name, Action: fromAction(action), Protocols: fromPorts(ports)}
	for _, p := range from {
		r.From = append(r.From, v1alpha2.ClusterNetworkPolicyIngressPeer{Namespaces: p.Namespaces, Pods: fromPods(p.Pods)})
	}
	return r
}

func fromEgress(name, action string, ports *[]v1alpha1.AdminNetworkPolicyPort) v1alpha2.ClusterNetworkPolicyEgressRule {
	return v1alpha2.ClusterNetworkPolicyEgressRule{Name: name, Action: fromAction(action), Protocols: fromPorts(ports)}
}

func fromAction(action string) v1alpha2.ClusterNetworkPolicyRuleAction {
	if action == "Allow" {
		return v1alpha2.ClusterNetworkPolicyRuleActionAccept
	}
	return v1alpha2.ClusterNetworkPolicyRuleAction(action)
}

func fromPorts(ports *[]v1alpha1.AdminNetworkPolicyPort) []v1alpha2.ClusterNetworkPolicyProtocol {
	if ports == nil {
		return nil
	}
	var list []v1alpha2.ClusterNetworkPolicyProtocol
	for _, p := range *ports {
		switch {
		case p.PortNumber != nil:
			list = append(list, Protocol(p.PortNumber.Protocol, &v1alpha2.Port{Number: p.PortNumber.Port}))
		case p.PortRange != nil:
			list = append(list, Protocol(p.PortRange.Protocol, &v1alpha2.Port{Range: &v1alpha2.PortRange{Start: p.PortRange.Start, End: p.PortRange.End}}))
		case p.NamedPort != nil:
			list = append(list, v1alpha2.ClusterNetworkPolicyProtocol{DestinationNamedPort: *p.NamedPort})
		}
	}
	return list
}

// Protocol makes a condition on ports of one protocol; "" is TCP.
func Protocol(protocol corev1.Protocol, port *v1alpha2.Port) v1alpha2.ClusterNetworkPolicyProtocol {
	switch protocol {
	case corev1.ProtocolUDP:
		return v1alpha2.ClusterNetworkPolicyProtocol{UDP: &v1alpha2.ClusterNetworkPolicyProtocolUDP{DestinationPort: port}}
	case corev1.ProtocolSCTP:
		return v1alpha2.ClusterNetworkPolicyProtocol{SCTP: &v1alpha2.ClusterNetworkPolicyProtocolSCTP{DestinationPort: port}}
	}
	return v1alpha2.ClusterNetworkPolicyProtocol{TCP: &v1alpha2.ClusterNetworkPolicyProtocolTCP{DestinationPort: port}}
}
