package minimal

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	"go4.org/netipx"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
)

// side is one owner in one direction.
type side struct {
	direction policy.Direction
	object    model.Ref
}

// removed lists what was possible before and is not any more.
func (m *maker) removed(before, after []row) []Removed {
	now := map[side]map[network.End]port.Set{}
	for i := range after {
		r := &after[i]
		k := side{r.direction, r.object}
		if now[k] == nil {
			now[k] = map[network.End]port.Set{}
		}
		now[k][r.peer] = now[k][r.peer].Union(r.ports)
	}
	t := totals{}
	for i := range before {
		r := &before[i]
		left := now[side{r.direction, r.object}]
		if !r.peer.Block.IsValid() {
			if gone := r.ports.Minus(left[r.peer]); !gone.Empty() {
				t.add(r, r.peer, gone, false)
			}
			continue
		}
		for _, p := range without(r.peer.Block, r.ports, left) {
			t.add(r, network.End{Block: p.block}, p.ports, false)
		}
	}
	var list []Removed
	for _, x := range t.sorted() {
		list = append(list, Removed{x.Change})
	}
	return list
}

// piece is a range of addresses with ports.
type piece struct {
	block netip.Prefix
	ports port.Set
}

// without takes what is left for ranges of addresses out of one range, in the fewest pieces.
func without(block netip.Prefix, ports port.Set, left map[network.End]port.Set) []piece {
	pieces := []piece{{block, ports}}
	var others []piece
	for e, p := range left {
		if e.Block.IsValid() && e.Block.Overlaps(block) {
			others = append(others, piece{e.Block, p})
		}
	}
	slices.SortFunc(others, func(a, b piece) int { return comparePrefixes(a.block, b.block) })
	for _, o := range others {
		var next []piece
		for _, p := range pieces {
			rest := p.ports.Minus(o.ports)
			switch {
			case !o.block.Overlaps(p.block) || rest.Equal(p.ports):
				next = append(next, p)
			case o.block.Bits() <= p.block.Bits():
				if !rest.Empty() {
					next = append(next, piece{p.block, rest})
				}
			default:
				var b netipx.IPSetBuilder
				b.AddPrefix(p.block)
				b.RemovePrefix(o.block)
				if set, err := b.IPSet(); err == nil {
					for _, around := range set.Prefixes() {
						next = append(next, piece{around, p.ports})
					}
				}
				if !rest.Empty() {
					next = append(next, piece{o.block, rest})
				}
			}
		}
		pieces = next
	}
	return pieces
}

// residual lists what is possible and is none of the flows.
func (m *maker) residual(after []row) []Residual {
	t := totals{}
	for i := range after {
		r := &after[i]
		if r.node {
			continue
		}
		left := r.ports
		for j := range m.flows {
			f := &m.flows[j]
			mine, other := &f.dst, &f.src
			if r.direction == policy.Egress {
				mine, other = &f.src, &f.dst
			}
			if mine.covers(network.End{Ref: r.object}) && other.covers(r.peer) {
				left = left.Minus(f.need)
			}
		}
		if r.direction == policy.Egress {
			left = left.Minus(m.asking(r.peer))
		}
		if !left.Empty() {
			t.add(r, r.peer, left, true)
		}
	}
	return t.sorted()
}

// asking gives the ports at which a peer is asked for names.
func (m *maker) asking(peer network.End) port.Set {
	var set port.Set
	for _, x := range m.resolvers {
		if x.party.ref == peer.Ref {
			set = set.Union(x.ports)
		}
	}
	if m.cache && peer.Block == netip.PrefixFrom(nodeCache(), nodeCache().BitLen()) {
		set = set.Union(usual())
	}
	return set
}

// totals sums up by owner and peer. Peers in other namespaces are summed up by namespace.
type totals map[total]*sum

type total struct {
	side
	peer       network.End
	assumption string
}

type sum struct {
	ports  port.Set
	owners map[model.Ref]bool
	by     map[model.Ref]bool
}

// add adds connections; because tells whether what lets them through is told too.
func (t totals) add(r *row, peer network.End, ports port.Set, because bool) {
	k := total{side: side{r.direction, r.object}, peer: peer}
	if because {
		k.assumption = r.assumption
	}
	if peer.Ref.Namespace != "" && peer.Ref.Namespace != r.object.Namespace {
		k.peer = network.End{Ref: model.KindByName(namespaceKind).Ref("", peer.Ref.Namespace)}
	}
	x := t[k]
	if x == nil {
		x = &sum{owners: map[model.Ref]bool{}, by: map[model.Ref]bool{}}
		t[k] = x
	}
	x.ports = x.ports.Union(ports)
	if !peer.Ref.IsZero() {
		x.owners[peer.Ref] = true
	}
	for _, ref := range r.by {
		x.by[ref] = x.by[ref] || because
	}
}

func (t totals) sorted() []Residual {
	list := make([]Residual, 0, len(t))
	for k, x := range t {
		list = append(list, Residual{
			Change:     Change{Direction: k.direction, Object: k.object, Peer: k.peer, Connections: x.ports, Owners: len(x.owners)},
			Assumption: k.assumption, By: slices.SortedFunc(maps.Keys(x.by), model.Ref.Compare),
		})
	}
	slices.SortFunc(list, func(a, b Residual) int {
		return cmp.Or(a.Object.Compare(b.Object), cmp.Compare(a.Direction, b.Direction), a.Peer.Ref.Compare(b.Peer.Ref),
			comparePrefixes(a.Peer.Block, b.Peer.Block), cmp.Compare(a.Assumption, b.Assumption))
	})
	return list
}
