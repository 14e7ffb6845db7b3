package resources

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"canopy/model/record"
	"canopy/ui/view"
)

// ground makes the heading over the nodes of the cluster, and their items; nil where there are none. What was found on a node,
// and on what it runs, counts for it.
func ground(nodes []*nodeRecord, loads map[string]*load, found map[string][]*view.Row, judged bool, was *item) *item {
	if len(nodes) == 0 {
		return nil
	}
	old := map[string]*item{}
	if was != nil {
		was.each(func(i *item) { old[i.key] = i })
	}
	keep := func(i *item) *item {
		if o := old[i.key]; o != nil && o.same(i) {
			return o
		}
		return i
	}
	root := &item{key: "nodes", level: heading}
	root.label, root.judged, root.wanted = "nodes", judged, 0
	var below census
	for _, n := range nodes {
		i := &item{key: keyOf(n.Ref()), ref: n.Ref(), level: machine, depth: 1, parent: root, record: n}
		i.label, i.judged, i.created = n.Name, judged, n.Created
		i.status, i.trouble = nodeStatus(n.Object)
		i.own = found[n.Name]
		worstFirst(i.own)
		add(&i.score, i.own)
		if l := loads[n.Name]; l != nil {
			join(&i.score, l.score)
			i.posture, i.ready, i.wanted, i.pods = l.posture, l.ready, l.pods, l.pods
			if i.trouble <= held && len(l.census.words) > 0 {
				i.status, i.trouble = l.census.String(), l.census.worst
			}
		}
		if words, t := nodeStatus(n.Object); t >= held {
			below.tell(words, t)
		}
		for s, count := range i.score.Holds {
			root.score.Holds[s] = max(root.score.Holds[s], count)
		}
		root.score.Undecided = max(root.score.Undecided, i.score.Undecided)
		root.ready, root.wanted, root.pods = root.ready+i.ready, root.wanted+i.wanted, root.pods+i.pods
		root.children = append(root.children, keep(i))
	}
	if root.wanted == 0 {
		root.wanted = -1
	}
	root.status, root.trouble = below.String(), below.worst
	slices.SortFunc(root.children, byName)
	return keep(root)
}

// nodeRecord is the record of a node of the cluster.
type nodeRecord = record.Typed[*corev1.Node]
