package rbac

import (
	"canopy/model"
	"canopy/model/inorder"
)

// Loss is a permission that a subject has lost.
type Loss struct {
	Subject model.Subject `json:"subject"`
	Permission
}

// Held is what some subjects held at a moment.
type Held map[model.Subject][]Permission

// Hold notes what subjects hold now, by themselves and by the groups that they are always in.
func (a *Analyser) Hold(subjects []model.Subject, scopes Scopes) Held {
	held := make(Held, len(subjects))
	for _, s := range subjects {
		keys := UserOf(s).keys()
		have := map[Permission]struct{}{}
		for b := range a.of(keys, "*") {
			for one := range b.role.each {
				for p := range atoms(manageable(one.PolicyRule), b.ref.Namespace, scopes) {
					have[p] = struct{}{}
				}
			}
		}
		list := make([]Permission, 0, len(have))
		for p := range have {
			list = append(list, p)
		}
		held[s] = list
	}
	return held
}

// Lost lists what subjects held before and hold no longer, whatever the words: what a broader permission still covers is
// not lost. Sorted.
func Lost(before, after Held) []Loss {
	var lost []Loss
	for s, list := range before {
		kept := newPermissionSet(after[s])
		for i := range list {
			if p := &list[i]; !kept.covers(p) {
				lost = append(lost, Loss{s, *p})
			}
		}
	}
	inorder.Sort(lost, func(x, y Loss) int {
		if n := x.Subject.Compare(y.Subject); n != 0 {
			return n
		}
		return x.Compare(&y.Permission)
	})
	return lost
}
