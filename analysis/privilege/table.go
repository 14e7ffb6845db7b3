package privilege

import (
	"slices"
	"strings"

	"canopy/model"
)

// table is the catalogue of edges made ready for matching.
type table struct {
	edges []edge
	needs []*model.Need
	// byResource finds the needs of a resource as a rule writes it, bySub those of a subresource, for */sub. Those in any
	// are met by their verb on whatever resource.
	byResource map[string][]int
	bySub      map[string][]int
	any        []int
	// namespaces are those that a way names.
	namespaces map[string]struct{}
	// objects are those without which a way leads nowhere.
	objects []model.Ref
}

// edge is an edge that permissions open.
type edge struct {
	*model.Edge
	ways []way
}

// way is a way with its needs by number.
type way struct {
	*model.Way
	needs []int
	// cluster tells of each need whether a ClusterRoleBinding alone gives it.
	cluster []bool
	// object is one more than the number of the object that has to exist; 0 for none.
	object int
}

// newTable takes the edges that have ways. There is room for setSize of them, and for as many needs.
func newTable(edges []*model.Edge) *table {
	t := &table{byResource: map[string][]int{}, bySub: map[string][]int{}, namespaces: map[string]struct{}{}}
	for _, e := range edges {
		if len(e.Ways) == 0 {
			continue
		}
		one := edge{Edge: e}
		for i := range e.Ways {
			w := way{Way: &e.Ways[i]}
			for _, ns := range w.Namespaces {
				t.namespaces[ns] = struct{}{}
			}
			if ref, err := model.ParseRef(w.Exists); err == nil {
				if !slices.Contains(t.objects, ref) {
					t.objects = append(t.objects, ref)
				}
				w.object = 1 + slices.Index(t.objects, ref)
			}
			for j := range w.Needs {
				w.needs = append(w.needs, t.need(&w.Needs[j]))
				w.cluster = append(w.cluster, w.Cluster(j))
			}
			one.ways = append(one.ways, w)
		}
		t.edges = append(t.edges, one)
	}
	return t
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

// open tells whether a way is open in a minor version of Kubernetes; sure is false where the version is not known and
// decides.
func (w *way) open(minor int) (is, sure bool) {
	if w.Since == 0 && w.Before == 0 {
		return true, true
	}
	if minor == 0 {
		return true, false
	}
	return minor >= w.Since && (w.Before == 0 || minor < w.Before), true
}
