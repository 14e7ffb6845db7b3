package segmentation

import (
	"net/netip"

	"go4.org/netipx"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model"
)

// judgePolicy brings the findings on a policy by itself up to date.
func (r *round) judgePolicy(ref model.Ref) {
	p := r.form(ref)
	r.refusals.read(ref, p)
	r.watch(ref, p)
	if p == nil {
		r.stand(ref, asPolicy, nil)
		return
	}
	running := r.net.Selected(ref)
	effects := r.net.Effects(ref)
	r.stand(ref, asPolicy, gather(r.boundless(p, running), r.idle(p, running, effects), r.vain(p, running, effects), r.invalid(p), r.unresolved(p, running, effects)))
}

func rulePath(d policy.Direction, i int) string { return index("spec."+d.String(), i) }

// boundless judges rules that let in or out whoever there is.
func (r *round) boundless(p *policy.Policy, running int) *model.Finding {
	if p.Tier == policy.Baseline {
		// What it allows is what holds without it.
		return nil
	}
	worst := model.Info
	var l []model.Evidence
	for _, d := range [...]policy.Direction{policy.Ingress, policy.Egress} {
		for i := range p.Rules[d] {
			rule := &p.Rules[d][i]
			if rule.Action != policy.Allow || rule.FailClosed || rule.Ports.Empty() && len(rule.Named) == 0 {
				continue
			}
			e, all, inside := r.everybody(p, d, rule)
			if !all && (!inside || d == policy.Egress && p.Tier == policy.Network) {
				continue
			}
			grade := model.Low
			switch {
			case !all && p.Tier == policy.Network:
				if !controlPlane(p.Ref.Namespace) {
					grade = model.Medium
				}
			case d == policy.Ingress && rule.Ports.Full():
				grade = model.High
			case d == policy.Ingress, rule.Ports.Full():
				grade = model.Medium
			}
			worst = max(worst, grade)
			l = append(l, e)
		}
	}
	if len(l) == 0 {
		return nil
	}
	if running == 0 {
		worst = model.Low
	}
	return r.finding("NW04", worst, p.Ref, lines(l...))
}

// everybody tells whether a rule matches all addresses, or every pod.
func (r *round) everybody(p *policy.Policy, d policy.Direction, rule *policy.Rule) (e model.Evidence, all, inside bool) {
	at := model.Evidence{Object: p.Ref, Path: rulePath(d, rule.Index)}
	if rule.Anyone {
		if p.Tier == policy.Network {
			at.Path += map[policy.Direction]string{policy.Ingress: ".from", policy.Egress: ".to"}[d]
		}
		return at, true, true
	}
	var blocks []netip.Prefix
	for i := range rule.Peers {
		if b := rule.Peers[i].Block; b != nil {
			blocks = append(blocks, b.CIDR)
			at.Path, at.Value = rule.Peers[i].Path, b.CIDR.String()
		}
	}
	if coversFamily(blocks) {
		return at, true, false
	}
	for i := range rule.Peers {
		if s := rule.Peers[i].Pods; s != nil && !s.Nothing && s.Namespace == "" && len(s.Namespaces) == 0 && len(s.Pods) == 0 {
			return model.Evidence{Object: p.Ref, Path: rule.Peers[i].Path, Value: s.String()}, false, true
		}
	}
	return at, false, false
}

// coversFamily tells that ranges together hold all addresses of IPv4 or of IPv6.
func coversFamily(list []netip.Prefix) bool {
	if len(list) == 0 {
		return false
	}
	var b netipx.IPSetBuilder
	for _, p := range list {
		b.AddPrefix(p)
	}
	set, err := b.IPSet()
	if err != nil {
		return false
	}
	return set.ContainsPrefix(netip.PrefixFrom(netip.IPv4Unspecified(), 0)) || set.ContainsPrefix(netip.PrefixFrom(netip.IPv6Unspecified(), 0))
}

// idle judges a policy, or a peer, that selects nothing.
func (r *round) idle(p *policy.Policy, running int, effects []network.Effect) *model.Finding {
	var l []model.Evidence
	if running == 0 && selective(&p.Subject) {
		path := "spec.subject"
		if p.Tier == policy.Network {
			path = "spec.podSelector"
		}
		l = append(l, model.Evidence{Object: p.Ref, Path: path, Value: brief(p.Subject.String())})
	}
	for i := range effects {
		e := &effects[i]
		for _, path := range e.PeersEmpty {
			if peer := peerAt(p, e, path); peer != nil && (peer.Pods != nil && selective(peer.Pods) || peer.Nodes != nil && len(*peer.Nodes) > 0) {
				l = append(l, model.Evidence{Object: p.Ref, Path: path, Value: peerText(peer)})
			}
		}
	}
	if len(l) == 0 {
		return nil
	}
	v, reason := r.seen("", pods, namespaces)
	if v == model.Unknown {
		v = model.Depends
	}
	return doubt(r.finding("NW06", model.Low, p.Ref, lines(l...)), v, reason)
}

// selective tells that a selector names labels; one that cannot be read is another matter.
func selective(s *policy.Selector) bool { return !s.Nothing && len(s.Pods)+len(s.Namespaces) > 0 }

func peerText(p *policy.Peer) string {
	if p.Nodes != nil {
		return brief("nodes: " + p.Nodes.String())
	}
	return brief(p.Pods.String())
}

func ruleOf(p *policy.Policy, e *network.Effect) *policy.Rule {
	for i := range p.Rules[e.Direction] {
		if p.Rules[e.Direction][i].Index == e.Rule {
			return &p.Rules[e.Direction][i]
		}
	}
	return nil
}

func peerAt(p *policy.Policy, e *network.Effect, path string) *policy.Peer {
	rule := ruleOf(p, e)
	if rule == nil {
		return nil
	}
	for i := range rule.Peers {
		if rule.Peers[i].Path == path {
			return &rule.Peers[i]
		}
	}
	return nil
}

// vain judges rules that change nothing. Where a peer, a port or the policy selects nothing, that is said instead.
func (r *round) vain(p *policy.Policy, running int, effects []network.Effect) *model.Finding {
	var l []model.Evidence
	for i := range effects {
		e := &effects[i]
		rule := ruleOf(p, e)
		if running == 0 || rule == nil || rule.FailClosed {
			continue
		}
		at := model.Evidence{Object: p.Ref, Path: rulePath(e.Direction, e.Rule)}
		switch {
		case e.Shadow != nil:
			at.Value = "covered by " + e.Shadow.Object.String()
			if e.Shadow.Rule >= 0 {
				at.Value += " " + rulePath(e.Shadow.Direction, e.Shadow.Rule)
			}
			at.Value = brief(at.Value)
		case e.NoEffect && len(e.PeersEmpty) == 0 && len(e.Unresolved) == 0 && !faulty(p, at.Path):
			at.Value = "matches nothing"
		default:
			continue
		}
		l = append(l, at)
	}
	if len(l) == 0 {
		return nil
	}
	return r.finding("NW16", model.Low, p.Ref, lines(l...))
}
