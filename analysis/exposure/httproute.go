package exposure

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

func routeKind(kind string) bool {
	switch kind {
	case "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute":
		return true
	}
	return false
}

// route is what a route of Gateway API says.
type route struct {
	kind, namespace string
	hosts           []string
	parents         []parent
	list            []backend
}

// parent is a Gateway to which a route wants to be attached.
type parent struct {
	gateway types.NamespacedName
	// section and port narrow it to listeners, where they are set.
	section string
	port    int64
}

func (r *route) backends() []backend { return r.list }

// heeds tells that a Gateway, its class, a grant where the route leads or the labels of its namespace have changed.
func (r *route) heeds(a *Analyser, d *door, n *news) bool {
	if in(n.labelled, r.namespace) {
		return true
	}
	for p := range d.places {
		if p.name != r.namespace && in(n.granting, p.name) {
			return true
		}
	}
	return slices.ContainsFunc(r.parents, func(p parent) bool {
		if in(n.gateways, p.gateway) {
			return true
		}
		g := a.gateways[p.gateway]
		return g != nil && in(n.gatewayClasses, g.class)
	})
}

// readRoute reads a route; nil where there is none.
func readRoute(o *record.Custom) plan {
	if o == nil {
		return nil
	}
	r := &route{kind: o.Kind.Kind, namespace: o.Namespace}
	for _, h := range texts(dig(o.Body, "spec", "hostnames"), mostHosts) {
		r.hosts = append(r.hosts, strings.ToLower(h))
	}
	for _, p := range objects(dig(o.Body, "spec", "parentRefs"), mostParents) {
		if choice(p["group"], model.GroupGateway) == model.GroupGateway && choice(p["kind"], "Gateway") == "Gateway" {
			key := types.NamespacedName{Namespace: choice(p["namespace"], o.Namespace), Name: text(p["name"])}
			r.parents = append(r.parents, parent{key, text(p["sectionName"]), number(p["port"])})
		}
	}
	for _, rule := range objects(dig(o.Body, "spec", "rules"), mostRules) {
		for _, b := range objects(rule["backendRefs"], mostBackends) {
			r.add(b)
			r.mirror(b["filters"])
		}
		r.mirror(rule["filters"])
	}
	return r
}

// mirror adds what gets a copy of every request.
func (r *route) mirror(filters any) {
	for _, f := range objects(filters, mostBackends) {
		if b, ok := dig(f, "requestMirror", "backendRef").(map[string]any); ok {
			r.add(b)
		}
	}
}

func (r *route) add(b map[string]any) {
	if weight, weighed := pointedNumber(b["weight"]); weighed && weight == 0 {
		return
	}
	group, kind, name := text(b["group"]), choice(b["kind"], "Service"), text(b["name"])
	x := backend{port: wanted{number: number(b["port"])}}
	switch {
	case name == "":
		x.problem = "it names no Service"
	case group != "" || kind != "Service":
		x.problem = "it leads to " + kind + " " + name + ", which is no Service"
	default:
		x.service = types.NamespacedName{Namespace: choice(b["namespace"], r.namespace), Name: name}
	}
	if !slices.Contains(r.list, x) {
		r.list = append(r.list, x)
	}
}

func (r *route) make(a *Analyser, c *cluster.Cluster, d *door) []*Way {
	var ways []*Way
	seen := map[types.NamespacedName]bool{}
	for i := range r.parents {
		key := r.parents[i].gateway
		if seen[key] {
			continue
		}
		seen[key] = true
		openings, why := r.openings(a, c, d, key)
		for _, b := range r.list {
			if why == "" && b.problem == "" && !a.granted(r, b.service) {
				b.problem = "no ReferenceGrant in " + b.service.Namespace + " lets the route lead there"
			}
			for _, w := range openings {
				if why != "" {
					ways = append(ways, a.shut(&b, w, why)...)
				} else {
					ways = append(ways, a.lead(&b, w)...)
				}
			}
		}
	}
	return unique(ways)
}

// openings gives what the ways through a Gateway begin with: one for each listener that lets the route in. Where there is
// none it gives one that says how far one gets, and why not further.
func (r *route) openings(a *Analyser, c *cluster.Cluster, d *door, key types.NamespacedName) (list []Way, why string) {
	via := model.Ref{Group: model.GroupGateway, Version: "v1", Kind: "Gateway", Namespace: key.Namespace, Name: key.Name}
	w := Way{Via: via, Route: d.ref, How: Gateway, Host: strings.Join(r.hosts, ",")}
	g := a.gateways[key]
	if g == nil {
		return []Way{w}, "the Gateway " + key.String() + " was not found"
	}
	w.Address = g.address
	for i := range g.listeners {
		l := &g.listeners[i]
		if !r.wants(key, l) || !l.lets(c, r, key.Namespace) {
			continue
		}
		w := w
		if r.kind != "TCPRoute" && r.kind != "UDPRoute" {
			hosts, ok := common(l.host, r.hosts)
			if !ok {
				continue
			}
			w.Host = strings.Join(hosts, ",")
		}
		w.Port, w.Protocol, w.TLS = l.port, l.transport(), l.secure()
		r.staff(a, d, &w, key, g)
		list = append(list, w)
	}
	if len(list) == 0 {
		return []Way{w}, "no listener of the Gateway lets the route in"
	}
	return list, ""
}

// wants tells that the route asks for a listener: by its name or its port, or for all of the Gateway.
func (r *route) wants(key types.NamespacedName, l *listener) bool {
	for i := range r.parents {
		p := &r.parents[i]
		if p.gateway == key && (p.section == "" || p.section == l.name) && (p.port == 0 || p.port == int64(l.port)) {
			return true
		}
	}
	return false
}

// shut gives a way that ends before it begins.
func (a *Analyser) shut(b *backend, w Way, why string) []*Way {
	if b.service.Name != "" {
		w.Service = serviceRef(b.service.Namespace, b.service.Name)
	}
	w.Broken = why
	return []*Way{&w}
}

// staff notes the pods of a Gateway: those that carry its name, else those of the controller that its class names.
func (r *route) staff(a *Analyser, d *door, w *Way, key types.NamespacedName, g *gateway) {
	keys := []string{gatewayCrew(key.Namespace, key.Name)}
	outside := false
	if k := familyOf(a.gatewayClasses[g.class]); k != nil {
		keys, outside = append(keys, k.name), k.cloud
	}
	a.through(d, w, keys, outside)
}
