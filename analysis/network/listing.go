package network

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model/cluster"
)

// listing is one question as it is answered.
type listing struct {
	a     *Analyser
	c     *cluster.Cluster
	q     Question
	yield func(Entry) bool
	// sources and targets hold the ends on either side.
	sources, targets *hall
	names            []string
	order            map[*namespace]uint64
	inNamespace      map[string]bool
	// from and to are the classes of the ends that were asked for; nil is any.
	from, to map[*class]struct{}
	rows     map[*class][]link
	foreign  map[abroadKey][]stretch
	// kept counts what decided in all rows that are kept.
	kept    int
	stopped bool
}

// link leads from a class to a class of a unit.
type link struct {
	seat
	*relation
}

// relation is what one class can do to another. near is what it can do on the same node, where that is something else.
type relation struct {
	far, near *decision
}

// Entries goes through the answers to a question: by source, and for each by destination, both in the order of references;
// what is outside comes after the pods. It costs what is open, and where denials are asked for, all pairs.
func (a *Analyser) Entries(c *cluster.Cluster, q Question) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		a.tidy()
		a.asking++
		defer func() { a.asking-- }()
		l := &listing{a: a, c: c, q: q, yield: yield, names: a.Names(), order: map[*namespace]uint64{}, foreign: map[abroadKey][]stretch{}}
		for i, name := range l.names {
			l.order[a.namespaces[name]] = uint64(i)
		}
		if len(q.Namespaces) > 0 {
			l.inNamespace = map[string]bool{}
			for _, name := range q.Namespaces {
				l.inNamespace[name] = true
			}
		}
		keepFrom, from := l.end(q.From)
		keepTo, to := l.end(q.To)
		l.from, l.to = from, to
		l.sources, l.targets = l.newHall(keepFrom, q.From), l.newHall(keepTo, q.To)
		if keepFrom == nil && keepTo == nil {
			// Both sides are the same ends.
			l.targets = l.sources
		}
		l.list()
	}
}

// end gives the pods of an end, and their classes; nil for any. A block has no pods.
func (l *listing) end(e End) (func(uint32) bool, map[*class]struct{}) {
	e.Class = ""
	if e.IsZero() || e.Ref.IsZero() && e.Block.IsValid() {
		return nil, nil
	}
	classes := map[*class]struct{}{}
	members := map[uint32]struct{}{}
	if e.Ref.Kind == "Namespace" && e.Ref.Group == "" {
		if n := l.a.namespaces[e.Ref.Name]; n != nil {
			for _, c := range n.classes {
				classes[c] = struct{}{}
			}
		}
		return func(m uint32) bool { return l.a.members[m].record.Namespace == e.Ref.Name }, classes
	}
	if !e.Ref.IsZero() {
		for p := range l.a.PodsOf(l.c, e.Ref) {
			if m, ok := l.a.find(p.Namespace, p.Name); ok {
				members[m] = struct{}{}
				classes[l.a.members[m].class] = struct{}{}
			}
		}
	}
	return func(m uint32) bool {
		_, ok := members[m]
		return ok
	}, classes
}

// wants tells whether entries of a namespace as an end are asked for.
func (l *listing) wants(name string) bool { return l.inNamespace == nil || l.inNamespace[name] }

func (l *listing) list() {
	fromOutside, toOutside := l.q.From.Block.IsValid(), l.q.To.Block.IsValid()
	if !fromOutside {
		for _, n := range l.starts() {
			l.rows = map[*class][]link{}
			for _, u := range l.sources.of(l, n) {
				l.tidy()
				if !toOutside {
					l.unit(u)
				}
				if !l.stopped && (l.q.Outside || toOutside) && (l.q.To.IsZero() || toOutside) && l.wants(n.name) {
					l.outgoing(u)
				}
				if l.stopped {
					return
				}
			}
		}
	}
	if !toOutside && (l.q.Outside && l.q.From.IsZero() || fromOutside) {
		l.incoming()
	}
}

// mostKept is how many decisions of rules are kept to save work.
const mostKept = 1 << 20

// tidy forgets what was kept to save work, once it is much.
func (l *listing) tidy() {
	if l.kept > mostKept {
		clear(l.rows)
		l.kept = 0
	}
	if l.a.asking == 1 && l.a.ports.heavy() {
		clear(l.rows)
		clear(l.foreign)
		l.a.ports.forget()
	}
}

