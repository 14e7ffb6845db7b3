package privilege

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
)

// judgeDangling finds what a binding names and nobody has made: whoever makes it takes the grant. What Kubernetes ships may
// name accounts that its controllers make later.
func (a *Analyser) judgeDangling(c *cluster.Cluster, access *rbac.Analyser, j *judgement) {
	rule := a.rule("LP24")
	if rule == nil || j.state == stock.Unchanged || j.state == stock.Earlier {
		return
	}
	var list []model.Evidence
	if !j.Exists && missing(c, j.Role) {
		list = append(list, model.Evidence{Object: j.Ref, Path: "roleRef.name", Value: j.Role.Name})
	}
	for i := range j.Subjects {
		s := rbac.SubjectOf(&j.Subjects[i], j.Ref.Namespace)
		switch {
		case s.IsZero():
			list = append(list, model.Evidence{Object: j.Ref, Path: subjectPath(i), Value: j.Subjects[i].Kind + " " + brief(j.Subjects[i].Name) + " matches nobody"})
		case s.Kind == model.AccountSubject && s.Name != "default" && c.Get(accountRef(s)) == nil && missing(c, accountRef(s)):
			list = append(list, model.Evidence{Object: j.Ref, Path: subjectPath(i), Value: s.String()})
		}
	}
	if len(list) == 0 {
		return
	}
	severity := rule.Severity
	if j.role == nil {
		// A role that is not there grants nothing until somebody makes it.
		severity = model.Low
	}
	j.findings = append(j.findings, &model.Finding{
		ID: model.FindingID(rule.ID, j.Ref), Rule: rule, Severity: severity, Object: j.Ref, Since: j.since, Verdict: model.Yes, Proof: &evidence{list},
	})
}

func accountRef(s model.Subject) model.Ref {
	return model.KindByName("ServiceAccount").Ref(s.Namespace, s.Name)
}

// missing tells that an object without a record does not exist: all of its kind was seen.
func missing(c *cluster.Cluster, ref model.Ref) bool {
	gk := schema.GroupKind{Group: ref.Group, Kind: ref.Kind}
	k := model.KindOf(gk)
	return k == nil || k.Namespaced != (ref.Namespace != "") || c.Seen(gk, ref.Namespace).State == model.Complete
}

// evidence is a proof that stands by itself.
type evidence struct{ list []model.Evidence }

// Evidence gives the list.
func (e *evidence) Evidence() []model.Evidence { return e.list }
