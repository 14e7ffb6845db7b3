package exposure

import (
	"net/netip"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/network/port"
	"canopy/model/cluster"
	"canopy/model/record"
)

// ingress is what an Ingress says.
type ingress struct {
	list     []backend
	class    string
	sources  []netip.Prefix
	address  string
	internal bool
	// secure tells that every host is encrypted.
	secure bool
}

func (i *ingress) backends() []backend { return i.list }

// heeds tells that the class has changed; without one it may be any that becomes the default.
func (i *ingress) heeds(_ *Analyser, _ *door, n *news) bool {
	return in(n.classes, i.class) || (i.class == "" && len(n.classes) > 0)
}

// readIngress reads an Ingress; nil where there is none.
func readIngress(r *record.Typed[*networkingv1.Ingress]) plan {
	if r == nil {
		return nil
	}
	spec := &r.Object.Spec
	get := r.Annotations.Get
	i := &ingress{class: get("kubernetes.io/ingress.class"), secure: get("traefik.ingress.kubernetes.io/router.tls") == "true"}
	if spec.IngressClassName != nil && *spec.IngressClassName != "" {
		i.class = *spec.IngressClassName
	}
	i.add(r.Namespace, "", spec, spec.DefaultBackend)
	for j := range spec.Rules {
		rule := &spec.Rules[j]
		if rule.HTTP == nil {
			// A rule without paths sends everything to the default backend.
			i.add(r.Namespace, rule.Host, spec, spec.DefaultBackend)
			continue
		}
		for k := range rule.HTTP.Paths {
			i.add(r.Namespace, rule.Host, spec, &rule.HTTP.Paths[k].Backend)
		}
	}
	for _, key := range [...]string{
		"nginx.ingress.kubernetes.io/whitelist-source-range", "nginx.ingress.kubernetes.io/allowlist-source-range",
		"alb.ingress.kubernetes.io/inbound-cidrs",
	} {
		i.sources = append(i.sources, prefixes(strings.Split(get(key), ","))...)
	}
	for j := range r.Object.Status.LoadBalancer.Ingress {
		if in := &r.Object.Status.LoadBalancer.Ingress[j]; i.address == "" {
			i.address = choice(in.IP, in.Hostname)
		}
	}
	i.internal = i.class == "gce-internal" || get("alb.ingress.kubernetes.io/scheme") == "internal"
	return i
}

// add notes one backend; nil is none.
func (i *ingress) add(namespace, host string, spec *networkingv1.IngressSpec, b *networkingv1.IngressBackend) {
	if b == nil {
		return
	}
	x := backend{host: host, tls: i.secure || covered(spec.TLS, host)}
	switch {
	case b.Service != nil && b.Service.Name != "":
		x.service = types.NamespacedName{Namespace: namespace, Name: b.Service.Name}
		x.port = wanted{number: int64(b.Service.Port.Number), name: b.Service.Port.Name}
	case b.Resource != nil:
		x.problem = "it leads to " + b.Resource.Kind + " " + b.Resource.Name + ", which is no Service"
	default:
		x.problem = "it names no Service"
	}
	i.list = append(i.list, x)
}

// covered tells that a host has a certificate: one for it, one for all names in its place, or one that names no host.
func covered(list []networkingv1.IngressTLS, host string) bool {
	_, parent, _ := strings.Cut(host, ".")
	for i := range list {
		if len(list[i].Hosts) == 0 {
			return true
		}
		for _, h := range list[i].Hosts {
			if host != "" && (strings.EqualFold(h, host) || (parent != "" && strings.EqualFold(h, "*."+parent))) {
				return true
			}
		}
	}
	return false
}

func (i *ingress) make(a *Analyser, _ *cluster.Cluster, d *door) []*Way {
	k := a.classed(i.class)
	var ways []*Way
	for j := range i.list {
		b := &i.list[j]
		w := Way{Via: d.ref, How: Ingress, Host: b.host, TLS: b.tls, Port: 80, Protocol: port.TCP, Sources: i.sources, Address: i.address, Internal: i.internal}
		if b.tls {
			w.Port = 443
		}
		a.staff(d, &w, k)
		ways = append(ways, a.lead(b, w)...)
	}
	return unique(ways)
}

// staff notes the pods of a family in a way; nil is a controller that is not known.
func (a *Analyser) staff(d *door, w *Way, k *family) {
	if k == nil {
		w.Assumed = true
		return
	}
	a.through(d, w, []string{k.name}, k.cloud)
}
