package network

import "canopy/analysis/network/policy"

// candidates goes through the groups with which one may have another answer than denial, as source where d is Egress, as
// destination where it is Ingress. It costs what is open: a closed group is asked whom its rules speak of, an open one whose
// rules speak of it.
func (a *Analyser) candidates(g *group, d policy.Direction, visit func(*group)) {
	a.stamp++
	stamp := a.stamp
	once := func(o *group) {
		// A class that is new has no group before the end of Flush.
		if o != nil && o.stamp != stamp {
			o.stamp = stamp
			visit(o)
		}
	}
	if g.unknown || a.state.Enforcement == None || g.host && d == policy.Egress {
		// From the host's network everything comes in on the same node.
		for _, o := range a.groups {
			once(o)
		}
		return
	}
	for o := range a.unknowns {
		once(o)
	}
	if d == policy.Ingress {
		for o := range a.hosts {
			once(o)
		}
	}
	if a.closed(g, d) {
		g.programs[d].mayAllow(func(p *peer) { a.behind(p, func(c *class) { once(c.group) }) })
		return
	}
	other := 1 - d
	for p := range a.widePrograms[other] {
		for _, o := range p.groups {
			once(o)
		}
	}
	a.speakers(g.one(), other, func(p *program) {
		for _, o := range p.groups {
			once(o)
		}
	})
}

// behind goes through the classes that a peer may mean.
func (a *Analyser) behind(p *peer, visit func(*class)) {
	switch p.kind {
	case peerPods:
		a.selected(p.space, p.selector, func(c *class, _ level) { visit(c) })
	case peerBlock:
		for s := range p.sites {
			for _, c := range s.classes {
				visit(c)
			}
		}
		// Pods without an address may have one in any block, and stand-ins are meant by the blocks of all addresses.
		for _, key := range [...]string{unknownKey, standInKey} {
			if s := a.sites[key]; s != nil {
				for _, c := range s.classes {
					visit(c)
				}
			}
		}
	case peerNodes:
		for g := range a.hosts {
			for _, c := range g.classes {
				visit(c)
			}
		}
	}
}

// unknownKey is the key of the site of pods that have no address yet.
const unknownKey = "\x00"

// standInKey is that of the site of stand-ins.
const standInKey = string(rune(standInSite))

// speakers goes through the programs of a direction that have rules which mean a class. One may come several times.
func (a *Analyser) speakers(c *class, d policy.Direction, visit func(*program)) {
	each := func(p *peer) {
		if p == nil {
			// It has gone, and takes the class with it.
			return
		}
		for _, r := range p.rules {
			if r.direction != d {
				continue
			}
			for _, g := range r.programs {
				visit(g)
			}
		}
	}
	a.facingPods(c, func(p *peer, _ level) { each(p) })
	if c.site.unknown() {
		for _, p := range a.blocks {
			each(p)
		}
	}
	for _, id := range c.site.blocks {
		each(a.blocks[id])
	}
	if c.nodes != nil {
		for _, id := range c.nodes.peers {
			each(a.nodePeers[id])
		}
	}
}
