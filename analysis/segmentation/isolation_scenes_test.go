package segmentation

import "strings"

// isolationScenes are about pods and what isolates them: NW01, NW02, NW03, NW05, NW14, NW15, NW19.
func isolationScenes() []scene {
	host := strings.Replace(web, "spec: {", "spec: {hostNetwork: true, ", 1)
	ended := strings.Replace(web, "phase: Running", "phase: Succeeded", 1)
	mute := strings.Replace(web, "ports: [{name: http, containerPort: 8080}]", "", 1)
	dns := policyOf("dns", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}]}`)
	deployed := `
kind: Deployment
metadata: {name: web, uid: d}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: web, ports: [{containerPort: 8080}]}]}}}
---
kind: ReplicaSet
metadata: {name: web-1, uid: r, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: d, controller: true}]}
spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: web, ports: [{containerPort: 8080}]}]}}}
---
kind: Pod
metadata: {name: web-1-a, labels: {app: web, pod-template-hash: x}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: r, controller: true}]}
spec: {containers: [{name: c, image: web, ports: [{containerPort: 8080}]}]}
status: {phase: Running}
---
kind: Pod
metadata: {name: web-1-b, labels: {app: web, pod-template-hash: x}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: r, controller: true}]}
spec: {containers: [{name: c, image: web, ports: [{containerPort: 8080}]}]}
status: {phase: Running}
---
`
	baseline := func(actions string) string {
		return `
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec: {subject: {namespaces: {}}, ingress: [{name: a, action: ` + actions + `, from: [{namespaces: {}}]}]}
---
`
	}
	environments := func(label, name, policy string) string {
		return `
