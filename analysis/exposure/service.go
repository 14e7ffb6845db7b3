package exposure

import (
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/record"
)

// open tells that a Service has an address or a port outside. One that is another name or has no address of its own has
// none, whatever else it says: no proxy takes connections for it.
func open(s *record.Typed[*corev1.Service]) bool {
	if s == nil || s.Object.Spec.ClusterIP == corev1.ClusterIPNone {
		return false
	}
	spec := &s.Object.Spec
	switch spec.Type {
	case corev1.ServiceTypeExternalName:
		return false
	case corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeNodePort:
		return true
	}
	return len(spec.ExternalIPs) > 0
}

// serve lists the ways that a Service opens by itself; its ends must be made.
func serve(f *front) []*Way {
	if !open(f.service) {
		return nil
	}
	spec := &f.service.Object.Spec
	balanced := spec.Type == corev1.ServiceTypeLoadBalancer
	var ways []*Way
	for i := range spec.Ports {
		p, e := &spec.Ports[i], &f.ends[i]
		protocol, _ := port.Parse(p.Protocol)
		base := Way{
			Via: f.ref(), Service: f.ref(), Protocol: protocol, Targets: e.targets, Beyond: e.beyond, Broken: e.broken,
			SourceKept: spec.ExternalTrafficPolicy == corev1.ServiceExternalTrafficPolicyLocal,
		}
		base.Port, _ = portNumber(int64(p.Port))
		if balanced {
			w := base
			w.How, w.Sources, w.Internal = LoadBalancer, ranges(f.service), internalService(f.service)
			for _, address := range outside(f.service) {
				w := w
				w.Address = address
				ways = append(ways, &w)
			}
		}
		for _, ip := range spec.ExternalIPs {
			w := base
			w.How, w.Address = ExternalIP, ip
			ways = append(ways, &w)
		}
		if number, ok := nodePort(spec, p); ok {
			w := base
			w.How, w.Port = NodePort, number
			ways = append(ways, &w)
		}
	}
	return ways
}

// nodePort gives the port of the nodes that a port of a Service has; 0 where a server has yet to choose one. A load balancer
// that needs none says so by allocateLoadBalancerNodePorts, but keeps one that it has.
func nodePort(spec *corev1.ServiceSpec, p *corev1.ServicePort) (uint16, bool) {
	if number, ok := portNumber(int64(p.NodePort)); ok && spec.Type != corev1.ServiceTypeClusterIP && spec.Type != "" {
		return number, true
	}
	switch spec.Type {
	case corev1.ServiceTypeNodePort:
		return 0, true
	case corev1.ServiceTypeLoadBalancer:
		wants := spec.AllocateLoadBalancerNodePorts == nil || *spec.AllocateLoadBalancerNodePorts
		return 0, wants && spec.ClusterIP == ""
	}
	return 0, false
}

// outside lists the addresses of a load balancer; one that is not known where the cloud has yet to give any.
func outside(s *record.Typed[*corev1.Service]) []string {
	var list []string
	for i := range s.Object.Status.LoadBalancer.Ingress {
		in := &s.Object.Status.LoadBalancer.Ingress[i]
		if in.IP != "" {
			list = append(list, in.IP)
		} else if in.Hostname != "" {
			list = append(list, in.Hostname)
		}
	}
	if len(list) == 0 {
		list = []string{s.Object.Spec.LoadBalancerIP}
	}
	return list
}

// ranges gives the only addresses that a load balancer takes connections from.
func ranges(s *record.Typed[*corev1.Service]) []netip.Prefix {
	if list := s.Object.Spec.LoadBalancerSourceRanges; len(list) > 0 {
		return prefixes(list)
	}
	return prefixes(strings.Split(s.Annotations.Get(corev1.AnnotationLoadBalancerSourceRangesKey), ","))
}

// prefixes reads ranges of addresses, single addresses among them. What cannot be read is left out: nobody obeys it either.
func prefixes(words []string) []netip.Prefix {
	var list []netip.Prefix
	for _, word := range words {
		word = strings.TrimSpace(word)
		if p, err := netip.ParsePrefix(word); err == nil {
			list = append(list, p.Masked())
		} else if ip, err := netip.ParseAddr(word); err == nil {
			list = append(list, netip.PrefixFrom(ip, ip.BitLen()))
		}
	}
	return list
}

// internalService tells that the load balancer of a Service has an address inside: by an annotation of a cloud's controller,
// or by its class.
func internalService(s *record.Typed[*corev1.Service]) bool {
	get := s.Annotations.Get
	for _, key := range [...]string{
		"service.beta.kubernetes.io/aws-load-balancer-internal", "service.beta.kubernetes.io/azure-load-balancer-internal",
		"service.beta.kubernetes.io/openstack-internal-load-balancer", "service.beta.kubernetes.io/oci-load-balancer-internal",
	} {
		// Amazon's took 0.0.0.0/0 for true once.
		if v := get(key); v != "" && !strings.EqualFold(v, "false") {
			return true
		}
	}
	switch class := s.Object.Spec.LoadBalancerClass; {
	case class == nil:
	case *class == "tailscale":
		return true
	case *class == "service.k8s.aws/nlb":
		// This one's are internal unless they say otherwise.
		return get("service.beta.kubernetes.io/aws-load-balancer-scheme") != "internet-facing"
	}
	return get("service.beta.kubernetes.io/aws-load-balancer-scheme") == "internal" ||
		get("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type") == "intranet" ||
		strings.EqualFold(get("networking.gke.io/load-balancer-type"), "Internal") ||
		strings.EqualFold(get("cloud.google.com/load-balancer-type"), "Internal")
}

// internalOnly tells that Services open a group of pods and that all of them are load balancers with an address inside.
func internalOnly(g *group) (opened, internal bool) {
	internal = true
	for _, f := range g.fronts {
		if !open(f.service) {
			continue
		}
		opened = true
		spec := &f.service.Object.Spec
		if spec.Type != corev1.ServiceTypeLoadBalancer || len(spec.ExternalIPs) > 0 || !internalService(f.service) {
			internal = false
		}
	}
	return opened, opened && internal
}

func serviceRef(namespace, name string) model.Ref {
	return model.Ref{Version: "v1", Kind: "Service", Namespace: namespace, Name: name}
}
