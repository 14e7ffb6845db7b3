package remedy

import (
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/exposure"
	"canopy/analysis/network/minimal"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

func (s *segments) service(ref model.Ref) *record.Typed[*corev1.Service] {
	svc, _ := cluster.Find[*record.Typed[*corev1.Service]](s.p.c, "Service", ref.Namespace, ref.Name)
	return svc
}

// withdrawService is NW08. A port on every node goes, unless a proxy outside of the cluster needs it; a load balancer gets
// the ranges that the flows name. No range is made up.
func (s *segments) withdrawService(f *model.Finding) error {
	svc := s.service(f.Object)
	if svc == nil {
		s.inWords(f)
		return nil
	}
	switch svc.Object.Spec.Type {
	case corev1.ServiceTypeNodePort:
		return s.withdrawPort(f, svc)
	case corev1.ServiceTypeLoadBalancer:
		return s.limitSources(f, svc)
	}
	s.inWords(f)
	return nil
}

func (s *segments) withdrawPort(f *model.Finding, svc *record.Typed[*corev1.Service]) error {
	var inside []string
	cloud := ""
	for _, w := range s.ground().ways.Ways(s.ground().c, f.Object.Namespace) {
		if w.Service != f.Object || w.How != exposure.Ingress && w.How != exposure.Gateway && w.How != exposure.Route {
			continue
		}
		if len(w.Controller) == 0 {
			cloud = w.Via.String()
			continue
		}
		if name := w.Via.String(); !slices.Contains(inside, name) {
			inside = append(inside, name)
		}
	}
	if cloud != "" {
		s.p.note(f, cloud+" leads to it, and the pods of its controller were not seen: a proxy outside of the cluster needs the port",
			"keep the port to the addresses of that proxy: by the firewall of the nodes")
		return nil
	}
	evidence := []string{"who uses the port of a node by itself is cut off: look at the firewall of the nodes, and at load balancers outside, before; nothing in the cluster tells"}
	if len(inside) > 0 {
		evidence = append(evidence, list(inside, 8)+" leads to the same pods by a proxy inside the cluster, which does not use the port of the nodes")
	} else {
		evidence = append(evidence, "nothing else leads to it from outside: where somebody has to come, put an Ingress, or a load balancer with loadBalancerSourceRanges, before it first")
	}
	d, err := s.clusterAlone(f.Object, svc.Object)
	if err != nil {
		return err
	}
	s.inward[f.Object] = inward{kind: true, addresses: s.inward[f.Object].addresses}
	s.add(d, outage, evidence, f)
	return nil
}

// limitSources lets a load balancer take connections from the ranges that the flows name for the pods behind it.
func (s *segments) limitSources(f *model.Finding, svc *record.Typed[*corev1.Service]) error {
	var ranges []string
	anywhere := false
	for i := range s.flows {
		flow := &s.flows[i]
		if !s.leadsTo(svc, flow.Dst) {
			continue
		}
		anywhere = anywhere || flow.Src.Word == minimal.Internet
		if b := flow.Src.Block; b.IsValid() && !slices.Contains(ranges, b.String()) {
			ranges = append(ranges, b.String())
		}
	}
	if len(ranges) == 0 || anywhere {
		s.p.note(f, "from which addresses it is used stands nowhere in the cluster",
			"name them: lines such as cidr:203.0.113.0/24 "+f.Object.Namespace+"/WORKLOAD PORT in a file, then canopy fix "+f.ID+" --flows FILE",
			"where it is for clients inside alone: use the annotation by which the cloud makes an internal load balancer",
			"where it is for everybody: accept the finding, and keep what is behind it well looked after")
		return nil
	}
	slices.SortFunc(ranges, func(a, b string) int {
		return netip.MustParsePrefix(a).Addr().Compare(netip.MustParsePrefix(b).Addr())
	})
	d, err := s.patch(f.Object, types.StrategicMergePatchType, partial(f.Object, map[string]any{"spec": map[string]any{"loadBalancerSourceRanges": ranges}}))
	if err != nil {
		return err
	}
	s.add(d, needsEvidence, []string{"the ranges are those of the flows that were declared: everybody else is refused",
		"not every cloud obeys the field: look at its documentation, and try from an address that is not in a range"}, f)
	return nil
}

// leadsTo tells that an end of a flow is a workload behind a Service.
func (s *segments) leadsTo(svc *record.Typed[*corev1.Service], e minimal.End) bool {
	if e.Namespace != svc.Namespace || len(svc.Object.Spec.Selector) == 0 {
		return false
	}
	for _, ref := range s.look().Owners(svc.Namespace) {
		if ref.Name == e.Name && (e.Kind == "" || strings.EqualFold(e.Kind, ref.Kind)) && s.backs(svc, ref) {
			return true
		}
	}
	return false
}

// dropAddresses is NW09.
func (s *segments) dropAddresses(f *model.Finding) error {
	svc := s.service(f.Object)
	if svc == nil {
		s.inWords(f)
		return nil
	}
	spec := map[string]any{"externalIPs": nil}
	done := s.inward[f.Object]
	if kind := svc.Object.Spec.Type; svc.Object.Spec.ExternalTrafficPolicy != "" && (done.kind || kind != corev1.ServiceTypeNodePort && kind != corev1.ServiceTypeLoadBalancer) {
		// Nothing outside of the cluster is left that it could be for, and a file with it is refused.
		spec["externalTrafficPolicy"] = nil
	}
	d, err := s.patch(f.Object, types.StrategicMergePatchType, partial(f.Object, map[string]any{"spec": spec}))
	if err != nil {
		return err
	}
	s.inward[f.Object] = inward{kind: done.kind, addresses: true}
	s.add(d, needsEvidence, []string{"nodes no longer take connections to " + list(svc.Object.Spec.ExternalIPs, 8) + " for this Service: who uses those addresses is cut off",
		"a load balancer gives the Service an address that nobody can claim for others; the admission plugin DenyServiceExternalIPs keeps the field from being used at all"}, f)
	return nil
}
