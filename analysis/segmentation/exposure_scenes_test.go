package segmentation

import "strings"

// exposureScenes are about what is open to the outside: NW08 to NW13.
func exposureScenes() []scene {
	service := func(spec string) string {
		return "kind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}], " + spec + "}\n---\n"
	}
	ingress := func(meta, spec string) string {
		return "kind: Ingress\nmetadata: {name: web" + meta + "}\nspec: {" + spec + "}\n---\n"
	}
	rule := func(host string) string {
		return "rules: [{host: \"" + host + "\", http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]"
	}
	controller := func(version string) string {
		return "kind: Pod\nmetadata: {name: proxy, namespace: ingress-nginx, labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}}\nspec: {containers: [{name: controller, image: \"registry.k8s.io/ingress-nginx/controller:" + version + "\"}]}\nstatus: {phase: Running, podIP: 10.1.0.9}\n---\n"
	}
	annotation := func(name string) string { return ", annotations: {nginx.ingress.kubernetes.io/" + name + ": x}" }
	privileged := strings.Replace(web, "{name: c, ", "{name: c, securityContext: {privileged: true}, ", 1)
	safe := strings.Replace(web, "{name: c, ", "{name: c, securityContext: {runAsNonRoot: true, runAsUser: 1000}, ", 1)
	console := func(image string) string { return strings.Replace(web, "image: web", "image: \""+image+"\"", 1) }
	balancer, inside := service("type: LoadBalancer"), service("type: ClusterIP")
	gateway := func(listeners string) string {
		return "kind: Gateway\nmetadata: {name: g}\nspec: {gatewayClassName: c, listeners: [" + listeners + "]}\n---\n"
	}
	secure := "tls: [{hosts: [a.example.com], secretName: s}], " + rule("a.example.com")
	fromProxy := policyOf("proxy", "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress-nginx}}}], ports: [{port: 8080}]}]}")
	other := strings.Replace(ingress("", secure), "{name: web}", "{name: web, namespace: other}", 1)
	return []scene{
		{"a node port", "NW08", shop + service("type: NodePort"), []string{"NW08 shop/Service/web medium"}, []string{`spec.type = "NodePort"`, `spec.ports[0].nodePort = "30080"`}, ""},
		{"a load balancer", "NW08", shop + balancer, []string{"NW08 shop/Service/web medium"}, []string{"spec.loadBalancerSourceRanges"}, ""},
		{"a load balancer for all addresses", "NW08", shop + service("type: LoadBalancer, loadBalancerSourceRanges: [0.0.0.0/0]"), []string{"NW08 shop/Service/web medium"}, nil, ""},
		{"an internal one", "NW08", shop + strings.Replace(balancer, "{name: web}", "{name: web, annotations: {networking.gke.io/load-balancer-type: Internal}}", 1), []string{"NW08 shop/Service/web low"}, nil, ""},
		{"with ranges", "NW08", shop + service("type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24]"), nil, nil, ""},
		{"with ranges in the annotation", "NW08", shop + strings.Replace(balancer, "{name: web}", "{name: web, annotations: {service.beta.kubernetes.io/load-balancer-source-ranges: \"192.0.2.0/24\"}}", 1), nil, nil, ""},
		{"inside", "NW08", shop + inside, nil, nil, ""},

		{"an address of its choice", "NW09", shop + service("type: ClusterIP, externalIPs: [8.8.8.8]") + awsNode, []string{"NW09 shop/Service/web high"}, []string{`spec.externalIPs[0] = "8.8.8.8"`}, ""},
		{"one of a node", "NW09", shop + service("type: ClusterIP, externalIPs: [192.168.0.1]") + awsNode, []string{"NW09 shop/Service/web medium"}, nil, ""},
		{"none", "NW09", shop + inside + awsNode, nil, nil, ""},

		{"privileged behind a load balancer", "NW10", shop + privileged + balancer, []string{"NW10 shop/Pod/web high"}, []string{`shop/Pod/web spec.containers[0].securityContext.privileged = "true"`, `shop/Service/web spec.type = "LoadBalancer"`}, ""},
		{"perhaps root behind an Ingress", "NW10", shop + web + inside + ingress("", rule("a.example.com")), []string{"NW10 shop/Pod/web low"}, []string{"shop/Ingress/web spec.rules[0].host", "shop/Service/web spec.selector"}, ""},
		{"behind an internal load balancer", "NW10", shop + privileged + strings.Replace(balancer, "{name: web}", "{name: web, annotations: {networking.gke.io/load-balancer-type: Internal}}", 1), []string{"NW10 shop/Pod/web medium"}, nil, ""},
		{"by a port of its node", "NW10", shop + strings.Replace(privileged, "containerPort: 8080", "containerPort: 8080, hostPort: 8080", 1), []string{"NW10 shop/Pod/web medium"}, []string{`spec.containers[0].ports[0].hostPort = "8080"`}, ""},
		{"policies let nothing in", "NW10", shop + privileged + service("type: LoadBalancer, externalTrafficPolicy: Local") + deny, nil, nil, ""},
		{"the pods see a node", "NW10", shop + privileged + balancer + deny, []string{"NW10 shop/Pod/web high depends"}, nil, ""},
		{"the controller is let in", "NW10", shop + controller("v1.13.0") + privileged + inside + ingress("", "ingressClassName: nginx, "+secure) + deny + fromProxy, []string{"NW10 shop/Pod/web high"}, []string{"shop/Ingress/web spec.rules[0].host"}, ""},
		{"the controller is not let in", "NW10", shop + controller("v1.13.0") + privileged + inside + ingress("", "ingressClassName: nginx, "+secure) + deny, nil, nil, ""},
		{"the controller is not let out", "NW10", shop + controller("v1.13.0") + privileged + inside + ingress("", "ingressClassName: nginx, "+secure) + deny + fromProxy + strings.Replace(deny, "{name: deny}", "{name: deny, namespace: ingress-nginx}", 1), nil, nil, ""},
		{"nobody knows the controller", "NW10", shop + privileged + inside + ingress("", secure) + deny, []string{"NW10 shop/Pod/web high depends"}, nil, ""},
		{"privileged and inside", "NW10", shop + privileged + inside, nil, nil, ""},
		{"exposed and harmless", "NW10", shop + safe + balancer, nil, nil, ""},

		{"no tls", "NW11", shop + ingress("", rule("a.example.com")), []string{"NW11 shop/Ingress/web medium"}, []string{`spec.rules[0].host = "a.example.com"`, "spec.tls"}, ""},
		{"tls for another host", "NW11", shop + ingress("", "tls: [{hosts: [b.example.com], secretName: s}], "+rule("a.example.com")), []string{"NW11 shop/Ingress/web medium"}, nil, ""},
		{"a wildcard", "NW11", shop + ingress("", "tls: [{hosts: [\"*.example.com\"], secretName: s}], "+rule("*.example.com")), []string{"NW11 shop/Ingress/web low"}, nil, ""},
		{"no host", "NW11", shop + ingress("", "tls: [{secretName: s}], "+rule("")), []string{"NW11 shop/Ingress/web low"}, nil, ""},
		{"the host of another namespace", "NW11", shop + ingress("", secure) + other, []string{"NW11 other/Ingress/web medium", "NW11 shop/Ingress/web medium"}, []string{`other/Ingress/web spec.rules[0].host = "a.example.com"`}, ""},
		{"certificates from the cloud", "NW11", shop + ingress("", "ingressClassName: alb, "+rule("a.example.com")), []string{"NW11 shop/Ingress/web medium depends"}, nil, ""},
		{"a Gateway for HTTP", "NW11", shop + gateway("{name: h, port: 80, protocol: HTTP}"), []string{"NW11 shop/Gateway/g medium"}, []string{`spec.listeners[0].protocol = "HTTP"`}, ""},
		{"a Gateway for any host of any namespace", "NW11", shop + gateway("{name: s, port: 443, protocol: HTTPS, allowedRoutes: {namespaces: {from: All}}}"), []string{"NW11 shop/Gateway/g low"}, nil, ""},
		{"a Route without tls", "NW11", shop + "kind: Route\nmetadata: {name: r}\nspec: {host: a.example.com, to: {kind: Service, name: web}}\n---\n", []string{"NW11 shop/Route/r medium"}, []string{"spec.tls"}, ""},
		{"a Gateway with HTTPS beside HTTP", "NW11", shop + gateway("{name: h, port: 80, protocol: HTTP}, {name: s, port: 443, protocol: HTTPS}"), nil, nil, ""},
		{"tls by wildcard", "NW11", shop + ingress("", "tls: [{hosts: [\"*.example.com\"], secretName: s}], "+rule("a.example.com")), nil, nil, ""},
		{"tls", "NW11", shop + ingress("", secure), nil, nil, ""},

		{"a snippet before an old controller", "NW12", shop + controller("v1.8.0") + ingress(annotation("configuration-snippet"), secure), []string{"NW12 ingress-nginx/Pod/proxy critical", "NW12 shop/Ingress/web critical"}, []string{`metadata.annotations[nginx.ingress.kubernetes.io/configuration-snippet] = "set"`}, ""},
		{"a snippet before a new one", "NW12", shop + controller("v1.13.0") + ingress(annotation("server-snippet"), secure), []string{"NW12 ingress-nginx/Pod/proxy high", "NW12 shop/Ingress/web critical depends"}, []string{"spec.containers[0].image"}, ""},
		{"a snippet for nobody", "NW12", shop + ingress(annotation("server-snippet"), secure), []string{"NW12 shop/Ingress/web critical depends"}, nil, ""},
		{"a risky annotation", "NW12", shop + controller("v1.11.4") + ingress(annotation("mirror-target"), secure), []string{"NW12 ingress-nginx/Pod/proxy critical", "NW12 shop/Ingress/web high"}, nil, ""},
		{"one that was mended", "NW12", shop + controller("v1.11.5") + ingress(annotation("mirror-target"), secure), []string{"NW12 ingress-nginx/Pod/proxy high", "NW12 shop/Ingress/web low"}, nil, ""},
		{"for another controller", "NW12", shop + "kind: IngressClass\nmetadata: {name: t}\nspec: {controller: traefik.io/ingress-controller}\n---\n" + ingress(annotation("server-snippet"), "ingressClassName: t, "+secure), nil, nil, ""},
		{"a harmless annotation", "NW12", shop + ingress(annotation("proxy-body-size"), secure), nil, nil, ""},

		{"without a login", "NW13", shop + console("prom/prometheus:v3") + balancer, []string{"NW13 shop/Pod/web high"}, []string{`shop/Pod/web spec.containers[0].image = "prom/prometheus:v3"`}, ""},
		{"with one", "NW13", shop + console("grafana/grafana:11") + balancer, []string{"NW13 shop/Pod/web medium"}, nil, ""},
		{"told by its label", "NW13", shop + strings.ReplaceAll(web, "labels: {app: web}", "labels: {app: web, app.kubernetes.io/name: argocd-server}") + balancer, []string{"NW13 shop/Pod/web medium"}, []string{"metadata.labels[app.kubernetes.io/name]"}, ""},
		{"inside", "NW13", shop + console("prom/prometheus:v3") + inside, nil, nil, ""},
		{"something else", "NW13", shop + web + balancer, nil, nil, ""},
	}
}
