package privilege

import (
	"slices"

	"canopy/analysis/rbac"
	"canopy/model"
)

// Shown proves an opening to somebody who is among the subjects of a binding, or in a group that is: the rules that count, of
// other bindings too where those are needed, then roleRef, then the subject, by field. The edge "" is every permission, and
// I-06 the making of accounts. Nil is no proof: the edge is not open to them.
func (a *Analyser) Shown(access *rbac.Analyser, binding model.Ref, edge string, to model.Subject) []model.Evidence {
	b := a.bindings[binding]
	if b == nil || b.reading == nil {
		return nil
	}
	_, at := matchOf(b.subjects, binding.Namespace, to)
	if at < 0 {
		return nil
	}
	who := subjectOf(&b.subjects[at], binding.Namespace)
	var list []model.Evidence
	switch edge {
	case "":
		list = b.role.everything()
	case claimed:
		list = a.table.making(b.role)
	default:
		list = a.gather(access, b).proof(edge, who)
	}
	if len(list) == 0 {
		return nil
	}
	// What findings show is theirs.
	list = slices.Clip(list)
	return append(list,
		model.Evidence{Object: binding, Path: "roleRef.name", Value: b.refers.Name},
		model.Evidence{Object: binding, Path: subjectPath(at), Value: spoken(&b.subjects[at], binding.Namespace)})
}

// claimed is the edge by which somebody makes an account that a binding waits for.
const claimed = "I-06"

// proof lists the rules that open an edge to a subject of the binding.
func (g *gathering) proof(id string, s model.Subject) []model.Evidence {
	e := slices.IndexFunc(g.table.edges, func(e edge) bool { return e.ID == id })
	if e < 0 {
		return nil
	}
	o, ok := opening{edge: e}, false
	for i := range g.table.edges[e].ways {
		w := &g.table.edges[e].ways[i]
		is, _, _ := w.passes(&g.reading.spot.at, g.minor)
		leads, _, _ := w.rests(&g.reading.spot.at, func(int) *role { return g.bound.role })
		if needs, _, missing := w.given(g.cluster(), &g.bound.role.profile); is && leads && !w.Limited && missing == 0 && g.gift(w, g.bound.role.namedOf(w)) != nothing {
			o.needs.join(&needs)
			ok = true
		}
	}
	if g.reading.own {
		m, have := g.meansOf(s, g.ref.Namespace), map[told]struct{}{}
		for i := range g.reading.partly {
			w := &g.reading.partly[i]
			if w.edge != e || w.way.Limited || m.none() {
				continue
			}
			if _, more := g.completes(g.bound, w, &m, s); !more {
				continue
			}
			if leads, _, _ := w.way.rests(&g.reading.spot.at, func(i int) *role { return g.giver(w, &m, i) }); !leads {
				continue
			}
			if by, _ := g.sources(w, &m); g.gift(w.way, by) != nothing {
				o.needs.join(&w.needs)
				o.with, ok = supports(o.with, g.bound.role, w, &m, have), true
			}
		}
	}
	if !ok {
		return nil
	}
	return g.table.proof(g.bound.role, []opening{o})()
}

// making lists the rules of a role that let one make any service account.
func (t *table) making(of *role) []model.Evidence {
	var list []model.Evidence
	for i := range of.rules {
		one := &of.rules[i]
		if meets(t.needs[t.maker], one.PolicyRule) == metInFull {
			verbs, resources := words(t.needs[t.maker], one.PolicyRule)
			list = append(list, model.Evidence{Object: one.Role, Path: rulePath(one.Index), Value: line(verbs, resources, nil, []string{claimed})})
		}
	}
	return list
}
