package network

import (
	"maps"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// group is a workload with its pods: what answers for them.
type group struct {
	ref  model.Ref
	pods []*record.Pod
}

// groups lists the workloads that have pods, sorted, with those pods that have not run to their end. Keep says which
// namespaces count. It reads what a report holds, and so leaves the writer alone.
func groups(set model.RecordSet, keep func(namespace string) bool) []group {
	if set == nil {
		return nil
	}
	at := map[model.Ref][]*record.Pod{}
	for r := range set.All() {
		if p, ok := r.(*record.Pod); ok && keep(p.Namespace) && !p.Finished() {
			top := cluster.TopOwner(set.Get, p)
			at[top] = append(at[top], p)
		}
	}
	list := make([]group, 0, len(at))
	for _, ref := range inorder.Collect(maps.Keys(at), model.Ref.Compare) {
		list = append(list, group{ref, at[ref]})
	}
	return list
}
