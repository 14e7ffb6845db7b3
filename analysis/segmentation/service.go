package segmentation

import (
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"canopy/model"
	"canopy/model/record"
)

// judgeObject brings the findings on a Service, an Ingress, a Gateway or a Route up to date.
func (r *round) judgeObject(ref model.Ref) {
	var now []*model.Finding
	switch t := r.c.Get(ref).(type) {
	case *record.Typed[*corev1.Service]:
		now = gather(r.openService(t), r.takenAddresses(t))
	case *record.Typed[*networkingv1.Ingress]:
		now = gather(r.plainIngress(t), r.annotations(t))
	case *record.Custom:
		now = gather(r.plainGateway(t))
	}
	r.stand(ref, asObject, now)
}

// openService judges a Service with a port on every node, or a load balancer that lets in anybody.
func (r *round) openService(t *record.Typed[*corev1.Service]) *model.Finding {
	ref, spec := t.Ref(), &t.Object.Spec
	l := []model.Evidence{{Object: ref, Path: "spec.type", Value: string(spec.Type)}}
	severity := model.Medium
	switch spec.Type {
	case corev1.ServiceTypeNodePort:
		for i := range spec.Ports {
			if n := spec.Ports[i].NodePort; n > 0 {
				l = append(l, model.Evidence{Object: ref, Path: index("spec.ports", i) + ".nodePort", Value: itoa(n)})
			}
		}
	case corev1.ServiceTypeLoadBalancer:
		at, ranges := sources(t)
		if len(ranges) > 0 && !anywhere(ranges) {
			return nil
		}
		l = append(l, model.Evidence{Object: ref, Path: at, Value: brief(strings.Join(ranges, ","))})
		if e, ok := internal(t); ok {
			severity, l = model.Low, append(l, e)
		}
	default:
		return nil
	}
	return r.finding("NW08", severity, ref, lines(l...))
}

// rangesAnnotation says the same as spec.loadBalancerSourceRanges, which goes before it
// (k8s.io/cloud-provider/service/helpers).
const rangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges"

func sources(t *record.Typed[*corev1.Service]) (path string, ranges []string) {
	if list := t.Object.Spec.LoadBalancerSourceRanges; len(list) > 0 {
		return "spec.loadBalancerSourceRanges", list
	}
	if text := strings.TrimSpace(t.Annotations.Get(rangesAnnotation)); text != "" {
		return "metadata.annotations[" + rangesAnnotation + "]", strings.Split(text, ",")
	}
	return "spec.loadBalancerSourceRanges", nil
}

// anywhere tells that ranges hold all addresses of a family.
func anywhere(ranges []string) bool {
	var list []netip.Prefix
	for _, text := range ranges {
		if p, err := netip.ParsePrefix(strings.TrimSpace(text)); err == nil {
			list = append(list, p)
		}
	}
	return coversFamily(list)
}

// internal knows the annotations by which clouds make a load balancer with an address inside.
func internal(t *record.Typed[*corev1.Service]) (model.Evidence, bool) {
	for k, v := range t.Annotations.All() {
		_, name, _ := strings.Cut(k, "/")
		inside := false
		switch {
		case k == "networking.gke.io/load-balancer-type", k == "cloud.google.com/load-balancer-type":
			inside = strings.EqualFold(v, "internal")
		case strings.HasSuffix(name, "-load-balancer-scheme"):
			inside = v == "internal"
		case strings.HasSuffix(name, "-load-balancer-internal"), strings.HasSuffix(name, "-internal-load-balancer"), strings.HasSuffix(name, "-load-balancer-address-type"):
			inside = v != "" && v != "false" && v != "internet"
		}
		if inside {
			return model.Evidence{Object: t.Ref(), Path: "metadata.annotations[" + k + "]", Value: brief(v)}, true
		}
	}
	return model.Evidence{}, false
}

// takenAddresses judges a Service that takes traffic for addresses of its author's choice.
func (r *round) takenAddresses(t *record.Typed[*corev1.Service]) *model.Finding {
	list := t.Object.Spec.ExternalIPs
	if len(list) == 0 || t.Object.Spec.Type == corev1.ServiceTypeExternalName {
		return nil
	}
	severity := model.Medium
	own := map[string]struct{}{}
	for rec := range r.c.All(nodes) {
		if n, ok := rec.(*record.Typed[*corev1.Node]); ok {
			for _, a := range n.Object.Status.Addresses {
				own[a.Address] = struct{}{}
			}
		}
	}
	var l []model.Evidence
	for i, address := range list {
		if _, ok := own[address]; !ok {
			severity = model.High
		}
		l = append(l, model.Evidence{Object: t.Ref(), Path: index("spec.externalIPs", i), Value: brief(address)})
	}
	return r.finding("NW09", severity, t.Ref(), lines(l...))
}
