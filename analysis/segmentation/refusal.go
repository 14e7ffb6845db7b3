package segmentation

import (
	"maps"
	"slices"
	"strings"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// refusals are what policies refuse of what the egress rules of others let out to pods that they name by labels.
type refusals struct {
	// askers are the policies with such rules, near those of a namespace, far those that speak of other namespaces too.
	askers map[model.Ref]*asker
	near   map[string]map[model.Ref]*asker
	far    map[model.Ref]*asker
	// refused holds, for each policy that refuses, what it refuses of whom.
	refused map[model.Ref]map[model.Ref][]model.Evidence
	// namespaces are those of which the pods, or the policies on them, changed.
	namespaces map[string]struct{}
	// touched are the policies that refuse something else than before.
	touched map[model.Ref]struct{}
}

// asker is a policy with egress rules that name pods by labels.
type asker struct {
	// peers are those that it names so.
	peers []policy.Selector
	// from are the labels of the pods that it is about.
	from []record.Labels
	// refusers are the policies that refuse something of it, by namespace.
	refusers map[string]model.Ref
	// changed tells that it says something else than when it was last asked.
	changed bool
}

func newRefusals() refusals {
	return refusals{
		askers: map[model.Ref]*asker{}, near: map[string]map[model.Ref]*asker{}, far: map[model.Ref]*asker{},
		refused: map[model.Ref]map[model.Ref][]model.Evidence{}, namespaces: map[string]struct{}{}, touched: map[model.Ref]struct{}{},
	}
}

// touch notes that pods of a namespace may be isolated otherwise, or be others.
func (s *refusals) touch(namespace string) { s.namespaces[namespace] = struct{}{} }

// labelledPeer tells a peer that names pods by their labels.
func labelledPeer(p *policy.Peer) bool {
	return p.Pods != nil && !p.Pods.Nothing && len(p.Pods.Pods) > 0
}

// read takes a policy as it is now; nil for one that is gone.
func (s *refusals) read(ref model.Ref, p *policy.Policy) {
	var peers []policy.Selector
	if p != nil && p.Tier == policy.Network {
		for i := range p.Rules[policy.Egress] {
			for j := range p.Rules[policy.Egress][i].Peers {
				if peer := &p.Rules[policy.Egress][i].Peers[j]; labelledPeer(peer) {
					peers = append(peers, *peer.Pods)
				}
			}
		}
	}
	a := s.askers[ref]
	delete(s.far, ref)
	if len(peers) == 0 {
		if a == nil {
			return
		}
		s.withdraw(ref, a)
		delete(s.askers, ref)
		delete(s.near[ref.Namespace], ref)
		if len(s.near[ref.Namespace]) == 0 {
			delete(s.near, ref.Namespace)
		}
		return
	}
	if a == nil {
		a = &asker{refusers: map[string]model.Ref{}}
		s.askers[ref] = a
		if s.near[ref.Namespace] == nil {
			s.near[ref.Namespace] = map[model.Ref]*asker{}
		}
		s.near[ref.Namespace][ref] = a
	}
	a.peers, a.changed = slices.Clip(peers), true
	s.touch(ref.Namespace)
	if slices.ContainsFunc(peers, func(peer policy.Selector) bool { return peer.Namespace != ref.Namespace }) {
		s.far[ref] = a
	}
}

// withdraw takes back all that is refused of a policy.
func (s *refusals) withdraw(ref model.Ref, a *asker) {
	for name := range a.refusers {
		s.answer(ref, a, name, model.Ref{}, nil)
	}
}

// answer notes who refuses in a namespace what a policy asks; the zero reference where nobody does.
func (s *refusals) answer(ref model.Ref, a *asker, name string, by model.Ref, l []model.Evidence) {
	if old, ok := a.refusers[name]; ok {
		delete(a.refusers, name)
		delete(s.refused[old], ref)
		s.touched[old] = struct{}{}
	}
	if by.IsZero() {
		return
	}
	a.refusers[name] = by
	if s.refused[by] == nil {
		s.refused[by] = map[model.Ref][]model.Evidence{}
	}
	s.refused[by][ref] = l
	s.touched[by] = struct{}{}
}

// settleRefusals asks anew whoever may get another answer, and brings the findings on those who refuse up to date.
func (r *round) settleRefusals() {
	s := &r.refusals
	asked := map[model.Ref]struct{}{}
	for name := range s.namespaces {
		for ref, a := range s.near[name] {
			from := r.kinds(ref)
			if a.changed || !slices.Equal(from, a.from) {
				a.changed, a.from = false, from
				r.askAll(ref, a)
				asked[ref] = struct{}{}
			} else {
				r.askIn(ref, a, name)
			}
		}
	}
	for ref, a := range s.far {
		if _, done := asked[ref]; done {
			continue
		}
		if len(s.namespaces) <= many {
			for name := range s.namespaces {
				if name != ref.Namespace {
					r.askIn(ref, a, name)
				}
			}
			continue
		}
		r.askAll(ref, a)
	}
	clear(s.namespaces)
	for by := range s.touched {
		r.refusing(by)
	}
	clear(s.touched)
}

// refusing judges a policy that refuses.
func (r *round) refusing(by model.Ref) {
	s := &r.refusals
	if len(s.refused[by]) == 0 {
		delete(s.refused, by)
		r.stand(by, asRefusing, nil)
		return
	}
	var l []model.Evidence
	for _, part := range s.refused[by] {
		l = append(l, part...)
	}
	inorder.Sort(l, func(a, b model.Evidence) int {
		if n := a.Object.Compare(b.Object); n != 0 {
			return n
		}
		return strings.Compare(a.Path, b.Path)
	})
	l = append([]model.Evidence{{Object: by, Path: "spec.ingress", Value: "lets none of it in"}}, l...)
	r.stand(by, asRefusing, gather(r.finding("NW20", model.Low, by, lines(capped(by, l)...))))
}

// askAll asks in every namespace that a policy speaks of.
func (r *round) askAll(ref model.Ref, a *asker) {
	r.refusals.withdraw(ref, a)
	names := map[string]struct{}{}
	for i := range a.peers {
		if peer := &a.peers[i]; peer.Namespace != "" {
			names[peer.Namespace] = struct{}{}
		} else {
			maps.Copy(names, r.meant(peer))
		}
	}
	for name := range names {
		r.askIn(ref, a, name)
	}
}

// askIn asks in one namespace who refuses all that an egress rule lets out to the pods of one of its peers.
func (r *round) askIn(ref model.Ref, a *asker, name string) {
	means := func(peer policy.Selector) bool { return r.means(&peer, name) }
	if len(a.from) == 0 || !slices.ContainsFunc(a.peers, means) {
		r.refusals.answer(ref, a, name, model.Ref{}, nil)
		return
	}
	p := r.form(ref)
	var by model.Ref
	var l []model.Evidence
	for i := range p.Rules[policy.Egress] {
		rule := &p.Rules[policy.Egress][i]
		for j := range rule.Peers {
			peer := &rule.Peers[j]
			if !labelledPeer(peer) || !r.means(peer.Pods, name) {
				continue
			}
			who, ok := r.refuser(ref.Namespace, a.from, rule, peer, name)
			if !ok {
				continue
			}
			if by.IsZero() || who.Compare(by) < 0 {
				by = who
			}
			l = append(l, model.Evidence{Object: ref, Path: peer.Path, Value: brief("to " + name + ": " + peer.Pods.Pods.String())})
		}
	}
	r.refusals.answer(ref, a, name, by, l)
}
