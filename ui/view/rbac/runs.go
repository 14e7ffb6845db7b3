package rbac

import (
	"cmp"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// user is something that runs as an account: the top owner of pods, with how many of them have not finished.
type user struct {
	ref  model.Ref
	pods int
}

// usersOf lists what runs as an account, as the inventory has it. It goes through the inventory up to the end of the account's
// namespace, so commands call it.
func usersOf(set model.RecordSet, account model.Subject) []user {
	if set == nil || account.Kind != model.AccountSubject {
		return nil
	}
	names := map[record.Template]string{}
	runs := func(t record.Template) bool {
		if t.IsZero() {
			return false
		}
		name, ok := names[t]
		if !ok {
			name = cmp.Or(t.Decode().Spec.ServiceAccountName, "default")
			names[t] = name
		}
		return name == account.Name
	}
	pods := map[model.Ref]int{}
	for r := range set.All() {
		if r.GetNamespace() > account.Namespace {
			break
		}
		if r.GetNamespace() != account.Namespace {
			continue
		}
		switch t := r.(type) {
		case *record.Pod:
			if !t.Finished() && runs(t.Template) {
				pods[cluster.TopOwner(set.Get, t)]++
			}
		case *record.Workload:
			if runs(t.Template) {
				pods[cluster.TopOwner(set.Get, t)] += 0
			}
		}
	}
	var list []user
	for ref, n := range pods {
		list = append(list, user{ref, n})
	}
	inorder.Sort(list, func(a, b user) int { return cmp.Or(cmp.Compare(b.pods, a.pods), a.ref.Compare(b.ref)) })
	return list
}
