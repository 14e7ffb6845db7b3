package privilege

import (
	"slices"
	"strconv"
	"strings"

	"canopy/model"
)

func subjectPath(i int) string { return "subjects[" + strconv.Itoa(i) + "]" }

// proofOf lists the rules of a role that open edges, with what of each counts and the edges that it opens; then those of
// other roles that a subject holds too.
func (a *Analyser) proofOf(r *role, open []opening) []model.Evidence {
	var edges, needs set
	var with []support
	for i := range open {
		edges.add(open[i].edge)
		for w := range needs {
			needs[w] |= open[i].needs[w]
		}
		with = append(with, open[i].with...)
	}
	list := a.show(r, edges, needs)
	for _, s := range with {
		var need set
		need.add(s.need)
		for _, e := range append(a.show(s.role, edges, need), model.Evidence{Object: s.binding, Path: "roleRef.name", Value: s.role.ref.Name}) {
			if !slices.Contains(list, e) {
				list = append(list, e)
			}
		}
	}
	return list
}

// show makes the evidence of one role.
func (a *Analyser) show(r *role, open, needs set) []model.Evidence {
	var list []model.Evidence
	for i := range r.rules {
		one := &r.rules[i]
		var verbs, resources, edges []string
		for n := range needs.all() {
			if meets(a.table.needs[n], one.PolicyRule) == unmet {
				continue
			}
			v, res := words(a.table.needs[n], one.PolicyRule)
			verbs, resources = union(verbs, v), union(resources, res)
			for e := range open.all() {
				if a.table.edges[e].needsOne(n) && !slices.Contains(edges, a.table.edges[e].ID) {
					edges = append(edges, a.table.edges[e].ID)
				}
			}
		}
		if len(verbs) == 0 {
			continue
		}
		slices.Sort(edges)
		value := brief(strings.Join(verbs, ",")+" "+strings.Join(resources, ",")+namesOf(one.ResourceNames)) + " (" + joined(edges) + ")"
		list = append(list, model.Evidence{Object: one.Role, Path: rulePath(one.Index), Value: value})
	}
	return list
}

func (e *edge) needsOne(n int) bool {
	return slices.ContainsFunc(e.ways, func(w way) bool { return slices.Contains(w.needs, n) })
}

// everything lists the rules that grant all.
func (r *role) everything() []model.Evidence {
	var list []model.Evidence
	for i := range r.rules {
		if one := &r.rules[i]; everything(one.PolicyRule) {
			list = append(list, model.Evidence{Object: one.Role, Path: rulePath(one.Index), Value: sentence(one.PolicyRule)})
		}
	}
	return list
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
