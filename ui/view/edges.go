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
	// special are the namespaces in which steps are open that are not in others.
	special map[string]bool
}

type joint struct {
	*model.Edge
	*model.Way
	// clustered tells of each need whether it counts only where it is held in the whole cluster.
	clustered []bool
}

// NewEdges reads the catalogue, which takes its time.
func NewEdges() (*Edges, error) {
	all, err := catalogue.Edges()
	if err != nil {
		return nil, err
	}
	e := &Edges{special: map[string]bool{}}
	if e.marks, err = privilege.NewMarks(); err != nil {
		return nil, err
	}
	for _, edge := range all {
		for i := range edge.Ways {
			w := &edge.Ways[i]
			for _, n := range w.Namespaces {
				e.special[n] = true
			}
			if len(w.Needs) < 2 || w.Limited {
				continue
			}
			j := joint{Edge: edge, Way: w}
			for n := range w.Needs {
				j.clustered = append(j.clustered, w.Cluster(n))
			}
			e.joint = append(e.joint, j)
		}
	}
	return e, nil
}

// Alone lists the steps that one permission opens by itself, on a server of a minor version, 0 for any.
func (e *Edges) Alone(p *rbac.Permission, minor int) []*model.Edge { return e.marks.Of(p, minor) }

// Like gives one permission for all that open the same by themselves: in which of the ordinary namespaces it is held makes no
// difference.
func (e *Edges) Like(p rbac.Permission) rbac.Permission {
	if p.Namespace != "*" && p.Namespace != "" && !e.special[p.Namespace] {
		p.Namespace = "-"
	}
	return p
}

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
				if j.meets(n, p) {
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
func (j *joint) meets(i int, p *rbac.Permission) bool {
	n := &j.Needs[i]
	switch {
	case p.URL != "" || p.Unnamed,
		p.Verb != "*" && !slices.Contains(n.Verbs, p.Verb),
		!n.Any() && p.Group != "*" && p.Group != n.Group,
		p.Namespace != "*" && p.Namespace != "" && (j.clustered[i] || len(j.Namespaces) > 0 && !slices.Contains(j.Namespaces, p.Namespace)),
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
