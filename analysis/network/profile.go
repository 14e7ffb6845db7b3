package network

import (
	"cmp"
	"slices"

	"canopy/analysis/network/policy"
)

// course is what is asked about a class in a direction, in order.
type course struct {
	// admin and baseline hold the policies of the cluster, those of equal priority together.
	admin, baseline [][]branch
	// network are the NetworkPolicies. Where there is one, it isolates.
	network []branch
	// exempt tells that the subject is on the host's network, where NetworkPolicies may have no effect.
	exempt bool
}

// branch is the rules of one policy.
type branch struct {
	held *held
	// maybe tells that it is not certain that the policy selects the subject.
	maybe bool
	rules []*rule
}

// profile is the policies that concern classes in a direction, shared by all classes that they concern alike.
type profile struct {
	id        uint32
	key       string
	direction policy.Direction
	course    course
	program   *program
	// unread is a policy among them that says something which cannot be read.
	unread *policy.Policy
	uses   int
}

// program is what the policies of a profile say, whatever their names are. What connections are possible depends on that
// alone.
type program struct {
	id        uint32
	key       string
	direction policy.Direction
	course    course
	// open tells that no policy has a say; wide that ends which no rule speaks of may be allowed something.
	open, wide bool
	groups     []*group
	uses       int
}

// orderedFor gives the policies of the cluster that may concern classes of a namespace, in the order in which they are asked.
func (a *Analyser) orderedFor(n *namespace) []*held {
	if n.version != a.orderedVersion {
		n.version = a.orderedVersion
		n.ordered = n.ordered[:0]
		for _, h := range a.ordered {
			if h.space != nil && h.space.holds(n) != levelNo {
				n.ordered = append(n.ordered, h)
			}
		}
	}
	return n.ordered
}

func compareHeld(a, b *held) int {
	return cmp.Or(cmp.Compare(a.policy.Tier, b.policy.Tier), cmp.Compare(a.policy.Priority, b.policy.Priority), a.policy.Ref.Compare(b.policy.Ref))
}

// selection is a policy that concerns a class.
type selection struct {
	held  *held
	maybe bool
}

// selections gives the policies that concern a class in a direction, those of the admin tier first.
func (a *Analyser) selections(c *class, d policy.Direction) []selection {
	list := a.picked[:0]
	pick := func(h *held) {
		if !h.policy.Acts[d] && h.policy.Unread == "" {
			return
		}
		if l := h.subject(c); l != levelNo {
			list = append(list, selection{h, l == levelMaybe})
		}
	}
	ordered := a.orderedFor(c.namespace)
	if c.host {
		ordered = nil
	}
	i := 0
	for ; i < len(ordered) && ordered[i].policy.Tier == policy.Admin; i++ {
		pick(ordered[i])
	}
	for _, h := range c.namespace.policies {
		pick(h)
	}
	for ; i < len(ordered); i++ {
		pick(ordered[i])
	}
	a.picked = list
	return list
}

// profileOf gives the profile of a class, used once more.
func (a *Analyser) profileOf(c *class, d policy.Direction) *profile {
	list := a.selections(c, d)
	if last := &a.last[d]; last.profile != nil && last.host == c.host && slices.Equal(last.list, list) {
		// Classes of one namespace come one after the other, and mostly have the same policies.
		last.profile.uses++
		return last.profile
	}
	buf := a.buf[:0]
	buf = append(buf, byte(d))
	if c.host && len(list) > 0 {
		buf = append(buf, 1)
	} else {
		buf = append(buf, 0)
	}
	for _, s := range list {
		id := s.held.id << 1
		if s.maybe {
			id |= 1
		}
		buf = appendID(buf, id)
	}
	a.buf = buf
	p := a.profiles[string(buf)]
	if p == nil {
		p = &profile{id: a.next(), key: string(buf), direction: d, course: makeCourse(list, d, c.host)}
		for _, s := range list {
			if s.held.policy.Unread != "" {
				p.unread = s.held.policy
				break
			}
		}
		a.profiles[p.key] = p
		p.program = a.programOf(p)
	}
	p.uses++
	a.last[d] = lastProfile{p, append(a.last[d].list[:0], list...), c.host}
	return p
}

