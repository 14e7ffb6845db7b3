package upgrade

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"canopy/analysis/lifecycle"
)

// climb brings the control plane to the target, one minor at a time: before each, whatever would then be too old is brought to what the
// API servers have now; then API servers one by one; then what speaks with them.
func (p *planner) climb() {
	for {
		low, high, to := p.lowest(), p.highest(), p.target
		switch {
		case minorOf(low) < minorOf(to):
			if m := minorOf(low) + 1; m < minorOf(to) {
				to = p.patched(m)
			}
		case low.Compare(to) < 0 && p.host.kind != onEKS:
			// EKS brings patches of the control plane by itself.
		default:
			p.lead(low)
			return
		}
		p.prepare(max(minorOf(high), minorOf(to)), low)
		p.serve(to)
		p.lead(p.lowest())
	}
}

// patched is the release of a minor that is taken on the way.
func (p *planner) patched(m minor) lifecycle.Version {
	v, ok := p.best(m)
	if !ok {
		p.tell("the newest patch of Kubernetes " + m.String() + ": no table here knows its releases")
	}
	return v
}

// level is a version that what speaks with API servers of another is brought to. Of a provider's builds only the minor counts.
func (p *planner) level(v lifecycle.Version) lifecycle.Version {
	if p.host.lent() {
		return minorOf(v).whole()
	}
	v, _ = lifecycle.ParseVersion(v.Plain())
	return v
}

// prepare brings whatever may not run with an API server of a minor to what the oldest API server has.
func (p *planner) prepare(next minor, low lifecycle.Version) {
	low = p.level(low)
	p.controllers(low, func(q *part) bool { return minorOf(q.version) < next-1 }, "it may be one minor older than the API servers, and they go on to "+next.String())
	var late []*machine
	for _, m := range p.machines {
		if m.behind(low) && (next-minorOf(m.version) > reach(m.version) || m.beside != nil && next-minorOf(m.beside.version) > reach(m.beside.version)) {
			late = append(late, m)
		}
	}
	why := "an API server of " + next.String() + " is too new for it"
	p.approach(late, low, why, &p.gate)
	p.proxy(low, func(q *part) bool { return next-minorOf(q.version) > reach(q.version) }, why, &p.gate, true)
	p.nodes(slices.DeleteFunc(late, func(m *machine) bool { return !m.behind(low) }), low, why, &p.gate, true)
}

// serve brings API servers to a version, one by one, the oldest first.
func (p *planner) serve(to lifecycle.Version) {
	var behind []*part
	for _, q := range p.servers {
		// On the way to another minor the patches of this one are not worth a step of their own.
		due := minorOf(q.version) < minorOf(to) || to.Compare(p.target) == 0 && q.version.Compare(to) < 0
		if due && minorOf(to)-minorOf(q.version) <= 1 {
			behind = append(behind, q)
		}
	}
	slices.SortStableFunc(behind, func(a, b *part) int {
		return cmp.Or(a.version.Compare(b.version), cmp.Compare(a.node, b.node), a.object.Compare(b.object))
	})
	if p.host.kind == openShift {
		behind = []*part{behind[0]}
	}
	for i, q := range behind {
		m := &move{what: ControlPlane, parts: []*part{q}, to: to, first: i == 0 && !p.any(to), waits: p.gate, why: p.reason(q.version, to)}
		switch {
		case p.host.kind == openShift:
			m.parts, m.crew = slices.Concat(p.servers, p.controls), p.along()
		case p.host.local():
			for _, c := range p.controls {
				if c.node == q.node && c.version.Compare(to) < 0 && minorOf(c.version) <= minorOf(to) {
					m.parts = append(m.parts, c)
				}
			}
		}
		if p.host.whole {
			for _, n := range p.machines {
				if n.ref.Name == q.node && n.told {
					m.machine, m.crew = n, p.crews[n]
					m.chores = p.ease(m.crew)
				}
			}
		}
		p.gate = p.put(m)
		p.served = p.gate
	}
}

// any tells that an API server has a version already.
func (p *planner) any(v lifecycle.Version) bool {
	return slices.ContainsFunc(p.servers, func(q *part) bool { return q.version.Compare(v) >= 0 })
}

// reason says why the control plane goes to a version.
func (p *planner) reason(from, to lifecycle.Version) string {
	switch {
	case minorOf(from) == minorOf(to):
		if _, source, ok := p.built(minorOf(to)); ok && p.host.lent() {
			return show(to) + " is the newest patch of " + from.Line() + " that " + p.host.brand + " is known to have" + since(source)
		}
		return show(to) + " is the newest patch of " + from.Line() + " that is known"
	case minorOf(p.highest()) >= minorOf(to):
		return "another API server is at " + show(p.highest()) + " already, and they may be one minor apart"
	}
	way := ""
	if minorOf(to) < minorOf(p.target) {
		way = "; API servers go up one minor at a time"
	}
	if over, known := p.ended(minorOf(from)); over && known {
		return from.Line() + " is past support" + way + p.holds()
	}
	if until, paid := p.paid(minorOf(from)); paid {
		return "standard support of " + from.Line() + " has ended; paid support holds until " + until.String() + way + p.holds()
	}
	return "on the way to " + show(p.target) + ": API servers go up one minor at a time"
}

// lead brings controller managers and schedulers to what the oldest API server has.
func (p *planner) lead(low lifecycle.Version) {
	low = p.level(low)
	p.controllers(low, func(q *part) bool { return q.version.Compare(low) < 0 }, "the API servers are at "+show(low))
}

