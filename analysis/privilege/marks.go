package privilege

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/catalogue"
	"canopy/analysis/rbac"
	"canopy/model"
)

// Marks tells which edges permissions open, in the words of rules. It is safe for use by many goroutines.
type Marks struct{ table *table }

// NewMarks makes the marks of the catalogue's edges, which takes its time.
func NewMarks() (*Marks, error) {
	edges, err := catalogue.Edges()
	if err != nil {
		return nil, err
	}
	return &Marks{newTable(edges)}, nil
}

// Alone lists the edges that one permission opens by itself on a server of a minor version, 0 for any, by id.
func (m *Marks) Alone(p *rbac.Permission, minor int) []*model.Edge {
	rule := ruleOf(p)
	if rule == nil {
		return nil
	}
	at := placeOf(p)
	profile := m.table.profile(func(yield func(*rbacv1.PolicyRule) bool) { yield(rule) })
	var list []*model.Edge
	for e := range m.table.edges {
		for i := range m.table.edges[e].ways {
			w := &m.table.edges[e].ways[i]
			is, _, _ := w.passes(&at, minor)
			if _, _, missing := w.given(at.cluster, &profile); is && missing == 0 && !w.Limited {
				list = append(list, m.table.edges[e].Edge)
				break
			}
		}
	}
	return list
}

// Like gives one permission for all that open the same by themselves: in which of the ordinary namespaces it is held makes no
// difference.
func (m *Marks) Like(p rbac.Permission) rbac.Permission {
	if _, special := m.table.namespaces[p.Namespace]; p.Namespace != "*" && p.Namespace != "" && !special {
		p.Namespace = "-"
	}
	return p
}

// Together tells of permissions of one holder which edges they open with others of the list, and not by themselves. An edge
// stands beside the permission that is at fault: the one that meets the first need.
func (m *Marks) Together(list []rbac.Granted, minor int) map[rbac.Permission][]*model.Edge {
	// met lists the permissions by the needs that they meet.
	met := make([][]*rbac.Permission, len(m.table.needs))
	for i := range list {
		p := &list[i].Permission
		if rule := ruleOf(p); rule != nil {
			profile := m.table.profile(func(yield func(*rbacv1.PolicyRule) bool) { yield(rule) })
			has := profile.any()
			for n := range has.all() {
				met[n] = append(met[n], p)
			}
		}
	}
	out := map[rbac.Permission][]*model.Edge{}
	for e := range m.table.edges {
		edge := &m.table.edges[e]
		for i := range edge.ways {
			w := &edge.ways[i]
			if len(w.needs) < 2 || w.Limited {
				continue
			}
			for _, p := range met[w.needs[0]] {
				if w.counts(p, 0, minor) && w.meets(p, met, minor) && !slices.Contains(out[*p], edge.Edge) {
					out[*p] = append(out[*p], edge.Edge)
				}
			}
		}
	}
	return out
}

// meets tells whether each of the other needs of the way is met where a permission is held.
func (w *way) meets(p *rbac.Permission, met [][]*rbac.Permission, minor int) bool {
	for i, n := range w.needs[1:] {
		if !slices.ContainsFunc(met[n], func(q *rbac.Permission) bool {
			return (p.Namespace == "*" || q.Namespace == "*" || p.Namespace == q.Namespace) && w.counts(q, i+1, minor)
		}) {
			return false
		}
	}
	return true
}

// counts tells whether a permission counts for a need of the way where it is held.
func (w *way) counts(p *rbac.Permission, need, minor int) bool {
	at := placeOf(p)
	is, _, _ := w.passes(&at, minor)
	return is && (at.cluster || !w.cluster[need])
}

// placeOf gives where a permission is held, as far as it shows: nothing there is in the way.
func placeOf(p *rbac.Permission) readingKey {
	return readingKey{cluster: p.Namespace == "*", namespace: p.Namespace, admits: model.Yes, objects: objects{there: ^uint64(0)}}
}

// ruleOf gives the rule that a permission is in the words of; nil where it opens nothing that the table knows.
func ruleOf(p *rbac.Permission) *rbacv1.PolicyRule {
	if p.URL != "" || p.Unnamed {
		return nil
	}
	rule := &rbacv1.PolicyRule{Verbs: []string{p.Verb}, APIGroups: []string{p.Group}, Resources: []string{p.Resource}}
	if p.Name != "" {
		rule.ResourceNames = []string{p.Name}
	}
	return rule
}
