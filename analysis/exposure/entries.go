package exposure

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// AssumedController is the name of the source where the pods of a controller were not found.
const AssumedController = "ingress-controller"

// judge is what is asked of package network.
type judge interface {
	Outside(p *record.Pod, d policy.Direction) []network.Range
	Explain(c *cluster.Cluster, src, dst network.End) (*network.Explanation, error)
	Isolation(p *record.Pod) network.Isolation
}

// Entries answers a question about what ways in make possible, each entry with what opens the way: from ranges of addresses
// outside to the pods behind it, and where a controller stands between, from its pods too. Connections are those at the pod.
// Entries of one pair with one verdict are one, also where they are of different replicas of a workload. It is sorted, what
// comes from outside last, and
// costs what the ways of the namespaces asked for cost; pods that no policy can tell apart are judged once.
func (a *Analyser) Entries(c *cluster.Cluster, net *network.Analyser, q network.Question) []network.Entry {
	return a.entries(c, net, q)
}

func (a *Analyser) entries(c *cluster.Cluster, net judge, q network.Question) []network.Entry {
	l := a.listing(c, net, q)
	if q.To.Block.IsValid() || q.To.Name != "" {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(a.places)) {
		for _, w := range a.Ways(c, name) {
			for _, t := range w.Targets {
				if l.meant(q.To, t.Pod) {
					l.way(w, t)
				}
			}
		}
	}
	return l.sorted()
}

func (a *Analyser) listing(c *cluster.Cluster, net judge, q network.Question) *listing {
	return &listing{
		a: a, c: c, q: q, net: net, found: map[entryKey]*gathered{}, ranges: map[kin][]network.Range{}, doors: map[*record.Pod]answer{},
		pairs: map[pairKey]*network.Explanation{}, bound: map[*record.Pod]bool{}, owners: map[*record.Pod]model.Ref{},
	}
}

// balanced says what it depends on where a load balancer of a cloud connects to pods itself.
const balanced = "the pod sees an address of the load balancer, and policies let only some addresses in"

// listing is one question as it is answered.
type listing struct {
	a      *Analyser
	c      *cluster.Cluster
	net    judge
	q      network.Question
	found  map[entryKey]*gathered
	ranges map[kin][]network.Range
	doors  map[*record.Pod]answer
	pairs  map[pairKey]*network.Explanation
	// bound tells of pods of controllers whether policies say whom they may reach.
	bound  map[*record.Pod]bool
	owners map[*record.Pod]model.Ref
}

// kin are pods that are alike in all that policies read of them for connections from outside.
type kin struct {
	namespace string
	labels    record.Labels
	template  record.Template
}

func kinOf(p *record.Pod) kin { return kin{p.Namespace, p.Labels, p.Template} }

// pairKey tells pairs of a controller's pod and a target apart.
type pairKey struct {
	from            *record.Pod
	to              kin
	node, addresses string
}

// entryKey tells entries apart.
type entryKey struct {
	src, dst   network.End
	verdict    network.Verdict
	assumption string
	via        model.Ref
}

// gathered is an entry with the pods that it speaks of.
type gathered struct {
	network.Entry
	pods map[*record.Pod]struct{}
}

// meant tells whether a pod is one of an end that was asked for; every pod is of the zero end.
func (l *listing) meant(e network.End, p *record.Pod) bool {
	switch {
	case e.IsZero():
		return true
	case e.Ref.IsZero():
		return false
	case e.Ref.Group == "" && e.Ref.Kind == "Namespace":
		return p.Namespace == e.Ref.Name
	case e.Ref.Group == "" && e.Ref.Kind == "Pod":
		return p.Namespace == e.Ref.Namespace && p.Name == e.Ref.Name
	}
	return l.owner(p) == e.Ref
}

func (l *listing) owner(p *record.Pod) model.Ref {
	ref, ok := l.owners[p]
	if !ok {
		ref = l.c.TopOwner(p)
		l.owners[p] = ref
	}
	return ref
}

// end names a pod at the level asked for.
func (l *listing) end(p *record.Pod) network.End {
	switch l.q.Level {
	case network.Namespaces:
		return network.End{Ref: model.Ref{Version: "v1", Kind: "Namespace", Name: p.Namespace}}
	case network.Pods:
		return network.End{Ref: p.Ref()}
	}
	return network.End{Ref: l.owner(p)}
}

// inside tells whether entries with these namespaces as ends are asked for.
func (l *listing) inside(namespaces ...string) bool {
	return len(l.q.Namespaces) == 0 || slices.ContainsFunc(namespaces, func(n string) bool { return slices.Contains(l.q.Namespaces, n) })
}

// fromOutside tells whether entries from addresses outside are asked for.
func (l *listing) fromOutside() bool {
	return l.q.From.Block.IsValid() || (l.q.From.IsZero() && l.q.Outside)
}

