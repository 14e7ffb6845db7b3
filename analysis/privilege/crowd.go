package privilege

import (
	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac"
	"canopy/model"
)

// judgeCrowd finds subjects that nobody should bind anything to: members of system:masters pass every authorizer anyway, and
// everybody is anonymous or authenticated.
func (a *Analyser) judgeCrowd(j *judgement, subjects []model.Subject) {
	for _, kind := range [...]struct {
		rule   string
		is     func(model.Subject) bool
		public []string
	}{
		{"LP02", func(s model.Subject) bool { return s.Kind == model.GroupSubject && s.Name == rbac.Masters }, nil},
		{"LP03", func(s model.Subject) bool {
			return (s.Kind == model.UserSubject && s.Name == rbac.Anonymous) || (s.Kind == model.GroupSubject && s.Name == rbac.Unauthenticated)
		}, []string{"system:public-info-viewer"}},
		{"LP04", func(s model.Subject) bool { return s.Kind == model.GroupSubject && s.Name == rbac.Authenticated },
			[]string{"system:public-info-viewer", "system:discovery", "system:basic-user"}},
	} {
		var who []model.Subject
		for _, s := range subjects {
			if kind.is(s) {
				who = append(who, s)
			}
		}
		rule := a.rule(kind.rule)
		if len(who) == 0 || rule == nil {
			continue
		}
		shown := a.beyond(j, kind.public)
		if len(shown) == 0 && kind.rule != "LP02" {
			continue
		}
		severity := rule.Severity
		if !j.Cluster() && kind.rule != "LP02" {
			severity--
		}
		a.find(j, rule, severity, model.Yes, "", who, shown)
	}
}

// beyond lists the rules of the bound role that grant more than these stock roles do. Rules on URLs have no effect in a
// RoleBinding.
func (a *Analyser) beyond(j *judgement, public []string) []model.Evidence {
	var open []rbacv1.PolicyRule
	for _, name := range public {
		if r := a.stock.ClusterRole(name); r != nil {
			open = append(open, r.Rules...)
		}
	}
	var list []model.Evidence
	for i := range j.role.rules {
		one := &j.role.rules[i]
		if len(one.NonResourceURLs) > 0 && !j.Cluster() && len(one.Resources) == 0 {
			continue
		}
		if ok, _ := rbac.Covers(open, []rbacv1.PolicyRule{*one.PolicyRule}); !ok {
			list = append(list, model.Evidence{Object: one.Role, Path: rulePath(one.Index), Value: sentence(one.PolicyRule)})
		}
	}
	return list
}
