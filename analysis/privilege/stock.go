package privilege

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/analysis/rbac/stock"
	"canopy/model"
	"canopy/model/cluster"
)

// judgeRole brings the findings on a role itself up to date: wildcards, and what is not as Kubernetes ships it.
func (a *Analyser) judgeRole(c *cluster.Cluster, access *rbac.Analyser, ref model.Ref) {
	var list []*model.Finding
	if r := a.role(c, access, ref); r != nil {
		if f := a.wildcard(access, r); f != nil {
			list = append(list, f)
		}
		if f := a.tampered(r); f != nil {
			list = append(list, f)
		}
	}
	list = a.replace(a.faults[ref], list)
	if len(list) == 0 {
		delete(a.faults, ref)
		return
	}
	a.faults[ref] = list
}

// wildcard finds a role that grants more than anybody has looked through, now and with every kind to come. One that grants
// all is the fault of who binds it.
func (a *Analyser) wildcard(access *rbac.Analyser, r *role) *model.Finding {
	rule := a.rule("LP05")
	if rule == nil || r.state != stock.NotStock {
		return nil
	}
	list := r.wildcards()
	if len(list) == 0 {
		return nil
	}
	severity, isBound, wide := rule.Severity, false, false
	for b := range access.BindingsOf(r.ref) {
		isBound, wide = true, wide || b.Cluster()
		if wide {
			break
		}
	}
	switch {
	case !isBound:
		severity = model.Low
	case r.all:
		return nil
	case !wide:
		severity--
	}
	return &model.Finding{ID: model.FindingID(rule.ID, r.ref), Rule: rule, Severity: severity, Object: r.ref, Since: r.since, Verdict: model.Yes, Proof: &evidence{list}}
}

// tampered finds a role of Kubernetes' own that is not as it was shipped.
func (a *Analyser) tampered(r *role) *model.Finding {
	rule := a.rule("LP28")
	if rule == nil || r.state != stock.Changed {
		return nil
	}
	d, severity := &r.difference, model.Low
	var list []model.Evidence
	for i := range d.Added {
		severity = rule.Severity
		list = append(list, model.Evidence{Object: r.ref, Path: r.find(&d.Added[i]), Value: "added: " + sentence(&d.Added[i])})
	}
	for i := range d.Removed {
		list = append(list, model.Evidence{Object: r.ref, Path: "rules", Value: "missing: " + sentence(&d.Removed[i])})
	}
	if d.Aggregation {
		severity = rule.Severity
		list = append(list, model.Evidence{Object: r.ref, Path: "aggregationRule", Value: "changed: it gathers the rules of other roles than before"})
	}
	if d.Labels {
		severity = rule.Severity
		list = append(list, model.Evidence{Object: r.ref, Path: "metadata.labels", Value: "changed: it feeds other roles than before"})
	}
	return &model.Finding{ID: model.FindingID(rule.ID, r.ref), Rule: rule, Severity: severity, Object: r.ref, Since: r.since, Verdict: model.Yes, Proof: &evidence{list}}
}

// find gives the path of the rule that covers another.
func (r *role) find(p *rbacv1.PolicyRule) string {
	i := slices.IndexFunc(r.rules, func(one rbac.Rule) bool {
		if one.Role != r.ref {
			return false
		}
		ok, _ := rbac.Covers([]rbacv1.PolicyRule{*one.PolicyRule}, []rbacv1.PolicyRule{*p})
		return ok
	})
	if i < 0 {
		return "rules"
	}
	return rulePath(r.rules[i].Index)
}

// judgeStockBinding finds a binding of Kubernetes' own that is not as it was shipped.
func (a *Analyser) judgeStockBinding(j *judgement) {
	rule := a.rule("LP28")
	if rule == nil {
		return
	}
	d, severity := &j.changed, model.Low
	var list []model.Evidence
	if d.RoleRef != nil {
		severity = rule.Severity
		list = append(list, model.Evidence{Object: j.Ref, Path: "roleRef.name", Value: "changed: " + d.RoleRef.Kind + " " + brief(d.RoleRef.Name)})
	}
	for i := range d.AddedSubjects {
		severity = rule.Severity
		at := slices.Index(j.Subjects, d.AddedSubjects[i])
		path := "subjects"
		if at >= 0 {
			path = subjectPath(at)
		}
		list = append(list, model.Evidence{Object: j.Ref, Path: path, Value: "added: " + rbac.SubjectOf(&d.AddedSubjects[i], j.Ref.Namespace).String()})
	}
	for i := range d.RemovedSubjects {
		list = append(list, model.Evidence{Object: j.Ref, Path: "subjects", Value: "missing: " + rbac.SubjectOf(&d.RemovedSubjects[i], j.Ref.Namespace).String()})
	}
	j.findings = append(j.findings, &model.Finding{
		ID: model.FindingID(rule.ID, j.Ref), Rule: rule, Severity: severity, Object: j.Ref, Since: j.since, Verdict: model.Yes, Proof: &evidence{list},
	})
}
