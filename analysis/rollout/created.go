package rollout

import (
	"encoding/json"
	"sync"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// newScheme knows the groups whose objects have typed records. It is made once: a plan has many steps.
var newScheme = sync.OnceValues(makeScheme)

func makeScheme() (*runtime.Scheme, error) {
	s := runtime.NewScheme()
	b := runtime.NewSchemeBuilder(corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, rbacv1.AddToScheme,
		networkingv1.AddToScheme, policyv1.AddToScheme, storagev1.AddToScheme, nodev1.AddToScheme, discoveryv1.AddToScheme,
		certificatesv1.AddToScheme, admissionv1.AddToScheme)
	return s, b.AddToScheme(s)
}

// createdFor decodes the body of a step that creates an object, which must be the one that the step names.
func createdFor(s model.Step) (runtime.Object, error) {
	body, err := treeOf(s.Body)
	if err != nil {
		return nil, err
	}
	if err := names(body, s.Ref, true); err != nil {
		return nil, err
	}
	return created(s.Body)
}

// created decodes the body of a step that creates an object, strictly; a kind that is not built in becomes an unstructured one.
func created(body []byte) (runtime.Object, error) {
	var meta metav1.TypeMeta
	if err := json.Unmarshal(body, &meta); err != nil {
		return nil, wrong("", "it is no object: %s", err)
	}
	s, err := newScheme()
	if err != nil {
		return nil, err
	}
	gvk := schema.FromAPIVersionAndKind(meta.APIVersion, meta.Kind)
	if !s.Recognizes(gvk) {
		if _, err := treeOf(body); err != nil {
			return nil, err
		}
		u := &unstructured.Unstructured{}
		if err := u.UnmarshalJSON(body); err != nil {
			return nil, wrong("", "%s", err)
		}
		return u, nil
	}
	obj, err := s.New(gvk)
	if err != nil {
		return nil, err
	}
	return obj, decode(body, obj)
}
