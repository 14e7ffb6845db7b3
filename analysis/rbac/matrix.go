package rbac

import (
	"maps"
	"slices"
	"strings"

	"canopy/analysis/rbac/stock"
)

// Matrix shows where an identity may do what: a row for each namespace, a column for each verb.
type Matrix struct {
	// Verbs are get, list, watch, create, update, patch and delete, and after them the others that are granted, sorted.
	Verbs []string `json:"verbs"`
	// Rows has what is granted in all of the cluster first, as the namespace "*", and then the namespaces, sorted.
	Rows []MatrixRow `json:"rows"`
}

// MatrixRow has a cell for each verb. What is granted in all of the cluster counts in every row.
type MatrixRow struct {
	Namespace string       `json:"namespace"`
	Cells     []MatrixCell `json:"cells"`
}

// MatrixCell counts resources: those on which the verb is granted, those on which it is granted for some names only, and
// those that there are with the verb. In the row of a namespace these are the ones that live in namespaces.
type MatrixCell struct {
	Granted int `json:"granted"`
	Named   int `json:"named,omitempty"`
	Of      int `json:"of"`
}

// None tells that nothing is granted.
func (c MatrixCell) None() bool { return c.Granted+c.Named == 0 }

// All tells that the verb is granted on all resources that there are.
func (c MatrixCell) All() bool { return c.Granted == c.Of && c.Of > 0 }

// Matrix sums up what an identity may do on one resource, which may be pods/exec, or on all where it is empty: subresources
// among them, and such as nobody has heard of but a rule that names them. The namespaces are those to show; those in which
// something is granted are there in any case.
func (a *Analyser) Matrix(u User, d *Discovery, group, resource string, namespaces []string) Matrix {
	granted := a.Permissions(u, d)
	t := tally{rows: map[string]map[spot]map[string]bool{"*": {}}, verbs: map[string]bool{}}
	for _, n := range namespaces {
		t.rows[n] = map[spot]map[string]bool{}
	}
	t.choose(d, granted, group, resource)
	for i := range granted {
		t.count(&granted[i].Permission)
	}
	if u.In(Masters) {
		t.count(&Permission{Verb: "*", Group: "*", Resource: "*", Namespace: "*"})
	}
	return t.matrix()
}

// tally counts what is granted.
type tally struct {
	resources []stock.Resource
	// rows tells by namespace, resource and verb whether something is granted: true for all names.
	rows  map[string]map[spot]map[string]bool
	verbs map[string]bool
}

// choose picks the resources that the matrix is about.
func (t *tally) choose(d *Discovery, granted []Granted, group, resource string) {
	if resource != "" {
		r := stock.Resource{Group: group, Resource: resource, Verbs: d.Verbs(group, resource)}
		namespaced, known := d.Namespaced(group, resource)
		r.Namespaced = namespaced || !known
		t.resources = []stock.Resource{r}
		return
	}
	t.resources = slices.Clone(d.All())
	heard := map[spot]struct{}{}
	for i := range granted {
		p := &granted[i].Permission
		at := spot{p.Group, p.Resource}
		if _, ok := heard[at]; ok || p.onURL() || p.Group == "*" || p.Resource == "*" || strings.HasPrefix(p.Resource, "*/") || d.find(p.Group, p.Resource) != nil {
			continue
		}
		heard[at] = struct{}{}
		namespaced, known := d.Namespaced(p.Group, p.Resource)
		t.resources = append(t.resources, stock.Resource{Group: p.Group, Resource: p.Resource, Namespaced: namespaced || !known})
	}
}

// count takes one permission.
func (t *tally) count(p *Permission) {
	if p.onURL() {
		return
	}
	row := t.rows[p.Namespace]
	if row == nil {
		row = map[spot]map[string]bool{}
		t.rows[p.Namespace] = row
	}
	for i := range t.resources {
		r := &t.resources[i]
		if !covers(p.Group, r.Group) || !CoversResource(p.Resource, r.Resource) || p.Namespace != "*" && !r.Namespaced {
			continue
		}
		verbs := []string{p.Verb}
		if p.Verb == "*" {
			verbs = r.Verbs
		} else if (p.Resource == "*" || p.Group == "*") && !slices.Contains(r.Verbs, p.Verb) {
			continue // a wildcard gives no verb to what has none
		}
		at := spot{r.Group, r.Resource}
		if row[at] == nil {
			row[at] = map[string]bool{}
		}
		for _, v := range verbs {
			t.verbs[v] = true
			row[at][v] = row[at][v] || p.Name == "" && !p.Unnamed
		}
	}
}

func (t *tally) matrix() Matrix {
	m := Matrix{Verbs: []string{"get", "list", "watch", "create", "update", "patch", "delete"}}
	for _, v := range slices.Sorted(maps.Keys(t.verbs)) {
		if !slices.Contains(m.Verbs, v) {
			m.Verbs = append(m.Verbs, v)
		}
	}
	names := slices.Sorted(maps.Keys(t.rows))
	names = slices.DeleteFunc(names, func(n string) bool { return n == "*" })
	for _, n := range slices.Insert(names, 0, "*") {
		row := MatrixRow{Namespace: n, Cells: make([]MatrixCell, len(m.Verbs))}
		for i := range t.resources {
			r := &t.resources[i]
			if n != "*" && !r.Namespaced {
				continue
			}
			at := spot{r.Group, r.Resource}
			for j, v := range m.Verbs {
				all, some := t.rows[n][at][v]
				wide, also := t.rows["*"][at][v]
				cell := &row.Cells[j]
				switch {
				case all || wide:
					cell.Granted++
				case some || also:
					cell.Named++
				}
				if some || also || slices.Contains(r.Verbs, v) {
					cell.Of++
				}
			}
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}
