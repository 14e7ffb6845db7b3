package upgrade

import (
	"cmp"
	"slices"
	"strings"

	"canopy/analysis/disruption"
	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/model/inorder"
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
	out.Why += s.preconditions(m)
	switch m.what {
	case Reboot:
		out.To = ""
	case Runtime:
		out.To = s.better(m)
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
	if m.machine != nil {
		out.Drains, out.Obstacles = true, m.machine.obstacles
		if !m.machine.ready {
			out.Why += "; it is not ready"
		}
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
		all = append(all, m.machine.version)
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

// blockers lists what keeps the control plane from a minor, as things are now.
func (s *scene) blockers(next minor) []Blocker {
	list := []Blocker{}
	old := func(cause, what string, object model.Ref, v lifecycle.Version) {
		if next-minorOf(v) > reach(v) {
			list = append(list, Blocker{cause, object, what + " " + show(v) + " is older than an API server of " + next.String() + " allows"})
		}
	}
	low, high := s.lowest(), s.highest()
	if minorOf(low) != minorOf(high) {
		list = append(list, Blocker{"server", model.ClusterRef(), "API servers are at " + show(low) + " and " + show(high) + ": all have to be at one minor first"})
	}
	for _, m := range s.machines {
		if m.told {
			old("kubelet", "kubelet", m.ref, m.version)
		}
		if m.beside != nil {
			old("proxy", "kube-proxy", m.ref, m.beside.version)
		}
	}
	for _, q := range s.proxies {
		old("proxy", "kube-proxy", q.object, q.version)
	}
	for _, u := range s.uses(next.String()) {
		gone, ok := lifecycle.ParseVersion(u.End.Removed)
		if !ok || minorOf(gone) <= minorOf(low) || minorOf(gone) > next {
			continue
		}
		says := disruption.Brief(u.By) + " uses " + disruption.Brief(u.APIVersion) + ", which " + gone.Line() + " does not serve any more"
		if u.End.Replacement != "" {
			says += "; write it as " + u.End.Replacement
		}
		list = append(list, Blocker{"api", u.Object, says})
	}
	inorder.Sort(list, func(a, b Blocker) int {
		return cmp.Or(cmp.Compare(rank(a.Cause), rank(b.Cause)), a.Object.Compare(b.Object), cmp.Compare(a.Says, b.Says))
	})
	return slices.Compact(list)
}

func rank(cause string) int {
	return slices.Index([]string{"server", "kubelet", "proxy", "api"}, cause)
}
