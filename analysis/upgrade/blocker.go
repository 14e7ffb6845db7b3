package upgrade

import (
	"cmp"
	"slices"

	"canopy/analysis/deprecation"
	"canopy/analysis/disruption"
	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/model/inorder"
)

// next is the minor above what the control plane has now.
func (s *scene) next() minor { return minorOf(s.highest()) + 1 }

// horizon is the newest minor of which it is asked what keeps the control plane from it.
func (s *scene) horizon(target lifecycle.Version) minor { return max(s.next(), minorOf(target)) }

// blockers lists what keeps the control plane from minors, as things are now: each with the first that it keeps it from.
func (s *scene) blockers(next, last minor) []Blocker {
	list := []Blocker{}
	put := func(cause string, object model.Ref, from minor, says string) {
		list = append(list, Blocker{Cause: cause, Object: object, Says: says, Minor: from.String()})
	}
	old := func(cause, what string, object model.Ref, v lifecycle.Version) {
		if from := max(next, minorOf(v)+reach(v)+1); from <= last {
			put(cause, object, from, what+" "+show(v)+" is older than an API server of "+from.String()+" allows")
		}
	}
	low, high := s.lowest(), s.highest()
	if minorOf(low) != minorOf(high) {
		put("server", model.ClusterRef(), next, "API servers are at "+show(low)+" and "+show(high)+": all have to be at one minor first")
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
	for _, u := range s.uses(last.String()) {
		gone, ok := lifecycle.ParseVersion(u.End.Removed)
		if !ok || minorOf(gone) <= minorOf(low) || minorOf(gone) > last {
			continue
		}
		says := disruption.Brief(u.By) + " uses " + disruption.Brief(u.APIVersion) + ", which " + gone.Line() + " does not serve any more"
		if u.End.Replacement != "" {
			says += "; write it as " + u.End.Replacement
		}
		put("api", u.Object, max(next, minorOf(gone)), says)
	}
	if why, ok := deprecation.TellsUpTo(s.tables, last.String(), s.today.Time()); !ok {
		text := last.String() + " removes"
		if next < last {
			text = next.String() + " to " + last.String() + " remove"
		}
		s.tell("which API versions " + text + ": " + why)
	}
	inorder.Sort(list, func(a, b Blocker) int {
		return cmp.Or(compareMinors(a.Minor, b.Minor), cmp.Compare(rank(a.Cause), rank(b.Cause)), a.Object.Compare(b.Object), cmp.Compare(a.Says, b.Says))
	})
	return slices.Compact(list)
}

func compareMinors(a, b string) int {
	x, _ := lifecycle.ParseVersion(a)
	y, _ := lifecycle.ParseVersion(b)
	return x.Compare(y)
}

func rank(cause string) int {
	return slices.Index([]string{"server", "kubelet", "proxy", "api"}, cause)
}

// await notes for what keeps the control plane from a minor which step has to wait for it: the first that goes there.
func (p *planner) await(list []Blocker) {
	first := map[string]int{}
	for i, m := range p.moves {
		if m.what != ControlPlane {
			continue
		}
		if name := minorOf(m.to).String(); first[name] == 0 {
			first[name] = i + 1
		}
	}
	for i := range list {
		list[i].Step = first[list[i].Minor]
	}
}
