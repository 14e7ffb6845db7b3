package port

import (
	"math/rand/v2"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// bitmap is a set of ports told one by one, the slow and obvious form.
type bitmap [protocols][Last + 1]bool

// pair draws a set and the same set as a bitmap. Ranges crowd at both ends and beside each other, where merging can err.
func pair(r *rand.Rand) (Set, *bitmap) {
	var b Builder
	m := &bitmap{}
	for range r.IntN(7) {
		p := Protocol(r.IntN(int(protocols)))
		from := uint16(r.IntN(30))
		if r.IntN(3) == 0 {
			from += Last - 40
		}
		to := from + uint16(r.IntN(12))
		if r.IntN(12) == 0 {
			from, to = 1, Last
		}
		b.Add(p, from, to)
		for n := int(from); from > 0 && n <= int(to); n++ {
			m[p][n] = true
		}
	}
	return b.Set(), m
}

func (m *bitmap) same(t *testing.T, what string, s Set) {
	t.Helper()
	for p := range protocols {
		ranges := s.Ranges(p)
		for i, r := range ranges {
			if r.From == 0 || r.From > r.To || i > 0 && int(r.From) <= int(ranges[i-1].To)+1 {
				t.Fatalf("%s: %v is not sorted, apart and merged", what, ranges)
			}
		}
		covered := 0
		for _, r := range ranges {
			for n := int(r.From); n <= int(r.To); n++ {
				if !m[p][n] {
					t.Fatalf("%s: has %s %d too many: %v", what, p, n, ranges)
				}
			}
			covered += int(r.To) - int(r.From) + 1
		}
		want := 0
		for _, is := range m[p] {
			if is {
				want++
			}
		}
		if covered != want {
			t.Fatalf("%s: %d ports of %s, want %d: %v", what, covered, p, want, ranges)
		}
	}
}

func TestSetsAreBitmaps(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		a, ma := pair(r)
		b, mb := pair(r)
		ma.same(t, "built", a)
		var union, both, less bitmap
		empty, full, covers, equal := true, true, true, true
		for p := range protocols {
			for n := 1; n <= Last; n++ {
				x, y := ma[p][n], mb[p][n]
				union[p][n], both[p][n], less[p][n] = x || y, x && y, x && !y
				empty, full, covers, equal = empty && !x, full && x, covers && (x || !y), equal && x == y
			}
			for _, n := range []uint16{0, 1, 2, 15, 29, 30, 40, Last - 41, Last - 1, Last} {
				if a.Has(p, n) != (n > 0 && ma[p][n]) {
					t.Fatalf("Has(%s, %d) is wrong of %v", p, n, a)
				}
			}
		}
		union.same(t, "union", a.Union(b))
		both.same(t, "intersection", a.Intersect(b))
		less.same(t, "difference", a.Minus(b))
		if a.Empty() != empty || a.Full() != full || a.Covers(b) != covers || a.Equal(b) != equal {
			t.Fatalf("%v and %v: empty %v, full %v, covers %v, equal %v", a, b, a.Empty(), a.Full(), a.Covers(b), a.Equal(b))
		}
		ma.same(t, "operand afterwards", a)
		mb.same(t, "operand afterwards", b)
	}
}

func TestWhatSetsAreCalled(t *testing.T) {
	var b Builder
	b.Add(TCP, 443, 445)
	b.Add(TCP, 80, 80)
	b.Add(TCP, 444, 446)
	b.Add(UDP, 0, 5)
	b.Add(UDP, 6, 5)
	b.Add(SCTP, 1, Last)
	s := b.Set()
	for got, want := range map[string]string{
		s.String():                               "TCP 80,443-446 SCTP *",
		Set{}.String():                           "nothing",
		All().String():                           "everything",
		s.Words(UDP):                             "",
		Of(UDP, 53, 53).Words(UDP):               "53",
		Whole(TCP).Minus(Of(TCP, 1, 1)).String(): "TCP 2-65535",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	b.Add(TCP, 1, Last)
	if s.Has(TCP, 1) {
		t.Error("a set changed when its builder went on")
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[corev1.Protocol]Protocol{"": TCP, "TCP": TCP, "UDP": UDP, "SCTP": SCTP} {
		if got, ok := Parse(in); !ok || got != want {
			t.Errorf("%q is %v %v", in, got, ok)
		}
	}
	for _, in := range []corev1.Protocol{"tcp", "ICMP", " TCP", "TCP\x00"} {
		if _, ok := Parse(in); ok {
			t.Errorf("%q is a protocol", in)
		}
	}
	if !slices.Equal(Protocols(), []Protocol{TCP, UDP, SCTP}) {
		t.Error("protocols are missing")
	}
}
