package admission

import "canopy/model"

// anywhere tells a range r that holds all addresses, or half of them: two halves are all.
const anywhere = "(r.endsWith('/0') || r in ['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1'])"

// serviceRequests are those by which Services come to be open.
func serviceRequests() []matched {
	return []matched{{"", "v1", []string{"services"}, []string{created, updated}, nil}}
}

// openService is NW08. A Service that was open before may be changed.
func openService(rule *model.Rule, namespaces []string) *blueprint {
	const annotation = "'service.beta.kubernetes.io/load-balancer-source-ranges'"
	is := func(o string) string {
		o = "dyn(" + o + ")"
		ranges := "(" + o + ".spec.?loadBalancerSourceRanges.orValue([]).size() > 0 ? " + o + ".spec.loadBalancerSourceRanges :\n" +
			o + ".metadata.?annotations[?" + annotation + "].orValue('').trim() == '' ? [] : " + o + ".metadata.annotations[" + annotation + "].split(',').map(r, r.trim()))"
		return anyOf(o+".spec.type == 'NodePort'", o+".spec.type == 'LoadBalancer' && ("+ranges+".size() == 0 || "+ranges+".exists(r, "+anywhere+"))")
	}
	return &blueprint{
		rule: rule, name: nameFor(rule), namespaces: namespaces, match: serviceRequests(),
		faults: when(allOf(is("object"), "request.operation == 'CREATE' || !("+is("oldObject")+")"), "the Service would be open to the outside"),
		evidence: []string{"Ranges that hold all addresses only together are not seen, unless they are two halves",
			"An internal load balancer is refused as well, since who honours its annotation is the cloud's affair"},
	}
}

// takenAddresses is NW09.
func takenAddresses(rule *model.Rule, namespaces []string) *blueprint {
	return &blueprint{
		rule: rule, name: nameFor(rule), namespaces: namespaces, match: serviceRequests(),
		variables: []named{{"old", old("dyn(oldObject).spec.?externalIPs.orValue([])")}},
		faults: "object.spec.type == 'ExternalName' ? [] :\n" +
			"dyn(object).spec.?externalIPs.orValue([]).filter(a, !(a in variables.old)).map(a, 'the Service would take the address ' + string(a))",
	}
}
