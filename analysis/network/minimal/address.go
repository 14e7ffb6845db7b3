package minimal

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// apiServer gives the addresses at which pods reach the API server: those of its endpoints, and that of its Service.
func (s *Survey) apiServer() []netip.AddrPort {
	var list []netip.AddrPort
	add := func(text string, n int32) {
		if a, err := netip.ParseAddr(text); err == nil && n > 0 && n <= port.Last {
			list = append(list, netip.AddrPortFrom(a.Unmap(), uint16(n)))
		}
	}
	if svc, ok := cluster.Find[*record.Typed[*corev1.Service]](s.c, "Service", "default", "kubernetes"); ok {
		for _, ip := range svc.Object.Spec.ClusterIPs {
			for i := range svc.Object.Spec.Ports {
				add(ip, svc.Object.Spec.Ports[i].Port)
			}
		}
	}
	for r := range s.c.All(schema.GroupKind{Group: discoveryv1.GroupName, Kind: "EndpointSlice"}) {
		e, ok := r.(*record.Typed[*discoveryv1.EndpointSlice])
		if !ok || e.Namespace != "default" || e.Labels.Get(discoveryv1.LabelServiceName) != "kubernetes" {
			continue
		}
		for i := range e.Object.Endpoints {
			for _, ip := range e.Object.Endpoints[i].Addresses {
				for j := range e.Object.Ports {
					if n := e.Object.Ports[j].Port; n != nil {
						add(ip, *n)
					}
				}
			}
		}
	}
	inorder.Sort(list, netip.AddrPort.Compare)
	return slices.Compact(list)
}

// living names the pod that has an address.
func (s *Survey) living(a netip.Addr) model.Ref {
	var first model.Ref
	for _, p := range s.places {
		for _, x := range p.parties {
			for _, pod := range x.pods {
				// One on the network of its node has an address that is more than its own.
				if slices.Contains(pod.IPs, a.String()) && !s.sheet(pod.Template).host && (first.IsZero() || pod.Ref().Compare(first) < 0) {
					first = pod.Ref()
				}
			}
		}
	}
	return first
}

const apiPort = 443
