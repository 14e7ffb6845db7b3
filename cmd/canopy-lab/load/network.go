package load

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// service adds a Service for a workload's pods and the EndpointSlice that the controllers would keep for it.
func (g *generator) service(a *app, pods []*corev1.Pod) {
	service := &corev1.Service{
		ObjectMeta: a.meta(a.name),
		Spec:       corev1.ServiceSpec{Selector: a.labels, Ports: []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: intstr.FromString("http"), Protocol: corev1.ProtocolTCP}}},
	}
	switch draw := g.IntN(100); {
	case draw < 2:
		service.Spec.Type = corev1.ServiceTypeNodePort
	case draw < 4:
		service.Spec.Type = corev1.ServiceTypeLoadBalancer
	}
	g.add(stageConfig, service, nil, author, "")
	name, port, protocol, yes := "http", int32(8080), corev1.ProtocolTCP, true
	slice := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Name: a.name + "-" + g.suffix(5), Namespace: a.namespace, Labels: with(a.labels,
			discoveryv1.LabelServiceName, a.name, discoveryv1.LabelManagedBy, "endpointslice-controller.k8s.io")},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{{Name: &name, Port: &port, Protocol: &protocol}},
	}
	for _, pod := range pods {
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{pod.Status.PodIP}, NodeName: &pod.Spec.NodeName,
			Conditions: discoveryv1.EndpointConditions{Ready: &yes, Serving: &yes},
			TargetRef:  &corev1.ObjectReference{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name},
		})
	}
	g.add(stageEndpoints, slice, nil, controller, "")
}

func (g *generator) networkPolicy(a *app) {
	protocol, port := corev1.ProtocolTCP, intstr.FromInt32(8080)
	policy := &networkingv1.NetworkPolicy{
		ObjectMeta: a.meta(a.name),
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: a.labels},
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress},
			Ingress: []networkingv1.NetworkPolicyIngressRule{{
				Ports: []networkingv1.NetworkPolicyPort{{Protocol: &protocol, Port: &port}},
				From:  []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"team": pick(g, []string{"red", "green", "violet"})}}}},
			}},
		},
	}
	if g.chance(20) {
		policy.Spec.PodSelector = metav1.LabelSelector{}
		policy.Spec.Ingress = nil // denies everything in the namespace
	}
	if g.chance(30) {
		policy.Spec.PolicyTypes = append(policy.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		policy.Spec.Egress = []networkingv1.NetworkPolicyEgressRule{{To: []networkingv1.NetworkPolicyPeer{
			{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"tier": "prod"}}},
			{IPBlock: &networkingv1.IPBlock{CIDR: "198.51.100.0/24", Except: []string{"198.51.100.128/25"}}},
		}}}
	}
	g.add(stageConfig, policy, nil, author, "")
}

func (g *generator) ingress(a *app) {
	prefix, class := networkingv1.PathTypePrefix, "nginx"
	g.add(stageConfig, &networkingv1.Ingress{
		ObjectMeta: a.meta(a.name),
		Spec: networkingv1.IngressSpec{IngressClassName: &class, Rules: []networkingv1.IngressRule{{
			Host: fmt.Sprintf("%s.%s.example", a.name, a.namespace),
			IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{
				Path: "/", PathType: &prefix,
				Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: a.name, Port: networkingv1.ServiceBackendPort{Name: "http"}}},
			}}}},
		}}},
	}, nil, author, "")
}

// claim adds a claim and the volume that it names.
func (g *generator) claim(a *app, name string) {
	volume := "pvc-" + g.hexadecimal(32)
	spec := claimSpec(volume)
	g.add(stageBase, &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: volume},
		Spec: corev1.PersistentVolumeSpec{
			Capacity: spec.Resources.Requests, AccessModes: spec.AccessModes, StorageClassName: "fast",
			PersistentVolumeSource: corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{Driver: "block.csi.example", VolumeHandle: volume}},
		},
	}, nil, controller, "")
	g.add(stageConfig, &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: a.namespace, Labels: a.labels}, Spec: spec}, nil, controller, "")
}

func claimSpec(volume string) corev1.PersistentVolumeClaimSpec {
	class := "fast"
	return corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}, StorageClassName: &class, VolumeName: volume,
		Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("20Gi")}},
	}
}

func probe(path, port string) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:     corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromString(port), Scheme: corev1.URISchemeHTTP}},
		TimeoutSeconds:   2,
		PeriodSeconds:    10,
		SuccessThreshold: 1, FailureThreshold: 3,
	}
}
