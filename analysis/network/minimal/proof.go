package minimal

import (
	"cmp"
	"slices"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/inorder"
)

// prove asks the evaluator what is possible without the policies and with them.
func (s *Survey) prove(m *maker) {
	w := s.evaluator()
	places, divided := s.spoken(m)
	s.gather(w, places)
	for _, x := range slices.Concat(m.targets, divided) {
		s.admit(w, x)
	}
	inorder.Sort(m.p.Also, model.Ref.Compare)
	m.p.Also = slices.DeleteFunc(slices.Compact(m.p.Also), func(ref model.Ref) bool {
		return slices.ContainsFunc(m.targets, func(x *party) bool { return x.ref == ref })
	})
	for _, ref := range m.p.Also {
		s.admit(w, s.places[ref.Namespace].parties[ref])
	}
	for i := range m.flows {
		for _, f := range []*far{&m.flows[i].src, &m.flows[i].dst} {
			for _, x := range f.parties {
				s.admit(w, x)
			}
		}
	}
	var changes []model.Change
	for i := range m.p.Documents {
		r, err := m.p.Documents[i].record()
		if err != nil {
			m.say("%s cannot be proven: %s", m.p.Documents[i].Ref, err)
			continue
		}
		changes = append(changes, model.Put(r))
	}
	was := make([]outcome, len(m.flows))
	for i := range m.flows {
		was[i] = w.outcome(&m.flows[i])
	}
	subjects := m.subjects()
	residual, removed := newTotals(true), newTotals(false)
	undo := w.change(changes...)
	s.possible(m, w, subjects, func(r *row) {
		r.of.keep(r)
		m.residual(residual, r)
	})
	for i := range m.flows {
		m.judge(&m.flows[i], &was[i], w.outcome(&m.flows[i]))
	}
	m.dns(w)
	w.change(undo...)
	// What was possible before is much mostly, and is not kept.
	s.possible(m, w, subjects, func(r *row) { r.of.lose(removed, r) })
	m.p.Removed, m.p.Residual = removed.removed(), residual.residual()
	if m.q.Acts[policy.Ingress] && len(m.targets) > 0 {
		m.say("probes by the kubelet go on: what runs on the network of a pod's own node reaches it whatever policies say")
	}
}

// row is connections that are possible between a target and a peer.
type row struct {
	direction  policy.Direction
	of         *subject
	peer       network.End
	ports      port.Set
	assumption string
	because    []network.Reason
	// node tells that the peer is on the network of the target's own node.
	node bool
}

// subjects gives the targets, and those who are isolated with them.
func (m *maker) subjects() map[model.Ref]*subject {
	all := map[model.Ref]*subject{}
	for _, x := range m.targets {
		all[x.ref] = newSubject(x.ref)
	}
	for _, ref := range m.p.Also {
		all[ref] = newSubject(ref)
	}
	return all
}

// possible goes through what is possible for some owners. A row holds until the next one.
func (s *Survey) possible(m *maker, w *world, subjects map[model.Ref]*subject, visit func(*row)) {
	var ends []network.End
	if m.q.Namespace != "" {
		ends = append(ends, network.End{Ref: model.KindByName("Namespace").Ref("", m.q.Namespace)})
	} else {
		for ref := range subjects {
			ends = append(ends, network.End{Ref: ref})
		}
		inorder.Sort(ends, func(a, b network.End) int { return a.Ref.Compare(b.Ref) })
	}
	var r row
	for _, end := range ends {
		if m.q.Acts[policy.Ingress] {
			for e := range w.net.Entries(w.c, network.Question{To: end, Outside: true}) {
				if r.of = subjects[e.Dst.Ref]; s.fill(m, &r, policy.Ingress, &e, &e.Src) {
					visit(&r)
				}
			}
		}
		if m.q.Acts[policy.Egress] {
			for e := range w.net.Entries(w.c, network.Question{From: end, Outside: true}) {
				if m.q.Acts[policy.Ingress] && subjects[e.Dst.Ref] != nil {
					continue
				}
				if r.of = subjects[e.Src.Ref]; s.fill(m, &r, policy.Egress, &e, &e.Dst) {
					visit(&r)
				}
			}
		}
	}
}

// fill makes a row of an entry; false where there is nothing to tell.
func (s *Survey) fill(m *maker, r *row, d policy.Direction, e *network.Entry, peer *network.End) bool {
	if r.of == nil {
		return false
	}
	if e.Verdict == network.NotEvaluated {
		m.say("%s is not evaluated: %s", r.of.ref, e.Assumption)
		return false
	}
	r.direction, r.peer = d, network.End{Ref: peer.Ref, Block: peer.Block}
	r.ports, r.assumption, r.because = e.Connections, e.Assumption, e.Because
	decided := slices.ContainsFunc(e.Because, func(b network.Reason) bool { return b.Direction == d && !b.Object.IsZero() })
	r.node = d == policy.Ingress && !decided && s.onHost(peer.Ref)
	return true
}

// onHost tells that an owner has pods on the network of their nodes.
func (s *Survey) onHost(ref model.Ref) bool {
	p := s.places[ref.Namespace]
	if p == nil || p.parties[ref] == nil {
		return false
	}
	_, host := s.network(p.parties[ref])
	return host
}

// dns asks whether the targets can ask for names.
func (m *maker) dns(w *world) {
	d := &m.p.DNS
	if d.Asked = m.q.Acts[policy.Egress] && len(m.targets) > 0; !d.Asked {
		return
	}
	d.Kept = true
	if len(m.resolvers) == 0 {
		d.Why = "no pods that answer for names were seen"
	}
	for _, x := range m.targets {
		for _, r := range m.resolvers {
			for e := range w.net.Entries(w.c, network.Question{From: network.End{Ref: x.ref}, To: network.End{Ref: r.party.ref}, Ports: &r.ports, Denied: true}) {
				switch {
				case e.Verdict == network.Deny:
					d.Kept = false
					d.Why = x.ref.String() + " does not reach " + r.party.ref.String() + " on " + e.Connections.String()
					if len(e.Because) > 0 && !e.Because[0].Object.IsZero() {
						d.Why += ": " + e.Because[0].Object.String()
					}
					return
				case e.Verdict != network.Allow:
					d.Why = cmp.Or(d.Why, e.Assumption)
				}
			}
		}
	}
}
