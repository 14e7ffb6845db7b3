package admission

import (
	"maps"
	"slices"
	"strings"

	"canopy/analysis/rbac/stock"
	"canopy/model"

	rbacv1 "k8s.io/api/rbac/v1"
)

// stockPolicy keeps one object that Kubernetes ships from getting more than the server's version, or an earlier one, ships;
// nil for an object that it does not ship. What the API server and the aggregation controller write passes.
func stockPolicy(rule *model.Rule, ref model.Ref, minor int) *blueprint {
	k := model.KindOf(ref.GroupKind())
	table, _ := stock.For(minor)
	b := &blueprint{rule: rule, conditions: []named{controlPlane()}, remedy: "Write a role of your own and bind it where more is needed."}
	switch ref.Kind {
	case "ClusterRole":
		r := table.ClusterRole(ref.Name)
		if r == nil {
			return nil
		}
		b.stockRole(table.EarlierRules(ref), r)
	case "Role":
		if table.Role(ref.Namespace, ref.Name) == nil {
			return nil
		}
		b.stockRole(table.EarlierRules(ref), &rbacv1.ClusterRole{})
	case "ClusterRoleBinding":
		r := table.ClusterRoleBinding(ref.Name)
		if r == nil {
			return nil
		}
		b.stockBinding(table.EarlierSubjects(ref), r.RoleRef)
	case "RoleBinding":
		r := table.RoleBinding(ref.Namespace, ref.Name)
		if r == nil {
			return nil
		}
		b.stockBinding(table.EarlierSubjects(ref), r.RoleRef)
	default:
		return nil
	}
	b.match = roleRequests(k.Resource, ref.Name)
	b.name = nameFor(rule, ref.Kind, ref.Namespace, ref.Name)
	if ref.Namespace != "" {
		b.namespaces = []string{ref.Namespace}
	}
	return b
}

// stockRole judges rules, or where aggregation fills them what it gathers; and the labels by which others gather it.
func (b *blueprint) stockRole(earlier []rbacv1.PolicyRule, r *rbacv1.ClusterRole) {
	b.variables = []named{{"rules", rulesOf("object")}, {"old", old(rulesOf("oldObject"))}, {"shipped", shipped(earlier)}}
	urls := "r.?nonResourceURLs.orValue([]).all(u, u in o.?nonResourceURLs.orValue([])) && "
	rules := "variables.rules.filter(r, !(r in variables.old) && !variables.shipped.exists(o, " + urls + covers + ") && !variables.old.exists(o, " + urls + covers + "))\n" +
		".map(r, 'the role would give ' + " + spoken + " + ', which Kubernetes does not')"
	if len(earlier) == 0 {
		rules = "variables.rules.filter(r, !(r in variables.old)).map(r, 'the role would give ' + " + spoken + " + ', which Kubernetes does not')"
	}
	if r.AggregationRule != nil {
		var known []string
		for _, s := range r.AggregationRule.ClusterRoleSelectors {
			known = append(known, "s == {'matchLabels': "+labels(s.MatchLabels)+"}")
		}
		b.variables = []named{{"gathers", "dyn(object).?aggregationRule.?clusterRoleSelectors.orValue([])"},
			{"gathered", old("dyn(oldObject).?aggregationRule.?clusterRoleSelectors.orValue([])")}}
		rules = when("variables.gathers.exists(s, !(s in variables.gathered) && !("+anyOf(known...)+"))", "the role would gather the rules of other roles than Kubernetes ships")
	}
	var feeds []string
	for k := range r.Labels {
		if strings.HasPrefix(k, feeding) {
			feeds = append(feeds, k)
		}
	}
	slices.Sort(feeds)
	label := "k.startsWith(" + quote(feeding) + ") && !(k in " + list(feeds...) + ") && !(request.operation == 'UPDATE' && k in dyn(oldObject).metadata.?labels.orValue({}))"
	b.faults = together(rules, when("dyn(object).metadata.?labels.orValue({}).exists(k, "+label+")", "the role would feed other roles than Kubernetes ships"))
}

// feeding begins the labels by which the aggregation rules of Kubernetes gather roles.
const feeding = "rbac.authorization.k8s.io/aggregate-to-"

// stockBinding judges subjects, and to which role they are bound.
func (b *blueprint) stockBinding(earlier []rbacv1.Subject, role rbacv1.RoleRef) {
	var known []string
	for i := range earlier {
		s := &earlier[i]
		known = append(known, allOf("s.kind == "+quote(s.Kind), "s.name == "+quote(s.Name), "s.?namespace.orValue('') == "+quote(s.Namespace)))
	}
	b.variables = added()
	b.faults = together("variables.added.filter(s, !("+anyOf(known...)+")).map(s, 'the binding would name ' + string(s.kind) + ' ' + string(s.name))",
		when("object.roleRef.kind != "+quote(role.Kind)+" || object.roleRef.name != "+quote(role.Name), "the binding would refer to another role than Kubernetes ships"))
}

// labels writes a map of texts in CEL.
func labels(m map[string]string) string {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, quote(k)+": "+quote(m[k]))
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}
