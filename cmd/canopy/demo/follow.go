package demo

import (
	"errors"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// kcm is who the controllers are to the API server.
const kcm = "kube-controller-manager"

// services lists those that there are.
func (s *stage) services() []*corev1.Service {
	var list []*corev1.Service
	every(s, func(o *corev1.Service) { list = append(list, o) })
	return list
}

func isNotFound(err error) bool { return errors.Is(err, model.ErrNotFound) }

// follow plays the controllers that watch pods: the endpoints of Services, the budgets and the quotas.
func (s *stage) follow() {
	sliced := map[types.UID]bool{}
	every(s, func(slice *discoveryv1.EndpointSlice) {
		service, ok := s.all[model.KindByName("Service").Ref(slice.Namespace, slice.Labels[discoveryv1.LabelServiceName])].(*corev1.Service)
		if !ok || len(slice.OwnerReferences) == 0 {
			return // the API server's own, or one that a user has made
		}
		sliced[service.UID] = true
		pods := s.selected(service.Namespace, labels.SelectorFromSet(service.Spec.Selector))
		now := endpoints(pods)
		if s.users[place(refOf(service))] {
			if ports := slicePorts(service, pods); !equality.Semantic.DeepEqual(slice.Ports, ports) {
				slice.Ports, slice.Endpoints = ports, nil
			}
		}
		if !equality.Semantic.DeepEqual(slice.Endpoints, now) {
			slice.Endpoints = now
			s.wrote(slice, kcm, metav1.ManagedFieldsOperationUpdate, "", "endpoints")
		}
	})
	every(s, func(service *corev1.Service) {
		if s.users[place(refOf(service))] && !sliced[service.UID] && service.Spec.Selector != nil {
			s.create(sliceOf(service, s.selected(service.Namespace, labels.SelectorFromSet(service.Spec.Selector))), kcm)
		}
	})
	every(s, func(b *policyv1.PodDisruptionBudget) {
		before := b.Status
		if s.observeBudget(b); !equality.Semantic.DeepEqual(before, b.Status) {
			s.reported(b, kcm)
		}
	})
	services := s.services()
	every(s, func(q *corev1.ResourceQuota) {
		before := q.Status
		if s.observeQuota(q, services); !equality.Semantic.DeepEqual(before, q.Status) {
			s.reported(q, kcm)
		}
	})
}
