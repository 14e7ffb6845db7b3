package admission

import "canopy/model"

func policyRequests() []matched {
	return []matched{{model.GroupNetwork, "v1", []string{"networkpolicies"}, []string{created, updated}, nil}}
}

// boundless is NW04 for NetworkPolicies: rules without peers, for all addresses, or for every pod of every namespace.
func boundless(rule *model.Rule, namespaces []string) *blueprint {
	const empty = ".?matchLabels.orValue({}).size() == 0 && "
	none := func(s string) string { return s + empty + s + ".?matchExpressions.orValue([]).size() == 0" }
	all := "p.?ipBlock.?cidr.orValue('').endsWith('/0')"
	halves := func(peers, a, b string) string {
		return peers + ".exists(p, p.?ipBlock.?cidr.orValue('') == " + quote(a) + ") && " + peers + ".exists(p, p.?ipBlock.?cidr.orValue('') == " + quote(b) + ")"
	}
	inside := "has(p.namespaceSelector) && " + none("p.namespaceSelector") + " && (!has(p.podSelector) || " + none("p.podSelector") + ")"
	open := func(field string, peer ...string) string {
		peers := "r.?" + field + ".orValue([])"
		return anyOf(peers+".size() == 0", peers+".exists(p, "+anyOf(peer...)+")", halves(peers, "0.0.0.0/1", "128.0.0.0/1"), halves(peers, "::/1", "8000::/1"))
	}
	return &blueprint{
		rule: rule, name: nameFor(rule), namespaces: namespaces, match: policyRequests(),
		variables: []named{{"spec", "dyn(object.spec)"}, {"old", "dyn(request.operation == 'UPDATE' ? oldObject.spec : object.spec)"}, {"updated", "request.operation == 'UPDATE'"}},
		faults: together(
			when("'Ingress' in variables.spec.policyTypes && variables.spec.?ingress.orValue([]).exists(r, !(variables.updated && r in variables.old.?ingress.orValue([])) && ("+open("from", all, inside)+"))",
				"an ingress rule would let in whoever there is"),
			when("'Egress' in variables.spec.policyTypes && variables.spec.?egress.orValue([]).exists(r, !(variables.updated && r in variables.old.?egress.orValue([])) && ("+open("to", all)+"))",
				"an egress rule would let out to whoever there is")),
		evidence: []string{"Ranges that hold all addresses only together are not seen, unless they are two halves; a range for all addresses is refused whatever it excepts, since the rule finds it too"},
	}
}

// metadata is NW05 as far as a NetworkPolicy decides it: an egress rule that reaches a metadata address on TCP port 80.
func metadata(rule *model.Rule, namespaces []string) *blueprint {
	port := "r.?ports.orValue([]).size() == 0 || r.ports.exists(p, p.?protocol.orValue('TCP') == 'TCP' && (!has(p.port) || type(p.port) == int && (p.port == 80 || p.port <= 80 && p.?endPort.orValue(0) >= 80)))"
	holds := func(address string) string {
		return "cidr(string(p.ipBlock.cidr)).containsIP(" + quote(address) + ") && !p.ipBlock.?except.orValue([]).exists(e, cidr(string(e)).containsIP(" + quote(address) + "))"
	}
	peer := "has(p.ipBlock) && " + "(" + anyOf(holds("169.254.169.254"), holds("fd00:ec2::254")) + ")"
	return &blueprint{
		rule: rule, name: nameFor(rule), namespaces: namespaces, match: policyRequests(),
		variables: []named{{"spec", "dyn(object.spec)"}, {"old", "dyn(request.operation == 'UPDATE' ? oldObject.spec : object.spec)"}, {"updated", "request.operation == 'UPDATE'"}},
		faults: when("'Egress' in variables.spec.policyTypes && variables.spec.?egress.orValue([]).exists(r, !(variables.updated && r in variables.old.?egress.orValue([])) && ("+port+") && "+
			"(r.?to.orValue([]).size() == 0 || r.to.exists(p, "+peer+")))", "an egress rule would reach the metadata service of the cloud"),
	}
}
