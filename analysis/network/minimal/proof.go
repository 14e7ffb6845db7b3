package minimal

import (
	"cmp"
	"slices"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
)

// prove asks the evaluator what is possible without the policies and with them.
func (s *Survey) prove(m *maker) {
	w := s.evaluator()
	for _, x := range m.targets {
		s.admit(w, x)
	}
	slices.SortFunc(m.p.Also, model.Ref.Compare)
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
	before := s.possible(m, w)
	was := make([]outcome, len(m.flows))
	for i := range m.flows {
		was[i] = w.outcome(&m.flows[i])
	}
	undo := w.change(changes...)
	after := s.possible(m, w)
	for i := range m.flows {
		m.judge(&m.flows[i], &was[i], w.outcome(&m.flows[i]))
	}
	m.dns(w)
	w.change(undo...)
	m.p.Removed = m.removed(before, after)
	m.p.Residual = m.residual(after)
	if m.q.Acts[policy.Ingress] && len(m.targets) > 0 {
		m.say("probes by the kubelet go on: what runs on the network of a pod's own node reaches it whatever policies say")
	}
}

// row is connections that are possible between a target and a peer.
type row struct {
	direction  policy.Direction
	object     model.Ref
	peer       network.End
	ports      port.Set
	assumption string
	by         []model.Ref
	// node tells that the peer is on the network of the target's own node.
	node bool
}

// possible lists what is possible for the targets, and for those who are isolated with them.
func (s *Survey) possible(m *maker, w *world) []row {
	var rows []row
	objects := map[model.Ref]bool{}
	for _, x := range m.targets {
		objects[x.ref] = true
	}
	for _, ref := range m.p.Also {
		objects[ref] = true
	}
	var ends []network.End
	if m.q.Namespace != "" {
		ends = append(ends, network.End{Ref: model.KindByName("Namespace").Ref("", m.q.Namespace)})
	} else {
		for ref := range objects {
			ends = append(ends, network.End{Ref: ref})
		}
		slices.SortFunc(ends, func(a, b network.End) int { return a.Ref.Compare(b.Ref) })
	}
	for _, end := range ends {
		if m.q.Acts[policy.Ingress] {
			for e := range w.net.Entries(w.c, network.Question{To: end, Outside: true}) {
				rows = s.add(m, rows, objects, policy.Ingress, &e, e.Dst.Ref, e.Src)
			}
		}
		if m.q.Acts[policy.Egress] {
			for e := range w.net.Entries(w.c, network.Question{From: end, Outside: true}) {
				if !m.q.Acts[policy.Ingress] || !objects[e.Dst.Ref] {
					rows = s.add(m, rows, objects, policy.Egress, &e, e.Src.Ref, e.Dst)
				}
			}
		}
	}
	return rows
}

func (s *Survey) add(m *maker, rows []row, objects map[model.Ref]bool, d policy.Direction, e *network.Entry, object model.Ref, peer network.End) []row {
	if !objects[object] {
		return rows
	}
	if e.Verdict == network.NotEvaluated {
		m.say("%s is not evaluated: %s", object, e.Assumption)
		return rows
	}
	r := row{direction: d, object: object, peer: network.End{Ref: peer.Ref, Block: peer.Block}, ports: e.Connections, assumption: e.Assumption}
	decided := false
	for _, b := range e.Because {
		if b.Direction != d {
			continue
		}
		decided = decided || !b.Object.IsZero()
		// That a policy isolates lets nothing through.
		if b.Rule >= 0 && !b.Object.IsZero() && !slices.Contains(r.by, b.Object) {
			r.by = append(r.by, b.Object)
		}
	}
	slices.SortFunc(r.by, model.Ref.Compare)
	r.node = d == policy.Ingress && !decided && s.onHost(peer.Ref)
	return append(rows, r)
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
