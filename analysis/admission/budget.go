package admission

import "canopy/model"

// stiffBudget is VP10 as far as a budget alone decides it: one that lets no pod go, however many there are. A budget that was so before
// may be changed.
func stiffBudget(rule *model.Rule, namespaces []string) *blueprint {
	b := &blueprint{
		rule: rule, name: nameFor(rule), namespaces: namespaces,
		match:    []matched{{"policy", "v1", []string{"poddisruptionbudgets"}, []string{created, updated}, nil}},
		remedy:   "Allow one at a time, by maxUnavailable 1.",
		evidence: []string{"Whether a number in minAvailable leaves one to go depends on how many replicas there are, and that two budgets select one pod on both: admission sees one object at a time, so that a scan finds these"},
	}
	return fresh(b, func(o string) string {
		spec := o + ".spec"
		most, least := spec+".?maxUnavailable", spec+".?minAvailable"
		return together(
			when("has("+spec+".maxUnavailable) && (type("+spec+".maxUnavailable) == int ? "+spec+".maxUnavailable == 0 : string("+spec+".maxUnavailable).matches('^0+%$'))",
				"the budget would let no pod go, since maxUnavailable is 0"),
			when("has("+spec+".minAvailable) && type("+spec+".minAvailable) == string && string("+spec+".minAvailable).matches('^0*100%$')",
				"the budget would let no pod go, since minAvailable is 100%"),
			when("!"+most+".hasValue() && !"+least+".hasValue()", "the budget would let no pod go, since it says neither maxUnavailable nor minAvailable"))
	})
}
