package minimal

import (
	"net/netip"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model/record"
)

const dnsPort = 53

// nodeCache is the address of the node-local cache of names (kubernetes/kubernetes, cluster/addons/dns/nodelocaldns).
func nodeCache() netip.Addr { return netip.AddrFrom4([4]byte{169, 254, 20, 10}) }

// resolver is the pods that answer for names.
type resolver struct {
	party *party
	peer  networkingv1.NetworkPolicyPeer
	ports port.Set
}

// resolvers finds the pods that answer for the names of the cluster, and tells whether a node-local cache does.
func (s *Survey) resolvers() (list []resolver, cache bool) {
	for _, name := range [...]string{"kube-system", "openshift-dns"} {
		p := s.places[name]
		if p == nil {
			continue
		}
		for _, x := range p.sorted() {
			for _, l := range x.labels {
				if app := l.Get("k8s-app"); app == "node-local-dns" || app == "nodelocaldns" {
					cache = true
				}
				if key, ok := answers(l); ok {
					list = append(list, resolver{x, s.inNamespace(name, "", &metav1.LabelSelector{MatchLabels: map[string]string{key: l.Get(key)}}), s.dnsPorts(x)})
					break
				}
			}
		}
	}
	return list, cache
}

// answers knows those pods by their labels: k8s-app is what kubeadm and the clouds use.
func answers(l record.Labels) (key string, ok bool) {
	if app := l.Get("k8s-app"); app == "kube-dns" || app == "coredns" {
		return "k8s-app", true
	}
	const openShift = "dns.operator.openshift.io/daemonset-dns"
	return openShift, l.Get(openShift) == "default"
}

// dnsPorts gives the ports at which pods answer: policies see those, not the ones of the Service.
func (s *Survey) dnsPorts(x *party) port.Set {
	set := s.named(x, policy.NamedPort{Name: "dns", Protocol: port.UDP}).Union(s.named(x, policy.NamedPort{Name: "dns-tcp", Protocol: port.TCP}))
	for _, protocol := range []port.Protocol{port.UDP, port.TCP} {
		if len(set.Ranges(protocol)) == 0 {
			set = set.Union(port.Of(protocol, dnsPort, dnsPort))
		}
	}
	return set
}

// usual gives the ports at which everybody answers.
func usual() port.Set {
	return port.Of(port.UDP, dnsPort, dnsPort).Union(port.Of(port.TCP, dnsPort, dnsPort))
}

// names lets pods ask for names.
func (s *Survey) names(m *maker, r *rules, from string) {
	for _, x := range m.resolvers {
		peer := x.peer
		if x.party.ref.Namespace == from {
			peer.NamespaceSelector = nil
		}
		own, host := s.network(x.party)
		if own {
			r.add(policy.Egress, Numbered(x.ports), peer)
		}
		if host {
			r.add(policy.Egress, Numbered(x.ports), s.onNodes(m, x.party)...)
		}
	}
	if len(m.resolvers) == 0 {
		m.say("no pods that answer for names were seen: the policy lets to those that are usual, k8s-app=kube-dns in kube-system")
		r.add(policy.Egress, Numbered(usual()), s.inNamespace("kube-system", from, &metav1.LabelSelector{MatchLabels: map[string]string{"k8s-app": "kube-dns"}}))
	}
	if m.cache {
		at := nodeCache()
		r.add(policy.Egress, Numbered(usual()), networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: netip.PrefixFrom(at, at.BitLen()).String()}})
	}
}

// Names gives what a policy in a namespace calls the pods that answer for names, where some ports are among theirs.
func (s *Survey) Names(namespace string, on port.Set) []networkingv1.NetworkPolicyPeer {
	m := &maker{p: &Proposal{}}
	m.resolvers, m.cache = s.resolvers()
	var r rules
	s.names(m, &r, namespace)
	seen := &rule{peers: map[string]networkingv1.NetworkPolicyPeer{}}
	for _, x := range r[policy.Egress] {
		if x.ports.Intersect(on).Empty() {
			continue
		}
		for k, p := range x.peers {
			seen.peers[k] = p
		}
	}
	return seen.sorted()
}
