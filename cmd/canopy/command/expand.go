package command

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// expandGranted takes the wildcards of permissions apart into the resources and verbs that are known.
func expandGranted(known *rbac.Discovery, list []rbac.Granted) []rbac.Granted {
	via := map[rbac.Permission][]rbac.Grant{}
	for i := range list {
		for _, p := range known.Expand(list[i].Permission) {
			via[p] = append(via[p], list[i].Via...)
		}
	}
	expanded := make([]rbac.Granted, 0, len(via))
	for p, grants := range via {
		expanded = append(expanded, rbac.Granted{Permission: p, Via: distinct(grants)})
	}
	slices.SortFunc(expanded, func(x, y rbac.Granted) int { return x.Compare(&y.Permission) })
	return expanded
}

// distinct sorts grants and leaves each once. Of several subjects of a binding the first counts, as it does for one who asks.
func distinct(via []rbac.Grant) []rbac.Grant {
	via = slices.Clone(via)
	slices.SortFunc(via, func(x, y rbac.Grant) int { return cmp.Or(x.Compare(&y), cmp.Compare(x.Subject, y.Subject)) })
	return slices.CompactFunc(via, func(x, y rbac.Grant) bool { return x.Compare(&y) == 0 })
}

// holders are those who may do something, by subject.
type holders map[model.Subject]*rbac.Holder

// add joins what one subject may with what is known of it.
func (all holders) add(h rbac.Holder) {
	known := all[h.Subject]
	if known == nil {
		known = &rbac.Holder{Subject: h.Subject}
		all[h.Subject] = known
	}
	known.Namespaces = append(known.Namespaces, h.Namespaces...)
	known.Via = append(known.Via, h.Via...)
}

// sorted lists the holders, each grant of each once.
func (all holders) sorted() []rbac.Holder {
	list := make([]rbac.Holder, 0, len(all))
	for h := range maps.Values(all) {
		one := rbac.Holder{Subject: h.Subject, Namespaces: slices.Clone(h.Namespaces), Via: distinct(h.Via)}
		slices.Sort(one.Namespaces)
		one.Namespaces = slices.Compact(one.Namespaces)
		if slices.Contains(one.Namespaces, "*") {
			one.Namespaces = []string{"*"}
		}
		list = append(list, one)
	}
	slices.SortFunc(list, func(x, y rbac.Holder) int { return x.Subject.Compare(y.Subject) })
	return list
}

// expand puts the accounts of the cluster in the place of the groups that stand for them. A group stays where others than
// those may be in it, or where not all accounts were seen; the latter is told.
func (all holders) expand(c *cluster.Cluster) (expanded holders, unseen []string) {
	expanded = holders{}
	for _, h := range all.sorted() {
		members := rbac.Expand(c, h.Subject)
		switch state := membersSeen(c, h.Subject); {
		case len(members) == 0, h.Subject.Name == rbac.Authenticated:
			expanded.add(h)
		case state != model.Complete:
			unseen = append(unseen, fmt.Sprintf("%s stays in the list: not every ServiceAccount was seen: %s", h.Subject, state))
			expanded.add(h)
		}
		via := slices.Clone(h.Via)
		for i := range via {
			via[i].Match = h.Subject.String()
		}
		for _, m := range members {
			expanded.add(rbac.Holder{Subject: m, Namespaces: h.Namespaces, Via: via})
		}
	}
	return expanded, unseen
}

// membersSeen tells how well the accounts of a group were seen.
func membersSeen(c *cluster.Cluster, group model.Subject) model.CoverState {
	namespace, _ := accountsOf(group)
	return c.Seen(model.KindByName("ServiceAccount").GroupKind(), namespace).State
}
