package segmentation

// ruleScenes are about the rules of policies: NW04, NW06, NW16, NW17, NW18, NW20.
func ruleScenes() []scene {
	refusing := policyOf("db", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: other}}}]}]}")
	asking := policyOf("web", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 5432}]}]}")
	return []scene{
		{"everybody on all ports", "NW04", shop + web + policyOf("in", "{podSelector: {}, ingress: [{}]}"), []string{"NW04 shop/NetworkPolicy/in high"}, []string{"spec.ingress[0].from"}, ""},
		{"everybody on one port", "NW04", shop + web + policyOf("in", "{podSelector: {}, ingress: [{ports: [{port: 8080}]}]}"), []string{"NW04 shop/NetworkPolicy/in medium"}, nil, ""},
		{"all addresses in two halves", "NW04", shop + web + policyOf("in", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}]}]}"), []string{"NW04 shop/NetworkPolicy/in high"}, []string{`spec.ingress[0].from[1] = "128.0.0.0/1"`}, ""},
		{"the internet, out", "NW04", shop + web + policyOf("out", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}]}"), []string{"NW04 shop/NetworkPolicy/out medium"}, nil, ""},
		{"the internet by HTTPS", "NW04", shop + web + policyOf("out", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]}"), []string{"NW04 shop/NetworkPolicy/out low"}, nil, ""},
		{"every pod", "NW04", shop + web + policyOf("in", "{podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}"), []string{"NW04 shop/NetworkPolicy/in medium"}, nil, ""},
		{"every pod, to a part of the system", "NW04", system + "kind: NetworkPolicy\nmetadata: {name: in, namespace: kube-system}\nspec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {}}]}]}\n---\n", []string{"NW04 kube-system/NetworkPolicy/in low"}, nil, ""},
		{"of a policy that selects nothing", "NW04", shop + web + policyOf("in", "{podSelector: {matchLabels: {app: none}}, ingress: [{}]}"), []string{"NW04 shop/NetworkPolicy/in low"}, nil, ""},
		{"an admin policy lets every pod in", "NW04", shop + web + "kind: AdminNetworkPolicy\nmetadata: {name: a}\nspec: {priority: 5, subject: {namespaces: {}}, ingress: [{name: r, action: Allow, from: [{namespaces: {}}]}]}\n---\n", []string{"NW04 AdminNetworkPolicy/a high"}, nil, ""},
		{"an admin policy refuses every pod", "NW04", shop + web + "kind: AdminNetworkPolicy\nmetadata: {name: a}\nspec: {priority: 5, subject: {namespaces: {}}, ingress: [{name: r, action: Deny, from: [{namespaces: {}}]}]}\n---\n", nil, nil, ""},
		{"half of the addresses", "NW04", shop + web + policyOf("in", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/1}}]}]}"), nil, nil, ""},
		{"its own namespace", "NW04", shop + web + policyOf("in", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"), nil, nil, ""},
		{"nobody", "NW04", shop + web + deny, nil, nil, ""},

		{"a policy", "NW06", shop + web + policyOf("in", "{podSelector: {matchLabels: {app: wbe}}}"), []string{"NW06 shop/NetworkPolicy/in low"}, []string{`spec.podSelector = "shop: app=wbe"`}, ""},
		{"a peer", "NW06", shop + web + policyOf("in", "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: wbe}}}]}]}"), []string{"NW06 shop/NetworkPolicy/in low"}, []string{`spec.ingress[0].from[0] = "shop: app=wbe"`}, ""},
		{"all select something", "NW06", shop + web + policyOf("in", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}"), nil, nil, ""},
		{"waiting for pods", "NW06", shop + deny + policyOf("in", "{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}"), nil, nil, ""},

		{"covered by another rule", "NW16", shop + web + policyOf("in", "{podSelector: {}, ingress: [{ports: [{port: 8080}]}, {from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]}"), []string{"NW16 shop/NetworkPolicy/in low"}, []string{`spec.ingress[1] = "covered by shop/NetworkPolicy/in spec.ingress[0]"`}, ""},
		{"each has its own", "NW16", shop + web + db + policyOf("in", "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: db}}}], ports: [{port: 8080}]}, {from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]}"), nil, nil, ""},

		{"an empty peer", "NW17", shop + web + policyOf("in", "{podSelector: {}, ingress: [{from: [{}]}]}"), []string{"NW17 shop/NetworkPolicy/in medium"}, []string{"spec.ingress[0].from[0]"}, ""},
		{"an exception outside of its range", "NW17", shop + web + policyOf("in", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [192.168.0.0/16]}}]}]}"), []string{"NW17 shop/NetworkPolicy/in medium"}, nil, ""},
		{"rules for a direction that it is not about", "NW17", shop + web + policyOf("in", "{podSelector: {}, policyTypes: [Ingress], egress: [{}]}"), []string{"NW17 shop/NetworkPolicy/in low"}, []string{"spec.egress"}, ""},
		{"a peer of an unknown kind", "NW17", shop + web + "kind: ClusterNetworkPolicy\nmetadata: {name: c}\nspec: {tier: Admin, priority: 5, subject: {namespaces: {}}, ingress: [{name: r, action: Accept, from: [{moon: {}}]}]}\n---\n", []string{"NW17 ClusterNetworkPolicy/c medium"}, []string{"spec.ingress[0]"}, ""},
		{"all in order", "NW17", shop + web + policyOf("in", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}"), nil, nil, ""},

		{"no such name", "NW18", shop + web + policyOf("in", "{podSelector: {}, ingress: [{ports: [{port: https}]}]}"), []string{"NW18 shop/NetworkPolicy/in low"}, []string{`spec.ingress[0].ports = "https/TCP"`}, ""},
		{"the name with another protocol", "NW18", shop + web + policyOf("in", "{podSelector: {}, ingress: [{ports: [{port: http, protocol: UDP}]}]}"), []string{"NW18 shop/NetworkPolicy/in low"}, nil, ""},
		{"the name is there", "NW18", shop + web + policyOf("in", "{podSelector: {}, ingress: [{ports: [{port: http}]}]}"), nil, nil, ""},
		{"no pod at all", "NW18", shop + policyOf("in", "{podSelector: {}, ingress: [{ports: [{port: https}]}]}"), nil, nil, ""},

		{"the other side lets in others", "NW20", shop + web + db + asking + refusing, []string{"NW20 shop/NetworkPolicy/db low"}, []string{`shop/NetworkPolicy/web spec.egress[0].to[0] = "to shop: app=db"`}, ""},
		{"the other side lets in nobody", "NW20", shop + web + db + asking + policyOf("db", "{podSelector: {matchLabels: {app: db}}}"), []string{"NW20 shop/NetworkPolicy/db low"}, nil, ""},
		{"on another port", "NW20", shop + web + db + asking + policyOf("db", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}]}"), []string{"NW20 shop/NetworkPolicy/db low"}, nil, ""},
		{"the other side lets it in", "NW20", shop + web + db + asking + policyOf("db", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 5432}]}]}"), nil, nil, ""},
		{"a second policy lets it in", "NW20", shop + web + db + asking + refusing + policyOf("db2", "{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 5432}]}]}"), nil, nil, ""},
		{"a range may let it in", "NW20", shop + web + db + asking + policyOf("db", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}"), nil, nil, ""},
		{"the other side is open", "NW20", shop + web + db + asking, nil, nil, ""},
		{"nobody asks", "NW20", shop + db + asking + refusing, nil, nil, ""},
		{"peers without labels", "NW20", shop + web + db + refusing + policyOf("web", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}"), nil, nil, ""},
	}
}
