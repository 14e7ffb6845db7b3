package remedy

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"

	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/inorder"
)

// metadataAddresses are those at which the clouds give out what belongs to a node, its credentials among them.
func metadataAddresses() [2]netip.Addr {
	return [...]netip.Addr{netip.AddrFrom4([4]byte{169, 254, 169, 254}), netip.MustParseAddr("fd00:ec2::254")}
}

// keepFromMetadata is NW05: rules that let pods out to the addresses leave them out, and pods that nothing isolates are let
// out to everything else. Where policies are made anyway that say what is let out, they do it.
func (s *segments) keepFromMetadata(w *ward, restricted func(model.Ref) bool) {
	rules := map[model.Ref]map[int]bool{}
	means := map[model.Ref][]*model.Finding{}
	for _, ref := range inorder.Collect(maps.Keys(w.owner), model.Ref.Compare) {
		for _, f := range w.owner[ref] {
			if f.Rule.ID != "NW05" {
				continue
			}
			open := false
			for p := range s.ground().c.Pods(ref) {
				by := s.ground().net.Isolation(p).By[policy.Egress]
				open = open || len(by) == 0
				for _, at := range by {
					for _, i := range s.leaks(at) {
						if rules[at] == nil {
							rules[at] = map[int]bool{}
						}
						rules[at][i] = true
						if !slices.Contains(means[at], f) {
							means[at] = append(means[at], f)
						}
					}
				}
			}
			if open && !restricted(ref) {
				s.allButMetadata(f)
			}
		}
	}
	for _, at := range inorder.Collect(maps.Keys(rules), model.Ref.Compare) {
		if err := s.plug(at, slices.Sorted(maps.Keys(rules[at])), means[at]); err != nil {
			for _, f := range means[at] {
				s.p.note(f, noDocument(err), noDocumentSteps(f)...)
			}
		}
	}
}

// leaks gives the egress rules of a NetworkPolicy that let out to an address of the metadata.
func (s *segments) leaks(ref model.Ref) []int {
	r := s.networkPolicy(ref)
	if r == nil {
		return nil
	}
	p, _ := policy.Read(r)
	var list []int
	for i := range p.Rules[policy.Egress] {
		rule := &p.Rules[policy.Egress][i]
		leak := rule.Anyone
		for j := range rule.Peers {
			if b := rule.Peers[j].Block; b != nil {
				for _, a := range metadataAddresses() {
					leak = leak || b.CIDR.Contains(a) && !slices.ContainsFunc(b.Except, func(x netip.Prefix) bool { return x.Contains(a) })
				}
			}
		}
		if leak {
			list = append(list, rule.Index)
		}
	}
	return list
}

// plug takes the addresses out of rules of a policy.
func (s *segments) plug(ref model.Ref, rules []int, findings []*model.Finding) error {
	spec := &s.networkPolicy(ref).Object.Spec
	var ops []operation
	for _, i := range slices.Backward(rules) {
		old := spec.Egress[i]
		now := *old.DeepCopy()
		if len(now.To) == 0 {
			now.To = allBut()
		} else {
			now.To = slices.DeleteFunc(now.To, func(p networkingv1.NetworkPolicyPeer) bool { return p.IPBlock != nil && !except(p.IPBlock) })
		}
		at := "/spec/egress/" + strconv.Itoa(i)
		ops = append(ops, operation{Op: "test", Path: at, Value: old})
		if len(now.To) == 0 {
			ops = append(ops, operation{Op: "remove", Path: at})
		} else {
			ops = append(ops, operation{Op: "replace", Path: at, Value: now})
		}
	}
	ops = append(ops, keepTypes(spec)...)
	if err := s.planned(ref, ops); err != nil {
		return err
	}
	return s.edit(ref, ops, needsEvidence, []string{"a pod that takes its cloud credentials from the node loses them: give it an identity of its own before",
		"everything else that the policy lets out it lets out as before, for whichever pods it selects"}, findings...)
}

// except leaves the addresses out of a block; false where nothing is left of it.
func except(b *networkingv1.IPBlock) bool {
	cidr, err := netip.ParsePrefix(b.CIDR)
	if err != nil {
		return true
	}
	for _, a := range metadataAddresses() {
		if !cidr.Contains(a) {
			continue
		}
		if cidr.IsSingleIP() {
			return false
		}
		if text := netip.PrefixFrom(a, a.BitLen()).String(); !slices.Contains(b.Except, text) {
			b.Except = append(b.Except, text)
		}
	}
	return true
}

// allBut is every pod and every address but those of the metadata.
func allBut() []networkingv1.NetworkPolicyPeer {
	list := []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}}
	for _, cidr := range [...]string{"0.0.0.0/0", "::/0"} {
		b := &networkingv1.IPBlock{CIDR: cidr}
		except(b)
		list = append(list, networkingv1.NetworkPolicyPeer{IPBlock: b})
	}
	return list
}

// keepTypes makes sure that a policy goes on isolating what it isolates when its last rule of a direction goes: what it
// does not say is told by its rules (k8s.io/api/networking/v1).
func keepTypes(spec *networkingv1.NetworkPolicySpec) []operation {
	if len(spec.PolicyTypes) > 0 || len(spec.Egress) == 0 {
		return nil
	}
	return []operation{{Op: "add", Path: "/spec/policyTypes", Value: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}}}
}

// allButMetadata lets pods that nothing isolates out to everything but the metadata.
func (s *segments) allButMetadata(f *model.Finding) {
	selector, others, ok := s.look().Select(f.Object)
	if !ok {
		s.p.note(f, "no policy has a certain effect on its pods", "take the pods off the network of their nodes")
		return
	}
	ref := s.look().Free(f.Object.Namespace, "all-but-metadata-"+f.Object.Name)
	d, err := s.create(ref, &networkingv1.NetworkPolicy{
		TypeMeta: metav1.TypeMeta{APIVersion: ref.APIVersion(), Kind: ref.Kind}, ObjectMeta: metav1.ObjectMeta{Name: ref.Name, Namespace: ref.Namespace},
		Spec: networkingv1.NetworkPolicySpec{PodSelector: selector, PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeEgress},
			Egress: []networkingv1.NetworkPolicyEgressRule{{To: allBut()}}},
	})
	if err != nil {
		s.p.note(f, noDocument(err), noDocumentSteps(f)...)
		return
	}
	evidence := []string{"lets the pods of " + f.Object.String() + " out to all pods and all addresses but those of the metadata: what they need is not narrowed by it (NW02 with canopy fix --flows does)",
		"a pod that takes its cloud credentials from the node loses them: give it an identity of its own before"}
	if len(others) > 0 {
		evidence = append(evidence, "no labels tell its pods from those of "+refList(others)+": it holds for those too")
	}
	s.add(d, needsEvidence, evidence, f)
}

func refList(refs []model.Ref) string {
	const most = 8
	words := make([]string, len(refs))
	for i, r := range refs {
		words[i] = r.String()
	}
	return list(words, most)
}
