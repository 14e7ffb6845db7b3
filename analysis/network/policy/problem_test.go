package policy

import (
	"testing"
)

// TestProblemsOfNetworkPolicies holds each problem, where it is, and that nothing else comes of it than stands in want.
func TestProblemsOfNetworkPolicies(t *testing.T) {
	const own = "networkpolicy 0 shop: every pod\ningress\n"
	peer := func(p string) string { return "  podSelector: {}\n  ingress: [{from: [" + p + "]}]\n" }
	ports := func(p string) string { return "  podSelector: {}\n  ingress: [{ports: [" + p + "]}]\n" }
	const nobody, none = own + "0 allow nobody on everything\n", own + "0 allow anyone on nothing\n"
	for _, c := range []struct{ body, problems, want string }{
		{peer("{}"), "invalid spec.ingress[0].from[0]=: says nothing of whom it means: the peer has no effect", nobody},
		{peer("{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}"), "invalid spec.ingress[0].from[0]=10.0.0.0/8: ipBlock cannot stand beside a selector: the peer has no effect", nobody},
		{peer("{namespaceSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}"), "invalid spec.ingress[0].from[0]=10.0.0.0/8: ipBlock cannot stand beside a selector: the peer has no effect", nobody},
		{peer("{podSelector: {matchExpressions: [{key: a, operator: Gt, values: ['1']}]}}"), "invalid spec.ingress[0].from[0].podSelector.matchExpressions[0].operator=Gt: not an operator; there are In, NotIn, Exists and DoesNotExist", nobody},
		{peer("{podSelector: {matchExpressions: [{key: a, operator: In}]}}"), "invalid spec.ingress[0].from[0].podSelector.matchExpressions[0]=a: the operator In needs values", nobody},
		{peer("{podSelector: {matchExpressions: [{key: a, operator: NotIn, values: []}]}}"), "invalid spec.ingress[0].from[0].podSelector.matchExpressions[0]=a: the operator NotIn needs values", nobody},
		{peer("{namespaceSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}"), "invalid spec.ingress[0].from[0].namespaceSelector.matchExpressions[0].values=b: the operator Exists takes no values", nobody},
		{peer("{namespaceSelector: {matchExpressions: [{key: a, operator: DoesNotExist, values: [b]}]}}"), "invalid spec.ingress[0].from[0].namespaceSelector.matchExpressions[0].values=b: the operator DoesNotExist takes no values", nobody},
		{peer("{podSelector: {matchExpressions: [{key: '', operator: Exists}]}}"), "invalid spec.ingress[0].from[0].podSelector.matchExpressions[0].key=: not a valid key of a label", nobody},
		{peer("{podSelector: {matchExpressions: [{key: a, operator: In, values: [b, 'c c']}]}}"), "invalid spec.ingress[0].from[0].podSelector.matchExpressions[0].values[1]=c c: not a valid value of a label", nobody},
		{peer("{podSelector: {matchLabels: {'a b': c}}}"), "invalid spec.ingress[0].from[0].podSelector.matchLabels=a b: not a valid key of a label", nobody},
		{peer("{podSelector: {matchLabels: {a.b/c: 'd d', e: f}}}"), "invalid spec.ingress[0].from[0].podSelector.matchLabels[a.b/c]=d d: not a valid value of a label", nobody},
		{peer("{podSelector: {matchLabels: {a: '['}}, namespaceSelector: {matchLabels: {b: ']'}}}"), "invalid spec.ingress[0].from[0].namespaceSelector.matchLabels[b]=]: not a valid value of a label\ninvalid spec.ingress[0].from[0].podSelector.matchLabels[a]=[: not a valid value of a label", nobody},
		{peer("{podSelector: {matchLabels: {d: '[', c: '[', b: '[', a: '['}}}"), "invalid spec.ingress[0].from[0].podSelector.matchLabels[a]=[: not a valid value of a label\ninvalid spec.ingress[0].from[0].podSelector.matchLabels[b]=[: not a valid value of a label\n" +
			"invalid spec.ingress[0].from[0].podSelector.matchLabels[c]=[: not a valid value of a label\ninvalid spec.ingress[0].from[0].podSelector.matchLabels[d]=[: not a valid value of a label", nobody},
		{peer("{ipBlock: {cidr: 10.0.0.0}}"), "invalid spec.ingress[0].from[0].ipBlock.cidr=10.0.0.0: not a range of addresses such as 10.0.0.0/8 or fd00::/8", nobody},
		{peer("{ipBlock: {cidr: 010.0.0.0/8}}"), "invalid spec.ingress[0].from[0].ipBlock.cidr=010.0.0.0/8: not a range of addresses such as 10.0.0.0/8 or fd00::/8", nobody},
		{peer("{ipBlock: {cidr: 'fe80::%eth0/64'}}"), "invalid spec.ingress[0].from[0].ipBlock.cidr=fe80::%eth0/64: not a range of addresses such as 10.0.0.0/8 or fd00::/8", nobody},
		{peer("{ipBlock: {cidr: '::ffff:10.0.0.0/104'}}"), "invalid spec.ingress[0].from[0].ipBlock.cidr=::ffff:10.0.0.0/104: an IPv4 range written as IPv6, which network plug-ins read differently", nobody},
		{peer("{ipBlock: {cidr: 10.1.2.3/8}}"), "odd spec.ingress[0].from[0].ipBlock.cidr=10.1.2.3/8: has bits behind its length; it is read as 10.0.0.0/8", own + "0 allow 10.0.0.0/8 on everything\n"},
		{peer("{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/33]}}"), "invalid spec.ingress[0].from[0].ipBlock.except[0]=10.1.0.0/33: not a range of addresses such as 10.0.0.0/8 or fd00::/8", nobody},
		{peer("{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 11.0.0.0/16]}}"), "invalid spec.ingress[0].from[0].ipBlock.except[1]=11.0.0.0/16: outside of cidr: nothing is taken out", own + "0 allow 10.0.0.0/8-10.1.0.0/16 on everything\n"},
		{peer("{ipBlock: {cidr: 10.0.0.0/8, except: ['fd00::/16']}}"), "invalid spec.ingress[0].from[0].ipBlock.except[0]=fd00::/16: of another address family than cidr: nothing is taken out", own + "0 allow 10.0.0.0/8 on everything\n"},
		{peer("{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}}"), "invalid spec.ingress[0].from[0].ipBlock.except[0]=10.0.0.0/8: covers all of cidr: nothing is left", own + "0 allow 10.0.0.0/8-10.0.0.0/8 on everything\n"},
		{peer("{ipBlock: {cidr: 10.0.0.0/8, except: [0.0.0.0/0]}}"), "invalid spec.ingress[0].from[0].ipBlock.except[0]=0.0.0.0/0: covers all of cidr: nothing is left", own + "0 allow 10.0.0.0/8-0.0.0.0/0 on everything\n"},
		{peer("{ipBlock: {cidr: 10.0.0.0/33}}, {podSelector: {}}"), "invalid spec.ingress[0].from[0].ipBlock.cidr=10.0.0.0/33: not a range of addresses such as 10.0.0.0/8 or fd00::/8", own + "0 allow [shop: every pod] on everything\n"},

		{ports("{port: 90, endPort: 80}"), "invalid spec.ingress[0].ports[0].endPort=80: below 90, where the range begins", none},
		{ports("{endPort: 80}"), "invalid spec.ingress[0].ports[0].endPort=80: endPort needs a port where the range begins", none},
		{ports("{port: web, endPort: 80}"), "invalid spec.ingress[0].ports[0].endPort=80: endPort needs a port that is a number", none},
		{ports("{port: 80, endPort: 65536}"), "invalid spec.ingress[0].ports[0].endPort=65536: not a port from 1 to 65535", none},
		{ports("{port: 0}"), "invalid spec.ingress[0].ports[0].port=0: not a port from 1 to 65535", none},
		{ports("{port: 65616}"), "invalid spec.ingress[0].ports[0].port=65616: not a port from 1 to 65535", none},
		{ports("{port: -1}"), "invalid spec.ingress[0].ports[0].port=-1: not a port from 1 to 65535", none},
		{ports("{port: '80'}"), "invalid spec.ingress[0].ports[0].port=80: neither a number nor a valid name of a port", none},
		{ports("{port: ''}"), "invalid spec.ingress[0].ports[0].port=: neither a number nor a valid name of a port", none},
		{ports("{protocol: ICMP}"), "invalid spec.ingress[0].ports[0].protocol=ICMP: not a protocol; there are TCP, UDP and SCTP", none},
		{ports("{protocol: ''}"), "invalid spec.ingress[0].ports[0].protocol=: not a protocol; there are TCP, UDP and SCTP", none},
		{ports("{protocol: tcp, port: 80}, {port: 81}"), "invalid spec.ingress[0].ports[0].protocol=tcp: not a protocol; there are TCP, UDP and SCTP", own + "0 allow anyone on TCP 81\n"},

		{"  podSelector: {matchExpressions: [{key: a, operator: Is}]}\n", "invalid spec.podSelector.matchExpressions[0].operator=Is: not an operator; there are In, NotIn, Exists and DoesNotExist", "networkpolicy 0 nothing\ningress\n"},
		{"  podSelector: {}\n  policyTypes: [ingress, Egress]\n", "invalid spec.policyTypes[0]=ingress: not a policy type; there are Ingress and Egress", "networkpolicy 0 shop: every pod\negress\n"},
		{"  podSelector: {}\n  policyTypes: [Ingress]\n  egress: [{}]\n", "odd spec.egress=: policyTypes does not name Egress: these rules have no effect", own},
		{"  podSelector: {}\n  policyTypes: [Egress]\n  ingress: [{}]\n", "odd spec.ingress=: policyTypes does not name Ingress: these rules have no effect", "networkpolicy 0 shop: every pod\negress\n"},
	} {
		p := read(t, spec("netpol", c.body))
		if got := complaints(p); got != c.problems+"\n" {
			t.Errorf("%sgot:\n%swant:\n%s", c.body, got, c.problems)
		}
		if got := words(p); got != c.want {
			t.Errorf("%sgot:\n%swant:\n%s", c.body, got, c.want)
		}
	}
}

