package networktest

import (
	"net/netip"
	"os"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/model"
)

func benchOf(t testing.TB, records func(func(model.Record) bool)) *bench {
	b := emptyBench(t, &World{})
	for r := range records {
		b.take(model.Put(r))
	}
	b.flush()
	return b
}

// TestLayoutPairByPair holds each pair of pods of small layouts, as entries list them and as workloads sum them up.
func TestLayoutPairByPair(t *testing.T) {
	for _, l := range []Layout{Bare(100), Owned(100), Bare(500), Owned(500), Bare(333), Bare(2000)} {
		b := benchOf(t, l.Records())
		pairs := map[[2]model.Ref]bool{}
		for e := range b.a.Entries(b.c, network.Question{Level: network.Pods}) {
			if e.Verdict != network.Allow || e.Src == e.Dst {
				t.Fatalf("%+v: %+v", l, e)
			}
			pairs[[2]model.Ref{e.Src.Ref, e.Dst.Ref}] = true
		}
		if len(pairs) != l.Pairs() {
			t.Errorf("%+v: %d pairs, want %d", l, len(pairs), l.Pairs())
		}
		total, allowed := 0, 0
		for e := range b.a.Entries(b.c, network.Question{Level: network.Workloads, Denied: true}) {
			if e.Pairs.Depends != 0 || e.Pairs.Unknown != 0 {
				t.Fatalf("%+v: %+v", l, e)
			}
			total++
			if e.Verdict == network.Allow {
				allowed++
			}
		}
		if total == 0 || allowed == 0 {
			t.Errorf("%+v: %d entries of workloads, %d allowed", l, total, allowed)
		}
	}
}

// TestLayoutByNamespace holds the matrix of namespaces and its margins, to the largest cluster.
func TestLayoutByNamespace(t *testing.T) {
	for _, l := range []Layout{Bare(100), Owned(500), Bare(2000), Owned(20_000), Bare(19_987), Large()} {
		b := benchOf(t, l.Records())
		if names := b.a.Names(); len(names) != l.Namespaces() || names[0] != Namespace(0) {
			t.Fatalf("%+v: %d names", l, len(names))
		}
		// Of the largest, the namespaces that are looked at have all teams among them.
		step, pairs := 1, 0
		if l.Pods > 100_000 && os.Getenv("CANOPY_LONG") == "" {
			step = 17
		}
		for i := 0; i < l.Namespaces(); i += step {
			own := b.a.Cell(Namespace(i), Namespace(i))
			in, out := b.a.Totals(Namespace(i))
			pairs += own.Allowed + out.Allowed
			if own.Allowed != l.Between(i, i) || own.Total != own.Allowed || own.Depends+own.Unknown != 0 {
				t.Fatalf("%+v: within %d: %+v", l, i, own)
			}
			if want := l.margin(i, false); in != want {
				t.Fatalf("%+v: to %d: %+v, want %+v", l, i, in, want)
			}
			if want := l.margin(i, true); out != want {
				t.Fatalf("%+v: from %d: %+v, want %+v", l, i, out, want)
			}
			for _, ahead := range []int{1, 7, l.Namespaces() - 1} {
				j := (i + ahead) % l.Namespaces()
				if cell := b.a.Cell(Namespace(i), Namespace(j)); cell.Allowed != l.Between(i, j) {
					t.Fatalf("%+v: cell %d, %d: %+v, want %d", l, i, j, cell, l.Between(i, j))
				}
			}
		}
		if step == 1 && pairs != l.Pairs() {
			t.Errorf("%+v: %d pairs, want %d", l, pairs, l.Pairs())
		}
	}
}

// margin sums up what a namespace has to do with all others.
func (l Layout) margin(namespace int, out bool) network.Tally {
	var t network.Tally
	for other := range l.Namespaces() {
		if other == namespace {
			continue
		}
		n := l.Between(other, namespace)
		if out {
			n = l.Between(namespace, other)
		}
		t.Allowed += n
		t.Namespaces += min(1, n)
	}
	t.Total = l.podsOf(namespace) * (l.Pods - l.podsOf(namespace))
	return t
}

// TestBlocksOutside holds which addresses the workloads of Blocks reach.
func TestBlocksOutside(t *testing.T) {
	b := benchOf(t, Blocks())
	for w := range BlockWorkloads {
		namespace, name := BlockPod(w)
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
		want := map[netip.Prefix]bool{}
		for i := range BlocksEach {
			want[Block(w, i)] = true
		}
		for _, r := range b.a.Outside(b.podRecord(pod), policy.Egress) {
			for _, part := range r.Parts {
				if part.Verdict == network.Allow && (!want[r.Block] || !part.Connections.Full()) {
					t.Errorf("%s reaches %s on %s", name, r.Block, part.Connections)
				}
				if part.Verdict == network.Allow {
					delete(want, r.Block)
				}
			}
		}
		if len(want) > 0 {
			t.Errorf("%s does not reach %v", name, want)
		}
		for _, a := range []netip.Addr{netip.MustParseAddr("198.17.255.255"), netip.MustParseAddr("198.18.0.64"), netip.MustParseAddr("2001:db8::1")} {
			if got := b.Out(pod, a, Port{corev1.ProtocolTCP, 443}); got != Deny {
				t.Errorf("%s to %s: %s", name, a, got)
			}
		}
		if got := b.In(netip.MustParseAddr("203.0.113.7"), pod, Port{corev1.ProtocolTCP, 443}); got != Allow {
			t.Errorf("to %s: %s", name, got)
		}
	}
	if cell := b.a.Cell("edge", "edge"); cell.Allowed != 0 || cell.Total != BlockWorkloads*(BlockWorkloads-1) {
		t.Errorf("%+v", cell)
	}
}
