package privilege

import (
	"slices"
	"strconv"

	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// judgeWildcard finds a role that grants more than anybody has looked through, now and with every kind to come. One that
// grants all is the fault of who binds it.
func (r *round) judgeWildcard(of *role) *model.Finding {
	rule := r.rules["LP05"]
	if rule == nil || !of.wild || of.state != stock.NotStock {
		return nil
	}
	severity, isBound, wide := rule.Severity, false, false
	for b := range r.access.BindingsOf(of.ref) {
		isBound, wide = true, wide || b.Cluster()
		if wide {
			break
		}
	}
	switch {
	case !isBound:
		severity = model.Low
	case of.all:
		return nil
	case !wide:
		severity--
	}
	return &model.Finding{ID: model.FindingID(rule.ID, of.ref), Rule: rule, Severity: severity, Object: of.ref, Since: of.since, Verdict: model.Yes,
		Proof: &evidence{of.wildcards()}}
}

// wildcards lists the rules of the role's own with a wildcard for a verb, a group or a resource: those that it gathers are
// the fault of the roles that hold them.
func (r *role) wildcards() []model.Evidence {
	var list []model.Evidence
	for i := range r.rules {
		one := &r.rules[i]
		if one.Role != r.ref || len(one.Resources) == 0 {
			continue
		}
		for _, f := range [...]struct {
			field string
			words []string
		}{{"verbs", one.Verbs}, {"apiGroups", one.APIGroups}, {"resources", one.Resources}} {
			if j := slices.Index(f.words, "*"); j >= 0 {
				list = append(list, model.Evidence{Object: r.ref, Path: rulePath(one.Index) + "." + f.field + "[" + strconv.Itoa(j) + "]", Value: sentence(one.PolicyRule)})
			}
		}
	}
	return list
}

func wildcard(r *rbacv1.PolicyRule) bool {
	return len(r.Resources) > 0 && (slices.Contains(r.Verbs, "*") || slices.Contains(r.APIGroups, "*") || slices.Contains(r.Resources, "*"))
}
