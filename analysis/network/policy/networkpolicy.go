package policy

import (
	"cmp"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/inorder"
)

// readNetwork reads a NetworkPolicy as k8s.io/api/networking/v1 describes it. What the API server's validation
// (pkg/apis/networking/validation) refuses has no effect.
func readNetwork(ref model.Ref, spec *networkingv1.NetworkPolicySpec) *Policy {
	p := &Policy{Ref: ref, Tier: Network}
	r := &reader{p}
	p.Subject = Selector{Namespace: ref.Namespace}
	var ok bool
	if p.Subject.Pods, ok = r.requirements("spec.podSelector", &spec.PodSelector); !ok || ref.Namespace == "" {
		// Without a namespace, which only an object of our own making can lack, the selector would mean all of them.
		p.Subject = Selector{Nothing: true}
	}
	r.types(spec)
	if p.Acts[Ingress] {
		for i := range spec.Ingress {
			rule := &spec.Ingress[i]
			p.Rules[Ingress] = append(p.Rules[Ingress], r.networkRule(item("spec.ingress", i), "from", i, rule.From, rule.Ports))
		}
	} else if len(spec.Ingress) > 0 {
		r.odd("spec.ingress", "", "policyTypes does not name Ingress: these rules have no effect")
	}
	if p.Acts[Egress] {
		for i := range spec.Egress {
			rule := &spec.Egress[i]
			p.Rules[Egress] = append(p.Rules[Egress], r.networkRule(item("spec.egress", i), "to", i, rule.To, rule.Ports))
		}
	} else if len(spec.Egress) > 0 {
		r.odd("spec.egress", "", "policyTypes does not name Egress: these rules have no effect")
	}
	return p
}

// types says which directions the policy isolates. Without policyTypes that is ingress, and egress if there are rules for
// it, as the API server's defaults have it.
func (r *reader) types(spec *networkingv1.NetworkPolicySpec) {
	if len(spec.PolicyTypes) == 0 {
		r.p.Acts = [2]bool{Ingress: true, Egress: len(spec.Egress) > 0}
	}
	for i, t := range spec.PolicyTypes {
		switch t {
		case networkingv1.PolicyTypeIngress:
			r.p.Acts[Ingress] = true
		case networkingv1.PolicyTypeEgress:
			r.p.Acts[Egress] = true
		default:
			r.invalid(item("spec.policyTypes", i), string(t), "not a policy type; there are Ingress and Egress")
		}
	}
}

func (r *reader) networkRule(path, field string, i int, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) Rule {
	rule := Rule{Index: i, Action: Allow, Anyone: len(peers) == 0}
	for j := range peers {
		if p, ok := r.networkPeer(item(path+"."+field, j), &peers[j]); ok {
			rule.Peers = append(rule.Peers, p)
		}
	}
	rule.Ports, rule.Named = r.networkPorts(path+".ports", ports)
	return rule
}

func (r *reader) networkPeer(path string, p *networkingv1.NetworkPolicyPeer) (Peer, bool) {
	switch {
	case p.IPBlock != nil && (p.PodSelector != nil || p.NamespaceSelector != nil):
		r.invalid(path, p.IPBlock.CIDR, "ipBlock cannot stand beside a selector: the peer has no effect")
		return Peer{}, false
	case p.IPBlock != nil:
		b, ok := r.block(path+".ipBlock", p.IPBlock)
		return Peer{Block: b, Path: path}, ok
	case p.PodSelector == nil && p.NamespaceSelector == nil:
		r.invalid(path, "", "says nothing of whom it means: the peer has no effect")
		return Peer{}, false
	}
	s := &Selector{}
	var namespaces, pods bool
	if s.Namespaces, namespaces = r.requirements(path+".namespaceSelector", p.NamespaceSelector); p.NamespaceSelector == nil {
		s.Namespace = r.p.Ref.Namespace
		namespaces = s.Namespace != ""
	}
	s.Pods, pods = r.requirements(path+".podSelector", p.PodSelector)
	return Peer{Pods: s, Path: path}, namespaces && pods
}

// networkPorts reads the ports of a rule: none named is all of them, none valid is none.
func (r *reader) networkPorts(path string, ports []networkingv1.NetworkPolicyPort) (port.Set, []NamedPort) {
	if len(ports) == 0 {
		return port.All(), nil
	}
	var set port.Builder
	var named []NamedPort
	for i := range ports {
		at, p := item(path, i), &ports[i]
		var protocol corev1.Protocol
		if p.Protocol != nil {
			protocol = *p.Protocol
		}
		proto, ok := port.Parse(protocol)
		if !ok || p.Protocol != nil && protocol == "" {
			r.invalid(at+".protocol", string(protocol), "not a protocol; there are TCP, UDP and SCTP")
			continue
		}
		switch {
		case p.Port == nil && p.EndPort != nil:
			r.invalid(at+".endPort", strconv.Itoa(int(*p.EndPort)), "endPort needs a port where the range begins")
		case p.Port == nil:
			set.Add(proto, 1, port.Last)
		case p.Port.Type == intstr.String && p.EndPort != nil:
			r.invalid(at+".endPort", strconv.Itoa(int(*p.EndPort)), "endPort needs a port that is a number")
		case p.Port.Type == intstr.String:
			if len(validation.IsValidPortName(p.Port.StrVal)) > 0 {
				r.invalid(at+".port", p.Port.StrVal, "neither a number nor a valid name of a port")
				continue
			}
			named = append(named, NamedPort{Name: p.Port.StrVal, Protocol: proto})
		default:
			end := p.Port.IntVal
			if p.EndPort != nil {
				end = *p.EndPort
			}
			r.span(&set, proto, at+".port", at+".endPort", p.Port.IntVal, end)
		}
	}
	return set.Set(), sorted(named)
}

// span adds a range of ports, if there is one from the first to the last.
func (r *reader) span(set *port.Builder, p port.Protocol, first, last string, from, to int32) bool {
	switch {
	case from < 1 || from > port.Last:
		r.invalid(first, strconv.Itoa(int(from)), "not a port from 1 to 65535")
	case to < 1 || to > port.Last:
		r.invalid(last, strconv.Itoa(int(to)), "not a port from 1 to 65535")
	case to < from:
		r.invalid(last, strconv.Itoa(int(to)), "below "+strconv.Itoa(int(from))+", where the range begins")
	default:
		set.Add(p, uint16(from), uint16(to))
		return true
	}
	return false
}

// sorted puts named ports in order, each once.
func sorted(named []NamedPort) []NamedPort {
	inorder.Sort(named, func(a, b NamedPort) int {
		if c := cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Protocol, b.Protocol)); c != 0 || a.Any == b.Any {
			return c
		}
		if a.Any {
			return 1
		}
		return -1
	})
	return slices.Compact(named)
}
