package demo

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// publishEndpoints writes one EndpointSlice per Service.
func (c *cluster) publishEndpoints() {
	each(c, func(s *corev1.Service) {
		pods := c.selected(s.Namespace, labels.SelectorFromSet(s.Spec.Selector))
		slice := sliceOf(s, pods)
		if s.Spec.Selector == nil {
			// Only default/kubernetes: the API server publishes itself.
			slice.Name, slice.GenerateName, slice.OwnerReferences = s.Name, "", nil
			slice.Labels = map[string]string{discoveryv1.LabelServiceName: s.Name}
			pods = nil
			slice.Ports = slicePorts(s, nil)
			slice.Endpoints = []discoveryv1.Endpoint{{Addresses: []string{c.machine("n1").node.Status.Addresses[0].Address}, Conditions: discoveryv1.EndpointConditions{Ready: new(true)}}}
		}
		c.add(slice, s.CreationTimestamp.Add(time.Second))
		if last := lastReady(pods); last.After(slice.CreationTimestamp.Time) {
			slice.ManagedFields[0].Time = &last
		}
	})
}

// sliceOf makes the EndpointSlice of a Service that leads to pods.
func sliceOf(s *corev1.Service, pods []*corev1.Pod) *discoveryv1.EndpointSlice {
	slice := &discoveryv1.EndpointSlice{TypeMeta: typeMeta(discoveryv1.SchemeGroupVersion, "EndpointSlice"), AddressType: discoveryv1.AddressTypeIPv4}
	slice.Namespace, slice.Name = s.Namespace, s.Name+"-"+suffix("slice", s.UID)
	slice.Labels = with(map[string]string{discoveryv1.LabelManagedBy: "endpointslice-controller.k8s.io"}, discoveryv1.LabelServiceName, s.Name)
	slice.GenerateName, slice.OwnerReferences = s.Name+"-", controlledBy(s)
	slice.Endpoints, slice.Ports = endpoints(pods), slicePorts(s, pods)
	return slice
}

func slicePorts(s *corev1.Service, pods []*corev1.Pod) []discoveryv1.EndpointPort {
	var list []discoveryv1.EndpointPort
	for _, port := range s.Spec.Ports {
		list = append(list, discoveryv1.EndpointPort{Name: new(port.Name), Protocol: new(port.Protocol), Port: new(target(port, pods))})
	}
	return list
}

// endpoints are those of the running pods that a Service selects.
func endpoints(pods []*corev1.Pod) []discoveryv1.Endpoint {
	var out []discoveryv1.Endpoint
	for _, p := range pods {
		serving, leaving := ready(p), p.DeletionTimestamp != nil
		out = append(out, discoveryv1.Endpoint{Addresses: []string{p.Status.PodIP}, NodeName: new(p.Spec.NodeName),
			Conditions: discoveryv1.EndpointConditions{Ready: new(serving && !leaving), Serving: new(serving), Terminating: new(leaving)},
			TargetRef:  &corev1.ObjectReference{Kind: "Pod", Namespace: p.Namespace, Name: p.Name, UID: p.UID}})
	}
	return out
}

func target(port corev1.ServicePort, pods []*corev1.Pod) int32 {
	if port.TargetPort.Type == intstr.Int {
		return port.TargetPort.IntVal
	}
	for _, p := range pods {
		for _, ctr := range p.Spec.Containers {
			for _, cp := range ctr.Ports {
				if cp.Name == port.TargetPort.StrVal && cp.Protocol == port.Protocol {
					return cp.ContainerPort
				}
			}
		}
	}
	return 0
}

func lastReady(pods []*corev1.Pod) metav1.Time {
	var last metav1.Time
	for _, p := range pods {
		for _, cond := range p.Status.Conditions {
			if cond.Type == corev1.PodReady && cond.LastTransitionTime.After(last.Time) {
				last = cond.LastTransitionTime
			}
		}
	}
	return last
}
