package networktest

import (
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network"
	"canopy/model"
)

// sums holds, for the pods of one workload or namespace and those of another, which answers there are to each of the probes.
type sums map[[2]model.Ref][]mask

// mask is a set of answers.
type mask uint8

func maskOf(a Answer) mask {
	switch a {
	case Allow:
		return 1
	case Depends:
		return 2
	case NotEvaluated:
		return 4
	}
	return 8
}

func (s sums) at(src, dst model.Ref) []mask {
	k := [2]model.Ref{src, dst}
	if s[k] == nil {
		s[k] = make([]mask, len(probes()))
	}
	return s[k]
}

// ownerOf names what a pod stands for.
func ownerOf(p *corev1.Pod) model.Ref {
	for _, o := range p.OwnerReferences {
		return model.KindByName(o.Kind).Ref(p.Namespace, o.Name)
	}
	return refOf(p)
}

// workloads holds that the entries of two workloads have the answers of their pods, and no others.
func (c *comparison) workloads(want sums) {
	got := sums{}
	for e := range c.bench.a.Entries(c.bench.c, network.Question{Level: network.Workloads, Denied: true}) {
		row := got.at(e.Src.Ref, e.Dst.Ref)
		for i, p := range probes() {
			if e.Connections.Has(protocolOf(c.TB, p.Protocol), uint16(p.Number)) {
				row[i] |= maskOf(Answer(e.Verdict.String()))
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		c.Errorf("%s: workloads:\n%s", c.seed, diff)
	}
}

// cells compares the matrix of namespaces and its margins.
func (c *comparison) cells(want map[[2]string]*network.Cell, reached sums) {
	listed := map[[2]string]network.Entry{}
	for e := range c.bench.a.Entries(c.bench.c, network.Question{Level: network.Namespaces, Denied: true}) {
		listed[[2]string{e.Src.Ref.Name, e.Dst.Ref.Name}] = e
	}
	for _, src := range namespaceNames() {
		var in, out network.Tally
		for _, dst := range namespaceNames() {
			w := want[[2]string{src, dst}]
			if w == nil {
				w = &network.Cell{}
			}
			got := c.bench.a.Cell(src, dst)
			if got.Pairs != w.Pairs {
				c.Errorf("%s: cell %s to %s: %+v, want %+v", c.seed, src, dst, got.Pairs, w.Pairs)
			}
			if e := listed[[2]string{src, dst}]; e.Pairs != w.Pairs {
				c.Errorf("%s: %s to %s is listed with %+v, want %+v", c.seed, src, dst, e.Pairs, w.Pairs)
			} else if w.Total > 0 && e.Verdict != verdictOf(w.Pairs) {
				c.Errorf("%s: %s to %s is listed as %s of %+v", c.seed, src, dst, e.Verdict, w.Pairs)
			}
			row := reached.at(model.Ref{Name: src}, model.Ref{Name: dst})
			for i, p := range probes() {
				if has := got.Ports.Has(protocolOf(c.TB, p.Protocol), uint16(p.Number)); has != (row[i]&(maskOf(Allow)|maskOf(Depends)) > 0) {
					c.Errorf("%s: cell %s to %s: port %v: %v", c.seed, src, dst, p, has)
				}
			}
			if src != dst {
				add(&out, w)
				if w := want[[2]string{dst, src}]; w != nil {
					add(&in, w)
				}
			}
		}
		if gotIn, gotOut := c.bench.a.Totals(src); gotIn != in || gotOut != out {
			c.Errorf("%s: totals of %s: %+v and %+v, want %+v and %+v", c.seed, src, gotIn, gotOut, in, out)
		}
	}
}

// verdictOf is that of a namespace: the best that one of its pairs has.
func verdictOf(p network.Pairs) network.Verdict {
	switch {
	case p.Allowed > 0:
		return network.Allow
	case p.Depends > 0:
		return network.Depends
	case p.Unknown > 0:
		return network.NotEvaluated
	}
	return network.Deny
}

func add(t *network.Tally, c *network.Cell) {
	t.Allowed += c.Allowed
	t.Depends += c.Depends
	t.Unknown += c.Unknown
	t.Total += c.Total
	if c.Allowed+c.Depends > 0 {
		t.Namespaces++
	}
}
