package privilege

import (
	"slices"
	"strings"

	"canopy/model"
)

// table is the catalogue of edges made ready for matching. It never changes.
type table struct {
	edges []edge
	needs []*model.Need
	// rules are the ids of the rules whose findings show edges, sorted.
	rules []string
	// byResource finds the needs of a resource as a rule writes it, bySub those of a subresource, for */sub. Those in any
	// are met by their verb on whatever resource.
	byResource map[string][]int
	bySub      map[string][]int
	any        []int
	// shared are the needs of ways that have several: one binding may meet some of them, and another the rest.
	shared set
	// binds are those to bind roles, maker is the one to make service accounts, of which no way speaks.
	binds set
	maker int
	// namespaces are those that a way names.
	namespaces map[string]struct{}
	// objects are those without which a way leads nowhere.
	objects []model.Ref
	numbers map[model.Ref]int
}

// edge is an edge that permissions open.
type edge struct {
	*model.Edge
	ways []way
	// rule is the number of the rule that shows it.
	rule int
}

// newTable takes the edges that have ways, sorted by id. A set has to have room for all of them, and for all needs.
func newTable(edges []*model.Edge) *table {
	t := &table{byResource: map[string][]int{}, bySub: map[string][]int{}, namespaces: map[string]struct{}{}, numbers: map[model.Ref]int{}}
	for _, e := range edges {
		if len(e.Ways) > 0 && !slices.Contains(t.rules, e.Rule) {
			t.rules = append(t.rules, e.Rule)
		}
	}
	slices.Sort(t.rules)
	for _, e := range edges {
		if len(e.Ways) == 0 {
			continue
		}
		one := edge{Edge: e, rule: slices.Index(t.rules, e.Rule)}
		for i := range e.Ways {
			w := t.way(&e.Ways[i])
			w.privileged, w.gives = e.Leads == "nodes" && e.Class != "volumes", e.Leads == "namespace"
			if e.Leads != impact {
				w.footing = t.footing(w.Way)
			}
			one.ways = append(one.ways, w)
		}
		t.edges = append(t.edges, one)
	}
	t.maker = t.need(&model.Need{Verbs: []string{"create"}, Resources: []string{"serviceaccounts"}})
	return t
}

// way numbers what a way needs.
func (t *table) way(of *model.Way) way {
	w := way{Way: of}
	for _, ns := range w.Namespaces {
		t.namespaces[ns] = struct{}{}
	}
	if ref, err := model.ParseRef(w.Exists); err == nil {
		w.object = 1 + t.object(ref)
	}
	for i := range w.Needs {
		n := &w.Needs[i]
		w.needs = append(w.needs, t.need(n))
		w.cluster = append(w.cluster, w.Cluster(i))
		if len(w.Needs) > 1 {
			t.shared.add(w.needs[i])
		}
		if n.Any() {
			w.grip |= partial
		}
		if slices.Contains(n.Verbs, "bind") {
			w.bind = i + 1
			t.binds.add(w.needs[i])
		}
	}
	if w.Limited {
		w.grip |= limited
	}
	w.accounts = len(w.Needs) == 1 && w.Needs[0].Group == "" && slices.ContainsFunc(w.Needs[0].Resources, func(r string) bool {
		return r == "serviceaccounts" || r == "serviceaccounts/token"
	})
	return w
}

// object numbers an object that has to exist; equal ones share a number.
func (t *table) object(ref model.Ref) int {
	i, ok := t.numbers[ref]
	if !ok {
		i = len(t.objects)
		t.objects, t.numbers[ref] = append(t.objects, ref), i
	}
	return i
}

// need numbers a need; equal ones share a number.
func (t *table) need(n *model.Need) int {
	for i, o := range t.needs {
		if o.Group == n.Group && slices.Equal(o.Verbs, n.Verbs) && slices.Equal(o.Resources, n.Resources) && slices.Equal(o.Names, n.Names) {
			return i
		}
	}
	i := len(t.needs)
	t.needs = append(t.needs, n)
	if n.Any() {
		t.any = append(t.any, i)
		return i
	}
	for _, r := range n.Resources {
		t.byResource[r] = append(t.byResource[r], i)
		if _, sub, ok := strings.Cut(r, "/"); ok && !slices.Contains(t.bySub[sub], i) {
			t.bySub[sub] = append(t.bySub[sub], i)
		}
	}
	return i
}

// becomes tells an edge by which somebody becomes an account of the namespace.
func (e *edge) becomes() bool {
	switch e.Class {
	case "pods-create", "tokens", "impersonate", "grant":
		return true
	}
	return false
}

// runs tells an edge by which somebody acts as an account of the namespace that runs a pod.
func (e *edge) runs() bool { return e.Class == "pods-exec" }
