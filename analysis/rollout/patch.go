package rollout

import (
	"errors"
	"fmt"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	"canopy/model"
	"canopy/model/strategic"
)

var (
	errPodSpec     = errors.New("the spec of a pod cannot be changed in place, but for images, tolerations and its deadline")
	errJobTemplate = errors.New("the template of a job cannot be changed")
	errSelector    = errors.New("the selector cannot be changed")
	errIdentity    = errors.New("a patch cannot change kind, name or namespace")
	errSecretType  = errors.New("the type of a Secret cannot be changed")
	errRoleRef     = errors.New("the role of a binding cannot be changed")
)

// patched applies the patch of a step to an object and decodes what comes out, strictly: a field that the kind does not
// have is an error, where a server might drop it in silence.
func patched(obj runtime.Object, step model.Step) (runtime.Object, error) {
	doc, err := document(obj)
	if err != nil {
		return nil, err
	}
	var out []byte
	switch step.PatchType {
	case types.StrategicMergePatchType:
		if _, ok := obj.(*unstructured.Unstructured); ok {
			return nil, errors.New("strategic merge patches do not exist for custom kinds")
		}
		out, err = strategic.Merge(doc, step.Body, obj)
	case types.MergePatchType:
		out, err = jsonpatch.MergePatch(doc, step.Body)
	case types.JSONPatchType:
		var p jsonpatch.Patch
		if p, err = jsonpatch.DecodePatch(step.Body); err == nil {
			out, err = p.Apply(doc)
		}
	default:
		return nil, fmt.Errorf("patch type %q is not known here", step.PatchType)
	}
	if err != nil {
		return nil, err
	}
	if _, ok := obj.(*unstructured.Unstructured); ok {
		u := &unstructured.Unstructured{}
		return u, u.UnmarshalJSON(out)
	}
	now := reflect.New(reflect.TypeOf(obj).Elem()).Interface().(runtime.Object)
	return now, decode(out, now)
}

// permitted tells whether the API lets one object become the other. Rules from pkg/apis/{core,apps,batch,rbac}/validation
// of k8s.io/kubernetes.
func permitted(old, now runtime.Object) error {
	a, b := tree(old), tree(now)
	for _, path := range [][]string{{"kind"}, {"apiVersion"}, {"metadata", "name"}, {"metadata", "namespace"}} {
		if !same(a, b, path...) {
			return errIdentity
		}
	}
	if !same(a, b, "roleRef") {
		return errRoleRef
	}
	switch kind := old.GetObjectKind().GroupVersionKind().Kind; kind {
	case "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet":
		if !same(a, b, "spec", "selector") {
			return errSelector
		}
	case "Job":
		if !same(a, b, "spec", "template", "spec") {
			return errJobTemplate
		}
	case "Secret":
		if !same(a, b, "type") {
			return errSecretType
		}
	case "Pod":
		return samePodSpec(&old.(*corev1.Pod).Spec, &now.(*corev1.Pod).Spec)
	}
	return nil
}

func tree(obj runtime.Object) map[string]any {
	m, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return nil
	}
	return m
}

func same(a, b map[string]any, path ...string) bool {
	x, _, _ := unstructured.NestedFieldNoCopy(a, path...)
	y, _, _ := unstructured.NestedFieldNoCopy(b, path...)
	return equality.Semantic.DeepEqual(x, y)
}

func samePodSpec(old, now *corev1.PodSpec) error {
	if len(now.Containers) != len(old.Containers) || len(now.InitContainers) != len(old.InitContainers) ||
		len(now.Tolerations) < len(old.Tolerations) {
		return errPodSpec
	}
	free := old.DeepCopy()
	for i := range free.Containers {
		free.Containers[i].Image = now.Containers[i].Image
	}
	for i := range free.InitContainers {
		free.InitContainers[i].Image = now.InitContainers[i].Image
	}
	if equality.Semantic.DeepEqual(old.Tolerations, now.Tolerations[:len(old.Tolerations)]) {
		free.Tolerations = now.Tolerations
	}
	free.ActiveDeadlineSeconds = now.ActiveDeadlineSeconds
	if !equality.Semantic.DeepEqual(free, now) {
		return errPodSpec
	}
	return nil
}
