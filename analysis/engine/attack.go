package engine

import (
	"context"

	"canopy/analysis/attack"
	"canopy/analysis/network"
	"canopy/model"
)

// AskAttack calls f with what answers questions about paths of attack, on the writer: f must not keep it, and holds up
// everything else while it runs. Before everything was read there is no path.
func (e *Engine) AskAttack(ctx context.Context, f func(attack.Asker)) error {
	return e.do(ctx, func() { f(e.attacks.Asker(e.world(), e.missing())) })
}

// world is what the graph of attacks is drawn from, as it is now.
func (e *Engine) world() *attack.World {
	return &attack.World{
		Cluster: e.cluster, Access: e.access, Privilege: e.privilege, Network: e.reaching.network, Ways: e.reaching.ways, Server: e.source.Server,
	}
}

// missing says what was not read of the kinds that paths go by; "" where nothing is missing.
func (e *Engine) missing() string {
	if !e.settled {
		return "the cluster is being read"
	}
	if e.states == nil {
		return lacking(e.cluster.Coverage())
	}
	return e.lacking
}

func lacking(coverage []model.Coverage) string {
	text := ""
	for i := range coverage {
		c := &coverage[i]
		if !attack.Concerns(c.Kind) || c.State == model.Complete || c.Unserved() && !attack.Core(c.Kind) {
			continue
		}
		if text != "" {
			text += "; "
		}
		text += c.Kind.Kind
		if c.Namespace != "" {
			text += " in " + c.Namespace
		}
		text += " " + string(c.State)
		if c.Reason != "" {
			text += ": " + c.Reason
		}
	}
	return text
}

// consequences is what a change did to who reaches whom, and to paths.
type consequences struct {
	network.Delta
	// opened are the sources that came to lead to the cluster, closed those that no longer do.
	opened, closed []attack.Node
}

func (c *consequences) none() bool {
	return len(c.Opened)+len(c.Closed)+len(c.opened)+len(c.closed) == 0
}

// turns counts what an edit did to sources of paths: what one change did and another took back is not in it.
type turns map[string]int

func (t *turns) post(c *consequences) {
	if *t == nil && len(c.opened)+len(c.closed) > 0 {
		*t = turns{}
	}
	for _, n := range c.opened {
		t.add(n.ID, 1)
	}
	for _, n := range c.closed {
		t.add(n.ID, -1)
	}
}

func (t *turns) add(id string, by int) {
	if (*t)[id] += by; (*t)[id] == 0 {
		delete(*t, id)
	}
}

func (t turns) void() bool { return len(t) == 0 }

func (t turns) count() (opened, closed int) {
	for _, n := range t {
		if n > 0 {
			opened++
		} else {
			closed++
		}
	}
	return opened, closed
}
