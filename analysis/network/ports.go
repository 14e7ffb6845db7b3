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
}

func newArena() arena {
	t := arena{index: map[string]ports{}, memo: map[uint64]ports{}}
	t.intern(port.Set{})
	t.intern(port.All())
	return t
}

func (t *arena) set(p ports) port.Set { return t.sets[p] }

func (t *arena) intern(s port.Set) ports {
	t.buf = t.buf[:0]
	for _, proto := range port.Protocols() {
		ranges := s.Ranges(proto)
		t.buf = binary.AppendUvarint(t.buf, uint64(len(ranges)))
		for _, r := range ranges {
			t.buf = binary.LittleEndian.AppendUint16(t.buf, r.From)
			t.buf = binary.LittleEndian.AppendUint16(t.buf, r.To)
		}
	}
	if p, ok := t.index[string(t.buf)]; ok {
		return p
	}
	p := ports(len(t.sets))
	t.sets = append(t.sets, s)
	t.index[string(t.buf)] = p
	return p
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
