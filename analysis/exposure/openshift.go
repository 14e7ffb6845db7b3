package exposure

import (
	"strconv"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/network/port"
	"canopy/model/cluster"
	"canopy/model/record"
)

// openShift is what a Route of OpenShift says.
type openShift struct {
	ingress
}

// readOpenShift reads a Route of OpenShift; nil where there is none.
func readOpenShift(r *record.Custom) plan {
	if r == nil {
		return nil
	}
	o := &openShift{}
	host := text(dig(r.Body, "spec", "host"))
	secure := text(dig(r.Body, "spec", "tls", "termination")) != ""
	to := wanted{every: true}
	switch v := dig(r.Body, "spec", "port", "targetPort").(type) {
	case nil:
	case string:
		// A text names a port of the Service, unless it is a number.
		to = wanted{name: v}
		if n, err := strconv.ParseInt(v, 10, 32); err == nil {
			to = wanted{number: n, target: true}
		}
	default:
		to = wanted{number: number(v), target: true}
	}
	first, _ := dig(r.Body, "spec", "to").(map[string]any)
	for _, b := range append([]map[string]any{first}, objects(dig(r.Body, "spec", "alternateBackends"), 3)...) {
		x := backend{host: host, tls: secure, port: to}
		name := text(b["name"])
		weight, weighed := pointedNumber(b["weight"])
		switch {
		case weighed && weight == 0:
			continue
		case name == "" || choice(b["kind"], "Service") != "Service":
			x.problem = "it names no Service"
		default:
			x.service = types.NamespacedName{Namespace: r.Namespace, Name: name}
		}
		o.list = append(o.list, x)
	}
	if in := objects(dig(r.Body, "status", "ingress"), 1); len(in) > 0 {
		o.address = text(in[0]["routerCanonicalHostname"])
	}
	return o
}

func (o *openShift) heeds(*Analyser, *door, *news) bool { return false }

func (o *openShift) make(a *Analyser, _ *cluster.Cluster, d *door) []*Way {
	var ways []*Way
	for i := range o.list {
		b := &o.list[i]
		w := Way{Via: d.ref, How: Route, Host: b.host, TLS: b.tls, Port: 80, Protocol: port.TCP, Address: o.address}
		if b.tls {
			w.Port = 443
		}
		a.through(d, &w, []string{"openshift"}, false)
		ways = append(ways, a.lead(b, w)...)
	}
	return unique(ways)
}
