package remedy

import (
	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/privilege"
	"canopy/model"
)

// meeting lists the rules that meet a need.
func meeting(n *model.Need, rules []rbacv1.PolicyRule) []*rbacv1.PolicyRule {
	var list []*rbacv1.PolicyRule
	for i := range rules {
		if privilege.Meets(n, &rules[i]) {
			list = append(list, &rules[i])
		}
	}
	return list
}
