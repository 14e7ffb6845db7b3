package remedy

import (
	"net/netip"
	"slices"
	"strconv"

	"go4.org/netipx"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/inorder"
)

// narrow is NW04: rules of a NetworkPolicy that mean whoever there is name those that are known to need it instead.
func (s *segments) narrow(f *model.Finding) error {
	r := s.networkPolicy(f.Object)
	if r == nil {
		s.p.note(f, "a policy of the whole cluster: whom it has to let through only its author knows",
			"name namespaces and pods in the rule, or ranges that are smaller", "canopy reach shows who uses it: canopy reach --explain")
		return nil
	}
	p, _ := policy.Read(r)
	spec := r.Object.Spec.DeepCopy()
	owners := s.selected(p)
	var ops []operation
	var told, wide []string
	class := needsEvidence
	for _, d := range []policy.Direction{policy.Egress, policy.Ingress} {
		for i := len(p.Rules[d]) - 1; i >= 0; i-- {
			// Asked of the policy as it is by now: another finding may have changed it.
			if !boundless(&p.Rules[d][i], d) {
				continue
			}
			peers, gaps, open := s.known(owners, d, &p.Rules[d][i])
			if open {
				wide = append(wide, "spec."+d.String()+"["+strconv.Itoa(i)+"]")
				continue
			}
			told = append(told, gaps...)
			if len(gaps) > 0 || !s.declared && d == policy.Egress {
				class = outage
			}
			ops = append(ops, replaceRule(spec, d, i, peers)...)
		}
	}
	if len(wide) > 0 {
		s.p.note(f, "what the rule lets in is open to the outside on purpose: a Service, an Ingress or a port of a node leads to it",
			"look at "+list(wide, 8)+" and at the ways in: canopy reach --from internet", "limit the way instead: loadBalancerSourceRanges, or a type of Service that is not open",
			"or name the ranges that may come: canopy fix "+f.ID+" --flows FILE")
	}
	if len(ops) == 0 {
		return nil
	}
	ops = append(ops, keepTypes(spec)...)
	if err := s.planned(f.Object, ops); err != nil {
		return err
	}
	evidence := []string{"who else came by the rule is kept out from then on: " + s.basis()}
	if len(owners) == 0 {
		evidence = append(evidence, "the policy selects no pod now: nothing loses anything yet")
	}
	return s.edit(f.Object, ops, class, append(evidence, told...), f)
}

// boundless tells a rule of a NetworkPolicy that lets in or out whoever there is, as package segmentation judges it.
func boundless(rule *policy.Rule, d policy.Direction) bool {
	if rule.Ports.Empty() && len(rule.Named) == 0 {
		return false
	}
	if rule.Anyone {
		return true
	}
	var blocks netipx.IPSetBuilder
	for i := range rule.Peers {
		switch p := &rule.Peers[i]; {
		case p.Block != nil:
			blocks.AddPrefix(p.Block.CIDR)
		case p.Pods != nil && d == policy.Ingress && !p.Pods.Nothing && p.Pods.Namespace == "" && len(p.Pods.Namespaces)+len(p.Pods.Pods) == 0:
			return true
		}
	}
	set, err := blocks.IPSet()
	return err == nil && (set.ContainsPrefix(netip.PrefixFrom(netip.IPv4Unspecified(), 0)) || set.ContainsPrefix(netip.PrefixFrom(netip.IPv6Unspecified(), 0)))
}

// basis says by what it is known what is needed.
func (s *segments) basis() string {
	if s.declared {
		return "what is let through is what the flows say"
	}
	return "what is let through is the namespace itself, DNS, and the ways in from outside; name the rest by --flows"
}

// rulePlace reads the direction and the number of a rule from the path of evidence: spec.ingress[0].from.
func rulePlace(path string) (policy.Direction, int, bool) {
	for _, d := range []policy.Direction{policy.Ingress, policy.Egress} {
		if n, ok := indexAfter(path, "spec."+d.String()); ok {
			return d, n, true
		}
	}
	return 0, 0, false
}

// indexAfter reads the index that follows the beginning of a path.
func indexAfter(path, begin string) (int, bool) {
	if len(path) < len(begin)+3 || path[:len(begin)] != begin || path[len(begin)] != '[' {
		return 0, false
	}
	end := len(begin) + 1
	for end < len(path) && path[end] != ']' {
		end++
	}
	n, err := strconv.Atoi(path[len(begin)+1 : end])
	return n, err == nil && n >= 0
}

// selected lists the owners whose pods a policy selects.
func (s *segments) selected(p *policy.Policy) []model.Ref {
	var refs []model.Ref
	for pod := range s.ground().net.PodsIn(p.Ref.Namespace) {
		if ref := s.ground().c.TopOwner(pod); !p.Subject.Nothing && p.Subject.Pods.Match(pod.Labels) && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	inorder.Sort(refs, model.Ref.Compare)
	return refs
}

// known gives the peers that are known to need a rule. open tells that all addresses do.
func (s *segments) known(owners []model.Ref, d policy.Direction, rule *policy.Rule) (peers []networkingv1.NetworkPolicyPeer, gaps []string, open bool) {
	on := rule.Ports
	if len(rule.Named) > 0 {
		// A name is that of some port of the pods: whoever needs any of them may need it.
		on = port.All()
	}
	flows := s.flows
	if !s.declared {
		if len(owners) == 0 {
			return []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}, nil, false
		}
		e := s.evident(owners[0].Namespace, owners, [2]bool{policy.Ingress: d == policy.Ingress, policy.Egress: d == policy.Egress}, false)
		flows, gaps = e.flows, e.gaps
	}
	add := func(list []networkingv1.NetworkPolicyPeer) {
		for _, p := range list {
			if !slices.ContainsFunc(peers, func(o networkingv1.NetworkPolicyPeer) bool { return equality.Semantic.DeepEqual(o, p) }) {
				peers = append(peers, p)
			}
		}
	}
	for _, ref := range owners {
		add(s.look().Peers(ref, d, on, flows))
	}
	if d == policy.Egress && len(owners) > 0 {
		add(s.look().Names(owners[0].Namespace, on))
	}
	everywhere := func(p networkingv1.NetworkPolicyPeer) bool {
		return p.IPBlock != nil && (p.IPBlock.CIDR == "0.0.0.0/0" || p.IPBlock.CIDR == "::/0")
	}
	return peers, gaps, slices.ContainsFunc(peers, everywhere)
}

// replaceRule gives the operations by which a rule means some peers and keeps its ports; without peers it goes.
func replaceRule(spec *networkingv1.NetworkPolicySpec, d policy.Direction, i int, peers []networkingv1.NetworkPolicyPeer) []operation {
	at := "/spec/" + d.String() + "/" + strconv.Itoa(i)
	var old, now any
	if d == policy.Ingress {
		r := *spec.Ingress[i].DeepCopy()
		r.From = peers
		old, now = spec.Ingress[i], r
	} else {
		r := *spec.Egress[i].DeepCopy()
		r.To = peers
		old, now = spec.Egress[i], r
	}
	if len(peers) == 0 {
		return []operation{{Op: "test", Path: at, Value: old}, {Op: "remove", Path: at}}
	}
	return []operation{{Op: "test", Path: at, Value: old}, {Op: "replace", Path: at, Value: now}}
}
