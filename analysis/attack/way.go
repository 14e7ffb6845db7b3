package attack

import (
	"cmp"
	"net/netip"

	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/record"
)

// stir has the ways into namespaces drawn anew of which they may be others.
func (a *Analyser) stir(w *World) {
	if a.allStirred {
		for way := range w.Ways.All(w.Cluster) {
			a.stirred[way.Namespace()] = struct{}{}
		}
		for k := range a.drawn {
			if k.kind == way {
				a.stirred[k.ref.Namespace] = struct{}{}
			}
		}
		a.allStirred = false
	}
	for ns := range a.stirred {
		a.dirty[all(way, ns)] = struct{}{}
		a.named(hook, ns)
	}
	clear(a.stirred)
}

// sketchWays draws the ways from the internet into a namespace, as far as policies let anything through: one line a Service, Ingress or
// whatever leads in, and from it to each workload behind it.
func (a *Analyser) sketchWays(w *World, namespace string) *sketch {
	s := &sketch{}
	var reach *exposure.Reach
	type pair struct{ via, owner model.Ref }
	best := map[pair]line{}
	// Pods of one owner with the same labels and ports are behind the same Services and under the same policies.
	type like struct {
		owner    model.Ref
		labels   record.Labels
		template record.Template
	}
	seen := map[like]struct{}{}
	for _, way := range w.Ways.Ways(w.Cluster, namespace) {
		if !public(way) {
			continue
		}
		if reach == nil {
			reach = w.Ways.Reach(w.Cluster, w.Network)
		}
		for _, t := range way.Targets {
			if t.Pod.Finished() {
				continue
			}
			owner := w.Cluster.TopOwner(t.Pod)
			one := like{owner, t.Pod.Labels, t.Pod.Template}
			if _, ok := seen[one]; ok {
				continue
			}
			seen[one] = struct{}{}
			for _, o := range reach.To(t.Pod) {
				if !public(o.Way) {
					continue
				}
				sure, reason := Proven, ""
				switch {
				case o.Verdict != network.Allow:
					sure, reason = MissingData, o.Assumption
				case byNode(o.Way):
					sure, reason = MissingData, "whether nodes can be reached from outside is not in the cluster"
				case o.Assumed:
					sure, reason = MissingData, "no controller that serves it was found"
				case o.Address == "" && (o.How == exposure.LoadBalancer || o.How == exposure.Gateway):
					sure, reason = MissingData, "no address outside was given to it so far"
				}
				via := entrance(o.Way)
				l := a.step(via, key{kind: workload, ref: owner}, "K-05", sure, reason)
				if old, ok := best[pair{via.ref, owner}]; !ok || l.cost < old.cost || l.cost == old.cost && a.surer(l.tag, old.tag) {
					best[pair{via.ref, owner}] = l
				}
			}
		}
	}
	vias := map[key]struct{}{}
	for _, l := range best {
		s.add(l)
		if _, ok := vias[l.from]; !ok {
			vias[l.from] = struct{}{}
			s.link(key{kind: internet}, l.from)
		}
	}
	return s
}

// surer orders what lines mean that cost the same: by numbers of reasons it would rest on which was said first.
func (l *legend) surer(x, y tag) bool {
	return cmp.Or(cmp.Compare(x.edge(), y.edge()), cmp.Compare(x.confidence(), y.confidence()), cmp.Compare(l.reasons[x.reason()], l.reasons[y.reason()])) < 0
}

// byNode tells a way by the addresses of nodes, which mostly are inner ones.
func byNode(w *exposure.Way) bool {
	return w.How == exposure.NodePort || w.How == exposure.HostPort || w.How == exposure.HostNetwork
}

// entrance is the vertex of a way in: the object that opens it.
func entrance(w *exposure.Way) key {
	if !w.Route.IsZero() {
		return key{kind: way, ref: w.Route}
	}
	return key{kind: way, ref: w.Via}
}

// public tells a way that is open to the internet: not an inner address, and not for private addresses alone.
func public(w *exposure.Way) bool {
	if w.Internal || w.Broken != "" {
		return false
	}
	for _, from := range w.Sources {
		if !private(from) {
			return true
		}
	}
	return len(w.Sources) == 0
}

func private(p netip.Prefix) bool {
	return p.Bits() > 0 && (p.Addr().IsPrivate() || p.Addr().IsLoopback() || p.Addr().IsLinkLocalUnicast())
}
