package network

import (
	"strings"

	"canopy/analysis/network/policy"
)

// assumption says in words what a verdict rests on.
func (a *Analyser) assumption(w why, hits [2][]hit) string {
	key := w &^ whyPriority
	text, ok := a.assumptions[key]
	if !ok {
		var parts []string
		for bit := whyBlock; bit <= whyUnenforced; bit <<= 1 {
			if key&bit != 0 {
				parts = append(parts, a.whyText(bit))
			}
		}
		text = strings.Join(parts, "; ")
		a.assumptions[key] = text
	}
	if w&whyPriority == 0 {
		return text
	}
	var refs []string
	seen := map[*held]bool{}
	for _, d := range []policy.Direction{policy.Egress, policy.Ingress} {
		for _, h := range hits[d] {
			if h.why&whyPriority != 0 && h.held != nil && !seen[h.held] {
				seen[h.held] = true
				refs = append(refs, h.held.policy.Ref.String())
			}
		}
	}
	equal := "policies of equal priority decide differently: " + strings.Join(refs, " and ")
	if text == "" {
		return equal
	}
	return text + "; " + equal
}

func (a *Analyser) whyText(w why) string {
	switch w {
	case whyBlock:
		return "ipBlock against addresses of pods"
	case whyAddress:
		return "a range of addresses against a pod that has none yet"
	case whyNamespace:
		return "labels of the namespace could not be read"
	case whyHostPeer:
		return "a pod selector against pods on the host network"
	case whyHostSubject:
		return "policies on host network pods are undefined; most plug-ins do not enforce them"
	case whyDomain:
		return "what a domain name stands for is not known"
	case whyPart:
		return "a rule speaks of a part of the addresses"
	case whyUnenforced:
		if a.state.Plugin != "" {
			return a.state.Plugin + " does not enforce policies"
		}
		return "the network plug-in does not enforce policies"
	}
	return ""
}

// note says in words what a rule does, or a policy as a whole where there is none.
func (a *Analyser) note(h *hit, d policy.Direction) string {
	switch {
	case h.held == nil:
		return "no policy decides"
	case h.rule < 0:
		return "selects the pod, and no rule allows this"
	}
	return a.ruleNote(h.held, d, h.rule)
}

// ruleNote is made once for each rule.
func (a *Analyser) ruleNote(h *held, d policy.Direction, index int) string {
	rules := h.policy.Rules[d]
	if h.notes[d] == nil {
		h.notes[d] = make([]string, len(rules))
	}
	for i := range rules {
		if rules[i].Index != index {
			continue
		}
		if h.notes[d][i] == "" {
			h.notes[d][i] = describe(&rules[i], d)
		}
		return h.notes[d][i]
	}
	return ""
}

// describe writes a rule: allows from shop: app=web on TCP 80.
func describe(r *policy.Rule, d policy.Direction) string {
	var b strings.Builder
	if r.Name != "" {
		b.WriteString(r.Name + ": ")
	}
	b.WriteString([...]string{"allows ", "denies ", "passes on "}[r.Action])
	b.WriteString([...]string{"from ", "to "}[d])
	switch {
	case r.Anyone:
		b.WriteString("anyone")
	case len(r.Peers) == 0:
		b.WriteString("nobody")
	}
	const shown = 3
	for i := range r.Peers {
		if i == shown {
			b.WriteString(" or " + itoa(len(r.Peers)-shown) + " more")
			break
		}
		if i > 0 {
			b.WriteString(" or ")
		}
		b.WriteString(peerText(&r.Peers[i]))
	}
	if r.Ports.Full() {
		return b.String()
	}
	b.WriteString(" on ")
	if !r.Ports.Empty() || len(r.Named) == 0 {
		b.WriteString(r.Ports.String())
	}
	for i, n := range r.Named {
		if i > 0 || !r.Ports.Empty() {
			b.WriteByte(' ')
		}
		b.WriteString(n.Name)
	}
	return b.String()
}

func peerText(p *policy.Peer) string {
	switch {
	case p.Pods != nil:
		return p.Pods.String()
	case p.Block != nil:
		text := p.Block.CIDR.String()
		for i, x := range p.Block.Except {
			text += [...]string{" except ", ", "}[min(i, 1)] + x.String()
		}
		return text
	case p.Nodes != nil:
		if text := p.Nodes.String(); text != "" {
			return "nodes: " + text
		}
		return "every node"
	}
	return strings.Join(p.Domains, ", ")
}
