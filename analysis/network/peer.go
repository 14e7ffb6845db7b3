package network

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"strings"

	"canopy/analysis/network/policy"
)

// peerKind tells what a peer is known by.
type peerKind uint8

const (
	peerPods peerKind = iota
	peerBlock
	peerNodes
	peerDomains
)

// peer is what a rule speaks of, shared by all rules that say the same.
type peer struct {
	id       uint32
	key      string
	kind     peerKind
	space    *space
	selector *selector
	block    policy.Block
	nodes    policy.Requirements
	// named are the nodes that requirements match, sites the signatures of addresses that the block holds.
	named map[*node]struct{}
	sites map[*site]struct{}
	rules []*rule
	uses  int
	// mark is a random number for each level of match: what an end is to all peers is told by the sum of the marks.
	mark [2]mark
}

// mark is long enough that no two different sums are ever equal by chance.
type mark [2]uint64

func (m *mark) add(o mark) {
	m[0] ^= o[0]
	m[1] ^= o[1]
}

// pairKey finds the peer of a space and a selector.
type pairKey struct{ space, selector uint32 }

// peerOf gives the peer in interned form, used once more; nil for one that selects nothing ever.
func (a *Analyser) peerOf(p *policy.Peer) *peer {
	switch {
	case p.Pods != nil:
		if p.Pods.Nothing {
			return nil
		}
		return a.podsPeer(p.Pods)
	case p.Block != nil:
		buf := append([]byte{byte(peerBlock)}, p.Block.CIDR.String()...)
		if p.Block.Definite {
			buf = append(buf, '!')
		}
		for _, x := range p.Block.Except {
			buf = append(append(buf, ' '), x.String()...)
		}
		return a.otherPeer(string(buf), func(x *peer) {
			x.kind, x.block, x.sites = peerBlock, *p.Block, map[*site]struct{}{}
			a.blocks[x.id] = x
			a.blockAdded(x)
		})
	case p.Nodes != nil:
		return a.otherPeer(string(appendRequirements([]byte{byte(peerNodes)}, *p.Nodes)), func(x *peer) {
			x.kind, x.nodes, x.named = peerNodes, *p.Nodes, map[*node]struct{}{}
			a.nodePeers[x.id] = x
			a.nodesAdded(x)
		})
	}
	return a.otherPeer(string(byte(peerDomains))+strings.Join(p.Domains, " "), func(x *peer) { x.kind = peerDomains })
}

func (a *Analyser) otherPeer(key string, fill func(*peer)) *peer {
	x := a.peers[key]
	if x == nil {
		x = &peer{id: a.next(), key: key}
		a.peers[key] = x
		fill(x)
	}
	x.uses++
	return x
}

func (a *Analyser) podsPeer(s *policy.Selector) *peer {
	sp, sel := a.spaceOf(s), a.selectorOf(s.Pods)
	pair := pairKey{sp.id, sel.id}
	if x := a.pairs[pair]; x != nil {
		x.uses++
		a.releaseSpace(sp)
		a.releaseSelector(sel)
		return x
	}
	x := &peer{id: a.next(), kind: peerPods, space: sp, selector: sel, uses: 1}
	x.mark = [2]mark{{rand.Uint64(), rand.Uint64()}, {rand.Uint64(), rand.Uint64()}}
	key := binary.LittleEndian.AppendUint64([]byte{byte(peerPods)}, uint64(sp.id)<<32|uint64(sel.id))
	x.key = string(key)
	a.peers[x.key], a.pairs[pair] = x, x
	sp.peers = append(sp.peers, x)
	sel.peers = append(sel.peers, x)
	a.refaced(x)
	return x
}

// refaced notes that a peer of pods has come or goes: what it selects is told apart by it, or no longer.
func (a *Analyser) refaced(x *peer) {
	a.selected(x.space, x.selector, func(c *class, l level) {
		c.face.add(x.mark[l-levelMaybe])
		a.dirty(c, dirtyGroup)
	})
}

func (a *Analyser) releasePeer(x *peer) {
	if x.uses--; x.uses > 0 {
		return
	}
	delete(a.peers, x.key)
	switch x.kind {
	case peerPods:
		a.refaced(x)
		delete(a.pairs, pairKey{x.space.id, x.selector.id})
		x.space.peers = without(x.space.peers, x)
		x.selector.peers = without(x.selector.peers, x)
		a.releaseSpace(x.space)
		a.releaseSelector(x.selector)
	case peerBlock:
		delete(a.blocks, x.id)
		a.blockDropped(x)
	case peerNodes:
		delete(a.nodePeers, x.id)
		a.nodesDropped(x)
	}
}

