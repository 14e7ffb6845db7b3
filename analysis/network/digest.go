package network

import (
	"hash/fnv"

	"canopy/analysis/network/policy"
)

// Digest sums up everything that answers depend on, pod by pod, without the numbers by which it is known here: it is the
// same however things came about. It costs the whole cluster.
func (a *Analyser) Digest() uint64 {
	sum := digest([]byte(string(a.state.Enforcement) + a.state.Plugin))
	texts := map[*held]uint64{}
	for _, h := range a.policies {
		texts[h] = digestPolicy(h.policy)
		sum += texts[h]
	}
	for _, c := range a.classes {
		of := a.digestClass(c, texts)
		for _, m := range c.pods {
			p := a.members[m].record
			buf := appendText(appendText(nil, p.Namespace), p.Name)
			if c.host {
				buf = appendText(buf, p.Node())
			}
			sum += digest(buf) * (of | 1)
		}
	}
	return sum
}

func digest(data []byte) uint64 {
	h := fnv.New64a()
	// A hash never fails.
	_, _ = h.Write(data)
	return h.Sum64()
}

func appendSum(buf []byte, n uint64) []byte {
	return appendID(appendID(buf, uint32(n)), uint32(n>>32))
}

func digestPolicy(p *policy.Policy) uint64 {
	buf := []byte(p.Ref.String() + "\x00" + p.Tier.String() + "\x00" + itoa(int(p.Priority)) + "\x00" + p.Subject.String() + "\x00" + p.Unread)
	for d := range p.Rules {
		buf = append(buf, byte(d))
		if p.Acts[d] {
			buf = append(buf, 1)
		}
		for i := range p.Rules[d] {
			r := &p.Rules[d][i]
			buf = append(buf, byte(r.Action))
			if r.Anyone {
				buf = append(buf, 1)
			}
			for j := range r.Peers {
				buf = appendText(buf, peerText(&r.Peers[j]))
			}
			buf = appendText(buf, r.Ports.String())
			for _, n := range r.Named {
				buf = append(appendText(buf, n.Name), byte(n.Protocol))
			}
		}
	}
	return digest(buf)
}

func (a *Analyser) digestClass(c *class, texts map[*held]uint64) uint64 {
	buf := appendText(nil, c.namespace.name)
	for _, p := range c.profiles {
		buf = append(buf, '/')
		for _, s := range a.selections(c, p.direction) {
			buf = appendSum(buf, texts[s.held])
			if s.maybe {
				buf = append(buf, '?')
			}
		}
		// What was kept must say the same as what is worked out here.
		p.course.each(func(b *branch) { buf = appendSum(buf, texts[b.held]) })
	}
	faces := uint64(0)
	a.facingPods(c, func(p *peer, l level) {
		where := p.space.key
		if p.space.only != nil {
			where = "=" + p.space.only.name
		}
		faces += digest(append(appendText(appendText(nil, where), p.selector.key), byte(l)))
	})
	buf = appendSum(buf, faces)
	buf = appendText(buf, c.site.text)
	for _, p := range c.signature.list {
		buf = append(appendText(buf, p.name), byte(p.protocol), byte(p.number), byte(p.number>>8))
	}
	if c.nodes != nil {
		buf = appendText(buf, c.nodes.text)
	}
	if c.host {
		buf = append(buf, 'h')
	}
	return digest(appendText(buf, a.unknown(c)))
}
