package minimal

import (
	"maps"
	"net/netip"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"

	"canopy/analysis/network/policy"
	"canopy/model/inorder"
	"canopy/model/record"
)

// guise is what the policies of a cluster see of a pod of a namespace, whoever owns it. Pods of one guise have one answer.
type guise struct {
	// labels and ports are those of which a policy speaks.
	labels, ports string
	// at is the node of a pod that is on its network, and in the blocks that its addresses are in.
	at, in string
	// own and host tell on which networks pods of its owner are, come that there is no such pod yet.
	own, host, come bool
}

// topics are what the policies of a cluster tell pods apart by.
type topics struct {
	keys   []string
	names  map[string]bool
	blocks []netip.Prefix
}

// topics gives them, worked out at the first question.
func (s *Survey) topics() *topics {
	if s.spokenOf != nil {
		return s.spokenOf
	}
	keys, blocks := map[string]bool{}, map[netip.Prefix]bool{}
	t := &topics{names: map[string]bool{}}
	look := func(x *policy.Selector) {
		_, pods := x.Keys()
		for _, k := range pods {
			keys[k] = true
		}
	}
	for _, gk := range policy.Kinds() {
		for r := range s.c.All(gk) {
			p, ok := policy.Read(r)
			if !ok {
				continue
			}
			look(&p.Subject)
			for _, rule := range slices.Concat(p.Rules[policy.Ingress], p.Rules[policy.Egress]) {
				for _, n := range rule.Named {
					t.names[n.Name] = true
				}
				for i := range rule.Peers {
					if x := rule.Peers[i].Pods; x != nil {
						look(x)
					}
					if b := rule.Peers[i].Block; b != nil {
						for _, c := range append([]netip.Prefix{b.CIDR}, b.Except...) {
							if c.Bits() > 0 {
								blocks[c] = true
							}
						}
					}
				}
			}
		}
	}
	t.keys = slices.Sorted(maps.Keys(keys))
	t.blocks = inorder.Collect(maps.Keys(blocks), comparePrefixes)
	s.spokenOf = t
	return t
}

// blocks lists the ranges of policies in which pods may be.
func (s *Survey) blocks() []netip.Prefix { return s.topics().blocks }

// many lists the pods of a place that policies can tell apart, one of each sort of each owner.
func (s *Survey) many(p *place) []*record.Pod {
	var list []*record.Pod
	for _, x := range p.parties {
		list = append(list, s.various(x)...)
	}
	return list
}

// few lists the pods of a place that the policies which are there can tell apart, whoever owns them: one of each guise.
func (s *Survey) few(p *place) []*record.Pod {
	if p.few != nil {
		return p.few
	}
	seen := map[guise]bool{}
	for _, x := range p.sorted() {
		own, host := s.network(x)
		for _, pod := range s.various(x) {
			g := s.guise(pod)
			if g.own, g.host = own, host; !seen[g] {
				seen[g] = true
				p.few = append(p.few, pod)
			}
		}
	}
	return p.few
}

func (s *Survey) guise(pod *record.Pod) guise {
	t := s.topics()
	g := guise{in: within(t.blocks, pod), come: pod.StandIn}
	var text []byte
	for i, k := range t.keys {
		if v, ok := pod.Labels.Lookup(k); ok {
			text = append(append(append(text, byte(i), byte(i>>8), byte(len(v)), byte(len(v)>>8)), v...), 0)
		}
	}
	g.labels, text = string(text), text[:0]
	x := s.sheet(pod.Template)
	for i := range x.ports {
		if c := &x.ports[i]; t.names[c.Name] {
			text = append(append(append(text, c.Name...), 0), c.Protocol...)
			text = append(text, 0, byte(c.ContainerPort), byte(c.ContainerPort>>8))
		}
	}
	g.ports = string(text)
	if x.host {
		g.at = pod.Node()
	}
	return g
}

// spoken gives the places that a proposal speaks of: those of its targets, of the ends of its flows, of those who answer for
// names, and of pods in ranges of addresses that its documents are the first to name. Owners of such pods come with all that
// they have, since nothing has told those apart before.
func (s *Survey) spoken(m *maker) (places map[*place]bool, divided []*party) {
	places = map[*place]bool{}
	add := func(namespace string) {
		if p := s.places[namespace]; p != nil {
			places[p] = true
		}
	}
	add(m.p.Namespace)
	for i := range m.flows {
		for _, f := range []*far{&m.flows[i].src, &m.flows[i].dst} {
			for _, x := range f.parties {
				add(x.ref.Namespace)
			}
		}
	}
	for _, r := range m.resolvers {
		add(r.party.ref.Namespace)
	}
	var fresh []netip.Prefix
	for i := range m.p.Documents {
		for _, b := range blocksOf(&m.p.Documents[i].Policy.Spec) {
			if b.Bits() > 0 && !slices.Contains(s.blocks(), b) && !slices.Contains(fresh, b) {
				fresh = append(fresh, b)
			}
		}
	}
	if len(fresh) == 0 {
		return places, nil
	}
	for _, p := range s.places {
		for _, x := range p.parties {
			if slices.ContainsFunc(x.pods, func(pod *record.Pod) bool { return anywhere(fresh, pod) }) {
				places[p] = true
				divided = append(divided, x)
			}
		}
	}
	return places, divided
}

// blocksOf lists the ranges of addresses that a policy names.
func blocksOf(spec *networkingv1.NetworkPolicySpec) []netip.Prefix {
	var list []netip.Prefix
	add := func(peers []networkingv1.NetworkPolicyPeer) {
		for i := range peers {
			b := peers[i].IPBlock
			if b == nil {
				continue
			}
			for _, text := range append([]string{b.CIDR}, b.Except...) {
				if p, err := netip.ParsePrefix(text); err == nil {
					list = append(list, p.Masked())
				}
			}
		}
	}
	for i := range spec.Ingress {
		add(spec.Ingress[i].From)
	}
	for i := range spec.Egress {
		add(spec.Egress[i].To)
	}
	return list
}

// anywhere tells that an address of a pod is in one of some ranges.
func anywhere(blocks []netip.Prefix, pod *record.Pod) bool {
	return slices.ContainsFunc(pod.IPs, func(ip string) bool {
		a, err := netip.ParseAddr(ip)
		return err == nil && slices.ContainsFunc(blocks, func(b netip.Prefix) bool { return b.Contains(a) })
	})
}
