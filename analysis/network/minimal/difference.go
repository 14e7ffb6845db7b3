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
	"canopy/model/inorder"
)

// subject is an owner of which it is told what is possible, by direction.
type subject struct {
	ref model.Ref
	// left is what stays possible, by peer; blocks the ranges of addresses among them.
	left   [2]map[network.End]port.Set
	blocks [2][]piece
	// last is what was summed up last of it.
	last [2]*sum
}

func newSubject(ref model.Ref) *subject {
	return &subject{ref: ref, left: [2]map[network.End]port.Set{{}, {}}}
}

// keep takes what stays possible.
func (x *subject) keep(r *row) {
	if !r.peer.Block.IsValid() {
		left := x.left[r.direction]
		left[r.peer] = left[r.peer].Union(r.ports)
		return
	}
	list := &x.blocks[r.direction]
	i, there := slices.BinarySearchFunc(*list, r.peer.Block, func(p piece, b netip.Prefix) int { return comparePrefixes(p.block, b) })
	if !there {
		*list = slices.Insert(*list, i, piece{block: r.peer.Block})
	}
	(*list)[i].ports = (*list)[i].ports.Union(r.ports)
}

// lose sums up what was possible and does not stay so.
func (x *subject) lose(t *totals, r *row) {
	if !r.peer.Block.IsValid() {
		if gone := r.ports.Minus(x.left[r.direction][r.peer]); !gone.Empty() {
			t.add(r, &r.peer, gone)
		}
		return
	}
	for _, p := range without(r.peer.Block, r.ports, x.blocks[r.direction]) {
		t.add(r, &network.End{Block: p.block}, p.ports)
	}
}

// piece is a range of addresses with ports.
type piece struct {
	block netip.Prefix
	ports port.Set
}

// without takes what is left for ranges of addresses, which are sorted, out of one range, in the fewest pieces.
func without(block netip.Prefix, ports port.Set, left []piece) []piece {
	pieces := []piece{{block, ports}}
	for _, o := range left {
		if !o.block.Overlaps(block) {
			continue
		}
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

// residual sums up what is possible and is none of the flows.
func (m *maker) residual(t *totals, r *row) {
	if r.node {
		return
	}
	left := r.ports
	for j := range m.flows {
		f := &m.flows[j]
		mine, other := &f.dst, &f.src
		if r.direction == policy.Egress {
			mine, other = &f.src, &f.dst
		}
		if mine.covers(network.End{Ref: r.of.ref}) && other.covers(r.peer) {
			left = left.Minus(f.need)
		}
	}
	if r.direction == policy.Egress {
		left = left.Minus(m.asking(r.peer))
	}
	if !left.Empty() {
		t.add(r, &r.peer, left)
	}
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
type totals struct {
	all map[total]*sum
	// in holds the same by owner and direction, in the order in which they came, which is nearly that of the peers.
	in map[*subject]*[2][]*sum
	// because tells whether what lets connections through is told too, and on what they depend.
	because bool
}

func newTotals(because bool) *totals {
	return &totals{map[total]*sum{}, map[*subject]*[2][]*sum{}, because}
}

type total struct {
	direction  policy.Direction
	of         *subject
	peer       network.End
	assumption string
}

type sum struct {
	total
	ports port.Set
	by    []model.Ref
}

// add adds connections.
func (t *totals) add(r *row, peer *network.End, ports port.Set) {
	x := t.sum(r, peer)
	if !x.ports.Equal(ports) {
		x.ports = x.ports.Union(ports)
	}
	if !t.because {
		return
	}
	for i := range r.because {
		// That a policy isolates lets nothing through.
		if b := &r.because[i]; b.Direction == r.direction && b.Rule >= 0 && !b.Object.IsZero() && !slices.Contains(x.by, b.Object) {
			x.by = append(x.by, b.Object)
		}
	}
}

// sum finds what a row goes to: mostly that to which the one before of the same owner went.
func (t *totals) sum(r *row, peer *network.End) *sum {
	abroad := peer.Ref.Namespace != "" && peer.Ref.Namespace != r.of.ref.Namespace
	x := r.of.last[r.direction]
	if abroad && !t.because && x != nil && x.peer.Ref.Kind == namespaceKind && x.peer.Ref.Name == peer.Ref.Namespace {
		return x
	}
	k := total{direction: r.direction, of: r.of, peer: *peer}
	if t.because {
		k.assumption = r.assumption
	}
	if abroad {
		k.peer = network.End{Ref: model.KindByName(namespaceKind).Ref("", peer.Ref.Namespace)}
	}
	if x = t.all[k]; x == nil {
		x = &sum{total: k}
		t.all[k] = x
		if t.in[r.of] == nil {
			t.in[r.of] = &[2][]*sum{}
		}
		list := &t.in[r.of][r.direction]
		*list = append(*list, x)
	}
	if !t.because {
		r.of.last[r.direction] = x
	}
	return x
}

func (t *totals) sorted() []*sum {
	list := make([]*sum, 0, len(t.all))
	for _, of := range slices.SortedFunc(maps.Keys(t.in), func(a, b *subject) int { return a.ref.Compare(b.ref) }) {
		for _, sums := range t.in[of] {
			slices.SortFunc(sums, func(a, b *sum) int {
				return cmp.Or(a.peer.Ref.Compare(b.peer.Ref), comparePrefixes(a.peer.Block, b.peer.Block), cmp.Compare(a.assumption, b.assumption))
			})
			list = append(list, sums...)
		}
	}
	return list
}

func (x *sum) change() Change {
	return Change{Direction: x.direction, Object: x.of.ref, Peer: x.peer, Connections: x.ports}
}

func (t *totals) removed() []Removed {
	list := make([]Removed, 0, len(t.all))
	for _, x := range t.sorted() {
		list = append(list, Removed{x.change()})
	}
	return list
}

func (t *totals) residual() []Residual {
	list := make([]Residual, 0, len(t.all))
	for _, x := range t.sorted() {
		inorder.Sort(x.by, model.Ref.Compare)
		list = append(list, Residual{Change: x.change(), Assumption: x.assumption, By: x.by})
	}
	return list
}
