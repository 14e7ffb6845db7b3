package network

import (
	"context"
	"iter"
	"slices"

	"canopy/analysis/exposure"
	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
	"canopy/ui/view"
)

// desk answers on the writer, by the analysers of a session.
type desk struct {
	cluster *cluster.Cluster
	net     *network.Analyser
	roads   *exposure.Analyser
}

// askerOf asks the session that is looked at.
func askerOf(session view.Session) asker {
	return func(ctx context.Context, f func(a answers)) error {
		return session.AskNetwork(ctx, func(c *cluster.Cluster, net *network.Analyser, roads *exposure.Analyser) {
			f(&desk{c, net, roads})
		})
	}
}

// New gives the matrix, empty until the first snapshot.
func New(shared *view.Shared) *Screen { return newScreen(shared, askerOf(shared.Session)) }

// Open gives the screen of a place that is about something; nil where it is none of these.
func Open(shared *view.Shared, p view.Place) view.Screen {
	ask := askerOf(shared.Session)
	switch p.Screen {
	case view.Pairs:
		return newPairs(shared, ask, p)
	case view.Why:
		return newWhy(shared, ask, p)
	case view.Reach:
		return newReach(shared, ask, p)
	case view.Internet:
		return newInternet(shared, ask, p)
	case view.Isolation:
		return newIsolation(shared, ask, p)
	case view.Policies:
		return newPolicies(shared, ask, p)
	case view.History:
		return newHistory(shared, ask, shared.Session.Reached, p)
	}
	return nil
}

// Digest goes by the counts of the analysers: the same number means that no answer differs.
func (d *desk) Digest() uint64 {
	// Odd factors keep sums of counts apart.
	const first, second = 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f
	return 1 + d.roads.Version()*first + d.net.Version()*second
}

// Landmarks finds what most pods have to do with.
func (d *desk) Landmarks() []network.Landmark { return d.net.Landmarks(d.cluster) }

func (d *desk) State() network.Surroundings { return d.net.State() }
func (d *desk) Names() []string             { return slices.Clone(d.net.Names()) }

func (d *desk) Policies() int {
	n := 0
	for range d.net.Policies() {
		n++
	}
	return n
}

func (d *desk) AllPolicies() []*policy.Policy             { return slices.Collect(d.net.Policies()) }
func (d *desk) Selected(ref model.Ref) int                { return d.net.Selected(ref) }
func (d *desk) Effects(ref model.Ref) []network.Effect    { return d.net.Effects(ref) }
func (d *desk) Isolation(p *record.Pod) network.Isolation { return d.net.Isolation(p) }

func (d *desk) Totals(namespace string) tally {
	in, out := d.net.Totals(namespace)
	return tally{in.Namespaces, out.Namespaces}
}

func (d *desk) Cell(src, dst string, ports *port.Set) network.Pairs {
	return d.net.CellOn(src, dst, ports).Pairs
}

func (d *desk) Outside(namespace string, way policy.Direction, ports *port.Set) network.Pairs {
	return d.net.OutsideCell(namespace, way, ports).Pairs
}

func (d *desk) Ways(namespace string, ports *port.Set) ways {
	var n ways
	for _, w := range d.WaysInto(namespace) {
		switch {
		case !w.on(ports):
		case w.shut || w.verdict == network.Deny:
			n.closed++
		case w.verdict == network.Allow:
			n.open++
		case w.verdict == network.Depends:
			n.depends++
		default:
			n.unknown++
		}
	}
	return n
}

func (d *desk) Entries(q network.Question) iter.Seq[network.Entry] {
	return d.net.Entries(d.cluster, q)
}

func (d *desk) Explain(src, dst network.End) (*network.Explanation, error) {
	return d.net.Explain(d.cluster, src, dst)
}
