package signature

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// exceptionKinds are what Kyverno lets pods past a policy by: the one of its older policies, and the one of its newer ones.
var exceptionKinds = [...]schema.GroupKind{
	{Group: model.GroupKyverno, Kind: "PolicyException"},
	{Group: model.GroupKyvernoPolicies, Kind: "PolicyException"},
}

// exceptions says, as what gets past a rule of Kyverno, which exceptions there are from it. What they hold for is not evaluated. A kind
// that no source reads may hold any.
func exceptions(c *cluster.Cluster, r *rule) []string {
	gk := exceptionKinds[0]
	if r.tool == validating {
		gk = exceptionKinds[1]
	} else if r.tool != kyverno {
		return nil
	}
	if model.OptionalKind(gk) == nil || unseen(c, gk, "") != "" {
		return []string{"pods that a PolicyException of Kyverno lets past, which is not read"}
	}
	var said []string
	for _, one := range c.Sorted(gk) {
		if e, ok := one.(*record.Custom); ok && excepts(e, r.ref.Name) {
			said = append(said, "pods that "+e.Ref().String()+" lets past")
		}
	}
	return said
}

// excepts tells that an exception names a policy; one of a namespace is named with that.
func excepts(e *record.Custom, policy string) bool {
	for _, p := range items(e.Body, "spec", "policyRefs") {
		if name := text(p, "name"); name == policy || glob("*/"+policy, name, false) {
			return true
		}
	}
	for _, p := range items(e.Body, "spec", "exceptions") {
		if name := text(p, "policyName"); name == policy || glob("*/"+policy, name, false) {
			return true
		}
	}
	return false
}
