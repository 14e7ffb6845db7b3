package networktest

import (
	"fmt"
	"os"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network"
	"canopy/model"
)

// TestIncrementalEqualsCold drives random changes through one analyser. After each flush it must be what a new one is that is
// shown the same cluster, answer as the reference does, and have told of what changed.
func TestIncrementalEqualsCold(t *testing.T) {
	seeds, steps := 25, 400
	if os.Getenv("CANOPY_LONG") != "" {
		seeds, steps = 100, 1000
	}
	shifts := 0
	for seed := range seeds {
		h := newHistory(t, uint64(seed))
		for step := range steps {
			h.seed = fmt.Sprintf("seed %d, step %d", seed, step)
			what := h.change()
			if h.chance(15) {
				continue // the next flush has more to do
			}
			delta := h.bench.flush()
			h.cold()
			h.told(delta)
			h.sample()
			if t.Failed() {
				t.Fatalf("%s: %s:\n%s", h.seed, what, describe(h.World))
			}
		}
		h.empty()
		shifts += h.shifts
	}
	if shifts < seeds {
		t.Errorf("only %d differences came up", shifts)
	}
}

// cold compares with an analyser that is shown what the cluster holds now, in another order.
func (h *history) cold() {
	fresh := emptyBench(h.TB, h.World)
	var all []model.Record
	for _, kind := range h.bench.c.Kinds() {
		all = append(all, h.bench.c.Sorted(kind)...)
	}
	h.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, r := range all {
		fresh.take(model.Put(r))
	}
	fresh.flush()
	if got, want := h.bench.a.Digest(), fresh.a.Digest(); got != want {
		h.Errorf("%s: digest %x, cold %x", h.seed, got, want)
	}
	ac, ag, ap, af := h.bench.a.Sizes()
	bc, bg, bp, bf := fresh.a.Sizes()
	if ac != bc || ag != bg || ap != bp || af != bf {
		h.Errorf("%s: holds %d classes, %d groups, %d peers, %d profiles, cold %d, %d, %d, %d", h.seed, ac, ag, ap, af, bc, bg, bp, bf)
	}
}

// isTold tells that a delta names a pod, or its namespace.
func isTold(d network.Delta, p *corev1.Pod) bool {
	return slices.Contains(d.Namespaces, p.Namespace) || slices.Contains(d.Pods, refOf(p))
}

// told compares answers with those before: where one is otherwise, one end must be in what the analyser told. Then it takes
// new ones.
func (h *history) told(d network.Delta) {
	if d.All {
		h.before = map[question]memory{}
	}
	pods := map[string]*corev1.Pod{}
	for _, p := range h.alive() {
		pods[key(p)] = p
	}
	reference := NewReference(h.World)
	for q, was := range h.before {
		src, dst := pods[q.src], pods[q.dst]
		if src == nil || dst == nil {
			continue
		}
		is := reference.Pods(src, dst, q.Port)
		if is != was.Answer && !isTold(d, src) && !isTold(d, dst) {
			h.Errorf("%s: %s to %s on %v was %s and is %s, and only %v and %v are told", h.seed, q.src, q.dst, q.Port, was.Answer, is, d.Namespaces, d.Pods)
		}
		if h.tracked && src == was.src && dst == was.dst {
			h.shifted(d, q, was, is)
		}
	}
	h.before = map[question]memory{}
	for range 30 {
		if len(h.alive()) > 1 {
			src, dst := pick(h.dice, h.alive()...), pick(h.dice, h.alive()...)
			q := question{key(src), key(dst), pick(h.dice, probes()...)}
			h.before[q] = memory{reference.Pods(src, dst, q.Port), src, dst}
		}
	}
}

// shifted holds that a difference between two pods that are what they were is among those told.
func (h *history) shifted(d network.Delta, q question, was memory, is Answer) {
	list := d.Opened
	switch {
	case was.Answer == Deny && (is == Allow || is == Depends):
	case is == Deny && (was.Answer == Allow || was.Answer == Depends):
		list = d.Closed
	default:
		return
	}
	h.shifts++
	covers := func(c network.ClassName, namespace string) bool {
		return c.Namespace == namespace || c == network.ClassName{}
	}
	if !slices.ContainsFunc(list, func(s network.Shift) bool {
		return covers(s.Src, was.src.Namespace) && covers(s.Dst, was.dst.Namespace) && s.Connections.Has(protocolOf(h, q.Protocol), uint16(q.Number)) && s.Pairs > 0
	}) {
		h.Errorf("%s: %s to %s on %v was %s and is %s, which is not told: opened %v, closed %v", h.seed, q.src, q.dst, q.Port, was.Answer, is, d.Opened, d.Closed)
	}
}

// sample compares some answers with the reference.
func (h *history) sample() {
	alive := h.alive()
	if len(alive) < 2 {
		return
	}
	reference := NewReference(h.World)
	for range 6 {
		src, dst := pick(h.dice, alive...), pick(h.dice, alive...)
		for range 8 {
			p := pick(h.dice, probes()...)
			if got, want := h.bench.Pods(src, dst, p), reference.Pods(src, dst, p); got != want && src != dst {
				h.Errorf("%s: %s to %s on %v: %s, want %s", h.seed, key(src), key(dst), p, got, want)
			}
		}
	}
}

// empty takes everything away, and holds that nothing is left.
func (h *history) empty() {
	for _, kind := range h.bench.c.Kinds() {
		for _, r := range h.bench.c.Sorted(kind) {
			h.remove(r)
		}
	}
	h.bench.flush()
	fresh := emptyBench(h.TB, h.World)
	fresh.flush()
	if classes, groups, peers, _ := h.bench.a.Sizes(); classes != 0 || groups != 0 || peers != 0 || h.bench.a.Digest() != fresh.a.Digest() {
		h.Errorf("%s: an empty cluster leaves %d classes, %d groups, %d peers", h.seed, classes, groups, peers)
	}
	if n := len(h.bench.a.Names()); n != 0 {
		h.Errorf("%s: an empty cluster leaves %d names", h.seed, n)
	}
}