// starts gives the namespaces in which sources are, in order.
func (l *listing) starts() []*namespace {
	a := l.a
	var kept map[*namespace]struct{}
	keep := func(classes map[*class]struct{}) {
		for c := range classes {
			kept[c.namespace] = struct{}{}
		}
	}
	switch {
	case l.from != nil:
		kept = map[*namespace]struct{}{}
		keep(l.from)
	case l.to != nil && !l.q.Denied:
		kept = map[*namespace]struct{}{}
		for c := range l.to {
			a.candidates(c.group, policy.Ingress, func(g *group) {
				for _, x := range g.classes {
					kept[x.namespace] = struct{}{}
				}
			})
		}
	}
	var list []*namespace
	for _, name := range l.names {
		n := a.namespaces[name]
		if _, ok := kept[n]; ok || kept == nil {
			list = append(list, n)
		}
	}
	return list
}

// row gives what a class can do, sorted by destination.
func (l *listing) row(x *class) []link {
	if row, ok := l.rows[x]; ok {
		return row
	}
	var row []link
	here := l.wants(x.namespace.name)
	visit := func(y *class) {
		if !here && !l.wants(y.namespace.name) {
			return
		}
		seats := l.targets.seated(l, y)
		if len(seats) == 0 {
			return
		}
		if r := l.relate(x, y); r != nil {
			for _, s := range seats {
				row = append(row, link{s, r})
			}
		}
	}
	switch {
	case l.to != nil:
		for y := range l.to {
			visit(y)
		}
	case l.q.Denied:
		for _, y := range l.a.classes {
			visit(y)
		}
	default:
		l.a.candidates(x.group, policy.Egress, func(g *group) {
			ans := l.a.answer(x, g.one(), false)
			if ans.nothing() && !x.host {
				return
			}
			for _, y := range g.classes {
				visit(y)
			}
		})
	}
	slices.SortFunc(row, func(p, q link) int {
		return cmp.Or(cmp.Compare(p.unit.order, q.unit.order), cmp.Compare(p.part, q.part))
	})
	l.rows[x] = row
	return row
}

// relate answers for two classes; nil where everything is denied and that is not asked for.
func (l *listing) relate(x, y *class) *relation {
	ans := l.a.answer(x, y, false)
	apart := x.host && !y.open(policy.Ingress) && !ans.unknown
	if ans.nothing() && !apart && !l.q.Denied {
		return nil
	}
	r := &relation{far: l.a.decide(x, y, false)}
	r.far.brief = !l.q.Denied
	if apart {
		if close := l.a.answer(x, y, true); close != ans {
			r.near = l.a.decide(x, y, true)
			r.near.brief = !l.q.Denied
		}
	}
	if r.near == nil && ans.nothing() && !l.q.Denied {
		return nil
	}
	for _, d := range [...]*decision{r.far, r.near} {
		if d != nil {
			l.kept += 1 + len(d.sides[policy.Ingress].hits) + len(d.sides[policy.Egress].hits)
		}
	}
	return r
}

// emit gives the entries of a decision.
func (l *listing) emit(src, dst End, d *decision) {
	for i := range l.a.explained(d) {
		p := &d.parts[i]
		l.entry(src, dst, p)
	}
}

func (l *listing) entry(src, dst End, p *Part) {
	if l.stopped || p.Verdict == Deny && !l.q.Denied {
		return
	}
	if l.q.From.Class != "" && l.q.From.Class != src.Class || l.q.To.Class != "" && l.q.To.Class != dst.Class {
		return
	}
	connections := p.Connections
	if l.q.Ports != nil {
		if connections = connections.Intersect(*l.q.Ports); connections.Empty() {
			return
		}
	}
	e := Entry{Src: src, Dst: dst, Verdict: p.Verdict, Connections: connections, Because: p.Because, Assumption: p.Assumption}
	l.stopped = !l.yield(e)
}

// clip gives what a block has in common with the one that was asked for.
func clip(asked, block netip.Prefix) (netip.Prefix, bool) {
	switch {
	case !asked.IsValid():
		return block, true
	case !asked.Overlaps(block):
		return block, false
	case asked.Bits() > block.Bits():
		return asked, true
	}
	return block, true
}

// everything is what an entry without ports speaks of.
func everything() port.Set { return port.All() }
