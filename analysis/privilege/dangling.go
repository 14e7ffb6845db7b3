package privilege

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
)

// judgeDangling finds what a binding names and nobody has made: whoever makes it takes the grant. What Kubernetes ships may
// name accounts that its controllers make later.
func (r *round) judgeDangling(j *judgement) {
	rule := r.rules["LP24"]
	if rule == nil || j.state == stock.Unchanged || j.state == stock.Earlier {
		return
	}
	var list []model.Evidence
	severity := rule.Severity
	if j.role == nil && missing(r.c, j.refers) {
		// A role that is not there grants nothing until somebody makes it.
		severity = model.Low
		list = append(list, model.Evidence{Object: j.ref, Path: "roleRef.name", Value: j.refers.Name})
	}
	for i := range j.subjects {
		one := &j.subjects[i]
		switch s := subjectOf(one, j.ref.Namespace); {
		case s.IsZero():
			list = append(list, model.Evidence{Object: j.ref, Path: subjectPath(i), Value: one.Kind + " " + brief(one.Name) + " matches nobody"})
		case s.Kind == model.AccountSubject && !r.accountStands(j, s):
			list = append(list, model.Evidence{Object: j.ref, Path: subjectPath(i), Value: spoken(one, j.ref.Namespace)})
		}
	}
	if len(list) > 0 {
		j.add(rule, severity, j.since, model.Yes, "", &evidence{list})
	}
}

// accountStands tells that an account exists, may exist, or is made by a controller: the default one of every namespace, and
// those that Kubernetes binds itself.
func (r *round) accountStands(j *judgement, s model.Subject) bool {
	if s.Name == "default" || r.c.Get(accountRef(s)) != nil || !missing(r.c, accountRef(s)) {
		return true
	}
	_, system := r.system[s]
	return system && j.state == stock.Changed
}

func accountRef(s model.Subject) model.Ref {
	return model.Ref{Version: "v1", Kind: "ServiceAccount", Namespace: s.Namespace, Name: s.Name}
}

// missing tells that an object without a record does not exist: all of its kind was seen.
func missing(c *cluster.Cluster, ref model.Ref) bool {
	gk := schema.GroupKind{Group: ref.Group, Kind: ref.Kind}
	k := model.KindOf(gk)
	return k == nil || k.Namespaced != (ref.Namespace != "") || c.Seen(gk, ref.Namespace).State == model.Complete
}
