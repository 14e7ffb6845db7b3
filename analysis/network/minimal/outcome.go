package minimal

import (
	"cmp"
	"net/netip"
	"slices"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/model/inorder"
)

// outcome is what becomes of a flow.
type outcome struct {
	denied port.Set
	by     []network.Reason
	doubt  string
	pairs  int
}

// outcome asks about every pair of ends of a flow.
func (w *world) outcome(f *found) outcome {
	var o outcome
	ask := func(src, dst network.End, need port.Set) {
		for e := range w.net.Entries(w.c, network.Question{From: src, To: dst, Ports: &need, Denied: true}) {
			if f.Dst.Word == Internet && e.Dst.Block.IsValid() && slices.Contains(metadata(e.Dst.Block), e.Dst.Block.String()) {
				// It is left out of what the internet is.
				continue
			}
			o.pairs++
			switch e.Verdict {
			case network.Deny:
				o.denied = o.denied.Union(e.Connections)
				for _, b := range w.blame(&e, need) {
					if !slices.ContainsFunc(o.by, func(x network.Reason) bool { return x.Object == b.Object && x.Direction == b.Direction }) {
						o.by = append(o.by, b)
					}
				}
			case network.Depends, network.NotEvaluated:
				o.doubt = cmp.Or(o.doubt, e.Assumption)
			}
		}
	}
	for _, src := range f.src.ends() {
		if len(f.dst.api) > 0 {
			for _, a := range f.dst.api {
				ask(src, network.End{Block: netip.PrefixFrom(a.Addr(), a.Addr().BitLen())}, port.Of(port.TCP, a.Port(), a.Port()))
			}
			continue
		}
		for _, dst := range f.dst.ends() {
			ask(src, dst, f.need)
		}
	}
	inorder.Sort(o.by, func(a, b network.Reason) int {
		return cmp.Or(a.Object.Compare(b.Object), cmp.Compare(a.Direction, b.Direction))
	})
	return o
}

// blame gives what denies some ports. An entry tells it of all that is denied between two ends; each side of an explanation
// says of its own.
func (w *world) blame(e *network.Entry, need port.Set) []network.Reason {
	var list []network.Reason
	if x, err := w.net.Explain(w.c, e.Src, e.Dst); err == nil {
		for _, s := range []*network.Side{&x.Egress, &x.Ingress} {
			for i := range s.Parts {
				if p := &s.Parts[i]; p.Verdict == network.Deny && !p.Connections.Intersect(need).Empty() {
					list = append(list, p.Because...)
				}
			}
		}
	}
	if len(list) == 0 {
		return e.Because
	}
	return list
}

// judge files a flow under those that are kept, or are missing.
func (m *maker) judge(f *found, was *outcome, now outcome) {
	if !now.denied.Empty() && !f.vague {
		m.p.Missing = append(m.p.Missing, Missing{Flow: f.Flow, Connections: now.denied, Before: was.denied.Intersect(now.denied).Empty(), By: now.by})
		return
	}
	doubt := now.doubt
	switch {
	case f.vague:
		doubt = "the name of the port stands for different numbers on different pods"
	case now.pairs == 0 && !f.alone():
		doubt = "there are no two pods by which to prove it"
	}
	m.p.Kept = append(m.p.Kept, Kept{Flow: f.Flow, Doubt: doubt})
}

// alone tells that both ends are the same one pod, which always reaches itself.
func (f *found) alone() bool {
	return len(f.src.parties) == 1 && slices.Equal(f.src.parties, f.dst.parties) && len(f.src.parties[0].pods) == 1
}
