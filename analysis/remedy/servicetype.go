package remedy

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/strategic"
)

// clusterAlone makes a Service one for the cluster alone. What only its old type may have goes with it: a server drops that by
// itself where it has the object, and refuses a file that is left with it.
func (s *segments) clusterAlone(ref model.Ref, svc *corev1.Service) (Document, error) {
	spec := map[string]any{"type": string(corev1.ServiceTypeClusterIP)}
	for field, set := range map[string]bool{
		"healthCheckNodePort":           svc.Spec.HealthCheckNodePort != 0,
		"allocateLoadBalancerNodePorts": svc.Spec.AllocateLoadBalancerNodePorts != nil,
		"loadBalancerClass":             svc.Spec.LoadBalancerClass != nil,
		"loadBalancerIP":                svc.Spec.LoadBalancerIP != "",
		"loadBalancerSourceRanges":      svc.Spec.LoadBalancerSourceRanges != nil,
		// Addresses outside of the cluster need it as the type did.
		"externalTrafficPolicy": svc.Spec.ExternalTrafficPolicy != "" && (len(svc.Spec.ExternalIPs) == 0 || s.inward[ref].addresses),
	} {
		if set {
			spec[field] = nil
		}
	}
	var ports []any
	known, repeated := map[int32]bool{}, false
	for _, p := range svc.Spec.Ports {
		repeated = repeated || known[p.Port]
		known[p.Port] = true
		if p.NodePort != 0 {
			ports = append(ports, map[string]any{"port": int64(p.Port), "nodePort": nil})
		}
	}
	if len(ports) > 0 {
		spec["ports"] = ports
		if repeated {
			return s.clusterAloneByIndex(ref, svc, spec)
		}
	}
	return s.patch(ref, types.StrategicMergePatchType, partial(ref, map[string]any{"spec": spec}))
}

// clusterAloneByIndex is clusterAlone where a port repeats, as 53 of TCP and of UDP: a strategic patch knows ports by their number
// alone.
func (s *segments) clusterAloneByIndex(ref model.Ref, svc *corev1.Service, fields map[string]any) (Document, error) {
	old, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&svc.Spec)
	if err != nil {
		return Document{}, err
	}
	now := maps.Clone(old)
	for field, v := range fields {
		if v == nil {
			delete(now, field)
		}
	}
	now["type"] = fields["type"]
	list, _ := old["ports"].([]any)
	ports := make([]any, len(list))
	for i, p := range list {
		m, _ := p.(map[string]any)
		port := maps.Clone(m)
		delete(port, "nodePort")
		ports[i] = port
	}
	now["ports"] = ports
	schema, err := strategic.Of(corev1.ServiceSpec{})
	if err != nil {
		return Document{}, err
	}
	var ops []operation
	diffMaps(&ops, "/spec", old, now, &schema)
	return s.patch(ref, types.JSONPatchType, ops)
}

// inward is what this fix has taken from a Service of what leads in from outside.
type inward struct {
	// kind is set where its type is for the cluster alone, addresses where its external addresses are gone.
	kind, addresses bool
}
