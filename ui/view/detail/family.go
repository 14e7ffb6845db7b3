package detail

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"

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
	// running tells that its containers were started, finished that it has run to its end.
	running, finished bool
}

func newPod(r *record.Pod) pod {
	return pod{ref: r.Ref(), node: r.Node(), running: r.Phase == corev1.PodRunning, finished: r.Finished()}
}

func (f *family) equal(o *family) bool {
	return f.top == o.top && f.idle == o.idle && slices.Equal(f.pods, o.pods) && slices.EqualFunc(f.branches, o.branches, func(a, b branch) bool {
		return a.owner == b.owner && slices.Equal(a.pods, b.pods)
	})
}

// active counts the pods that have not finished, and those of them that run.
func (f *family) active() (all, running int) {
	for _, p := range f.pods {
		if !p.finished {
			all++
		}
		if p.running {
			running++
		}
	}
	return all, running
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
	if record.TemplatePath(f.top.Kind) == "" && model.BuiltIn(f.top.GroupKind()) != nil {
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
			p := newPod(t)
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
		f.pods = []pod{newPod(r)}
	}
	return f
}

// nodes names the nodes of pods, sorted.
func nodes(pods []pod) (names []string) {
	seen := map[string]bool{}
	for _, p := range pods {
		if p.node != "" && !seen[p.node] {
			seen[p.node] = true
			names = append(names, p.node)
		}
	}
	slices.Sort(names)
	return names
}

// state says in words what a pod does where it does not run; "" where it does.
func (p *pod) state() string {
	switch {
	case p.finished:
		return "finished"
	case p.node == "":
		return "waiting for a node"
	case !p.running:
		return "not running"
	}
	return ""
}
