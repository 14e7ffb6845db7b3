package upgrade

import (
	"cmp"
	"slices"
	"strings"

	"canopy/analysis/disruption"
	"canopy/analysis/lifecycle"
	"canopy/model"
)

// step writes a move for people. It is asked before the move is applied.
func (s *scene) step(m *move) Step {
	out := Step{What: m.what, Object: model.ClusterRef(), Why: m.why, Waits: m.waits, From: m.from(), To: show(m.to)}
	switch {
	case m.machine != nil:
		out.Object = m.machine.ref
	case s.host.sold || s.host.kind == openShift && m.what == ControlPlane:
	default:
		out.Object = m.parts[0].object
	}
	if m.crew != nil {
		out.Nodes, out.Pool = m.crew.refs(out.Object), m.crew.pool
		out.Why += m.crew.words()
	}
	out.Why += s.preconditions(m)
	switch m.what {
	case Reboot:
		out.To = ""
	case Runtime:
		// Which runtime there is on the image of a provider nobody else chooses.
		if out.To = s.better(m); s.host.pooled() {
			out.To = ""
			out.Why += "; the runtime is the one of the newest image that " + cmp.Or(s.host.brand, "the provider") + " has"
		}
	case System:
		out.To = ""
	default:
		if len(m.chores) > 0 {
			out.Why += "; at the same time: " + choreWords(m.chores)
		}
	}
	if m.what == ControlPlane && m.machine == nil {
		out.Why = m.names() + out.Why
	}
	if m.what == ControlPlane || m.what == Node {
		out.Why += s.offer(m)
	}
	if m.crew != nil {
		out.Drains, out.Obstacles = true, m.crew.obstacles
		out.Why += m.crew.unready()
	}
	out.Why = disruption.Line(out.Why)
	out.Safe = out.Drains && !slices.ContainsFunc(out.Obstacles, func(o Obstacle) bool { return o.Cause != disruption.Scratch })
	out.Blocks = (&script{scene: s, move: m, from: out.From}).write()
	out.Commands = flat(out.Blocks)
	return out
}

// from is the version that a step begins at: the oldest of all that it brings on.
func (m *move) from() string {
	if m.what == Reboot || m.what == Runtime || m.what == System {
		return m.chores[0].from
	}
	var all []lifecycle.Version
	for _, q := range m.parts {
		all = append(all, q.version)
	}
	if m.machine != nil {
		for _, n := range m.crew.machines {
			if n.told {
				all = append(all, n.version)
			}
		}
	}
	return show(slices.MinFunc(all, lifecycle.Version.Compare))
}

// names lists the components that a step of the control plane is about, where it is not an API server alone.
func (m *move) names() string {
	var names []string
	for _, q := range m.parts {
		names = append(names, q.component)
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) == 1 && names[0] == lifecycle.APIServer {
		return ""
	}
	return strings.Join(names, ", ") + ": "
}
