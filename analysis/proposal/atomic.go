package proposal

import (
	"reflect"
	"slices"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// typeOf gives a pointer to a value of a type, or of the type that it points to, to switch over.
func typeOf(t reflect.Type) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return reflect.New(t).Interface()
}

// atomic tells types that an apply replaces as a whole (structType=atomic in k8s.io/api), where a strategic merge would mix the old
// with the new.
func atomic(t reflect.Type) bool {
	switch typeOf(t).(type) {
	case *metav1.LabelSelector, *corev1.NodeSelector, *corev1.NodeSelectorTerm, *corev1.TopologySelectorTerm, *corev1.ScopeSelector,
		*corev1.ObjectReference, *corev1.LocalObjectReference, *corev1.TypedLocalObjectReference, *corev1.SecretReference,
		*corev1.SecretKeySelector, *corev1.ConfigMapKeySelector, *corev1.FileKeySelector, *corev1.ObjectFieldSelector,
		*corev1.ResourceFieldSelector, *rbacv1.RoleRef, *networkingv1.ServiceBackendPort, *admissionv1.ParamKind, *admissionv1.ParamRef,
		*admissionv1.MatchResources:
		return true
	}
	return false
}

// atomicMap tells maps of texts that an apply replaces as a whole (mapType=atomic).
func atomicMap(t reflect.Type, field string) bool {
	if field == "nodeSelector" {
		return true
	}
	if field != "selector" {
		return false
	}
	switch typeOf(t).(type) {
	case *corev1.ServiceSpec, *corev1.ReplicationControllerSpec:
		return true
	}
	return false
}

// rivals tells that a field which is there cannot stand beside one that a document sets: an environment variable has a value or a
// source of it, a probe asks in one way. A merge would keep both, which the server refuses.
func rivals(t reflect.Type, o map[string]any, field string) bool {
	var all []string
	switch typeOf(t).(type) {
	case *corev1.EnvVar:
		all = []string{"value", "valueFrom"}
	case *corev1.EnvVarSource:
		all = []string{"fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"}
	case *corev1.Probe:
		all = []string{"exec", "httpGet", "tcpSocket", "grpc"}
	case *corev1.LifecycleHandler:
		all = []string{"exec", "httpGet", "tcpSocket", "sleep"}
	case *networkingv1.IngressBackend:
		all = []string{"service", "resource"}
	}
	return slices.Contains(all, field) && slices.ContainsFunc(all, func(other string) bool { return other != field && o[other] != nil })
}

// settle drops the settings of a rolling update where a document asks for another kind of update: every server fills them in, and
// refuses them then.
func settle(o map[string]any) {
	spec, _ := o["spec"].(map[string]any)
	for _, field := range []string{"strategy", "updateStrategy"} {
		if s, ok := spec[field].(map[string]any); ok && s["rollingUpdate"] == nil && (s["type"] == "Recreate" || s["type"] == "OnDelete") {
			s["rollingUpdate"] = nil
		}
	}
}
