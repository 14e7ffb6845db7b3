package minimal

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// peers gives what a policy in a namespace calls an end by, for one direction.
func (s *Survey) peers(m *maker, f *far, from string, d policy.Direction) []networkingv1.NetworkPolicyPeer {
	var list []networkingv1.NetworkPolicyPeer
	for _, b := range f.blocks {
		block := &networkingv1.IPBlock{CIDR: b.String()}
		if d == policy.Egress && f.end.Word == Internet {
			block.Except = metadata(b)
		}
		list = append(list, networkingv1.NetworkPolicyPeer{IPBlock: block})
	}
	if f.place != nil {
		return append(list, s.inNamespace(f.place.name, from, nil))
	}
	for _, x := range f.parties {
		own, host := s.network(x)
		if f.pod != nil {
			host = s.sheet(f.pod.Template).host
			own = !host
		}
		if own {
			list = append(list, s.inNamespace(x.ref.Namespace, from, s.called(m, x, f.pod)))
		}
		if host {
			list = append(list, s.onNodes(m, x)...)
		}
	}
	return list
}

// inNamespace names pods of a namespace by a selector; nil is all of them.
func (s *Survey) inNamespace(namespace, from string, selector *metav1.LabelSelector) networkingv1.NetworkPolicyPeer {
	var p networkingv1.NetworkPolicyPeer
	p.PodSelector = selector
	if namespace != from {
		p.NamespaceSelector = &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: namespace}}
	} else if selector == nil {
		p.PodSelector = &metav1.LabelSelector{}
	}
	return p
}

// called gives the selector of a party, or of one of its pods.
func (s *Survey) called(m *maker, x *party, pod *record.Pod) *metav1.LabelSelector {
	c := s.choose(x, pod)
	if len(c.others) > 0 {
		what := x.ref
		if pod != nil {
			what = pod.Ref()
		}
		m.wide(what, c.others)
	}
	if c.lacking {
		m.say("the selector of %s rests on labels that its pods do not have: a pod that comes to %s without them is selected too", x.ref, x.ref.Namespace)
	}
	return &c.LabelSelector
}

func (s *Survey) choose(x *party, pod *record.Pod) choice {
	p := s.places[x.ref.Namespace]
	if pod != nil {
		c := p.selector([]record.Labels{pod.Labels}, nil)
		// It is its own only where none of its siblings wears the same.
		if n := wearing(x, pod.Labels); n == 1 {
			c.others = slices.DeleteFunc(c.others, func(r model.Ref) bool { return r == x.ref })
		}
		return c
	}
	return p.selector(x.labels, x.owner, x.ref)
}

func wearing(x *party, l record.Labels) int {
	n := 0
	for _, p := range x.pods {
		if p.Labels == l {
			n++
		}
	}
	return n
}

// onNodes names the pods of a party that are on the network of their nodes: no selector finds those for certain.
func (s *Survey) onNodes(m *maker, x *party) []networkingv1.NetworkPolicyPeer {
	var list []networkingv1.NetworkPolicyPeer
	seen := map[string]bool{}
	for _, pod := range x.pods {
		if name := pod.Node(); !s.sheet(pod.Template).host || name == "" || seen[name] {
			continue
		} else {
			seen[name] = true
		}
		n, ok := cluster.Find[*record.Typed[*corev1.Node]](s.c, "Node", "", pod.Node())
		if !ok {
			continue
		}
		for _, a := range n.Object.Status.Addresses {
			if at, err := netip.ParseAddr(a.Address); err == nil && a.Type == corev1.NodeInternalIP {
				list = append(list, networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: netip.PrefixFrom(at, at.BitLen()).String()}})
			}
		}
	}
	if len(list) == 0 {
		m.say("%s is on the network of its nodes, and no address of them was seen: nothing lets it through but from a pod's own node", x.ref)
	} else {
		m.say("%s is on the network of its nodes: their addresses are let through, and with them all that runs on that network; a node that comes later has to be added", x.ref)
	}
	return list
}

// metadata gives the addresses of metadata services in a block, from which credentials of nodes are to be had.
func metadata(b netip.Prefix) []string {
	var list []string
	for _, text := range [...]string{"169.254.169.254", "fd00:ec2::254"} {
		if a := netip.MustParseAddr(text); b.Contains(a) {
			list = append(list, netip.PrefixFrom(a, a.BitLen()).String())
		}
	}
	return list
}

func comparePrefixes(a, b netip.Prefix) int {
	if c := a.Addr().Compare(b.Addr()); c != 0 {
		return c
	}
	return a.Bits() - b.Bits()
}
