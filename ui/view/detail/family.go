package detail

import (
	"cmp"
	"slices"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// family is who answers for an object and what runs below it, as the inventory has it.
type family struct {
	// top is the top owner; the object itself where nobody owns it.
	top model.Ref
	// branches are the owners between the top and pods, those with pods alone; empty where the top owns its pods itself.
	branches []branch
	// pods are those of the top, of all branches.
	pods []pod
	// idle counts owners between without pods, such as old ReplicaSets.
	idle int
}

type branch struct {
	owner model.Ref
	pods  []pod
}

type pod struct {
	ref  model.Ref
	node string
	// finished tells that it has run to its end.
	finished bool
}

// familyOf goes through the inventory up to the end of the object's namespace, so commands call it.
func familyOf(set model.RecordSet, object model.Ref) family {
	f := family{top: object}
	if set == nil {
		return f
	}
	if r := set.Get(object); r != nil {
		f.top = cluster.TopOwner(set.Get, r)
	}
	if record.TemplatePath(f.top.Kind) == "" && model.KindOf(f.top.GroupKind()) != nil {
		return f
	}
	between := map[model.Ref][]pod{}
	for r := range set.All() {
		if r.GetNamespace() > f.top.Namespace {
			break
		}
		if r.GetNamespace() != f.top.Namespace || r.Ref() == f.top {
			continue
		}
		switch t := r.(type) {
		case *record.Pod:
			if t.Owner == nil || cluster.TopOwner(set.Get, t) != f.top {
				continue
			}
			p := pod{t.Ref(), t.Node(), t.Finished()}
			f.pods = append(f.pods, p)
			if up := t.Owner.Ref(t.Namespace); up != f.top {
				between[up] = append(between[up], p)
			}
		case *record.Workload:
			if _, ok := between[t.Ref()]; !ok && t.Owner != nil && cluster.TopOwner(set.Get, t) == f.top {
				between[t.Ref()] = nil
			}
		}
	}
	for owner, pods := range between {
		if len(pods) == 0 && owner != object {
			f.idle++
			continue
		}
		f.branches = append(f.branches, branch{owner, pods})
	}
	slices.SortFunc(f.branches, func(a, b branch) int {
		return cmp.Or(cmp.Compare(len(b.pods), len(a.pods)), a.owner.Compare(b.owner))
	})
	if r, ok := set.Get(f.top).(*record.Pod); ok && len(f.pods) == 0 {
		f.pods = []pod{{r.Ref(), r.Node(), r.Finished()}}
	}
	return f
}

// nodes names the nodes of pods, sorted, and counts the pods that have none.
func nodes(pods []pod) (names []string, waiting int) {
	seen := map[string]bool{}
	for _, p := range pods {
		switch {
		case p.node == "":
			waiting++
		case !seen[p.node]:
			seen[p.node] = true
			names = append(names, p.node)
		}
	}
	slices.Sort(names)
	return names, waiting
}