kind: Namespace
metadata: {name: back, labels: {` + label + `}}
---
kind: Pod
metadata: {name: sql, namespace: back, labels: {app: sql}}
spec: {containers: [{name: c, image: sql}]}
status: {phase: Running}
---
kind: Namespace
metadata: {name: ` + name + `}
---
kind: Pod
metadata: {name: try, namespace: ` + name + `, labels: {app: try}}
spec: {containers: [{name: c, image: try}]}
status: {phase: Running}
---
` + policy
	}
	closed := "kind: NetworkPolicy\nmetadata: {name: deny, namespace: back}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n---\n"
	fromTry := "kind: NetworkPolicy\nmetadata: {name: some, namespace: back}\nspec: {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: try}}}]}]}\n---\n"
	limited := "kind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {pods: \"10\"}}\n---\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: Container}]}\n---\n"
	return []scene{
		{"an open pod", "NW01", shop + web, []string{"NW01 shop/Pod/web high"}, []string{`metadata.labels = "app=web"`}, ""},
		{"the owner answers for its pods", "NW01", shop + deployed, []string{"NW01 shop/Deployment/web high"}, []string{"pods=2", `shop/Deployment/web spec.template.metadata.labels = "app=web"`}, ""},
		{"a pod that listens nowhere", "NW01", shop + mute, []string{"NW01 shop/Pod/web medium"}, nil, ""},
		{"a part of the system", "NW01", system, []string{"NW01 kube-system/Pod/coredns low"}, nil, ""},
		{"an isolated pod", "NW01", shop + web + deny, nil, nil, ""},
		{"isolated for the other direction", "NW01", shop + web + policyOf("out", "{podSelector: {}, policyTypes: [Egress]}"), []string{"NW01 shop/Pod/web high"}, nil, ""},
		{"isolated by a rule that lets all in", "NW01", shop + web + policyOf("all", "{podSelector: {matchLabels: {app: web}}, ingress: [{}]}"), nil, nil, ""},
		{"another pod is isolated", "NW01", shop + web + db + policyOf("db", "{podSelector: {matchLabels: {app: db}}}"), []string{"NW01 shop/Pod/web high"}, nil, ""},
		{"on the host network", "NW01", shop + host, nil, nil, ""},
		{"a pod that has ended", "NW01", shop + ended, nil, nil, ""},
		{"a baseline that refuses", "NW01", shop + web + baseline("Deny"), nil, nil, ""},
		{"a baseline that allows", "NW01", shop + web + baseline("Allow"), []string{"NW01 shop/Pod/web high"}, nil, ""},

		{"an open pod", "NW02", shop + web, []string{"NW02 shop/Pod/web medium"}, nil, ""},
		{"a part of the system", "NW02", system, []string{"NW02 kube-system/Pod/coredns low"}, nil, ""},
		{"an isolated pod", "NW02", shop + web + deny, nil, nil, ""},
		{"isolated for ingress alone", "NW02", shop + web + policyOf("in", "{podSelector: {}}"), []string{"NW02 shop/Pod/web medium"}, nil, ""},
		{"on the host network", "NW02", shop + host, nil, nil, ""},

		{"no policy", "NW03", shop + web, []string{"NW03 Namespace/shop medium"}, []string{"no default deny of ingress", "no default deny of egress"}, ""},
		{"ingress alone denied", "NW03", shop + web + policyOf("in", "{podSelector: {}}"), []string{"NW03 Namespace/shop low"}, []string{"no default deny of egress"}, ""},
		{"every pod isolated by its labels", "NW03", shop + web + policyOf("web", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]}"), []string{"NW03 Namespace/shop low"}, nil, ""},
		{"both denied", "NW03", shop + web + deny, nil, nil, ""},
		{"both denied by two policies", "NW03", shop + web + policyOf("in", "{podSelector: {}}") + policyOf("out", "{podSelector: {}, policyTypes: [Egress], egress: [{}]}"), nil, nil, ""},
		{"an empty namespace", "NW03", shop, nil, nil, ""},
		{"pods on the host network alone", "NW03", shop + host, nil, nil, ""},

		{"open on a cloud", "NW05", shop + web + awsNode, []string{"NW05 shop/Pod/web high"}, nil, ""},
		{"let out by range", "NW05", shop + web + awsNode + policyOf("out", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 169.254.0.0/16}}], ports: [{port: 80}]}]}`), []string{"NW05 shop/Pod/web high"}, []string{`shop/NetworkPolicy/out spec.egress[0].to[0].ipBlock.cidr = "169.254.0.0/16"`}, ""},
		{"let out by IPv6", "NW05", shop + web + awsNode + policyOf("out", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: "fd00::/8"}}]}]}`), []string{"NW05 shop/Pod/web high"}, nil, ""},
		{"on another port", "NW05", shop + web + awsNode + policyOf("out", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]}`), nil, nil, ""},
		{"excepted", "NW05", shop + web + awsNode + policyOf("out", `{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]}]}`), nil, nil, ""},
		{"no node says where it runs", "NW05", shop + web, []string{"NW05 shop/Pod/web info depends"}, []string{"no node tells"}, ""},
		{"nodes that run elsewhere", "NW05", shop + web + strings.Replace(awsNode, "aws:///eu/i-1", "kind://docker/kind/n1", 1), nil, nil, ""},
		{"a part of the system on a cloud", "NW05", system + awsNode, []string{"NW05 kube-system/Pod/coredns low"}, nil, ""},
		{"on the host network", "NW05", shop + host + awsNode, nil, nil, ""},

		{"by name and by label", "NW14", environments("env: production", "shop-dev", ""), []string{"NW14 shop-dev/Pod/try medium"}, []string{`Namespace/back metadata.labels[env] = "production"`, `Namespace/shop-dev metadata.name = "shop-dev"`}, ""},
		{"only one pod is let in", "NW14", environments("env: prod", "shop-dev", fromTry), []string{"NW14 shop-dev/Pod/try medium"}, nil, ""},
		{"another pod is let in", "NW14", strings.ReplaceAll(environments("env: prod", "shop-dev", fromTry), "labels: {app: try}}\nspec: {cont", "labels: {app: other}}\nspec: {cont"), nil, nil, ""},
		{"production is closed", "NW14", environments("env: prod", "shop-dev", closed), nil, nil, ""},
		{"no environment", "NW14", environments("env: blue", "shop-dev", ""), nil, nil, ""},
		{"a label goes before the name", "NW14", environments("env: prod", "developers", ""), nil, nil, ""},
		{"production reaches a test", "NW14", environments("env: staging", "shop-prod", strings.ReplaceAll(closed, "back", "shop-prod")), nil, nil, ""},

		{"neither", "NW15", shop + web, []string{"NW15 Namespace/shop low"}, []string{"no ResourceQuota", "no LimitRange"}, ""},
		{"one of two", "NW15", shop + web + limited[strings.Index(limited, "---\n")+4:], []string{"NW15 Namespace/shop low"}, []string{"no ResourceQuota"}, ""},
		{"both", "NW15", shop + web + limited, nil, nil, ""},
		{"a part of the system", "NW15", system, nil, nil, ""},

		{"no egress at all", "NW19", system + shop + web + deny, []string{"NW19 shop/Pod/web info"}, []string{`shop/NetworkPolicy/deny spec.egress = "neither UDP nor TCP 53 to DNS"`}, ""},
		{"egress to others", "NW19", system + shop + web + policyOf("out", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]}"), []string{"NW19 shop/Pod/web medium"}, nil, ""},
		{"UDP alone", "NW19", system + shop + web + policyOf("out", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 53, protocol: UDP}]}]}"), []string{"NW19 shop/Pod/web low"}, []string{"no TCP 53 to DNS"}, ""},
		{"by the label that is not there", "NW19", system + shop + web + policyOf("out", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {matchLabels: {name: kube-system}}}], ports: [{port: 53, protocol: UDP}, {port: 53}]}]}"), []string{"NW19 shop/Pod/web medium"}, nil, ""},
		{"a range of addresses", "NW19", system + shop + web + policyOf("out", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 53, protocol: UDP}, {port: 53}]}]}"), []string{"NW19 shop/Pod/web medium depends"}, nil, ""},
		{"both", "NW19", system + shop + web + deny + dns, nil, nil, ""},
		{"both by name", "NW19", system + shop + web + policyOf("out", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: dns, protocol: UDP}, {port: dns-tcp}]}]}"), nil, nil, ""},
		{"no DNS pods were seen", "NW19", shop + web + policyOf("out", "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: db}}}]}]}"), []string{"NW19 shop/Pod/web medium depends"}, nil, ""},
		{"the usual policy and no DNS pods", "NW19", shop + web + dns, nil, nil, ""},
		{"a pod with its own resolver", "NW19", system + shop + strings.Replace(web, "spec: {", "spec: {dnsPolicy: None, ", 1) + deny, nil, nil, ""},
		{"not isolated", "NW19", system + shop + web, nil, nil, ""},
		{"the servers let nobody in", "NW19", system + shop + web + dns + "kind: NetworkPolicy\nmetadata: {name: in, namespace: kube-system}\nspec: {podSelector: {}}\n---\n", []string{"NW19 shop/Pod/web medium"}, nil, ""},
	}
}
