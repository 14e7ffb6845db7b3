package view

import (
	"slices"

	"canopy/analysis/catalogue"
	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/model"
)

// Edges tells which steps of an attack permissions open. It is safe for use by many goroutines.
type Edges struct {
	marks *privilege.Marks
	// joint are the ways that want more than one permission.
	joint []joint
}

type joint struct {
	*model.Edge
	*model.Way
}

// NewEdges reads the catalogue, which takes its time.
func NewEdges() (*Edges, error) {
	all, err := catalogue.Edges()
	if err != nil {
		return nil, err
	}
	e := &Edges{}
	if e.marks, err = privilege.NewMarks(); err != nil {
		return nil, err
	}
	for _, edge := range all {
		for i := range edge.Ways {
			if w := &edge.Ways[i]; len(w.Needs) > 1 && !w.Limited {
				e.joint = append(e.joint, joint{edge, w})
			}
		}
	}
	return e, nil
}

// Alone lists the steps that one permission opens by itself, on a server of a minor version, 0 for any.
func (e *Edges) Alone(p *rbac.Permission, minor int) []*model.Edge { return e.marks.Of(p, minor) }

// Together tells of permissions of one holder which steps they open with others of the list, and not by themselves. A step
// stands beside the permission that is at fault: the one that meets the first need.
func (e *Edges) Together(list []rbac.Granted, minor int) map[rbac.Permission][]*model.Edge {
	out := map[rbac.Permission][]*model.Edge{}
	for _, j := range e.joint {
		if minor != 0 && (minor < j.Since || j.Before != 0 && minor >= j.Before) {
			continue
		}
		met := make([][]*rbac.Permission, len(j.Needs))
		for i := range list {
			p := &list[i].Permission
			for n := range j.Needs {
				if meets(j.Way, n, p) {
					met[n] = append(met[n], p)
				}
			}
		}
		for _, p := range met[0] {
			if meetAll(p, met[1:]) && !slices.Contains(out[*p], j.Edge) {
				out[*p] = append(out[*p], j.Edge)
			}
		}
	}
	return out
}

// meetAll tells that each of the other needs is met in the namespace of a permission.
func meetAll(p *rbac.Permission, others [][]*rbac.Permission) bool {
	for _, list := range others {
		if !slices.ContainsFunc(list, func(q *rbac.Permission) bool {
			return p.Namespace == "*" || q.Namespace == "*" || p.Namespace == q.Namespace
		}) {
			return false
		}
	}
	return true
}

// meets tells that a permission meets a need of a way.
func meets(w *model.Way, i int, p *rbac.Permission) bool {
	n := &w.Needs[i]
	switch {
	case p.URL != "" || p.Unnamed,
		p.Namespace != "*" && p.Namespace != "" && (w.Cluster(i) || len(w.Namespaces) > 0 && !slices.Contains(w.Namespaces, p.Namespace)),
		p.Name != "" && len(n.Names) > 0 && !slices.Contains(n.Names, p.Name):
		return false
	}
	want := *p
	for _, want.Verb = range n.Verbs {
		if n.Any() {
			if p.Covers(&want) {
				return true
			}
			continue
		}
		want.Group = n.Group
		for _, want.Resource = range n.Resources {
			if p.Covers(&want) {
				return true
			}
		}
	}
	return false
}
