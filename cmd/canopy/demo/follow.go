package demo

import (
	"errors"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/model"
)

// kcm is who the controllers are to the API server.
const kcm = "kube-controller-manager"

func isNotFound(err error) bool { return errors.Is(err, model.ErrNotFound) }

// follow plays the controllers that watch pods: the endpoints of Services, the budgets and the quotas.
func (s *stage) follow() {
	each(s.cluster, func(slice *discoveryv1.EndpointSlice) {
		if len(slice.OwnerReferences) == 0 {
			return // the API server's own
		}
		service := find[*corev1.Service](s, "Service", slice.Namespace, slice.Labels[discoveryv1.LabelServiceName])
		now := endpoints(s.selected(service.Namespace, labels.SelectorFromSet(service.Spec.Selector)))
		if !equality.Semantic.DeepEqual(slice.Endpoints, now) {
			slice.Endpoints = now
			s.wrote(slice, kcm, metav1.ManagedFieldsOperationUpdate, "", "endpoints")
		}
	})
	each(s.cluster, func(b *policyv1.PodDisruptionBudget) {
		before := b.Status
		if s.observeBudget(b); !equality.Semantic.DeepEqual(before, b.Status) {
			s.reported(b, kcm)
		}
	})
	each(s.cluster, func(q *corev1.ResourceQuota) {
		before := q.Status
		if s.observeQuota(q); !equality.Semantic.DeepEqual(before, q.Status) {
			s.reported(q, kcm)
		}
	})
}
