package exposure

import (
	"net/netip"

	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Reach answers for one pod after another how far what comes from outside gets. It is good until the cluster changes, and asks about
// nothing twice.
type Reach struct {
	l *listing
	// known holds answers for pods and ways that no policy tells apart.
	known map[alike]answer
}

// alike are ways to pods that have one answer: nobody stands between, and they are open to all.
type alike struct {
	kin          kin
	kept, v4, v6 bool
	address      netip.Addr
	protocol     port.Protocol
	port         uint16
}

// Reach gives a Reach for the cluster as it is.
func (a *Analyser) Reach(c *cluster.Cluster, net *network.Analyser) *Reach {
	return &Reach{a.listing(c, net, network.Question{}), map[alike]answer{}}
}

// Opening is a way with what policies say of what comes by it to a pod: Allow, Depends with the assumption, or NotEvaluated with the
// reason.
type Opening struct {
	*Way
	Verdict    network.Verdict
	Assumption string
}

// To lists the ways that get to a pod, sorted, but those by which policies let nothing through. It costs what the Services of the pod
// and what leads to those cost.
func (r *Reach) To(p *record.Pod) []Opening {
	var list []Opening
	var last []Target
	var at []Target
	v4, v6 := familiesOf(p)
	like := alike{kin: kinOf(p), v4: v4, v6: v6}
	for _, w := range r.l.a.Of(r.l.c, p) {
		if !sameTargets(last, w.Targets) {
			last, at = w.Targets, w.At(p)
		}
		var best answer
		for _, t := range at {
			if x := r.through(w, t, like); x.beats(best) {
				best = x
			}
		}
		if best.verdict != network.Deny {
			list = append(list, Opening{w, best.verdict, best.assumption})
		}
	}
	return list
}

// through is listing.through, which is asked once for what has one answer.
func (r *Reach) through(w *Way, t Target, like alike) answer {
	if len(w.Sources) > 0 || w.Service != w.Via && !w.Service.IsZero() {
		return r.l.through(w, t)
	}
	like.kept, like.protocol, like.port = w.SourceKept, w.Protocol, t.Port
	// Of an address only the family counts.
	if ip, err := netip.ParseAddr(w.Address); err == nil {
		if like.address = netip.IPv6Unspecified(); ip.Is4() {
			like.address = netip.IPv4Unspecified()
		}
	}
	x, ok := r.known[like]
	if !ok {
		x = r.l.through(w, t)
		r.known[like] = x
	}
	return x
}

// through answers for what comes from outside by a way to one of its targets: that which gets furthest counts.
func (l *listing) through(w *Way, t Target) (best answer) {
	on := port.Of(w.Protocol, t.Port, t.Port)
	switch {
	case w.Service == w.Via || w.Service.IsZero():
		for _, r := range l.arrive(w, t, on) {
			if r.beats(best) {
				best = r.answer
			}
		}
	case w.Assumed:
		return l.assumed(t.Pod)
	case len(w.Controller) == 0:
		return l.anywhere(t.Pod, on, balanced)
	default:
		for _, k := range w.Controller {
			if x := worse(l.entrance(k), l.between(k, t.Pod, on)); x.beats(best) {
				best = x
			}
		}
	}
	return best
}
