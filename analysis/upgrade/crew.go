package upgrade

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"canopy/analysis/disruption"
	"canopy/analysis/lifecycle"
	"canopy/model"
)

// crew is the nodes that one command changes: all of a pool where a provider exchanges that as a whole, else one. Whoever runs the command
// has all of them emptied, those too of which nothing was due.
type crew struct {
	// pool is the name of the pool, "" of a node that is changed alone.
	pool     string
	machines []*machine
	// obstacles are what drains of all of them stumble over, lost their bare pods.
	obstacles []Obstacle
	lost      []model.Ref
}

// muster finds the crew of each machine.
func (s *scene) muster() {
	pools := map[string]*crew{}
	s.crews = make(map[*machine]*crew, len(s.machines))
	for _, m := range s.machines {
		c := pools[m.pool]
		if c == nil || !s.exchanged(m) {
			c = &crew{}
			if s.exchanged(m) {
				c.pool, pools[m.pool] = m.pool, c
			}
		}
		c.machines = append(c.machines, m)
		s.crews[m] = c
	}
	for _, m := range s.machines {
		if c := s.crews[m]; c.machines[0] == m {
			c.join()
		}
	}
}

// exchanged tells a machine that its provider changes with all of its pool. OpenShift changes those too whose pool no label names.
func (s *scene) exchanged(m *machine) bool {
	return s.host.pooled() && (m.pool != "" || s.host.kind == openShift)
}

// all is everything that there is, as a crew: what a provider changes with one command for the cluster.
func (s *scene) all() *crew {
	if s.everyone == nil {
		s.everyone = &crew{machines: s.machines}
		s.everyone.join()
	}
	return s.everyone
}

// along is what an upgrade of the control plane changes besides: OpenShift goes on to all nodes by itself.
func (s *scene) along() *crew {
	if s.host.kind != openShift || len(s.machines) == 0 {
		return nil
	}
	return s.all()
}

// join puts together what drains of all its machines stumble over: what blocks comes first, and of an owner the same is told once. What is
// told of a node itself is told once too.
func (c *crew) join() {
	if len(c.machines) == 1 {
		c.obstacles, c.lost = c.machines[0].obstacles, c.machines[0].lost
		return
	}
	type key struct {
		cause, says   string
		owner, budget model.Ref
		blocks        bool
	}
	at := map[key]int{}
	var rest []Obstacle
	for _, m := range c.machines {
		c.lost = append(c.lost, m.lost...)
		for _, o := range m.obstacles {
			k := key{cause: o.Cause, owner: o.Owner, budget: o.Budget, blocks: o.Blocks}
			if o.Owner == m.ref {
				k.owner, k.says = model.Ref{}, o.Says
			}
			i, known := at[k]
			if !known {
				i = len(rest)
				at[k] = i
				rest = append(rest, o)
				continue
			}
			rest[i].Pods += o.Pods
		}
	}
	slices.SortStableFunc(rest, func(a, b Obstacle) int {
		switch {
		case a.Blocks == b.Blocks:
			return cmp.Or(cmp.Compare(disruption.Rank(a.Cause), disruption.Rank(b.Cause)), a.Owner.Compare(b.Owner), a.Budget.Compare(b.Budget))
		case a.Blocks:
			return -1
		}
		return 1
	})
	c.obstacles = rest
}

// some tells that one of them is such.
func (c *crew) some(is func(*machine) bool) bool {
	return slices.ContainsFunc(c.machines, is)
}

// refs are its nodes, where those are more than an object alone.
func (c *crew) refs(object model.Ref) []model.Ref {
	if len(c.machines) == 1 && c.machines[0].ref == object {
		return nil
	}
	list := make([]model.Ref, len(c.machines))
	for i, m := range c.machines {
		list[i] = m.ref
	}
	return list
}

// words say of a step that its commands change more than one node.
func (c *crew) words() string {
	if len(c.machines) < 2 {
		return ""
	}
	if c.pool == "" {
		return "; its commands change all " + strconv.Itoa(len(c.machines)) + " nodes"
	}
	return fmt.Sprintf("; its commands change all %d nodes of pool %s", len(c.machines), disruption.Brief(c.pool))
}

// unready says which of its nodes are not ready.
func (c *crew) unready() string {
	n := 0
	for _, m := range c.machines {
		if !m.ready {
			n++
		}
	}
	switch {
	case n == 0:
		return ""
	case len(c.machines) == 1:
		return "; it is not ready"
	}
	return fmt.Sprintf("; %d of its %d nodes not ready", n, len(c.machines))
}

// due is what waits to be done to its machines besides, each kind of work once.
func (c *crew) due() []chore {
	if len(c.machines) == 1 {
		return c.machines[0].due
	}
	var list []chore
	others := map[string]int{}
	for _, m := range c.machines {
		for _, one := range m.due {
			i := slices.IndexFunc(list, func(x chore) bool { return x.what == one.what })
			if i < 0 {
				list = append(list, one)
				continue
			}
			list[i].overdue = list[i].overdue || one.overdue
			if list[i].detail != one.detail {
				others[one.what]++
			}
		}
	}
	for i := range list {
		if n := others[list[i].what]; n == 1 {
			list[i].detail += ", and so another node"
		} else if n > 1 {
			list[i].detail += fmt.Sprintf(", and so %d other nodes", n)
		}
	}
	slices.SortStableFunc(list, func(a, b chore) int { return cmp.Compare(order(a.what), order(b.what)) })
	return list
}

// gang is machines of a crew for which something is to be done, the first of all first.
type gang struct {
	*crew
	late []*machine
}

// first is the machine that a step names.
func (g *gang) first() *machine { return g.late[0] }

// gangs sorts machines by their crews: those of the control plane first, then the most behind, then those that a drain stumbles over the
// least.
func (s *scene) gangs(list []*machine) []*gang {
	slices.SortStableFunc(list, compareMachines)
	var all []*gang
	of := map[*crew]*gang{}
	for _, m := range list {
		c := s.crews[m]
		if of[c] == nil {
			of[c] = &gang{crew: c}
			all = append(all, of[c])
		}
		of[c].late = append(of[c].late, m)
	}
	slices.SortStableFunc(all, func(a, b *gang) int {
		x, y := a.first(), b.first()
		if x.control != y.control {
			if x.control {
				return -1
			}
			return 1
		}
		return cmp.Or(a.oldest().Compare(b.oldest()), cmp.Compare(blocking(a.obstacles), blocking(b.obstacles)),
			cmp.Compare(len(a.obstacles), len(b.obstacles)), x.ref.Compare(y.ref))
	})
	return all
}

// oldest is the version of the machine that is the most behind.
func (g *gang) oldest() lifecycle.Version {
	return slices.MinFunc(g.late, func(a, b *machine) int { return a.version.Compare(b.version) }).version
}
