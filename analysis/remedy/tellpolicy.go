package remedy

import (
	"fmt"
	"slices"
	"strings"

	"canopy/analysis/network"
	"canopy/analysis/network/minimal"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
)

// mostPeers is how many peers of one owner a line names.
const mostPeers = 6

// account says what a policy takes from its owner, and what stays possible besides.
func account(p *minimal.Proposal, d *minimal.Document) []string {
	if d.Owner.IsZero() {
		return nil
	}
	return append(taken(p.Removed, d.Owner), besides(p.Residual, d.Owner)...)
}

// taken says what is not possible any more.
func taken(removed []minimal.Removed, owner model.Ref) []string {
	var lines []string
	for _, d := range []policy.Direction{policy.Ingress, policy.Egress} {
		var words, outside []string
		for i := range removed {
			x := &removed[i]
			if x.Object != owner || x.Direction != d {
				continue
			}
			if word := peer(&x.Change); x.Peer.Block.IsValid() {
				outside = append(outside, word)
			} else {
				words = append(words, word)
			}
		}
		// All of both families in short.
		if len(outside) == 2 && strings.HasPrefix(outside[0], "0.0.0.0/0") && strings.HasPrefix(outside[1], "::/0") && outside[0][len("0.0.0.0/0"):] == outside[1][len("::/0"):] {
			outside = []string{"all addresses outside" + outside[1][len("::/0"):]}
		}
		words = append(outside, words...)
		if len(words) > 0 {
			lines = append(lines, "no longer possible "+way(d)+" "+owner.String()+": "+list(words, mostPeers))
		}
	}
	return lines
}

// besides says what stays possible and is not needed.
func besides(residual []minimal.Residual, owner model.Ref) []string {
	var lines []string
	for _, d := range []policy.Direction{policy.Ingress, policy.Egress} {
		var words []string
		for i := range residual {
			x := &residual[i]
			if x.Object != owner || x.Direction != d {
				continue
			}
			text := peer(&x.Change)
			if len(x.By) > 0 {
				text += " by " + refList(x.By)
			}
			if x.Assumption != "" {
				text += " (depends: " + x.Assumption + ")"
			}
			words = append(words, text)
		}
		if len(words) > 0 {
			lines = append(lines, "stays possible beside what is needed "+way(d)+" "+owner.String()+": "+list(words, mostPeers))
		}
	}
	return lines
}

func way(d policy.Direction) string {
	if d == policy.Ingress {
		return "into"
	}
	return "out of"
}

// peer names the other end of a change with its ports.
func peer(x *minimal.Change) string {
	text := end(x.Peer)
	if x.Peer.Ref.Kind == "Namespace" {
		text = "namespace " + x.Peer.Ref.Name
	}
	ports := onPorts(x.Connections)
	if ports == "" {
		return text
	}
	return text + " " + ports
}

func end(e network.End) string {
	if e.Ref.IsZero() {
		return e.Block.String()
	}
	return e.Ref.String()
}

// onPorts says which ports are meant in the shorter way; "" is all of them.
func onPorts(s port.Set) string {
	if s.Full() {
		return ""
	}
	own, rest := s.String(), port.All().Minus(s).String()
	if len(rest) < len(own) {
		return "(all but " + rest + ")"
	}
	return "(" + own + ")"
}

// summary says of a proposal as a whole what it keeps, what it does not, and what else is to be known.
func (s *segments) summary(p *minimal.Proposal, q minimal.Question, gaps []string) []string {
	var lines []string
	basis := "keeps what is evident: within the namespace the ports that containers and Services name, and the ways in from outside"
	if q.Acts[policy.Egress] {
		basis += "; nothing tells what the pods call beyond their namespace"
	}
	if s.declared {
		basis = "keeps the flows that were declared and nothing else"
	}
	certain := 0
	for i := range p.Kept {
		if p.Kept[i].Doubt == "" {
			certain++
		}
	}
	lines = append(lines, fmt.Sprintf("%s: %d of %d flows are possible for certain", basis, certain, len(p.Kept)+len(p.Missing)))
	var doubts []string
	for i := range p.Kept {
		if k := &p.Kept[i]; k.Doubt != "" {
			doubts = append(doubts, k.Flow.String()+" ("+k.Doubt+")")
		}
	}
	if len(doubts) > 0 {
		lines = append(lines, "depends: "+list(doubts, mostPeers))
	}
	for i := range p.Missing {
		lines = append(lines, missing(&p.Missing[i]))
	}
	switch {
	case p.DNS.Asked && !p.DNS.Kept:
		lines = append(lines, "names cannot be asked for: "+p.DNS.Why)
	case p.DNS.Asked && p.DNS.Why != "":
		lines = append(lines, "names can be asked for: depends: "+p.DNS.Why)
	case p.DNS.Asked:
		lines = append(lines, "names can be asked for by UDP and TCP")
	}
	lines = append(lines, gaps...)
	// What concerns owners without a policy of their own.
	var others []model.Ref
	for i := range p.Removed {
		ref := p.Removed[i].Object
		if !slices.Contains(others, ref) && !slices.ContainsFunc(p.Documents, func(d minimal.Document) bool { return d.Owner == ref }) {
			others = append(others, ref)
		}
	}
	for _, ref := range others {
		lines = append(lines, append(taken(p.Removed, ref), besides(p.Residual, ref)...)...)
	}
	lines = append(lines, p.Notes...)
	if !s.declared {
		lines = append(lines, "name what else is needed: canopy fix --flows FILE keeps just that")
	}
	return lines
}

// missing says why a flow is not kept.
func missing(m *minimal.Missing) string {
	var by []string
	for i := range m.By {
		if r := &m.By[i]; !r.Object.IsZero() {
			by = append(by, r.Object.String())
		}
	}
	text := "not kept: " + m.Flow.String()
	if m.Flow.Where != "" {
		text += " (" + m.Flow.Where + ")"
	}
	text += ": " + m.Connections.String() + " is denied by " + strings.Join(by, ", ")
	if !m.Before {
		text += ", as it was before"
	}
	return text
}
