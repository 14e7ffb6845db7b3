package record

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// The methods below make a record a metav1.Object and a runtime.Object, since client-go's caches handle nothing else.
// Getters give what is kept. Setters exist for the interface alone: client-go calls none of them on what it caches, and a
// setter of something that a record does not keep has nothing to set.

// GetObjectKind gives the kind; setting it changes nothing.
func (m *Meta) GetObjectKind() schema.ObjectKind { return objectKind{m.Kind.GVK()} }

type objectKind struct{ gvk schema.GroupVersionKind }

func (k objectKind) GroupVersionKind() schema.GroupVersionKind { return k.gvk }
func (k objectKind) SetGroupVersionKind(schema.GroupVersionKind) {
}

// GetNamespace gives the namespace; "" for a cluster-scoped object.
func (m *Meta) GetNamespace() string { return m.Namespace }

// SetNamespace sets the namespace.
func (m *Meta) SetNamespace(v string) { m.Namespace = v }

// GetName gives the name.
func (m *Meta) GetName() string { return m.Name }

// SetName sets the name.
func (m *Meta) SetName(v string) { m.Name = v }

// GetGenerateName gives "": it is not kept.
func (m *Meta) GetGenerateName() string { return "" }

// SetGenerateName sets nothing.
func (m *Meta) SetGenerateName(string) {}

// GetUID gives the uid.
func (m *Meta) GetUID() types.UID { return m.UID }

// SetUID sets the uid.
func (m *Meta) SetUID(v types.UID) { m.UID = v }

// GetResourceVersion gives the resourceVersion, by which watches resume.
func (m *Meta) GetResourceVersion() string { return m.ResourceVersion }

// SetResourceVersion sets the resourceVersion.
func (m *Meta) SetResourceVersion(v string) { m.ResourceVersion = v }

// GetGeneration gives zero: it is not kept.
func (m *Meta) GetGeneration() int64 { return 0 }

// SetGeneration sets nothing.
func (m *Meta) SetGeneration(int64) {}

// GetSelfLink gives "": it is not kept.
func (m *Meta) GetSelfLink() string { return "" }

// SetSelfLink sets nothing.
func (m *Meta) SetSelfLink(string) {}

// GetCreationTimestamp gives the time of creation.
func (m *Meta) GetCreationTimestamp() metav1.Time { return stamp(m.Created) }

// SetCreationTimestamp sets the time of creation.
func (m *Meta) SetCreationTimestamp(t metav1.Time) { m.Created = unix(t) }

// GetDeletionTimestamp gives the time by which the object is to be gone; nil where it is to stay.
func (m *Meta) GetDeletionTimestamp() *metav1.Time {
	if m.Deleted == 0 {
		return nil
	}
	t := stamp(m.Deleted)
	return &t
}

// SetDeletionTimestamp sets the time by which the object is to be gone.
func (m *Meta) SetDeletionTimestamp(t *metav1.Time) {
	m.Deleted = 0
	if t != nil {
		m.Deleted = unix(*t)
	}
}

// GetDeletionGracePeriodSeconds gives nil: it is not kept.
func (m *Meta) GetDeletionGracePeriodSeconds() *int64 { return nil }

// SetDeletionGracePeriodSeconds sets nothing.
func (m *Meta) SetDeletionGracePeriodSeconds(*int64) {}

// GetLabels gives a copy of the labels.
func (m *Meta) GetLabels() map[string]string { return m.Labels.Map() }

// SetLabels sets the labels.
func (m *Meta) SetLabels(v map[string]string) { m.Labels = MakeLabels(v) }

// GetAnnotations gives a copy of the annotations that are kept.
func (m *Meta) GetAnnotations() map[string]string { return m.Annotations.Map() }

// SetAnnotations sets the annotations, less those that are not kept.
func (m *Meta) SetAnnotations(v map[string]string) { m.Annotations = keepAnnotations(m.Kind, v) }

// GetFinalizers gives nil: they are not kept.
func (m *Meta) GetFinalizers() []string { return nil }

// SetFinalizers sets nothing.
func (m *Meta) SetFinalizers([]string) {}

// GetOwnerReferences gives the controller; other owners are not kept.
func (m *Meta) GetOwnerReferences() []metav1.OwnerReference {
	if m.Owner == nil {
		return nil
	}
	yes := true
	return []metav1.OwnerReference{{APIVersion: m.Owner.APIVersion, Kind: m.Owner.Kind, Name: m.Owner.Name, UID: m.Owner.UID, Controller: &yes}}
}

// SetOwnerReferences sets the controller.
func (m *Meta) SetOwnerReferences(v []metav1.OwnerReference) { m.Owner = controller(v) }

// GetManagedFields gives nil: only times are kept of them.
func (m *Meta) GetManagedFields() []metav1.ManagedFieldsEntry { return nil }

// SetManagedFields sets nothing.
func (m *Meta) SetManagedFields([]metav1.ManagedFieldsEntry) {}

func stamp(seconds int64) metav1.Time {
	if seconds == 0 {
		return metav1.Time{}
	}
	return metav1.NewTime(time.Unix(seconds, 0).UTC())
}

// copyMeta gives a copy that shares only what is immutable.
func (m *Meta) copyMeta() Meta {
	c := *m
	if m.Owner != nil {
		owner := *m.Owner
		c.Owner = &owner
	}
	return c
}
