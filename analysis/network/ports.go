package network

import (
	"encoding/binary"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
)

// ports is a set of ports by number: equal sets have equal numbers, so that they are compared at once, and what two sets
// make is worked out only once.
type ports uint32

const (
	noPorts ports = iota
	allPorts
)

// The operations whose results are kept.
const (
	opUnion uint64 = iota << 62
	opBoth
	opMinus
	opResolve
)

// arena holds the sets of ports that occur.
type arena struct {
	sets  []port.Set
	index map[string]ports
	memo  map[uint64]ports
	buf   []byte
	// weight counts the ranges of all sets. The first base sets, of this weight, are those that rules are made of.
	weight, base, baseWeight int
}

// What questions may leave behind before it is forgotten: ranges of ports, and results.
const (
	mostRanges  = 1 << 22
	mostResults = 1 << 20
)

// settle tells that the sets that are there now stay.
func (t *arena) settle() { t.base, t.baseWeight = len(t.sets), t.weight }

// heavy tells that what questions have left behind is to be forgotten.
func (t *arena) heavy() bool { return t.weight-t.baseWeight > mostRanges || len(t.memo) > mostResults }

// forget drops the sets that came after the last settling, and all results. Nobody may hold one of these sets.
func (t *arena) forget() {
	for _, s := range t.sets[t.base:] {
		delete(t.index, string(t.key(s)))
	}
	clear(t.sets[t.base:])
	t.sets, t.weight = t.sets[:t.base], t.baseWeight
	t.memo = map[uint64]ports{}
}

func newArena() arena {
	t := arena{index: map[string]ports{}, memo: map[uint64]ports{}}
	t.intern(port.Set{})
	t.intern(port.All())
	return t
}

func (t *arena) set(p ports) port.Set { return t.sets[p] }

// key writes a set so that no other is written alike.
func (t *arena) key(s port.Set) []byte {
	t.buf = t.buf[:0]
	for _, proto := range port.Protocols() {
		ranges := s.Ranges(proto)
		t.buf = binary.AppendUvarint(t.buf, uint64(len(ranges)))
		for _, r := range ranges {
			t.buf = binary.LittleEndian.AppendUint16(t.buf, r.From)
			t.buf = binary.LittleEndian.AppendUint16(t.buf, r.To)
		}
	}
	return t.buf
}

func (t *arena) intern(s port.Set) ports {
	key := t.key(s)
	if p, ok := t.index[string(key)]; ok {
		return p
	}
	p := ports(len(t.sets))
	t.sets = append(t.sets, s)
	t.index[string(key)] = p
	for _, proto := range port.Protocols() {
		t.weight += 1 + len(s.Ranges(proto))
	}
	return p
}

// several is from how many sets on their union is made at once: one after the other leaves as many behind.
const several = 16

// unions gives the union of all.
func (t *arena) unions(list []ports) ports {
	all := noPorts
	if len(list) <= several {
		for _, p := range list {
			all = t.union(all, p)
		}
		return all
	}
	var b port.Builder
	last := noPorts
	for _, p := range list {
		if p == allPorts {
			return allPorts
		}
		if p == last {
			continue
		}
		last = p
		for _, proto := range port.Protocols() {
			for _, r := range t.sets[p].Ranges(proto) {
				b.Add(proto, r.From, r.To)
			}
		}
	}
	return t.intern(b.Set())
}

func (t *arena) union(a, b ports) ports {
	switch {
	case a == b, b == noPorts, a == allPorts:
		return a
	case a == noPorts, b == allPorts:
		return b
	}
	if a > b {
		a, b = b, a
	}
	key := opUnion | uint64(a)<<31 | uint64(b)
	p, ok := t.memo[key]
	if !ok {
		p = t.intern(t.sets[a].Union(t.sets[b]))
		t.memo[key] = p
	}
	return p
}

func (t *arena) both(a, b ports) ports {
	switch {
	case a == b, a == noPorts, b == allPorts:
		return a
	case b == noPorts, a == allPorts:
		return b
	}
	if a > b {
		a, b = b, a
	}
	key := opBoth | uint64(a)<<31 | uint64(b)
	p, ok := t.memo[key]
	if !ok {
		p = t.intern(t.sets[a].Intersect(t.sets[b]))
		t.memo[key] = p
	}
	return p
}

func (t *arena) minus(a, b ports) ports {
	switch {
	case b == noPorts, a == noPorts:
		return a
	case a == b, b == allPorts:
		return noPorts
	}
	key := opMinus | uint64(a)<<31 | uint64(b)
	p, ok := t.memo[key]
	if !ok {
		p = t.intern(t.sets[a].Minus(t.sets[b]))
		t.memo[key] = p
	}
	return p
}

// names are the ports that a rule calls by name.
type names struct {
	id   uint32
	list []policy.NamedPort
}

// signature is what the names of ports that rules use mean on a pod.
type signature struct {
	id   uint32
	list []namedPort
}

// namedPort is a port of a container that has a name.
type namedPort struct {
	name     string
	protocol port.Protocol
	number   uint16
}

// resolve gives the ports of a pod that names mean; none where there is no pod.
func (t *arena) resolve(n *names, s *signature) ports {
	if n == nil || s == nil || len(s.list) == 0 {
		return noPorts
	}
	key := opResolve | uint64(n.id)<<31 | uint64(s.id)
	p, ok := t.memo[key]
	if !ok {
		p = t.intern(resolve(n.list, s.list))
		t.memo[key] = p
	}
	return p
}

func resolve(wanted []policy.NamedPort, has []namedPort) port.Set {
	var b port.Builder
	for _, w := range wanted {
		for _, h := range has {
			if h.name == w.Name && (w.Any || h.protocol == w.Protocol) {
				b.Add(h.protocol, h.number, h.number)
			}
		}
	}
	return b.Set()
}
