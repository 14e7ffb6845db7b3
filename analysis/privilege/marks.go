package privilege

import (
	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/catalogue"
	"canopy/analysis/rbac"
	"canopy/model"
)

// Marks tells which edges permissions open. It is safe for use by many goroutines.
type Marks struct{ table *table }

// NewMarks makes the marks of the catalogue's edges.
func NewMarks() (*Marks, error) {
	edges, err := catalogue.Edges()
	if err != nil {
		return nil, err
	}
	return &Marks{newTable(edges)}, nil
}

// Of lists the edges that a permission, in the words of a rule, opens by itself on a server of a minor version, 0 for any; in
// the order of their ids. What it opens only together with other permissions is not in it.
func (m *Marks) Of(p *rbac.Permission, minor int) []*model.Edge { return m.table.edgesOf(p, minor) }

func (t *table) edgesOf(p *rbac.Permission, minor int) []*model.Edge {
	if p.URL != "" || p.Unnamed {
		return nil
	}
	rule := &rbacv1.PolicyRule{Verbs: []string{p.Verb}, APIGroups: []string{p.Group}, Resources: []string{p.Resource}}
	if p.Name != "" {
		rule.ResourceNames = []string{p.Name}
	}
	at := readingKey{cluster: p.Namespace == "*", namespace: p.Namespace, admits: model.Yes, objects: objects{there: ^uint64(0)}}
	profile := t.profile(func(yield func(*rbacv1.PolicyRule) bool) { yield(rule) })
	var list []*model.Edge
	for e := range t.edges {
		for i := range t.edges[e].ways {
			w := &t.edges[e].ways[i]
			is, _ := w.passes(&at, minor)
			if _, _, missing := w.given(at.cluster, &profile); is && missing == 0 && !w.Limited {
				list = append(list, t.edges[e].Edge)
				break
			}
		}
	}
	return list
}
