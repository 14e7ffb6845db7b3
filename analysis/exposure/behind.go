package exposure

import (
	"maps"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
)

// Behind names the Services to which an Ingress leads, in its namespace, sorted.
func Behind(spec *networkingv1.IngressSpec) []string {
	names := map[string]struct{}{}
	add := func(b *networkingv1.IngressBackend) {
		if b != nil && b.Service != nil {
			names[b.Service.Name] = struct{}{}
		}
	}
	add(spec.DefaultBackend)
	for i := range spec.Rules {
		if http := spec.Rules[i].HTTP; http != nil {
			for j := range http.Paths {
				add(&http.Paths[j].Backend)
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}