// way gives the entries of one way to one of its targets.
func (l *listing) way(w *Way, t Target) {
	on := port.Of(w.Protocol, t.Port, t.Port)
	if l.q.Ports != nil && on.Intersect(*l.q.Ports).Empty() {
		return
	}
	switch {
	case w.Service == w.Via || w.Service.IsZero():
		if l.fromOutside() && l.inside(t.Pod.Namespace) {
			for _, r := range l.arrive(w, t, on) {
				l.add(network.End{Block: r.block}, t.Pod, w.Via, on, r.answer)
			}
		}
	case w.Assumed:
		if (l.q.From.IsZero() || l.q.From.Name == AssumedController) && l.inside(t.Pod.Namespace) {
			l.add(network.End{Name: AssumedController}, t.Pod, w.Via, on, l.assumed(t.Pod))
		}
	case len(w.Controller) == 0:
		if l.fromOutside() && l.inside(t.Pod.Namespace) {
			x := l.anywhere(t.Pod, on, balanced)
			l.outside(w, t, on, x)
		}
	default:
		l.proxied(w, t, on)
	}
}

// outside adds the entries of a way with one answer for all its sources.
func (l *listing) outside(w *Way, t Target, on port.Set, x answer) {
	for _, block := range l.sources(w, t.Pod) {
		l.add(network.End{Block: block}, t.Pod, w.Via, on, x)
	}
}

// proxied gives the entries of a way on which a controller's pods stand: from each of them, and from outside by the one that
// gets furthest.
func (l *listing) proxied(w *Way, t Target, on port.Set) {
	var best answer
	for i, k := range w.Controller {
		x := l.between(k, t.Pod, on)
		if (l.q.From.IsZero() || l.meant(l.q.From, k)) && l.inside(t.Pod.Namespace, k.Namespace) && !samePod(k, t.Pod) {
			l.add(l.end(k), t.Pod, w.Via, on, x)
		}
		if through := worse(l.entrance(k), x); i == 0 || through.beats(best) {
			best = through
		}
	}
	if l.fromOutside() && l.inside(t.Pod.Namespace) {
		l.outside(w, t, on, best)
	}
}

// add notes an entry, as a part of one that says the same of other connections or pods.
func (l *listing) add(src network.End, p *record.Pod, via model.Ref, on port.Set, x answer) {
	if x.verdict == network.Deny && !l.q.Denied {
		return
	}
	key := entryKey{src, l.end(p), x.verdict, x.assumption, via}
	g := l.found[key]
	if g == nil {
		g = &gathered{Entry: network.Entry{Src: src, Dst: key.dst, Verdict: x.verdict, Assumption: x.assumption, Via: via}, pods: map[*record.Pod]struct{}{}}
		l.found[key] = g
	}
	g.Connections = g.Connections.Union(on)
	g.Because = union(g.Because, x.because)
	g.pods[p] = struct{}{}
}

func union(list, more []network.Reason) []network.Reason {
	for _, r := range more {
		if !slices.Contains(list, r) {
			list = append(slices.Clip(list), r)
		}
	}
	return list
}

func (l *listing) sorted() []network.Entry {
	list := make([]network.Entry, 0, len(l.found))
	for _, g := range l.found {
		if l.q.Level == network.Namespaces {
			n := len(g.pods)
			g.Pairs.Total = n
			switch g.Verdict {
			case network.Allow:
				g.Pairs.Allowed = n
			case network.Depends:
				g.Pairs.Depends = n
			case network.NotEvaluated:
				g.Pairs.Unknown = n
			}
		}
		inorder.Sort(g.Because, compareReasons)
		list = append(list, g.Entry)
	}
	inorder.Sort(list, func(x, y network.Entry) int {
		return cmp.Or(compareEnds(x.Src, y.Src), compareEnds(x.Dst, y.Dst), x.Via.Compare(y.Via), cmp.Compare(x.Verdict, y.Verdict), cmp.Compare(x.Assumption, y.Assumption))
	})
	return list
}

func compareEnds(x, y network.End) int {
	return cmp.Or(flagged(x.Block.IsValid(), y.Block.IsValid()), cmp.Compare(x.Name, y.Name), x.Ref.Compare(y.Ref), comparePrefixes(x.Block, y.Block))
}

func comparePrefixes(x, y netip.Prefix) int {
	return cmp.Or(x.Addr().Compare(y.Addr()), cmp.Compare(x.Bits(), y.Bits()))
}

func compareReasons(x, y network.Reason) int {
	return cmp.Or(cmp.Compare(x.Direction, y.Direction), cmp.Compare(x.Tier, y.Tier), x.Object.Compare(y.Object), cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Note, y.Note))
}