// TestProblemsOfOrderedPolicies holds the problems after which such a policy still has a meaning.
func TestProblemsOfOrderedPolicies(t *testing.T) {
	const all = "  priority: 1\n  tier: Admin\n  subject: {namespaces: {}}\n"
	for _, c := range []struct{ kind, body, problems string }{
		{"anp", "  priority: -1\n  subject: {namespaces: {}}\n", "invalid spec.priority=-1: not from 0 to 1000"},
		{"cnp", "  priority: 1001\n  tier: Admin\n  subject: {namespaces: {}}\n", "invalid spec.priority=1001: not from 0 to 1000"},
		{"cnp", all + "  ingress: [{action: Accept, from: [{services: {}}]}]\n", "odd spec.ingress[0].from[0].services=services: not a field that is known: the rule fails closed"},
		{"cnp", all + "  ingress: [{action: Accept, from: [{'a.b[0]': {}}]}]\n", "odd spec.ingress[0].from[0]=a.b[0]: not a field that is known: the rule fails closed"},
		{"cnp", all + "  ingress: [{action: Accept, from: [{}]}]\n", "invalid spec.ingress[0].from[0]=: has no field that is known: the rule fails closed"},
		{"cnp", all + "  ingress: [{action: Accept, from: [{namespaces: {}}], protocols: [{tcp: {flags: SYN}}]}]\n", "odd spec.ingress[0].protocols[0].tcp.flags=flags: not a field that is known: the rule fails closed"},
		{"cnp", all + "  ingress: [{action: Accept, from: [{namespaces: {}}], protocols: [{sctp: {}}]}]\n", "invalid spec.ingress[0].protocols[0].sctp=: has no field that is known: the rule fails closed"},
		{"cnp", all + "  ingress: [{action: Accept, from: [{pods: {podSelector: {}, services: {}}}]}]\n", "odd spec.ingress[0].from[0].pods.services=services: not a field that is known: the rule fails closed"},
		{"cnp", all + "  egress: [{action: Accept, to: [{networks: [10.1.0.0/8]}]}]\n", "odd spec.egress[0].to[0].networks[0]=10.1.0.0/8: has bits behind its length; it is read as 10.0.0.0/8"},
		{"cnp", all + "  egress: [{action: Accept, to: [{networks: [10.0.0.0/8]}], protocols: [{destinationNamedPort: web}]}]\n", "invalid spec.egress[0].protocols=web: a port by name means nothing for the addresses that the rule names"},
		{"cnp", all + "  egress: [{action: Deny, to: [{domainNames: [example.com]}]}]\n", "odd spec.egress[0].to[0]=example.com: domain names are meant for rules that Accept alone"},
		{"cnp", all + "  egress: [{action: Deny, to: [{namespaces: {}}], protocols: [{tcp: {destinationPort: {range: {start: 5, end: 5}}}}]}]\n", "invalid spec.egress[0].protocols[0].tcp.destinationPort.range.end=5: not above start"},
	} {
		p := read(t, spec(c.kind, c.body))
		if got := complaints(p); got != c.problems+"\n" || p.Unread != "" {
			t.Errorf("%sgot:\n%swant:\n%s%s", c.body, got, c.problems, p.Unread)
		}
	}
}
