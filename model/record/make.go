package record

import (
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// Make turns an API object into its record as a Maker without an inspector does.
func Make(obj runtime.Object) (model.Record, error) { return Maker{}.Make(obj) }

func makeOf(obj runtime.Object) (model.Record, error) {
	name := kindName(obj)
	if name == "" {
		if u, ok := obj.(*unstructured.Unstructured); ok {
			return makeUntyped(u), nil
		}
		return nil, fmt.Errorf("no record for %T", obj)
	}
	k := model.KindByName(name)
	if k == nil {
		return nil, fmt.Errorf("no record for %T", obj)
	}
	if w, err := workloadOf(k, obj); w != nil || err != nil {
		return w, err
	}
	switch o := obj.(type) {
	case *corev1.Pod:
		return makePod(k, o)
	case *corev1.ConfigMap:
		return makeConfigMap(k, o), nil
	case *corev1.Secret:
		return MakeSecret(o, string(o.Type), len(o.Data)+len(o.StringData)), nil
	case *corev1.Node:
		return makeNode(k, o), nil
	case *corev1.Namespace:
		return makeTyped(k, o, `"f:labels"`), nil
	case *corev1.ServiceAccount:
		return makeTyped(k, o, `"f:automountServiceAccountToken"`), nil
	case *corev1.Service:
		return makeTyped(k, o, `"f:spec"`), nil
	case *corev1.ResourceQuota:
		return makeTyped(k, o, `"f:spec"`), nil
	case *corev1.LimitRange:
		return makeTyped(k, o, `"f:spec"`), nil
	case *corev1.PersistentVolume:
		return makeTyped(k, o, `"f:spec"`), nil
	case *corev1.PersistentVolumeClaim:
		return makeTyped(k, o, `"f:spec"`), nil
	case *rbacv1.Role:
		return makeTyped(k, o, `"f:rules"`), nil
	case *rbacv1.ClusterRole:
		return makeTyped(k, o, `"f:rules"`), nil
	case *rbacv1.RoleBinding:
		return makeTyped(k, o, `"f:subjects"`), nil
	case *rbacv1.ClusterRoleBinding:
		return makeTyped(k, o, `"f:subjects"`), nil
	case *discoveryv1.EndpointSlice:
		return makeTyped(k, o, `"f:endpoints"`), nil
	case *networkingv1.NetworkPolicy:
		return makeTyped(k, o, `"f:spec"`), nil
	case *networkingv1.Ingress:
		return makeTyped(k, o, `"f:spec"`), nil
	case *networkingv1.IngressClass:
		return makeTyped(k, o, `"f:spec"`), nil
	case *policyv1.PodDisruptionBudget:
		return makeTyped(k, o, `"f:spec"`), nil
	case *storagev1.StorageClass:
		return makeTyped(k, o, `"f:provisioner"`), nil
	case *nodev1.RuntimeClass:
		return makeTyped(k, o, `"f:handler"`), nil
	case *certificatesv1.CertificateSigningRequest:
		return makeTyped(k, o, `"f:spec"`), nil
	case *admissionv1.ValidatingWebhookConfiguration:
		return makeTyped(k, o, `"f:webhooks"`), nil
	case *admissionv1.MutatingWebhookConfiguration:
		return makeTyped(k, o, `"f:webhooks"`), nil
	case *admissionv1.ValidatingAdmissionPolicy:
		return makeTyped(k, o, `"f:spec"`), nil
	case *admissionv1.ValidatingAdmissionPolicyBinding:
		return makeTyped(k, o, `"f:spec"`), nil
	case *admissionv1.MutatingAdmissionPolicy:
		return makeTyped(k, o, `"f:spec"`), nil
	case *admissionv1.MutatingAdmissionPolicyBinding:
		return makeTyped(k, o, `"f:spec"`), nil
	}
	return nil, fmt.Errorf("no record for %T", obj)
}
