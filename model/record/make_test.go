package record

import (
	"reflect"
	"testing"

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

	"canopy/model"
)

// samples gives an object of every kind of the built-in table but events, which make no records.
func samples() map[string]runtime.Object {
	typed := []runtime.Object{
		&corev1.Namespace{}, &corev1.Pod{}, &appsv1.Deployment{}, &appsv1.ReplicaSet{}, &appsv1.DaemonSet{},
		&appsv1.StatefulSet{}, &batchv1.Job{}, &batchv1.CronJob{}, &corev1.ReplicationController{}, &corev1.ServiceAccount{},
		&rbacv1.Role{}, &rbacv1.ClusterRole{}, &rbacv1.RoleBinding{}, &rbacv1.ClusterRoleBinding{}, &corev1.Node{},
		&corev1.Secret{}, &corev1.ConfigMap{}, &corev1.Service{}, &discoveryv1.EndpointSlice{}, &networkingv1.NetworkPolicy{},
		&networkingv1.Ingress{}, &networkingv1.IngressClass{}, &corev1.ResourceQuota{}, &corev1.LimitRange{},
		&policyv1.PodDisruptionBudget{}, &corev1.PersistentVolume{}, &corev1.PersistentVolumeClaim{}, &storagev1.StorageClass{},
		&nodev1.RuntimeClass{}, &admissionv1.ValidatingWebhookConfiguration{}, &admissionv1.MutatingWebhookConfiguration{},
		&admissionv1.ValidatingAdmissionPolicy{}, &admissionv1.ValidatingAdmissionPolicyBinding{},
		&admissionv1.MutatingAdmissionPolicy{}, &admissionv1.MutatingAdmissionPolicyBinding{}, &certificatesv1.CertificateSigningRequest{},
	}
	all := map[string]runtime.Object{}
	for _, obj := range typed {
		kind := model.KindByName(kindName(obj))
		m := obj.(metav1.Object)
		m.SetName("x")
		m.SetResourceVersion("7")
		m.SetLabels(map[string]string{"app": "x"})
		m.SetAnnotations(map[string]string{corev1.LastAppliedConfigAnnotation: "secret-canary", "description": "d"})
		if kind.Namespaced {
			m.SetNamespace("shop")
		}
		all[kind.Kind] = obj
	}
	for _, name := range []string{"CustomResourceDefinition", "APIService"} {
		k := model.KindByName(name)
		u := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"group": "x"}}}
		u.SetGroupVersionKind(k.GVK())
		u.SetName("x")
		all[name] = u
	}
	return all
}

func TestEveryKindHasARecord(t *testing.T) {
	all := samples()
	for _, k := range model.Kinds() {
		if k.Kind == "Event" {
			continue
		}
		obj, ok := all[k.Kind]
		if !ok {
			t.Errorf("%s: no sample", k.Kind)
			continue
		}
		r, err := Make(obj)
		if err != nil {
			t.Errorf("%s: %v", k.Kind, err)
			continue
		}
		want := k.Ref("", "x")
		if k.Namespaced {
			want.Namespace = "shop"
		}
		if r.Ref() != want || r.GetObjectKind().GroupVersionKind() != k.GVK() {
			t.Errorf("%s: reference %v, want %v", k.Kind, r.Ref(), want)
		}
	}
}

func TestMakeIsIdempotent(t *testing.T) {
	for kind, obj := range samples() {
		r, err := Make(obj)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if again, err := Make(r); err != nil || again != r {
			t.Errorf("%s: a second pass gave %v, %v", kind, again, err)
		}
	}
}

func TestDeepCopyIsEqualAndApart(t *testing.T) {
	for kind, obj := range samples() {
		r, err := Make(obj)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		c := r.DeepCopyObject().(model.Record)
		if c == r || !r.Same(c) || !reflect.DeepEqual(r, c) {
			t.Errorf("%s: the copy differs", kind)
		}
		c.SetLabels(map[string]string{"app": "y"})
		if r.Same(c) || r.GetLabels()["app"] == "y" {
			t.Errorf("%s: the copy is not apart", kind)
		}
	}
}

func TestNewResourceVersionIsNoChange(t *testing.T) {
	for kind, obj := range samples() {
		r, err := Make(obj)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		c := r.DeepCopyObject().(model.Record)
		c.SetResourceVersion("8")
		if !r.Same(c) {
			t.Errorf("%s: a new resourceVersion counts as a change", kind)
		}
	}
}

func TestLabels(t *testing.T) {
	long := string(make([]byte, 300))
	m := map[string]string{"b": "2", "a": "", "": "empty", "c\x00d": long}
	l := MakeLabels(m)
	if !reflect.DeepEqual(l.Map(), m) || l.Len() != 4 || l.Get("b") != "2" || !l.Has("a") || l.Has("zz") || l.Get("c\x00d") != long {
		t.Errorf("got %v", l.Map())
	}
	if l != MakeLabels(m) || l == MakeLabels(map[string]string{"b": "2"}) || (Labels{}).Map() != nil || (Labels{}).Len() != 0 {
		t.Error("equality does not hold")
	}
}
