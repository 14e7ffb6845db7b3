package exposure

import (
	"canopy/analysis/network"
	"canopy/analysis/network/port"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Reach answers for one pod after another how far what comes from outside gets. It is good until the cluster changes, and asks about
// nothing twice.
type Reach struct{ l *listing }

// Reach gives a Reach for the cluster as it is.
func (a *Analyser) Reach(c *cluster.Cluster, net *network.Analyser) *Reach {
	return &Reach{a.listing(c, net, network.Question{})}
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
	for _, w := range r.l.a.Of(r.l.c, p) {
		var best answer
		for _, t := range w.Targets {
			if samePod(t.Pod, p) {
				if x := r.l.through(w, t); x.beats(best) {
					best = x
				}
			}
		}
		if best.verdict != network.Deny {
			list = append(list, Opening{w, best.verdict, best.assumption})
		}
	}
	return list
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
