package privilege

import (
	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// judgeRole brings the findings on a role itself up to date: wildcards, and what is not as Kubernetes ships it.
func (r *round) judgeRole(ref model.Ref) {
	var list []*model.Finding
	if of := r.role(ref); of != nil {
		if f := r.judgeWildcard(of); f != nil {
			list = append(list, f)
		}
		if f := r.judgeShipped(of); f != nil {
			list = append(list, f)
		}
	}
	r.stand(ref, list)
}

// judgeShipped finds a role of Kubernetes' own that is not as it was shipped.
func (r *round) judgeShipped(of *role) *model.Finding {
	rule := r.rules["LP28"]
	if rule == nil || of.state != stock.Changed {
		return nil
	}
	d, severity := &of.difference, model.Low
	var list []model.Evidence
	if len(d.Added) > 0 {
		severity = rule.Severity
		list = r.addedRules(of)
	}
	for i := range d.Removed {
		list = append(list, model.Evidence{Object: of.ref, Path: "rules", Value: "missing: " + sentence(&d.Removed[i])})
	}
	if d.Aggregation {
		severity = rule.Severity
		list = append(list, model.Evidence{Object: of.ref, Path: "aggregationRule", Value: "changed: it gathers the rules of other roles than before"})
	}
	if d.Labels {
		severity = rule.Severity
		list = append(list, model.Evidence{Object: of.ref, Path: "metadata.labels", Value: "changed: it feeds other roles than before"})
	}
	return &model.Finding{ID: model.FindingID(rule.ID, of.ref), Rule: rule, Severity: severity, Object: of.ref, Since: of.since, Verdict: model.Yes,
		Proof: &evidence{list}}
}

// addedRules lists what was added to a role, at the rules that hold it.
func (r *round) addedRules(of *role) []model.Evidence {
	var list []model.Evidence
	for i := range of.rules {
		one := &of.rules[i]
		if one.Role != of.ref {
			continue
		}
		_, _, d := r.shipped(of.ref, one.PolicyRule)
		for j := range d.Added {
			list = append(list, model.Evidence{Object: of.ref, Path: rulePath(one.Index), Value: "added: " + sentence(&d.Added[j])})
		}
	}
	return list
}

// judgeStockBinding finds a binding of Kubernetes' own that is not as it was shipped.
func (r *round) judgeStockBinding(j *judgement) {
	rule := r.rules["LP28"]
	if rule == nil {
		return
	}
	d, severity := &j.difference, model.Low
	var list []model.Evidence
	if d.RoleRef != nil {
		severity = rule.Severity
		list = append(list, model.Evidence{Object: j.ref, Path: "roleRef.name", Value: "changed: " + d.RoleRef.Kind + " " + brief(d.RoleRef.Name)})
	}
	if len(d.AddedSubjects) > 0 {
		severity = rule.Severity
		list = append(list, addedSubjects(j)...)
	}
	for i := range d.RemovedSubjects {
		list = append(list, model.Evidence{Object: j.ref, Path: "subjects", Value: "missing: " + spoken(&d.RemovedSubjects[i], j.ref.Namespace)})
	}
	j.add(rule, severity, j.since, model.Yes, "", &evidence{list})
}

// addedSubjects lists the subjects that were added to a binding, where they first stand in it.
func addedSubjects(j *judgement) []model.Evidence {
	added := map[string]bool{}
	for i := range j.difference.AddedSubjects {
		added[spoken(&j.difference.AddedSubjects[i], j.ref.Namespace)] = true
	}
	var list []model.Evidence
	for i := range j.subjects {
		if who := spoken(&j.subjects[i], j.ref.Namespace); added[who] {
			delete(added, who)
			list = append(list, model.Evidence{Object: j.ref, Path: subjectPath(i), Value: "added: " + who})
		}
	}
	return list
}

// spoken says who a subject is in the words of its binding.
func spoken(one *rbacv1.Subject, namespace string) string {
	if s := rbac.SubjectOf(one, namespace); !s.IsZero() {
		return s.String()
	}
	return one.Kind + " " + brief(one.Name) + " (matches nobody)"
}
