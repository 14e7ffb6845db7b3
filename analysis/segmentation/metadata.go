package segmentation

import (
	"net/netip"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
)

// metadataPort is where the metadata services of clouds answer.
const metadataPort = 80

// metadataAddresses are those at which they do; the second one on AWS alone, and there only beside the first.
func metadataAddresses() [2]netip.Addr {
	return [...]netip.Addr{netip.AddrFrom4([4]byte{169, 254, 169, 254}), netip.MustParseAddr("fd00:ec2::254")}
}

// answer says whether something is let through, and by what.
type answer struct {
	verdict network.Verdict
	reason  string
	by      []model.Evidence
}

// metadataInReach judges whether pods may ask the cloud for the credentials of their node.
func (r *round) metadataInReach(t *tenant) *model.Finding {
	on := r.cloud.answering()
	if on == noMetadata || r.rules["NW05"] == nil {
		return nil
	}
	var free, ruled []*variant
	var by []model.Evidence
	verdict, reason := model.No, ""
	weigh := func(v model.Verdict, why string) {
		switch {
		case v == model.Yes:
			verdict, reason = v, ""
		case verdict == model.No, verdict == model.Depends && v == model.Unknown:
			verdict, reason = v, why
		}
	}
	for i := range t.variants {
		v := &t.variants[i]
		if v.iso.Exempt != "" {
			continue
		}
		a := answer{verdict: network.NotEvaluated, reason: v.iso.Unknown}
		if v.iso.Unknown == "" {
			a = r.asksMetadata(v)
		}
		switch a.verdict {
		case network.Deny:
			continue
		case network.Allow:
			weigh(model.Yes, "")
		case network.Depends:
			weigh(model.Depends, a.reason)
		case network.NotEvaluated:
			weigh(model.Unknown, a.reason)
		}
		if len(a.by) == 0 {
			free = append(free, v)
			continue
		}
		if ruled = append(ruled, v); len(ruled) == 1 {
			by = a.by
		}
	}
	if len(free)+len(ruled) == 0 {
		return nil
	}
	severity := model.High
	switch {
	case on == unknownCloud:
		severity = model.Info
	case controlPlane(t.ref.Namespace):
		severity = model.Low
	}
	by = capped(t.ref, by)
	proof := lines(by...)
	if len(free) > 0 {
		proof = r.shown(t, free)
		if len(by) > 0 {
			proof = lines(append(proof.Evidence(), by...)...)
		}
	}
	f := r.finding("NW05", severity, t.ref, proof)
	f.Pods = count(free) + count(ruled)
	if on == unknownCloud && verdict == model.Yes {
		verdict, reason = model.Depends, "no node tells on which cloud it runs"
	}
	return doubt(f, verdict, reason)
}

// asksMetadata says whether the policies that concern a pod let it out to a metadata address. It is the same for all pods
// that the same policies select.
func (r *round) asksMetadata(v *variant) answer {
	ordered, by := v.iso.Ordered[policy.Egress], v.iso.By[policy.Egress]
	if len(ordered) == 0 && len(by) == 0 {
		return answer{verdict: network.Allow}
	}
	k := key("", ordered, by)
	a, ok := r.metadata[k]
	if !ok {
		if len(ordered) == 0 {
			a = r.metadataByRules(by)
		} else {
			a = r.metadataByTiers(v)
		}
		r.metadata[k] = a
	}
	return a
}

// metadataByRules goes through the rules of NetworkPolicies, of which one is enough.
func (r *round) metadataByRules(by []model.Ref) answer {
	for _, ref := range by {
		p := r.form(ref)
		if p == nil {
			continue
		}
		for i := range p.Rules[policy.Egress] {
			rule := &p.Rules[policy.Egress][i]
			if !rule.Ports.Has(port.TCP, metadataPort) {
				continue
			}
			if rule.Anyone {
				return answer{network.Allow, "", []model.Evidence{{Object: ref, Path: index("spec.egress", rule.Index) + ".to"}}}
			}
			for j := range rule.Peers {
				b := rule.Peers[j].Block
				for _, addr := range metadataAddresses() {
					if b != nil && blockHas(b, addr) {
						return answer{network.Allow, "", []model.Evidence{{Object: ref, Path: rule.Peers[j].Path + ".ipBlock.cidr", Value: b.CIDR.String()}}}
					}
				}
			}
		}
	}
	return answer{verdict: network.Deny}
}

// metadataByTiers asks the evaluator, which knows what goes first.
func (r *round) metadataByTiers(v *variant) answer {
	found := answer{verdict: network.Deny}
	for _, addr := range metadataAddresses() {
		e, err := r.net.Explain(r.c, network.End{Ref: v.pod.Ref()}, network.End{Block: netip.PrefixFrom(addr, addr.BitLen())})
		if err != nil {
			continue
		}
		for i := range e.Parts {
			p := &e.Parts[i]
			if !p.Connections.Has(port.TCP, metadataPort) || p.Verdict == network.Deny {
				continue
			}
			if found.verdict == network.Deny || p.Verdict == network.Allow {
				found = answer{p.Verdict, p.Assumption, because(p.Because, policy.Egress)}
			}
		}
	}
	return found
}

// because shows the policies that decided.
func because(reasons []network.Reason, d policy.Direction) []model.Evidence {
	var list []model.Evidence
	for _, b := range reasons {
		if b.Object.IsZero() || b.Direction != d {
			continue
		}
		e := model.Evidence{Object: b.Object, Path: "spec." + d.String(), Value: brief(b.Note)}
		if b.Rule >= 0 {
			e.Path = index(e.Path, b.Rule)
		}
		list = append(list, e)
	}
	return list
}

// blockHas tells that an address is in a block.
func blockHas(b *policy.Block, addr netip.Addr) bool {
	if !b.CIDR.Contains(addr) {
		return false
	}
	for _, e := range b.Except {
		if e.Contains(addr) {
			return false
		}
	}
	return true
}
