package privilege

import (
	"slices"

	"canopy/model"
)

// stand publishes the findings that an object other than a binding has, or has no more.
func (r *round) stand(ref model.Ref, list []*model.Finding) {
	if list = r.replace(r.faults[ref], list); len(list) == 0 {
		delete(r.faults, ref)
		return
	}
	r.faults[ref] = list
}

// replace publishes what is new of findings on one object, drops what is gone, and gives those that stand.
func (r *round) replace(old, now []*model.Finding) []*model.Finding {
	find := func(list []*model.Finding, id string) *model.Finding {
		if i := slices.IndexFunc(list, func(f *model.Finding) bool { return f.ID == id }); i >= 0 {
			return list[i]
		}
		return nil
	}
	for _, f := range old {
		if find(now, f.ID) == nil {
			r.out.Drop(f.ID)
		}
	}
	for i, f := range now {
		switch before := find(old, f.ID); {
		case before == f:
		case before != nil && before.Equal(f):
			now[i] = before
		default:
			r.out.Put(f)
		}
	}
	return now
}