// controllers brings some of them to a version, those of a node at once.
func (p *planner) controllers(to lifecycle.Version, due func(*part) bool, why string) {
	at := map[string][]*part{}
	var nodes []string
	for _, q := range p.controls {
		if !due(q) || q.version.Compare(to) >= 0 {
			continue
		}
		key := q.object.String()
		if at[key] == nil {
			nodes = append(nodes, key)
		}
		at[key] = append(at[key], q)
	}
	slices.Sort(nodes)
	for _, key := range nodes {
		m := &move{what: ControlPlane, parts: at[key], to: to, why: why, waits: p.gate}
		m.crew = p.along()
		p.gate = p.put(m)
	}
}

// follow brings kube-proxy and kubelets to the target, once all API servers are there.
func (p *planner) follow() {
	to, after := p.target, p.served
	var behind []*machine
	for _, m := range p.machines {
		if m.behind(to) {
			behind = append(behind, m)
		}
	}
	p.approach(behind, to, "", &after)
	// A kubelet may not go further ahead of kube-proxy either.
	far := slices.ContainsFunc(p.proxies, func(q *part) bool { return minorOf(to)-minorOf(q.version) > reach(q.version) })
	p.proxy(to, func(*part) bool { return true }, "the API servers are at "+show(p.lowest()), &after, far)
	p.nodes(slices.DeleteFunc(behind, func(m *machine) bool { return !m.behind(to) }), to, "", &after, false)
}

// proxy brings kube-proxy to a version: a DaemonSet does so on all nodes.
func (p *planner) proxy(to lifecycle.Version, due func(*part) bool, why string, gate *int, chain bool) {
	done := map[string]bool{}
	for _, q := range p.proxies {
		key := q.object.String()
		if done[key] || !due(q) || q.version.Compare(to) >= 0 {
			continue
		}
		done[key] = true
		m := &move{what: Proxy, to: to, why: why, waits: *gate}
		for _, o := range p.proxies {
			if o.object == q.object && o.version.Compare(to) < 0 {
				m.parts = append(m.parts, o)
			}
		}
		at := p.put(m)
		if chain {
			*gate = at
		}
	}
}

// nodes brings nodes to a version one by one: those of the control plane first, then the most behind, then those that a drain stumbles
// over the least. Where a provider exchanges the nodes of a pool with one command, that is one step. In a chain each waits for the one
// before it, and what comes after them for the last.
func (p *planner) nodes(list []*machine, to lifecycle.Version, why string, gate *int, chain bool) {
	for _, g := range p.gangs(list) {
		at := p.put(&move{what: Node, machine: g.first(), crew: g.crew, to: to, waits: *gate, why: cmp.Or(why, behindWords(g.oldest(), to)), chores: p.ease(g.crew)})
		if chain {
			*gate = at
		}
	}
}

// behind tells that its kubelet, or kube-proxy that goes with it, is older than a version.
func (m *machine) behind(v lifecycle.Version) bool {
	return m.told && (m.version.Compare(v) < 0 || m.beside != nil && m.beside.version.Compare(v) < 0)
}

func compareMachines(a, b *machine) int {
	if a.control != b.control {
		if a.control {
			return -1
		}
		return 1
	}
	x, y := blocking(a.obstacles), blocking(b.obstacles)
	return cmp.Or(a.version.Compare(b.version), cmp.Compare(x, y), cmp.Compare(len(a.obstacles), len(b.obstacles)), a.ref.Compare(b.ref))
}

func blocking(list []Obstacle) int {
	n := 0
	for i := range list {
		if list[i].Blocks {
			n++
		}
	}
	return n
}

func behindWords(from, to lifecycle.Version) string {
	if n := minorOf(to) - minorOf(from); n == 1 {
		return "its kubelet is a minor behind"
	} else if n > 1 {
		words := fmt.Sprintf("its kubelet is %d minors behind", n)
		if n > reach(from) {
			words += ", more than may be"
		}
		return words
	}
	return "its kubelet lacks patches"
}

// ease gives what is due to the nodes of a crew besides, once.
func (p *planner) ease(c *crew) []chore {
	if p.eased[c] {
		return nil
	}
	p.eased[c] = true
	return c.due()
}

// chores puts what is due to nodes whose kubelet stays as it is: what is overdue first.
func (p *planner) chores() {
	var list []*machine
	for _, m := range p.machines {
		if !p.eased[p.crews[m]] && len(m.due) > 0 {
			list = append(list, m)
		}
	}
	all := p.gangs(list)
	late := func(g *gang) bool { return slices.ContainsFunc(g.due(), func(c chore) bool { return c.overdue }) }
	slices.SortStableFunc(all, func(a, b *gang) int {
		x, y := late(a), late(b)
		if x == y {
			return 0
		}
		if x {
			return -1
		}
		return 1
	})
	for _, g := range all {
		due := p.ease(g.crew)
		m := &move{what: due[0].what, machine: g.first(), crew: g.crew, why: choreWords(due), chores: due}
		if p.host.kind == openShift && m.what != Reboot {
			// Systems and runtimes come with a release, which takes all pools along.
			m.crew = p.all()
		}
		p.put(m)
	}
}

func choreWords(due []chore) string {
	parts := make([]string, len(due))
	for i, c := range due {
		parts[i] = c.detail
	}
	return strings.Join(parts, "; ")
}
