// Package port holds sets of ports by protocol, the unit in which connections are allowed and denied.
package port

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Protocol is one of the protocols that policies can name. Others (ICMP) cannot be named: they go with a rule that names no
// port at all.
type Protocol uint8

// The protocols, in the order in which they are shown.
const (
	TCP Protocol = iota
	UDP
	SCTP
	protocols
)

// String gives the name as the API writes it.
func (p Protocol) String() string { return [...]string{"TCP", "UDP", "SCTP"}[p] }

// Parse reads a protocol as the API writes it; "" is TCP, its default. It gives false for what policies cannot name.
func Parse(p corev1.Protocol) (Protocol, bool) {
	switch p {
	case "", corev1.ProtocolTCP:
		return TCP, true
	case corev1.ProtocolUDP:
		return UDP, true
	case corev1.ProtocolSCTP:
		return SCTP, true
	}
	return 0, false
}

// Protocols lists all of them.
func Protocols() []Protocol { return []Protocol{TCP, UDP, SCTP} }

// Range is a range of ports of one protocol, both ends included, from 1 to 65535.
type Range struct{ From, To uint16 }

// Last is the highest port.
const Last = 65535

// Set is an immutable set of ports by protocol. The zero Set is empty.
type Set struct {
	// ranges are sorted, apart from each other, and merged.
	ranges [protocols][]Range
}

// All gives every port of every protocol.
func All() Set {
	var s Set
	for p := range s.ranges {
		s.ranges[p] = []Range{{1, Last}}
	}
	return s
}

// Of gives ports of one protocol; nothing where to is below from or from is 0.
func Of(p Protocol, from, to uint16) Set {
	var s Set
	if from > 0 && from <= to {
		s.ranges[p] = []Range{{from, to}}
	}
	return s
}

// Whole gives all ports of one protocol.
func Whole(p Protocol) Set { return Of(p, 1, Last) }

// Empty tells that nothing is in the set.
func (s Set) Empty() bool {
	for _, r := range s.ranges {
		if len(r) > 0 {
			return false
		}
	}
	return true
}

// Full tells that everything is.
func (s Set) Full() bool {
	for _, r := range s.ranges {
		if len(r) != 1 || r[0] != (Range{1, Last}) {
			return false
		}
	}
	return true
}

// Has tells whether a port is in the set.
func (s Set) Has(p Protocol, n uint16) bool {
	i, _ := slices.BinarySearchFunc(s.ranges[p], n, func(r Range, n uint16) int {
		if r.To < n {
			return -1
		}
		return 1
	})
	return i < len(s.ranges[p]) && s.ranges[p][i].From <= n
}

// Ranges lists what is in the set of one protocol, sorted and apart. The caller must not change it.
func (s Set) Ranges(p Protocol) []Range { return s.ranges[p] }

// Equal tells whether two sets hold the same.
func (s Set) Equal(o Set) bool {
	for p := range s.ranges {
		if !slices.Equal(s.ranges[p], o.ranges[p]) {
			return false
		}
	}
	return true
}

// Union gives what is in either.
func (s Set) Union(o Set) Set {
	var u Set
	for p := range s.ranges {
		u.ranges[p] = union(s.ranges[p], o.ranges[p])
	}
	return u
}

// Intersect gives what is in both.
func (s Set) Intersect(o Set) Set {
	var u Set
	for p := range s.ranges {
		u.ranges[p] = intersect(s.ranges[p], o.ranges[p])
	}
	return u
}

// Minus gives what is in the first alone.
func (s Set) Minus(o Set) Set {
	var u Set
	for p := range s.ranges {
		u.ranges[p] = minus(s.ranges[p], o.ranges[p])
	}
	return u
}

// Covers tells whether all of another set is in this one.
func (s Set) Covers(o Set) bool { return o.Minus(s).Empty() }

func union(a, b []Range) []Range {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	merged := make([]Range, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		var next Range
		if len(b) == 0 || len(a) > 0 && a[0].From <= b[0].From {
			next, a = a[0], a[1:]
		} else {
			next, b = b[0], b[1:]
		}
		if n := len(merged); n > 0 && int(next.From) <= int(merged[n-1].To)+1 {
			merged[n-1].To = max(merged[n-1].To, next.To)
			continue
		}
		merged = append(merged, next)
	}
	return merged
}

func intersect(a, b []Range) []Range {
	var both []Range
	for len(a) > 0 && len(b) > 0 {
		if from, to := max(a[0].From, b[0].From), min(a[0].To, b[0].To); from <= to {
			both = append(both, Range{from, to})
		}
		if a[0].To < b[0].To {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return both
}

func minus(a, b []Range) []Range {
	if len(b) == 0 {
		return a
	}
	var left []Range
	for _, r := range a {
		from := int(r.From)
		for _, cut := range b {
			if int(cut.To) < from {
				continue
			}
			if cut.From > r.To {
				break
			}
			if int(cut.From) > from {
				left = append(left, Range{uint16(from), cut.From - 1})
			}
			from = int(cut.To) + 1
		}
		if from <= int(r.To) {
			left = append(left, Range{uint16(from), r.To})
		}
	}
	return left
}

// Words writes the ports of one protocol: 80,443-445; * for all of them, "" for none.
func (s Set) Words(p Protocol) string {
	r := s.ranges[p]
	if len(r) == 1 && r[0] == (Range{1, Last}) {
		return "*"
	}
	var b strings.Builder
	for i, x := range r {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(int(x.From)))
		if x.To > x.From {
			fmt.Fprintf(&b, "-%d", x.To)
		}
	}
	return b.String()
}

// String writes the whole set for people: TCP 80,443 UDP 53; "everything" or "nothing" at the ends.
func (s Set) String() string {
	switch {
	case s.Empty():
		return "nothing"
	case s.Full():
		return "everything"
	}
	var parts []string
	for p := range protocols {
		if w := s.Words(p); w != "" {
			parts = append(parts, p.String()+" "+w)
		}
	}
	return strings.Join(parts, " ")
}
