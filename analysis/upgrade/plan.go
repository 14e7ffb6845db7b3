package upgrade

import (
	"cmp"
	"slices"
	"strings"

	"canopy/analysis/lifecycle"
)

// What steps are about.
const (
	ControlPlane = "control-plane"
	Node         = "node"
	Proxy        = "proxy"
	Reboot       = "reboot"
	Runtime      = "runtime"
	System       = "os"
)

// move is one step, as far as versions go: parts and a node that are brought to a version at once.
type move struct {
	what    string
	parts   []*part
	machine *machine
	to      lifecycle.Version
	why     string
	waits   int
	// crew is every node that the commands change, machine among them; nil where they change none.
	crew *crew
	// chores are what is done to the nodes at the same time.
	chores []chore
	// first tells that no server was brought to this version before.
	first bool
}

// planner orders moves.
type planner struct {
	*scene
	target lifecycle.Version
	moves  []*move
	// gate is the place of the last step that the next step of the control plane has to wait for, served that of the last of an API server.
	gate, served int
	// eased are nodes whose chores are in a step already.
	eased map[*crew]bool
}

// plan orders what is to be done. The moves are those of the steps, one by one.
func (s *scene) plan() (*Plan, []*move) {
	p := &planner{scene: s, eased: map[*crew]bool{}}
	out := &Plan{Steps: []Step{}, Blockers: []Blocker{}, Unknown: []string{}, Date: s.asOf}
	s.settle()
	s.muster()
	target, doubts, ok := s.goal()
	for _, text := range doubts {
		s.tell(text)
	}
	if ok {
		p.target = target
		out.Target, out.Next = show(target), s.next().String()
		out.Blockers = s.blockers(s.next(), s.horizon(target))
		names, date := s.sourced(minorOf(target))
		out.Source, out.Date = strings.Join(names, ", "), cmp.Or(date, s.asOf)
		start := s.save()
		p.climb()
		p.follow()
		p.chores()
		s.restore(start)
		p.await(out.Blockers)
	} else {
		p.chores()
	}
	for _, m := range p.moves {
		out.Steps = append(out.Steps, s.step(m))
		m.apply()
	}
	slices.Sort(s.unknown)
	out.Unknown = append(out.Unknown, slices.Compact(s.unknown)...)
	return out, p.moves
}

// apply brings what a move is about to its version.
func (m *move) apply() {
	for _, q := range m.parts {
		raise(&q.version, m.to)
	}
	if m.machine == nil || m.what != Node && m.what != ControlPlane {
		return
	}
	for _, n := range m.crew.machines {
		if !n.told {
			continue
		}
		raise(&n.version, m.to)
		if n.beside != nil {
			raise(&n.beside.version, m.to)
		}
	}
}

func raise(v *lifecycle.Version, to lifecycle.Version) {
	if v.Compare(to) < 0 {
		*v = to
	}
}

// put adds a step, and counts it as done.
func (p *planner) put(m *move) int {
	p.moves = append(p.moves, m)
	m.apply()
	return len(p.moves)
}

// save notes all versions, restore puts them back.
func (s *scene) save() []lifecycle.Version {
	var all []lifecycle.Version
	s.each(func(v *lifecycle.Version) { all = append(all, *v) })
	return all
}

func (s *scene) restore(all []lifecycle.Version) {
	i := 0
	s.each(func(v *lifecycle.Version) { *v = all[i]; i++ })
}

func (s *scene) each(f func(*lifecycle.Version)) {
	for _, list := range [][]*part{s.servers, s.controls, s.proxies} {
		for _, q := range list {
			f(&q.version)
		}
	}
	for _, m := range s.machines {
		f(&m.version)
		if m.beside != nil {
			f(&m.beside.version)
		}
	}
}

// lowest and highest give the oldest and the newest of API servers.
func (s *scene) lowest() lifecycle.Version {
	return slices.MinFunc(s.servers, func(a, b *part) int { return a.version.Compare(b.version) }).version
}

func (s *scene) highest() lifecycle.Version {
	return slices.MaxFunc(s.servers, func(a, b *part) int { return a.version.Compare(b.version) }).version
}
