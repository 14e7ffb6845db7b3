package record

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// Typed is the record of a kind of which there are few, or whose objects are small: the API object itself, less its
// metadata, which Meta keeps. T is a pointer type such as *rbacv1.Role.
type Typed[T runtime.Object] struct {
	Meta
	// Object is the API object with empty metadata. Nobody may change it.
	Object T
}

// makeTyped takes the object over: its metadata is cleared.
func makeTyped[T interface {
	runtime.Object
	metav1.ObjectMetaAccessor
}](kind *model.Kind, obj T, marker string) *Typed[T] {
	meta := obj.GetObjectMeta().(*metav1.ObjectMeta)
	r := &Typed[T]{Meta: makeMeta(kind, meta, marker), Object: obj}
	*meta = metav1.ObjectMeta{}
	obj.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{})
	return r
}

// DeepCopyObject gives a copy that shares only what is immutable.
func (t *Typed[T]) DeepCopyObject() runtime.Object {
	return &Typed[T]{Meta: t.copyMeta(), Object: t.Object.DeepCopyObject().(T)}
}

// Same compares all but the resourceVersion.
func (t *Typed[T]) Same(other model.Record) bool {
	o, ok := other.(*Typed[T])
	return ok && t.same(&o.Meta) && equality.Semantic.DeepEqual(t.Object, o.Object)
}

// makeNode keeps a node without the times of its heartbeats, so that a heartbeat is no change. Image names are shared
// between nodes.
func makeNode(kind *model.Kind, n *corev1.Node) *Typed[*corev1.Node] {
	for i := range n.Status.Conditions {
		n.Status.Conditions[i].LastHeartbeatTime = metav1.Time{Time: time.Time{}}
	}
	for i := range n.Status.Images {
		for j, name := range n.Status.Images[i].Names {
			n.Status.Images[i].Names[j] = intern(name)
		}
	}
	n.Status.VolumesInUse, n.Status.VolumesAttached = nil, nil
	return makeTyped(kind, n, `"f:spec"`)
}
