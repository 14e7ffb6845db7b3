package privilege

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/model"
)

// judgeCrowd finds subjects that nobody should bind anything to: members of system:masters pass every authorizer anyway, and
// everybody is anonymous or authenticated.
func (r *round) judgeCrowd(j *judgement, subjects []model.Subject) {
	group := func(name string) model.Subject { return model.Subject{Kind: model.GroupSubject, Name: name} }
	anybody := []model.Subject{{Kind: model.UserSubject, Name: rbac.Anonymous}, group(rbac.Unauthenticated)}
	if who := among(subjects, group(rbac.Masters)); len(who) > 0 {
		if rule := r.rules["LP02"]; rule != nil {
			j.add(rule, rule.Severity, j.began(), model.Yes, "", &grantProof{on: j.to(who)})
		}
	}
	r.judgePublic(j, "LP03", among(subjects, anybody...), "system:public-info-viewer")
	r.judgePublic(j, "LP04", among(subjects, group(rbac.Authenticated)), "system:public-info-viewer", "system:discovery", "system:basic-user")
}

// among gives those of some subjects that are listed.
func among(subjects []model.Subject, listed ...model.Subject) []model.Subject {
	var who []model.Subject
	for _, s := range listed {
		if _, ok := slices.BinarySearchFunc(subjects, s, model.Subject.Compare); ok {
			who = append(who, s)
		}
	}
	slices.SortFunc(who, model.Subject.Compare)
	return who
}

// judgePublic finds that these subjects are bound to more than some stock roles grant.
func (r *round) judgePublic(j *judgement, id string, who []model.Subject, public ...string) {
	rule := r.rules[id]
	if len(who) == 0 || rule == nil {
		return
	}
	list, byName := r.beyond(j, public)
	if len(list) == 0 {
		return
	}
	severity := rule.Severity
	if !j.cluster() {
		severity--
	}
	if byName {
		severity--
	}
	j.add(rule, severity, j.began(), model.Yes, "", &grantProof{on: j.to(who), shown: &shown{lines: func() []model.Evidence { return list }}})
}

// beyond lists the rules of the bound role that grant more than these stock roles do, and tells whether they do so for named
// objects alone. Rules on URLs have no effect in a RoleBinding.
func (r *round) beyond(j *judgement, public []string) (list []model.Evidence, byName bool) {
	var open []rbacv1.PolicyRule
	for _, name := range public {
		if shipped := r.stock.ClusterRole(name); shipped != nil {
			open = append(open, shipped.Rules...)
		}
	}
	byName = true
	for i := range j.role.rules {
		one := j.role.rules[i].PolicyRule
		if !j.cluster() && len(one.NonResourceURLs) > 0 {
			bare := *one
			bare.NonResourceURLs = nil
			one = &bare
		}
		if covered(open, one) {
			continue
		}
		byName = byName && len(one.ResourceNames) > 0
		list = append(list, model.Evidence{Object: j.role.rules[i].Role, Path: rulePath(j.role.rules[i].Index), Value: sentence(j.role.rules[i].PolicyRule)})
	}
	return list, byName && len(list) > 0
}