// lastProfile is the one that was asked for last, and what it was made of.
type lastProfile struct {
	profile *profile
	list    []selection
	host    bool
}

func makeCourse(list []selection, d policy.Direction, host bool) course {
	c := course{exempt: host && len(list) > 0}
	for _, s := range list {
		p := s.held.policy
		if !p.Acts[d] {
			continue
		}
		b := branch{s.held, s.maybe, s.held.rules[d]}
		switch p.Tier {
		case policy.Admin:
			c.admin = stack(c.admin, b)
		case policy.Network:
			c.network = append(c.network, b)
		default:
			c.baseline = stack(c.baseline, b)
		}
	}
	return c
}

// stack puts a policy behind those of its priority, or below all.
func stack(levels [][]branch, b branch) [][]branch {
	if n := len(levels); n > 0 && levels[n-1][0].held.policy.Priority == b.held.policy.Priority {
		levels[n-1] = append(levels[n-1], b)
		return levels
	}
	return append(levels, []branch{b})
}

func (a *Analyser) releaseProfile(p *profile) {
	if p.uses--; p.uses > 0 {
		return
	}
	delete(a.profiles, p.key)
	g := p.program
	if g.uses--; g.uses > 0 {
		return
	}
	delete(a.programs, g.key)
	delete(a.widePrograms[g.direction], g)
	g.course.each(func(b *branch) {
		for _, r := range b.rules {
			// A rule that nobody uses has no need to know.
			if r.uses > 0 {
				r.programs = without(r.programs, g)
			}
		}
	})
}

// each goes through all branches.
func (c *course) each(visit func(*branch)) {
	for _, list := range [][][]branch{c.admin, {c.network}, c.baseline} {
		for i := range list {
			for j := range list[i] {
				visit(&list[i][j])
			}
		}
	}
}

func (a *Analyser) programOf(p *profile) *program {
	buf := a.buf[:0]
	buf = append(buf, byte(p.direction))
	put := func(tier byte, b *branch) {
		buf = append(buf, tier)
		if b.maybe {
			buf = append(buf, 1)
		} else {
			buf = append(buf, 0)
		}
		for _, r := range b.rules {
			buf = appendID(append(buf, 'r'), r.id)
		}
	}
	for tier, levels := range [][][]branch{p.course.admin, {p.course.network}, p.course.baseline} {
		for i := range levels {
			buf = append(buf, '/')
			for j := range levels[i] {
				put(byte(tier), &levels[i][j])
			}
		}
	}
	if p.course.exempt {
		buf = append(buf, '!')
	}
	g := a.programs[string(buf)]
	if g == nil {
		g = &program{id: a.next(), key: string(buf), direction: p.direction, course: p.course}
		g.open = len(g.course.admin) == 0 && len(g.course.network) == 0 && len(g.course.baseline) == 0
		a.programs[g.key] = g
		g.course.each(func(b *branch) {
			for _, r := range b.rules {
				r.programs = append(r.programs, g)
				// A port that has a name is on nobody in particular: it counts as allowed until somebody is asked about.
				g.wide = g.wide || r.anyone && r.action != policy.Deny && r.named != nil
			}
		})
		allowed, _ := a.walk(&g.course, &far{}, nil)
		if g.wide = g.wide || allowed != noPorts; g.wide {
			a.widePrograms[g.direction][g] = struct{}{}
		}
	}
	g.uses++
	a.buf = buf
	return g
}

// mayAllow goes through the peers that a rule may let through: what none of them selects gets no more than anybody.
func (g *program) mayAllow(visit func(*peer)) {
	g.course.each(func(b *branch) {
		for _, r := range b.rules {
			if r.action != policy.Deny {
				for _, p := range r.peers {
					visit(p)
				}
			}
		}
	})
}

// comparePolicies orders policies for lists.
func comparePolicies(a, b *held) int { return a.policy.Ref.Compare(b.policy.Ref) }

func insertHeld(list []*held, h *held, compare func(a, b *held) int) []*held {
	i, _ := slices.BinarySearchFunc(list, h, compare)
	return slices.Insert(list, i, h)
}

func removeHeld(list []*held, h *held) []*held {
	if i := slices.Index(list, h); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}
