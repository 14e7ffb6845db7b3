package minimal

import (
	"encoding/json"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
)

// rules gathers what one policy lets through: peers by the ports that they share.
type rules [2]map[string]*rule

type rule struct {
	ports port.Set
	names []policy.NamedPort
	peers map[string]networkingv1.NetworkPolicyPeer
}

// add lets peers through on some ports.
func (r *rules) add(d policy.Direction, ports Ports, peers ...networkingv1.NetworkPolicyPeer) {
	if len(peers) == 0 {
		return
	}
	if r[d] == nil {
		r[d] = map[string]*rule{}
	}
	key := ports.String()
	x := r[d][key]
	if x == nil {
		x = &rule{ports.Set, ports.Names, map[string]networkingv1.NetworkPolicyPeer{}}
		r[d][key] = x
	}
	for _, p := range peers {
		// A peer is a value of plain fields, which always has a text.
		text, _ := json.Marshal(p)
		x.peers[string(text)] = p
	}
}

func (r *rules) empty() bool { return len(r[policy.Ingress])+len(r[policy.Egress]) == 0 }

// spec writes a policy that isolates the pods of a selector and lets through what was added, in a fixed order.
func (r *rules) spec(selector metav1.LabelSelector, acts [2]bool) networkingv1.NetworkPolicySpec {
	spec := networkingv1.NetworkPolicySpec{PodSelector: selector}
	if acts[policy.Ingress] {
		spec.PolicyTypes = append(spec.PolicyTypes, networkingv1.PolicyTypeIngress)
		for _, x := range sortedRules(r[policy.Ingress]) {
			spec.Ingress = append(spec.Ingress, networkingv1.NetworkPolicyIngressRule{Ports: x.written(), From: x.sorted()})
		}
	}
	if acts[policy.Egress] {
		spec.PolicyTypes = append(spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		for _, x := range sortedRules(r[policy.Egress]) {
			spec.Egress = append(spec.Egress, networkingv1.NetworkPolicyEgressRule{Ports: x.written(), To: x.sorted()})
		}
	}
	return spec
}

func sortedRules(m map[string]*rule) []*rule {
	var list []*rule
	for _, key := range slices.Sorted(maps.Keys(m)) {
		list = append(list, m[key])
	}
	return list
}

func (x *rule) sorted() []networkingv1.NetworkPolicyPeer {
	var list []networkingv1.NetworkPolicyPeer
	for _, key := range slices.Sorted(maps.Keys(x.peers)) {
		list = append(list, x.peers[key])
	}
	return list
}

func (x *rule) written() []networkingv1.NetworkPolicyPort {
	list := written(x.ports)
	if list == nil && x.ports.Full() {
		return nil
	}
	for _, n := range x.names {
		name := corev1.Protocol(n.Protocol.String())
		at := namedPort(n.Name)
		list = append(list, networkingv1.NetworkPolicyPort{Protocol: &name, Port: &at})
	}
	return list
}
