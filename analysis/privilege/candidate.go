package privilege

import (
	"slices"
	"strings"

	"canopy/analysis/rbac"
	"canopy/model"
)

// candidates are the openings of one edge while they are gathered: none covers another.
type candidates struct {
	edge *edge
	list []Opening
	// lists are the names that were listed before.
	lists map[listed][]string
}

// listed are the names of objects of a resource for which alone a role meets a need.
type listed struct {
	role     *role
	need     int
	resource string
}

// take adds what a way opens. By gives for each need the role that meets it for named objects alone, nil where it is met in full.
//
// Names of what the edge leads to bound it: who may have tokens of one account becomes that one. Other names say through what it
// is done, as a Deployment by which any account can be had: whether there is such an object decides.
func (c *candidates) take(w *way, by []*role, one Opening) {
	one.Edge, one.Partial = c.edge.Edge, w.grip&partial != 0
	bound := -1
	for i := range w.Needs {
		switch {
		case by[i] == nil || w.Needs[i].Any():
		case !c.edge.bounds(w, i):
			one.Through = true
		case bound < 0:
			bound = i
		}
	}
	switch {
	case one.Through && c.edge.Leads != impact && one.Doubt < OnData:
		one.Doubt, one.Reason = OnData, "it is done through objects of certain names, which were not looked at"
		if one.Root {
			one.RootDoubt, one.RootReason = one.Doubt, one.Reason
		}
		fallthrough
	case one.Through || bound < 0:
		c.add(one)
		return
	}
	for _, resource := range w.Needs[bound].Resources {
		if list := c.names(by[bound], w.needs[bound], &w.Needs[bound], resource); len(list) > 0 {
			more := one
			more.Names, more.Resource = list, parent(resource)
			c.add(more)
		}
	}
}

// names lists the objects for which alone a role meets a need. Lists that say the same are the same list: they may be long, and are
// compared often.
func (c *candidates) names(of *role, number int, n *model.Need, resource string) []string {
	key := listed{of, number, resource}
	list, known := c.lists[key]
	if known {
		return list
	}
	list = of.names(n, resource)
	for _, have := range c.lists {
		if slices.Equal(have, list) {
			list = have
			break
		}
	}
	c.lists[key] = list
	return list
}

// add adds one where none covers it, and drops those that it covers. What differs in the names alone is joined.
func (c *candidates) add(one Opening) {
	kept := c.list[:0]
	for i := range c.list {
		have := &c.list[i]
		if have.covers(&one) {
			return
		}
		if !one.covers(have) {
			kept = append(kept, *have)
		}
	}
	for i := range kept {
		if have := &kept[i]; have.Doubt == one.Doubt && have.Partial == one.Partial && have.Resource == one.Resource && have.like(&one) && have.Names != nil && one.Names != nil && slices.Equal(have.With, one.With) {
			have.Names = merged(have.Names, one.Names)
			c.list = kept
			return
		}
	}
	kept = append(kept, one)
	c.list = kept
}

// covers tells whether one opening leaves nothing to another of the same edge, whoever they are for.
func (o *Opening) covers(p *Opening) bool {
	if p.Root && (!o.Root || o.RootDoubt > p.RootDoubt) || o.Lax && !p.Lax {
		return false
	}
	if o.Doubt > p.Doubt || (o.Partial && !p.Partial) || (len(o.With) > 0 && !slices.Equal(o.With, p.With)) {
		return false
	}
	if o.Names == nil {
		return !o.Through || p.Through || p.Names != nil
	}
	return p.Names != nil && o.Resource == p.Resource && within(p.Names, o.Names)
}

// bounds tells whether a name of an object of a need says what the edge leads to.
func (e *edge) bounds(w *way, need int) bool {
	switch parent(w.Needs[need].Resources[0]) {
	case "serviceaccounts", "users", "groups", "uids", "nodes":
		return e.Leads != impact && (len(w.Needs) == 1 || e.Class == "impersonate")
	case "pods", "services":
		return e.Leads == "pods" || e.Leads == "listeners"
	case "secrets":
		return e.Leads == "secrets"
	}
	return false
}

// impact is the word of the catalogue for edges that lead to no node of the graph of attacks.
const impact = "impact"

// names lists the objects of a resource for which alone a role meets a need, sorted.
func (r *role) names(n *model.Need, resource string) []string {
	var names []string
	for i := range r.rules {
		if one := r.rules[i].PolicyRule; rbac.GrantsResource(one, resource) && meets(n, one) == metByName && meetsOn(n, one, resource) == metByName {
			names = append(names, one.ResourceNames...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func parent(resource string) string {
	name, _, _ := strings.Cut(resource, "/")
	return name
}

// merged joins two sorted lists.
func merged(a, b []string) []string {
	if len(b) == 0 || within(b, a) {
		return a
	}
	list := append(slices.Clone(a), b...)
	slices.Sort(list)
	return slices.Compact(list)
}

// within tells whether all of one sorted list are in another.
func within(some, of []string) bool {
	if sameSlice(some, of) {
		return true
	}
	for _, s := range some {
		if _, ok := slices.BinarySearch(of, s); !ok {
			return false
		}
	}
	return true
}
