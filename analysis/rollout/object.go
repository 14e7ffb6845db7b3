package rollout

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/record"
)

var errKind = errors.New("objects of this kind are not kept in a form that can be changed")

// objectOf builds the API object that a record stands for, as far as the record keeps it: see hold for what it does not.
func objectOf(r model.Record) (runtime.Object, error) {
	var obj runtime.Object
	switch t := r.(type) {
	case *record.Workload:
		// The object shares memory with the record.
		obj = t.Object().DeepCopyObject()
	case *record.Pod:
		obj = &corev1.Pod{ObjectMeta: metaFor(r), Spec: *t.Spec()}
		pod := obj.(*corev1.Pod)
		if security := t.Template.Decode().Annotations; len(security) > 0 {
			all := maps.Clone(pod.Annotations)
			if all == nil {
				all = map[string]string{}
			}
			maps.Copy(all, security)
			pod.Annotations = all
		}
	case *record.Custom:
		u := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(t.Body)}
		u.SetGroupVersionKind(t.Kind.GVK())
		u.SetName(t.Name)
		u.SetNamespace(t.Namespace)
		u.SetUID(t.UID)
		u.SetLabels(t.GetLabels())
		u.SetAnnotations(t.GetAnnotations())
		hold(u, r)
		return u, nil
	case *record.ConfigMap:
		obj = &corev1.ConfigMap{ObjectMeta: metaFor(r)}
	case *record.Secret:
		obj = &corev1.Secret{ObjectMeta: metaFor(r), Type: t.Type}
	default:
		kept, ok := field(r, "Object").(runtime.Object)
		if !ok {
			return nil, errKind
		}
		obj = kept.DeepCopyObject()
		accessor, ok := obj.(metav1.ObjectMetaAccessor)
		if !ok {
			return nil, errKind
		}
		*accessor.GetObjectMeta().(*metav1.ObjectMeta) = metaFor(r)
	}
	obj.GetObjectKind().SetGroupVersionKind(r.GetObjectKind().GroupVersionKind())
	if meta, ok := obj.(metav1.Object); ok {
		hold(meta, r)
	}
	return obj, nil
}

// field reads a field of a record that is a pointer to a struct. record.Typed has two dozen instances; to list them here
// would repeat record.Make.
func field(r model.Record, name string) any {
	v := reflect.ValueOf(r)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	f := v.Elem().FieldByName(name)
	if !f.IsValid() {
		return nil
	}
	if f.Kind() == reflect.Struct {
		f = f.Addr()
	}
	return f.Interface()
}

func metaFor(r model.Record) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: r.GetName(), Namespace: r.GetNamespace(), UID: r.GetUID(), ResourceVersion: r.GetResourceVersion(),
		Labels: r.GetLabels(), Annotations: r.GetAnnotations(), OwnerReferences: r.GetOwnerReferences(),
		CreationTimestamp: r.GetCreationTimestamp(), DeletionTimestamp: r.GetDeletionTimestamp(),
	}
}

// restore gives a changed record what only the server or the source could change: a preview must not look like news.
func restore(now, old model.Record) {
	n, ok := field(now, "Meta").(*record.Meta)
	if !ok {
		return
	}
	if o, ok := field(old, "Meta").(*record.Meta); ok {
		n.UID, n.ResourceVersion, n.Created, n.Deleted = o.UID, o.ResourceVersion, o.Created, o.Deleted
		n.Changed, n.Writer, n.Written = o.Changed, o.Writer, o.Written
	}
}

// recordOf makes the record of a changed object. The record of what it was lends it the parts that no spec holds.
func recordOf(obj runtime.Object, old model.Record) (model.Record, error) {
	var now model.Record
	var err error
	switch o := old.(type) {
	case *record.ConfigMap, *record.Secret:
		// Their values are not kept, so only metadata can change here, and what is known to stand in them.
		made, err := makerAfter(old).Make(obj)
		if err != nil {
			return nil, err
		}
		now = old.DeepCopyObject().(model.Record)
		*field(now, "Meta").(*record.Meta) = *field(made, "Meta").(*record.Meta)
	case *record.Pod:
		if now, err = makerAfter(old).Make(obj); err != nil {
			return nil, err
		}
		p := now.(*record.Pod)
		p.Phase, p.Reason, p.IPs, p.Started, p.Ready, p.Containers, p.Volumes = o.Phase, o.Reason, o.IPs, o.Started, o.Ready, o.Containers, o.Volumes
	default:
		if now, err = makerAfter(old).Make(obj); err != nil {
			return nil, err
		}
	}
	restore(now, old)
	if w, ok := now.(*record.Workload); ok {
		w.Ready = old.(*record.Workload).Ready
	}
	return now, nil
}

// document gives an object as JSON. Labels and annotations are there even where they are empty, as a JSON patch may add
// to them and the real object holds annotations that records drop.
func document(obj runtime.Object) ([]byte, error) {
	m, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return nil, err
	}
	meta, _ := m["metadata"].(map[string]any)
	if meta == nil {
		return nil, fmt.Errorf("%T has no metadata", obj)
	}
	for _, k := range []string{"labels", "annotations"} {
		if meta[k] == nil {
			meta[k] = map[string]any{}
		}
	}
	return json.Marshal(m)
}
