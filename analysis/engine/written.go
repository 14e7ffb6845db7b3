package engine

import (
	"maps"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"

	"canopy/model"
	"canopy/model/record"
)

// written gives the part of a record that people write, as against what controllers report in its status, and the word for
// a change of it. It gives nil for a kind whose changes are told by themselves, or not at all.
func written(r model.Record) (part any, word string) {
	word = "changed"
	switch t := r.(type) {
	case *record.Typed[*corev1.ServiceAccount]:
		return t.Object, word
	case *record.Typed[*corev1.ResourceQuota]:
		return &t.Object.Spec, word
	case *record.Typed[*corev1.LimitRange]:
		return &t.Object.Spec, word
	case *record.Typed[*corev1.PersistentVolume]:
		return &t.Object.Spec, word
	case *record.Typed[*corev1.PersistentVolumeClaim]:
		return &t.Object.Spec, word
	case *record.Typed[*networkingv1.Ingress]:
		return &t.Object.Spec, word
	case *record.Typed[*networkingv1.IngressClass]:
		return &t.Object.Spec, word
	case *record.Typed[*policyv1.PodDisruptionBudget]:
		return &t.Object.Spec, word
	case *record.Typed[*storagev1.StorageClass]:
		return t.Object, word
	case *record.Typed[*nodev1.RuntimeClass]:
		return t.Object, word
	case *record.Typed[*admissionv1.ValidatingWebhookConfiguration]:
		return t.Object, word
	case *record.Typed[*admissionv1.MutatingWebhookConfiguration]:
		return t.Object, word
	case *record.Typed[*admissionv1.ValidatingAdmissionPolicy]:
		return &t.Object.Spec, word
	case *record.Typed[*admissionv1.ValidatingAdmissionPolicyBinding]:
		return &t.Object.Spec, word
	case *record.Typed[*admissionv1.MutatingAdmissionPolicy]:
		return &t.Object.Spec, word
	case *record.Typed[*admissionv1.MutatingAdmissionPolicyBinding]:
		return &t.Object.Spec, word
	case *record.Custom:
		if _, ok := t.Body["status"]; !ok {
			return t.Body, word
		}
		body := maps.Clone(t.Body)
		delete(body, "status")
		return body, word
	}
	return nil, ""
}
