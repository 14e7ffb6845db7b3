package nodes

import (
	"slices"

	"canopy/analysis/node"
	"canopy/model"
	"canopy/ui/view"
	"canopy/ui/view/sheet"
	"canopy/ui/view/tabs"
)

// Open gives the screen of a place that is about one node, or about the control plane; nil where it is none.
func Open(shared *view.Shared, keeper *Keeper, p view.Place) view.Screen {
	return open(shared, keeper, office{shared.Session}, p)
}

func open(shared *view.Shared, keeper *Keeper, d desk, p view.Place) view.Screen {
	whole := p.Object == model.ClusterRef()
	if p.Screen != view.Node || !whole && (p.Object.Group != "" || p.Object.Kind != "Node") {
		return nil
	}
	base := topic{shared: shared, keeper: keeper, desk: d, place: p}
	verdicts := tabs.Tab{Name: verdictsName, Side: sheet.New(shared, &verdicts{base}, func(to view.Screen) *sheet.List[*judgement] {
		return sheet.NewList(shared, to, verdictSchema(shared), 0)
	})}
	if whole {
		return tabs.New(shared, p, &keeper.job, verdicts, tabs.Tab{Name: partsName, Side: sheet.New(shared, &parts{base}, func(to view.Screen) *sheet.List[*part] {
			return sheet.NewList(shared, to, partSchema(shared), 0)
		})})
	}
	return tabs.New(shared, p, &keeper.job, verdicts,
		tabs.Tab{Name: podsName, Side: sheet.New(shared, &residents{topic: base}, func(to view.Screen) *sheet.List[*resident] {
			return sheet.NewList(shared, to, residentSchema(shared), 0)
		})},
		tabs.Tab{Name: drainName, Side: sheet.New(shared, &drains{base}, func(to view.Screen) *sheet.List[*obstacle] {
			return sheet.NewList(shared, to, obstacleSchema(shared), 0)
		})})
}

// single finds what the place is about: a node, or the control plane.
func (t *topic) single(q *sheet.Quest) (*node.Node, *node.Plane, error) {
	s, err := t.keeper.read(q.Ctx, t.desk, q.Snapshot)
	if err != nil {
		return nil, nil, err
	}
	if t.place.Object == model.ClusterRef() {
		return nil, s.plane, nil
	}
	i := slices.IndexFunc(s.nodes, func(n *node.Node) bool { return n.Ref.Name == t.place.Object.Name })
	if i < 0 {
		return nil, nil, nil
	}
	return s.nodes[i], nil, nil
}

// crumbs names a list of what the place is about.
func (t *topic) crumbs(list string) []string {
	return []string{view.Nodes, called(t.place.Object), list}
}

// gone says that a node is not there, or that nobody knows.
func gone(q *sheet.Quest) sheet.Remark {
	if q.Snapshot.Cover.State(nodeKind()) == model.Complete {
		return sheet.Remark{Text: "there is no such node", Bad: true}
	}
	return sheet.Remark{Text: nothing(q), Bad: true}
}
