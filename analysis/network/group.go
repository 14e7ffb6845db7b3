package network

import "canopy/analysis/network/policy"

// groupKey is all that decides about an answer.
type groupKey struct {
	programs  [2]*program
	face      mark
	signature *signature
	site      *site
	nodes     *nodeSet
	// host is the host's network, unknown that nothing is evaluated.
	host, unknown bool
}

// group is classes that no answer tells apart, whatever their namespaces.
type group struct {
	groupKey
	id      uint32
	classes []*class
	pods    int
	// in holds its place among the groups of each program.
	in    [2]int32
	stamp uint32
}

// one gives a class of the group, which stands for all of them.
func (g *group) one() *class { return g.classes[0] }

// regroup puts a class into its group, and reports whether that is another one than before.
func (a *Analyser) regroup(c *class) bool {
	key := groupKey{
		programs: [2]*program{c.profiles[0].program, c.profiles[1].program}, face: c.face,
		signature: c.signature, site: c.site, nodes: c.nodes, host: c.host, unknown: a.unknown(c) != "",
	}
	if c.group != nil && c.group.groupKey == key {
		return false
	}
	a.ungroup(c)
	g := a.groups[key]
	if g == nil {
		g = &group{groupKey: key, id: a.next()}
		a.groups[key] = g
		for d, p := range g.programs {
			g.in[d] = int32(len(p.groups))
			p.groups = append(p.groups, g)
		}
		if g.unknown {
			a.unknowns[g] = struct{}{}
		}
		if g.host {
			a.hosts[g] = struct{}{}
		}
	}
	c.group, c.inGroup = g, join(&g.classes, c)
	g.pods += len(c.pods)
	return true
}

func (a *Analyser) ungroup(c *class) {
	g := c.group
	if g == nil {
		return
	}
	leave(&g.classes, c.inGroup, func(o *class) *int32 { return &o.inGroup })
	g.pods -= len(c.pods)
	c.group = nil
	if len(g.classes) > 0 {
		return
	}
	delete(a.groups, g.groupKey)
	delete(a.unknowns, g)
	delete(a.hosts, g)
	for d, p := range g.programs {
		last := len(p.groups) - 1
		p.groups[g.in[d]] = p.groups[last]
		p.groups[last].in[d] = g.in[d]
		p.groups[last] = nil
		p.groups = p.groups[:last]
	}
}

// closed tells that a group can have no answer but denial with ends that no rule of it speaks of.
func (a *Analyser) closed(g *group, d policy.Direction) bool {
	return !g.unknown && a.state.Enforcement != None && !g.programs[d].wide
}
