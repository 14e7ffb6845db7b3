package privilege

import (
	"slices"

	"canopy/model"
)

// agrees holds that Openings say of every binding what its reading does: which edges are open to somebody, where they lead on for
// good, and by which names; and that Powers of its subjects are among them.
func (b *court) agrees() {
	b.t.Helper()
	for ref, have := range b.a.bindings {
		list, all := b.a.Openings(b.access, ref)
		if have.reading == nil {
			if len(list) > 0 || all {
				b.t.Errorf("%s opens nothing, and %q", ref, b.openings(ref))
			}
			continue
		}
		b.agreesOn(ref, have, list, all)
	}
}

func (b *court) agreesOn(ref model.Ref, have *bound, list []Opening, all bool) {
	b.t.Helper()
	var edges, sinks, anys, runs, accounts []string
	for i := range list {
		o := &list[i]
		e := b.a.table.edges[slices.IndexFunc(b.a.table.edges, func(e edge) bool { return e.Edge == o.Edge })]
		edges = union(edges, []string{e.ID})
		if (o.Who == nil) != (o.With == nil) || (o.Names != nil && o.Through) || (o.Resource == "") != (o.Names == nil) || (o.Doubt == Certain) != (o.Reason == "") {
			b.t.Errorf("%s: %q is no opening", ref, o.text())
		}
		for j := range list {
			if i != j && list[j].Edge == o.Edge && len(list[j].With) == 0 && list[j].covers(o) {
				b.t.Errorf("%s: %q leaves nothing to %q", ref, list[j].text(), o.text())
			}
		}
		whole := o.Names == nil && !o.Through && o.Doubt == Certain
		special := e.resting() || slices.ContainsFunc(e.ways, func(w way) bool { return w.Admission != "" || w.bind > 0 })
		switch {
		case special:
		case whole && e.Takeover && (have.cluster() || slices.ContainsFunc(e.ways, func(w way) bool { return len(w.Namespaces) > 0 })):
			sinks = union(sinks, []string{e.ID})
		}
		switch {
		case special:
		case e.becomes() && whole:
			anys = union(anys, []string{e.ID})
		case e.runs() && whole:
			runs = union(runs, []string{e.ID})
		case e.becomes() && o.Resource == "serviceaccounts" && !o.Partial && o.With == nil:
			accounts = union(accounts, o.Names)
		}
	}
	without := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(id string) bool {
			return slices.ContainsFunc(b.a.table.edges, func(e edge) bool {
				return e.ID == id && (e.resting() || slices.ContainsFunc(e.ways, func(w way) bool { return w.Admission != "" || w.bind > 0 }))
			})
		})
	}
	c := have.leads()
	same := func(what string, got, want []string) {
		b.t.Helper()
		slices.Sort(got)
		if !slices.Equal(got, want) {
			b.t.Errorf("%s: openings give %s %q, the reading %q:\n%q", ref, what, got, want, b.openings(ref))
		}
	}
	same("the cluster by", sinks, without(c.sinkEdges))
	same("any account by", anys, without(c.anyEdges))
	same("running ones by", runs, without(c.runEdges))
	if all != (have.cluster() && have.role.all) || (all && !c.sink) {
		b.t.Errorf("%s gives all: %t", ref, all)
	}
	for _, name := range c.names {
		if !slices.Contains(accounts, name) {
			b.t.Errorf("%s leads to %s, openings to %q", ref, name, accounts)
		}
	}
	var open []string
	for i := range have.reading.open {
		if o := &have.reading.open[i]; o.without(limited) {
			open = append(open, b.a.table.edges[o.edge].ID)
		}
	}
	// Roles that may be bound by name decide for these.
	drop := func(list []string) []string {
		return slices.DeleteFunc(list, func(id string) bool { return id == "R-01" || id == "R-02" || id == "R-03" || b.a.rests(id) })
	}
	for _, id := range edges {
		if b.a.rests(id) && !slices.Contains(open, id) {
			b.t.Errorf("%s: %s is open, and the reading has it not", ref, id)
		}
	}
	same("edges", drop(edges), drop(open))
	for _, s := range have.names {
		for i := range b.a.table.edges {
			id := b.a.table.edges[i].ID
			open := slices.ContainsFunc(list, func(o Opening) bool { return o.Edge.ID == id && (o.Who == nil || slices.Contains(o.Who, s)) })
			if shown := len(b.a.Shown(b.access, ref, id, s)) > 0; shown != open {
				b.t.Errorf("%s: %s is open to %s: %t, shown: %t", ref, id, s, open, shown)
			}
		}
		for _, p := range b.a.Powers(b.access, s) {
			if p.Binding == ref && !slices.Contains(edges, p.Edge.ID) && !slices.Contains([]string{"R-01", "R-02", "R-03"}, p.Edge.ID) && !b.a.rests(p.Edge.ID) {
				b.t.Errorf("%s: %s has the power %s, and no opening", ref, s, p.Edge.ID)
			}
		}
	}
}

// resting tells an edge that may be granted and lead nowhere, since it rests on what there is.
func (e *edge) resting() bool {
	return slices.ContainsFunc(e.ways, func(w way) bool {
		return w.Idle || slices.ContainsFunc(w.Needs, func(n model.Need) bool { return n.Served }) ||
			slices.ContainsFunc(w.footing.owner, func(list []int) bool { return len(list) > 0 })
	})
}

func (a *Analyser) rests(id string) bool {
	return slices.ContainsFunc(a.table.edges, func(e edge) bool { return e.ID == id && e.resting() })
}
