package admission

import (
	"slices"

	networkingv1 "k8s.io/api/networking/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// fresh makes the policy of which the faults of the object before the request are no reason to refuse it.
func fresh(b *blueprint, faults func(object string) string) *blueprint {
	b.variables = append(b.variables, named{"now", faults("dyn(object)")}, named{"before", old(faults("dyn(oldObject)"))})
	b.faults = "variables.now.filter(f, !(f in variables.before))"
	return b
}

// plainIngress is NW11 for Ingresses, but for hosts that two of them claim.
func plainIngress(rule *model.Rule, namespaces []string) *blueprint {
	const host = "r.?host.orValue('').lowerAscii()"
	b := &blueprint{rule: rule, name: nameFor(rule, "ingress"), namespaces: namespaces, match: []matched{{model.GroupNetwork, "v1", []string{"ingresses"}, []string{created, updated}, nil}}}
	b.evidence = []string{"That two Ingresses claim one host concerns more than one object, and is not seen"}
	return fresh(b, func(o string) string {
		covered := o + ".spec.?tls.orValue([]).exists(t, t.?hosts.orValue([]).size() == 0 || t.hosts.exists(h, h.lowerAscii() == " + host +
			" || h.startsWith('*.') && " + host + ".contains('.') && " + host + ".substring(" + host + ".indexOf('.')) == h.lowerAscii().substring(1) && h.size() > 2))"
		return together(
			o+".spec.?rules.orValue([]).filter(r, !"+covered+").map(r, 'no TLS for the host ' + (r.?host.orValue('') == '' ? '*' : string(r.host)))",
			o+".spec.?rules.orValue([]).filter(r, r.?host.orValue('') == '' || r.host.startsWith('*')).map(r, 'any host would do: ' + (r.?host.orValue('') == '' ? '*' : string(r.host)))",
			when(o+".spec.?rules.orValue([]).size() == 0 && has("+o+".spec.defaultBackend)", "a default backend without rules would take any host"))
	})
}

// plainGateway is NW11 for Gateways.
func plainGateway(rule *model.Rule, version string, namespaces []string) *blueprint {
	b := &blueprint{rule: rule, name: nameFor(rule, "gateway"), namespaces: namespaces, match: []matched{{model.GroupGateway, version, []string{"gateways"}, []string{created, updated}, nil}}}
	return fresh(b, func(o string) string {
		host := func(l string) string { return l + ".?hostname.orValue('').lowerAscii()" }
		plain := "l.protocol == 'HTTP' && !" + o + ".spec.?listeners.orValue([]).exists(m, m.protocol in ['HTTPS', 'TLS'] && " + host("m") + " in ['', " + host("l") + "])"
		safe := o + ".spec.?listeners.orValue([]).exists(m, m.protocol in ['HTTPS', 'TLS'] && " + host("m") + " == " + host("l") + ")"
		return together(
			o+".spec.?listeners.orValue([]).filter(l, "+plain+").map(l, 'no TLS beside the listener ' + string(l.name))",
			o+".spec.?listeners.orValue([]).filter(l, l.?allowedRoutes.?namespaces.?from.orValue('') == 'All' && ("+host("l")+" == '' || "+host("l")+".startsWith('*')) && ("+plain+" || "+safe+"))"+
				".map(l, 'routes of every namespace could claim any host at the listener ' + string(l.name))")
	})
}

// plainRoute is NW11 for Routes of OpenShift.
func plainRoute(rule *model.Rule, version string, namespaces []string) *blueprint {
	b := &blueprint{rule: rule, name: nameFor(rule, "route"), namespaces: namespaces, match: []matched{{model.GroupRoute, version, []string{"routes"}, []string{created, updated}, nil}}}
	return fresh(b, func(o string) string {
		return together(when("!has("+o+".spec.tls)", "the Route would have no TLS"),
			when(o+".spec.?tls.?insecureEdgeTerminationPolicy.orValue('') == 'Allow'", "the Route would answer without TLS too"),
			when(o+".spec.?wildcardPolicy.orValue('') == 'Subdomain'", "the Route would claim a whole domain"))
	})
}

// riskyAnnotations is NW12 for Ingresses: what ingress-nginx takes into its configuration.
func riskyAnnotations(rule *model.Rule, c *cluster.Cluster, namespaces []string) *blueprint {
	const domain = "nginx.ingress.kubernetes.io/"
	var names []string
	for _, n := range [...]string{"auth-url", "auth-tls-match-cn", "auth-tls-error-page", "mirror-target", "mirror-host", "server-alias", "upstream-hash-by", "proxy-ssl-name"} {
		names = append(names, domain+n)
	}
	b := &blueprint{
		rule: rule, name: nameFor(rule), namespaces: namespaces, match: []matched{{model.GroupNetwork, "v1", []string{"ingresses"}, []string{created, updated}, nil}},
		variables: []named{{"old", "request.operation != 'UPDATE' ? {} : dyn(oldObject).metadata.?annotations.orValue({})"}, {"annotations", "dyn(object).metadata.?annotations.orValue({})"}},
		faults: "variables.annotations.filter(k, k.startsWith(" + quote(domain) + ") && (k.endsWith('-snippet') || k in " + list(names...) + ") && !(k in variables.old && variables.old[k] == variables.annotations[k]))" +
			".map(k, 'the Ingress would have the annotation ' + string(k))",
	}
	if others := otherClasses(c); len(others) > 0 {
		b.conditions = append(b.conditions, named{"for-ingress-nginx", "!(" + isOneOf("object.spec.?ingressClassName.orValue(object.metadata.?annotations[?'kubernetes.io/ingress.class'].orValue(''))", others...) + ")"})
	}
	return b
}

// otherClasses lists the classes of Ingresses that are known to be another controller's.
func otherClasses(c *cluster.Cluster) []string {
	var names []string
	for r := range c.All(model.KindByName("IngressClass").GroupKind()) {
		if t, ok := r.(*record.Typed[*networkingv1.IngressClass]); ok && t.Object.Spec.Controller != "" && t.Object.Spec.Controller != "k8s.io/ingress-nginx" {
			names = append(names, t.Name)
		}
	}
	slices.Sort(names)
	return names
}
