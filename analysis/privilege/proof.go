package privilege

import (
	"slices"
	"sync"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
)

// grant is a binding as findings show it: to whom it gives a role. Findings share it, and it never changes.
type grant struct {
	binding, role model.Ref
	subjects      []rbacv1.Subject
	// who are those that count, sorted.
	who []model.Subject
}

// to gives what findings on the binding point to, of which some subjects count.
func (b *bound) to(who []model.Subject) *grant {
	if b.grant == nil || !sameSlice(b.grant.who, who) {
		g := &grant{b.ref, b.refers, b.subjects, who}
		if !sameSlice(who, b.names) {
			return g
		}
		b.grant = g
	}
	return b.grant
}

// grantProof proves what a binding grants: to whom, by which role, and what of its rules counts. Shown may be nil.
type grantProof struct {
	on    *grant
	shown *shown
}

// Evidence lists the rules of the role, then the binding's reference to it and its subjects.
func (p *grantProof) Evidence() []model.Evidence {
	var lines []model.Evidence
	if p.shown != nil {
		lines = p.shown.lines()
	}
	list := make([]model.Evidence, 0, len(lines)+1+len(p.on.who))
	list = append(list, lines...)
	list = append(list, model.Evidence{Object: p.on.binding, Path: "roleRef.name", Value: p.on.role.Name})
	for i := range p.on.subjects {
		one := &p.on.subjects[i]
		if _, ok := slices.BinarySearchFunc(p.on.who, subjectOf(one, p.on.binding.Namespace), model.Subject.Compare); ok {
			list = append(list, model.Evidence{Object: p.on.binding, Path: subjectPath(i), Value: spoken(one, p.on.binding.Namespace)})
		}
	}
	return list
}

// sameProof tells proofs that say the same without making their evidence; it may miss some.
func sameProof(a, b model.Proof) bool {
	x, is := a.(*grantProof)
	y, too := b.(*grantProof)
	return is && too && x.on == y.on && x.shown == y.shown
}

// evidence is a proof that stands by itself.
type evidence struct{ list []model.Evidence }

// Evidence gives the list.
func (e *evidence) Evidence() []model.Evidence { return e.list }

// once makes lines when they are first asked for.
func once(lines func() []model.Evidence) func() []model.Evidence { return sync.OnceValue(lines) }

// proof lists the rules of a role that open edges, with what of each counts and the edges that it opens; then those of other
// roles that a subject holds too.
func (t *table) proof(of *role, open []opening) func() []model.Evidence {
	return once(func() []model.Evidence {
		list := t.lines(of, open)
		have := map[model.Evidence]struct{}{}
		for i := range open {
			for _, s := range open[i].with {
				alone := opening{edge: open[i].edge}
				alone.needs.add(s.need)
				for _, e := range append(t.lines(s.role, []opening{alone}), model.Evidence{Object: s.binding, Path: "roleRef.name", Value: s.role.ref.Name}) {
					if _, ok := have[e]; !ok {
						have[e] = struct{}{}
						list = append(list, e)
					}
				}
			}
		}
		return list
	})
}

// lines says of each rule of a role which verbs and resources open which edges.
func (t *table) lines(of *role, open []opening) []model.Evidence {
	var list []model.Evidence
	for i := range of.rules {
		one := &of.rules[i]
		concerned := t.concerned(one.PolicyRule)
		var verbs, resources, edges []string
		for j := range open {
			common, found := both(&concerned, &open[j].needs), false
			for n := range common.all() {
				if meets(t.needs[n], one.PolicyRule) == unmet {
					continue
				}
				found = true
				v, res := words(t.needs[n], one.PolicyRule)
				verbs, resources = union(verbs, v), union(resources, res)
			}
			if found {
				edges = append(edges, t.edges[open[j].edge].ID)
			}
		}
		if len(edges) > 0 {
			list = append(list, model.Evidence{Object: one.Role, Path: rulePath(one.Index), Value: line(verbs, resources, one.ResourceNames, edges)})
		}
	}
	return list
}

// line says what of a rule counts, and which edges it opens.
func line(verbs, resources, names, edges []string) string {
	var p phrase
	p.list(verbs)
	p.WriteByte(' ')
	p.list(resources)
	p.named(names)
	text := p.text() + " ("
	for i, e := range edges {
		if i > 0 {
			text += ", "
		}
		text += e
	}
	return text + ")"
}

// union adds words that are not there yet, in their order.
func union(list, more []string) []string {
	for _, w := range more {
		if !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}
