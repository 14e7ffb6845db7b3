package privilege

import (
	"slices"

	"canopy/model"
)

// means is what a subject holds of shared needs in one place by all bindings, those of the groups that it is always in
// among them: near by those of the namespace, wide by those of the whole cluster.
type means struct {
	near, wide profile
	steads     []*stead
}

func (m *means) none() bool { return len(m.steads) == 0 }

func (m *means) add(s *stead) {
	if s == nil || len(s.givers) == 0 {
		return
	}
	s.sum()
	p := &m.near
	if s.namespace == "" {
		p = &m.wide
	}
	p.full.join(&s.full)
	p.named.join(&s.named)
	m.steads = append(m.steads, s)
}

// has tells whether a need of a way is met, and whether so for all objects. What counts in the whole cluster alone is not
// met by a binding of a namespace.
func (m *means) has(w *way, i int) (met, inFull bool) {
	n := w.needs[i]
	inFull = m.wide.full.has(n) || (!w.cluster[i] && m.near.full.has(n))
	return inFull || m.wide.named.has(n) || (!w.cluster[i] && m.near.named.has(n)), inFull
}

// provider finds the best of the bindings that meet a need.
func (m *means) provider(w *way, i int) (best provider) {
	for _, s := range m.steads {
		if w.cluster[i] && s.namespace != "" {
			continue
		}
		if one, ok := s.first[w.needs[i]]; ok && one.better(best) {
			best = one
		}
	}
	return best
}

// meansOf works out what a subject holds where a binding counts.
func (r *round) meansOf(s model.Subject, namespace string) means {
	crowd := r.crowdOf(s, namespace)
	m := means{crowd.near, crowd.wide, slices.Clip(crowd.steads)}
	m.add(r.people.find(s, ""))
	if namespace != "" {
		m.add(r.people.find(s, namespace))
	}
	return m
}

// crowdKey stands for the accounts of a namespace, which are in the same groups, where a binding counts.
type crowdKey struct{ accounts, namespace string }

// crowdOf works out what a subject holds by the groups that it is always in. All accounts of a namespace are in the same.
func (r *round) crowdOf(s model.Subject, namespace string) *means {
	key := crowdKey{s.Namespace, namespace}
	m := r.crowds[key]
	if m != nil && s.Kind == model.AccountSubject {
		return m
	}
	m = &means{}
	for _, g := range r.groupsOf(s) {
		group := model.Subject{Kind: model.GroupSubject, Name: g}
		if group == s {
			continue
		}
		m.add(r.people.find(group, ""))
		if namespace != "" {
			m.add(r.people.find(group, namespace))
		}
	}
	if s.Kind == model.AccountSubject {
		r.crowds[key] = m
	}
	return m
}

// readMore adds to a shared reading what subjects of a binding hold by other bindings too.
func (r *round) readMore(b *bound, shared *reading) *reading {
	if len(shared.partly) == 0 {
		return shared
	}
	var now *reading
	have := map[told]struct{}{}
	for _, s := range b.names {
		m := r.meansOf(s, b.ref.Namespace)
		if m.none() {
			continue
		}
		for i := range shared.partly {
			w := &shared.partly[i]
			byName, ok := r.completes(b, w, &m, s)
			if !ok {
				continue
			}
			if now == nil {
				now = &reading{partly: shared.partly, open: slices.Clone(shared.open), spot: shared.spot, own: true}
			}
			o := now.opening(w.edge)
			o.take(&r.table.edges[w.edge], w.way, &w.needs, w.way.gripOf(byName), w.why, b.ref.Namespace == "")
			o.with = supports(o.with, b.role, w, &m, have)
		}
	}
	if now == nil {
		return shared
	}
	r.finish(now, b.role, b.ref.Namespace == "")
	return now
}

// completes tells whether other bindings of a subject meet what a role does not meet of a way, or meet in full what it meets
// for named objects alone; byName tells that all of it is still for named objects alone. The first need says whose fault it
// is: where another binding of the subject itself meets that one in the same place, the finding is there.
func (r *round) completes(b *bound, w *wayAt, m *means, s model.Subject) (byName, ok bool) {
	for i, n := range w.way.needs {
		met, inFull := m.has(w.way, i)
		switch {
		case w.needs.has(n) && !b.role.named.has(n):
		case w.needs.has(n):
			byName, ok = byName || !inFull, ok || inFull
		case !met:
			return false, false
		case i == 0 && r.own(b, w.way, s):
			return false, false
		default:
			byName, ok = byName || !inFull, true
		}
	}
	return byName, ok
}

// own tells whether another binding of the subject itself, in the same place, meets the first need of a way.
func (r *round) own(b *bound, w *way, s model.Subject) bool {
	if w.cluster[0] && b.ref.Namespace != "" {
		return false
	}
	at := r.people.find(s, b.ref.Namespace)
	if at == nil || len(at.givers) == 0 {
		return false
	}
	at.sum()
	return at.full.has(w.needs[0]) || at.named.has(w.needs[0])
}

// told is a support that an opening has already.
type told struct {
	edge int
	support
}

// supports adds the bindings that meet what the role does not, each once for a need.
func supports(list []support, of *role, w *wayAt, m *means, have map[told]struct{}) []support {
	for i, n := range w.way.needs {
		byName := of.named.has(n)
		if w.needs.has(n) && !byName {
			continue
		}
		p := m.provider(w.way, i)
		if p.role == nil || (w.needs.has(n) && p.byName) {
			continue
		}
		one := support{p.ref, p.role, n}
		if _, ok := have[told{w.edge, one}]; !ok {
			have[told{w.edge, one}] = struct{}{}
			list = append(list, one)
		}
	}
	return list
}

// opening gives the opening of an edge, making it where there is none. The openings must be the reading's own.
func (now *reading) opening(edge int) *opening {
	i, ok := slices.BinarySearchFunc(now.open, edge, func(o opening, e int) int { return o.edge - e })
	if !ok {
		now.open = slices.Insert(now.open, i, opening{edge: edge})
	}
	return &now.open[i]
}
