package segmentation

import (
	"maps"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// hosts finds the Ingresses that claim a host, by their class.
type hosts map[claim]map[model.Ref]struct{}

// claim is a host of a class of Ingresses.
type claim struct{ class, host string }

const (
	classAnnotation   = "kubernetes.io/ingress.class"
	defaultAnnotation = "ingressclass.kubernetes.io/is-default-class"
)

// named gives the class that an Ingress names; "" where it names none.
func named(in *record.Typed[*networkingv1.Ingress]) string {
	if name := in.Object.Spec.IngressClassName; name != nil {
		return *name
	}
	return in.Annotations.Get(classAnnotation)
}

func claims(in *record.Typed[*networkingv1.Ingress]) []claim {
	if in == nil {
		return nil
	}
	var list []claim
	for i := range in.Object.Spec.Rules {
		if host := in.Object.Spec.Rules[i].Host; host != "" {
			list = append(list, claim{named(in), strings.ToLower(host)})
		}
	}
	inorder.Sort(list, func(a, b claim) int { return strings.Compare(a.host, b.host) })
	return slices.Compact(list)
}

// replace takes an Ingress as it is now, and gives the others that claim what it claimed or claims.
func (h hosts) replace(ref model.Ref, before, after *record.Typed[*networkingv1.Ingress]) []model.Ref {
	var others []model.Ref
	for _, c := range claims(before) {
		delete(h[c], ref)
		others = append(others, slices.Collect(maps.Keys(h[c]))...)
		if len(h[c]) == 0 {
			delete(h, c)
		}
	}
	for _, c := range claims(after) {
		others = append(others, slices.Collect(maps.Keys(h[c]))...)
		if h[c] == nil {
			h[c] = map[model.Ref]struct{}{}
		}
		h[c][ref] = struct{}{}
	}
	return others
}

// rival gives the first Ingress of another namespace that claims the same host.
func (h hosts) rival(c claim, of model.Ref) (model.Ref, bool) {
	var first model.Ref
	for ref := range h[c] {
		if ref.Namespace != of.Namespace && (first.IsZero() || ref.Compare(first) < 0) {
			first = ref
		}
	}
	return first, !first.IsZero()
}

// plainIngress judges an Ingress without TLS, for any host, or for the host of another.
func (r *round) plainIngress(in *record.Typed[*networkingv1.Ingress]) *model.Finding {
	ref, spec := in.Ref(), &in.Object.Spec
	severity := model.Low
	var l []model.Evidence
	plain := false
	for i := range spec.Rules {
		host := strings.ToLower(spec.Rules[i].Host)
		e := model.Evidence{Object: ref, Path: index("spec.rules", i) + ".host", Value: spec.Rules[i].Host}
		bare := !secured(spec.TLS, host)
		rival, taken := r.hosts.rival(claim{named(in), host}, ref)
		if bare || host == "" || strings.HasPrefix(host, "*") || taken {
			l = append(l, e)
		}
		if bare || taken {
			severity = model.Medium
		}
		if taken {
			for j, c := range claimsOf(r.c, rival) {
				if c == host {
					l = append(l, model.Evidence{Object: rival, Path: index("spec.rules", j) + ".host", Value: spec.Rules[i].Host})
					break
				}
			}
		}
		plain = plain || bare
	}
	if len(spec.Rules) == 0 && spec.DefaultBackend != nil {
		// It takes what no other rule does, whatever the host.
		l = append(l, model.Evidence{Object: ref, Path: "spec.defaultBackend"})
		if plain = len(spec.TLS) == 0; plain {
			severity = model.Medium
		}
	}
	if len(l) == 0 {
		return nil
	}
	if plain {
		l = append(l, model.Evidence{Object: ref, Path: "spec.tls"})
	}
	f := r.finding("NW11", severity, ref, lines(l...))
	if class, elsewhere := r.certified(in); elsewhere && plain {
		doubt(f, model.Depends, "the controller of class "+class+" may take certificates from elsewhere than spec.tls")
	}
	return f
}

// claimsOf lists the hosts of another Ingress, by rule.
func claimsOf(c *cluster.Cluster, ref model.Ref) []string {
	in, ok := c.Get(ref).(*record.Typed[*networkingv1.Ingress])
	if !ok {
		return nil
	}
	list := make([]string, len(in.Object.Spec.Rules))
	for i := range list {
		list[i] = strings.ToLower(in.Object.Spec.Rules[i].Host)
	}
	return list
}

// secured tells that an entry covers a host: by name, by a wildcard for one label, or all of them where it names none.
func secured(tls []networkingv1.IngressTLS, host string) bool {
	for i := range tls {
		if len(tls[i].Hosts) == 0 {
			return true
		}
		for _, h := range tls[i].Hosts {
			h = strings.ToLower(h)
			_, rest, _ := strings.Cut(host, ".")
			if h == host || strings.HasPrefix(h, "*.") && h[2:] == rest && rest != "" {
				return true
			}
		}
	}
	return false
}

// certified tells that the controller of an Ingress may have its certificates from annotations, or from the cloud, which
// are not read.
func (r *round) certified(in *record.Typed[*networkingv1.Ingress]) (string, bool) {
	class, controller := r.classOf(in)
	switch controller {
	case "ingress.k8s.aws/alb", "networking.gke.io/ingress-gce", "azure/application-gateway", "alibabacloud.com/alb":
		return class, true
	}
	switch class {
	case "alb", "gce", "gce-internal", "azure/application-gateway":
		return class, true
	}
	return class, false
}

// classOf gives the class of an Ingress and its controller, as far as they are known.
func (r *round) classOf(in *record.Typed[*networkingv1.Ingress]) (class, controller string) {
	class = named(in)
	for rec := range r.c.All(classes) {
		c, ok := rec.(*record.Typed[*networkingv1.IngressClass])
		if !ok {
			continue
		}
		if c.Name == class && class != "" {
			return class, c.Object.Spec.Controller
		}
		if named(in) == "" && c.Annotations.Get(defaultAnnotation) == "true" && (class == "" || c.Name < class) {
			class, controller = c.Name, c.Object.Spec.Controller
		}
	}
	return class, controller
}
