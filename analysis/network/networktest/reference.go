package networktest

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/network-policy-api/apis/v1alpha1"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"
)

// Answer says whether one connection is possible.
type Answer string

// The answers. They read like the verdicts of package network.
const (
	Deny         Answer = "deny"
	Allow        Answer = "allow"
	Depends      Answer = "depends"
	NotEvaluated Answer = "not-evaluated"
)

// Port is one port of one protocol.
type Port struct {
	Protocol corev1.Protocol
	Number   int32
}

// Reference answers for one connection at a time by going through all rules in their order. It is slow, and written to be
// read beside the API's own texts.
type Reference struct {
	*World
	// tiers holds the cluster-wide policies, those of v1alpha1 said in v1alpha2.
	tiers map[v1alpha2.Tier][]*v1alpha2.ClusterNetworkPolicy
	// labels holds those of the namespaces that were read, with the one that every namespace has.
	labels map[string]map[string]string
	nodes  map[string]*corev1.Node
	// bound holds the addresses of pods.
	bound map[*corev1.Pod][]netip.Addr
}

// NewReference takes a world as it is now.
func NewReference(w *World) *Reference {
	r := &Reference{
		World: w, tiers: map[v1alpha2.Tier][]*v1alpha2.ClusterNetworkPolicy{},
		labels: map[string]map[string]string{}, nodes: map[string]*corev1.Node{}, bound: map[*corev1.Pod][]netip.Addr{},
	}
	for _, n := range w.Namespaces {
		labels := map[string]string{}
		maps.Copy(labels, n.Labels)
		labels[corev1.LabelMetadataName] = n.Name
		r.labels[n.Name] = labels
	}
	for _, n := range w.Nodes {
		r.nodes[n.Name] = n
	}
	for _, p := range w.Pods {
		for _, ip := range p.Status.PodIPs {
			r.bound[p] = append(r.bound[p], netip.MustParseAddr(ip.IP))
		}
	}
	all := slices.Clone(w.Cluster)
	for _, p := range w.Admin {
		all = append(all, fromAdmin(p))
	}
	for _, p := range w.Baseline {
		all = append(all, fromBaseline(p))
	}
	for _, p := range all {
		r.tiers[p.Spec.Tier] = append(r.tiers[p.Spec.Tier], p)
	}
	for _, list := range r.tiers {
		slices.SortStableFunc(list, func(a, b *v1alpha2.ClusterNetworkPolicy) int { return cmp.Compare(a.Spec.Priority, b.Spec.Priority) })
	}
	return r
}

// end is one end of a connection: a pod or, where that is nil, an address outside.
type end struct {
	pod *corev1.Pod
	// addr is the address that this connection uses; the zero address of a pod that has none yet.
	addr netip.Addr
}

// connection is what policies look at.
type connection struct {
	src, dst end
	Port
}

// outcomes are what may become of a connection. Both can be.
type outcomes struct{ allow, deny bool }

func (o outcomes) or(p outcomes) outcomes { return outcomes{o.allow || p.allow, o.deny || p.deny} }

// Ended tells that a pod has run to its end: it is no end of any connection.
func Ended(p *corev1.Pod) bool {
	return p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
}

// Pods answers for two pods, neither of which has ended. Where both have addresses of both families, a connection is
// possible if it is over either.
func (r *Reference) Pods(src, dst *corev1.Pod, port Port) Answer {
	if src == dst {
		return Allow
	}
	if r.unread(src) || r.unread(dst) || r.foreign(src) || r.foreign(dst) {
		return NotEvaluated
	}
	list := r.connections(src, dst, port)
	either, surely := outcomes{deny: len(list) == 0}, false
	for _, c := range list {
		// Possible where both sides may let it through, impossible where either may not.
		out, in := r.egress(c), r.ingress(c)
		both := outcomes{out.allow && in.allow, out.deny || in.deny}
		surely = surely || !both.deny
		either = either.or(both)
	}
	if surely {
		either.deny = false
	}
	return r.answer(either)
}

// connections gives a connection for each family that both pods have; a pod that has no address yet will have any.
func (r *Reference) connections(src, dst *corev1.Pod, port Port) []connection {
	var list []connection
	from, to := r.bound[src], r.bound[dst]
	for _, v6 := range []bool{false, true} {
		a, hasA := family(from, v6)
		b, hasB := family(to, v6)
		if (hasA || len(from) == 0) && (hasB || len(to) == 0) {
			list = append(list, connection{end{src, a}, end{dst, b}, port})
		}
	}
	return list
}

func family(list []netip.Addr, v6 bool) (netip.Addr, bool) {
	for _, a := range list {
		if a.Is6() == v6 {
			return a, true
		}
	}
	return netip.Addr{}, false
}

// Out answers for a pod and an address outside.
func (r *Reference) Out(src *corev1.Pod, dst netip.Addr, port Port) Answer {
	if r.unread(src) || r.foreign(src) {
		return NotEvaluated
	}
	return r.answer(r.egress(connection{end{pod: src}, end{addr: dst}, port}))
}

// In answers for an address outside and a pod.
func (r *Reference) In(src netip.Addr, dst *corev1.Pod, port Port) Answer {
	if r.unread(dst) || r.foreign(dst) {
		return NotEvaluated
	}
	return r.answer(r.ingress(connection{end{addr: src}, end{pod: dst}, port}))
}

func (r *Reference) answer(o outcomes) Answer {
	switch {
	case !o.deny:
		return Allow
	case o.allow || r.Unenforced:
		return Depends
	}
	return Deny
}

// unread tells that policies which concern a pod could not be read. Those of the cluster do not concern the host's network.
func (r *Reference) unread(p *corev1.Pod) bool {
	return slices.ContainsFunc(r.Unread, func(u Unread) bool {
		if u.Kind == (schema.GroupKind{Group: networkingv1.GroupName, Kind: "NetworkPolicy"}) {
			return u.Namespace == "" || u.Namespace == p.Namespace
		}
		return u.Kind.Group == v1alpha1.GroupName && !p.Spec.HostNetwork
	})
}

func (r *Reference) foreign(p *corev1.Pod) bool {
	return slices.Contains(r.Foreign, "") || slices.Contains(r.Foreign, p.Namespace)
}

// egress is what the source's side lets through, ingress what the destination's does.
func (r *Reference) egress(c connection) outcomes { return r.side(networkingv1.PolicyTypeEgress, c) }

func (r *Reference) ingress(c connection) outcomes {
	if src := c.src.pod; src != nil && src.Spec.HostNetwork && src.Spec.NodeName != "" && src.Spec.NodeName == c.dst.pod.Spec.NodeName {
		return outcomes{allow: true} // row 26: what comes from the pod's own node always passes
	}
	return r.side(networkingv1.PolicyTypeIngress, c)
}

// side asks the tiers in their order.
func (r *Reference) side(d networkingv1.PolicyType, c connection) outcomes {
	out, undecided := r.tier(v1alpha2.AdminTier, d, c)
	if !undecided {
		return out
	}
	if own, isolated := r.networkPolicies(d, c); isolated {
		return out.or(own)
	}
	last, undecided := r.tier(v1alpha2.BaselineTier, d, c)
	out = out.or(last)
	out.allow = out.allow || undecided // the default
	return out
}

// subject is the end whose policies decide, peer the other.
func subject(d networkingv1.PolicyType, c connection) (subject *corev1.Pod, peer end) {
	if d == networkingv1.PolicyTypeEgress {
		return c.src.pod, c.dst
	}
	return c.dst.pod, c.src
}