// selected goes through the classes that a space and a selector select, by whichever is the shorter way.
func (a *Analyser) selected(x *space, s *selector, visit func(*class, level)) {
	switch {
	case x.only != nil:
		for _, c := range x.only.classes {
			if c.projection.matches(s) {
				visit(c, levelYes)
			}
		}
	case a.narrower(s, x):
		for _, p := range s.projections {
			for _, c := range p.classes {
				if l := x.holds(c.namespace); l != levelNo {
					visit(c, l)
				}
			}
		}
	default:
		inside := func(n *namespace) {
			l := x.holds(n)
			for _, c := range n.classes {
				if c.projection.matches(s) {
					visit(c, l)
				}
			}
		}
		if !x.every {
			for _, n := range x.namespaces {
				inside(n)
			}
			return
		}
		for _, n := range a.namespaces {
			inside(n)
		}
	}
}

// narrower tells that fewer classes have the labels than are in the namespaces.
func (a *Analyser) narrower(s *selector, x *space) bool {
	if s.every {
		return false
	}
	inside := len(a.classes)
	if !x.every {
		inside = len(x.namespaces) * (len(a.classes)/max(1, len(a.namespaces)) + 1)
	}
	for _, p := range s.projections {
		if inside -= len(p.classes); inside < 0 {
			return false
		}
	}
	return true
}

// facing works out what a class is to all peers of pods.
func (a *Analyser) facing(c *class) {
	c.face = mark{}
	a.facingPods(c, func(x *peer, l level) { c.face.add(x.mark[l-levelMaybe]) })
}

// facingPods goes through the peers of pods that select a class.
func (a *Analyser) facingPods(c *class, visit func(*peer, level)) {
	n := c.namespace
	if n.own != nil {
		a.inSpace(n.own, levelYes, c, visit)
	}
	if every := a.spaces[everyKey]; every != nil {
		a.inSpace(every, levelYes, c, visit)
	}
	for _, id := range n.spaces {
		l := levelYes
		if id&1 == 1 {
			l = levelMaybe
		}
		a.inSpace(a.spaceByID[id>>1], l, c, visit)
	}
}

// everyKey is the key of the space and of the selector that require nothing.
const everyKey = "\x00"

func (a *Analyser) inSpace(s *space, l level, c *class, visit func(*peer, level)) {
	if len(s.peers) <= len(c.projection.selectors)+1 {
		for _, x := range s.peers {
			if c.projection.matches(x.selector) {
				visit(x, l)
			}
		}
		return
	}
	if every := a.selectors[everyKey]; every != nil {
		if x := a.pairs[pairKey{s.id, every.id}]; x != nil {
			visit(x, l)
		}
	}
	for _, id := range c.projection.selectors {
		if x := a.pairs[pairKey{s.id, id}]; x != nil {
			visit(x, l)
		}
	}
}

// level tells how certain it is that a peer means a pod of a class, over a family of addresses.
func (x *peer) level(c *class, v6, network bool) (level, why) {
	switch x.kind {
	case peerPods:
		l := x.space.holds(c.namespace)
		if l == levelNo || c.host && !network || !c.projection.matches(x.selector) {
			return levelNo, 0
		}
		switch {
		case c.host:
			return levelMaybe, whyHostPeer
		case l == levelMaybe:
			return levelMaybe, whyNamespace
		}
		return levelYes, 0
	case peerBlock:
		switch {
		case c.site.standIn && x.block.CIDR.Bits() > 0:
			return levelNo, 0
		case c.site.unknown():
			return levelMaybe, whyAddress
		case x.block.CIDR.Addr().Is6() != v6 || !c.site.in(x):
			return levelNo, 0
		case x.block.Definite:
			return levelYes, 0
		}
		return levelMaybe, whyBlock
	case peerNodes:
		if c.host && c.nodes.in(x) {
			return levelYes, 0
		}
	}
	return levelNo, 0
}

// contains tells whether a block holds an address.
func contains(b *policy.Block, at netip.Addr) bool {
	if !b.CIDR.Contains(at) {
		return false
	}
	for _, x := range b.Except {
		if x.Contains(at) {
			return false
		}
	}
	return true
}
