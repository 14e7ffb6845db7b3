package record

import (
	"bytes"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// Meta is what every record keeps of its object's metadata. Times are in seconds since 1970, zero for never.
type Meta struct {
	Kind            *model.Kind
	Name, Namespace string
	UID             types.UID
	ResourceVersion string
	Labels          Labels
	// Annotations holds only those that a rule or a screen reads, some with Present for a value; see keepAnnotation.
	Annotations      Labels
	Created, Deleted int64
	// Changed is when the part that rules read was last written, from managedFields; zero where they are missing.
	Changed int64
	// Writer is the field manager that wrote it then, such as "kubectl-edit"; whoever writes may choose the name.
	Writer string
	// Owner is the controller; nil where there is none.
	Owner *Owner
	// Written is the apiVersion that a file used, where it differs from the one the object was read as.
	Written string
	// LastApplied tells that the object carried kubectl's last-applied annotation, which may hold a copy of its values.
	LastApplied bool
	// rare is what most objects have nothing of. It is never changed in place, since copies share it.
	rare *rare
}

// rare is what few objects have.
type rare struct {
	// exposed is what an inspector found in what is not kept: annotations, and the data of a ConfigMap.
	exposed []model.Exposure
	uses    []Use
}

// Exposed lists what stands in annotations and in the data of a ConfigMap and looks like a credential; nothing where the record
// was made without an inspector. The caller must not change it.
func (m *Meta) Exposed() []model.Exposure {
	if m.rare == nil {
		return nil
	}
	return m.rare.exposed
}

func (m *Meta) expose(list []model.Exposure) {
	if len(list) == 0 {
		return
	}
	now := rare{exposed: list}
	if m.rare != nil {
		now.uses = m.rare.uses
	}
	m.rare = &now
}

// Owner names the controller of an object.
type Owner struct {
	APIVersion, Kind, Name string
	UID                    types.UID
}

// Ref names the owner of an object in the given namespace. Built-in kinds get the version they are read at, whatever older
// group or version the reference has, and cluster-scoped ones no namespace.
func (o *Owner) Ref(namespace string) model.Ref {
	gv, err := schema.ParseGroupVersion(o.APIVersion)
	if err != nil {
		gv = schema.GroupVersion{Group: o.APIVersion}
	}
	if k := model.KindOf(schema.GroupKind{Group: successor(gv.Group, o.Kind), Kind: o.Kind}); k != nil {
		if !k.Namespaced {
			namespace = ""
		}
		return k.Ref(namespace, o.Name)
	}
	return model.Ref{Group: gv.Group, Version: gv.Version, Kind: o.Kind, Namespace: namespace, Name: o.Name}
}

// successor gives the group to which a kind of extensions, which Kubernetes 1.22 removed, has moved.
func successor(group, kind string) string {
	if group == "extensions" {
		switch kind {
		case "Deployment", "ReplicaSet", "DaemonSet":
			return "apps"
		case "Ingress", "NetworkPolicy":
			return model.GroupNetwork
		}
	}
	return group
}

// makeMeta reads the metadata. A field marker such as "f:template" names the part whose change times count; where there are several any
// of them does.
func makeMeta(kind *model.Kind, o metav1.Object, markers ...string) Meta {
	m := Meta{
		Kind: kind, Name: o.GetName(), Namespace: intern(o.GetNamespace()), UID: o.GetUID(),
		ResourceVersion: o.GetResourceVersion(), Labels: MakeLabels(o.GetLabels()),
		Created: unix(o.GetCreationTimestamp()), Owner: controller(o.GetOwnerReferences()),
	}
	if d := o.GetDeletionTimestamp(); d != nil {
		m.Deleted = unix(*d)
	}
	_, m.LastApplied = o.GetAnnotations()[corev1.LastAppliedConfigAnnotation]
	m.Annotations = keepAnnotations(kind, o.GetAnnotations())
	for _, f := range o.GetManagedFields() {
		if f.Time == nil || f.FieldsV1 == nil || f.Subresource == "status" {
			continue
		}
		if t := unix(*f.Time); t > m.Changed && marked(f.FieldsV1.GetRawBytes(), markers) {
			m.Changed, m.Writer = t, intern(f.Manager)
		}
	}
	if uses := usesOf(kind, o); len(uses) > 0 {
		m.rare = &rare{uses: uses}
	}
	return m
}

func marked(fields []byte, markers []string) bool {
	return slices.ContainsFunc(markers, func(marker string) bool { return bytes.Contains(fields, []byte(marker)) })
}

// SetWritten notes the apiVersion that a file used, where it differs from the one the object was read as.
func (m *Meta) SetWritten(apiVersion string) { m.Written = intern(apiVersion) }

// WrittenAs gives Written.
func (m *Meta) WrittenAs() string { return m.Written }

// Since is the newest of creation and the last relevant change, in seconds since 1970; zero where neither is known.
func (m *Meta) Since() int64 { return max(m.Created, m.Changed) }

// LastWritten says who wrote the part that rules read when it was last written, in seconds since 1970; zero where nobody
// knows.
func (m *Meta) LastWritten() (writer string, at int64) { return m.Writer, m.Changed }

func unix(t metav1.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func controller(refs []metav1.OwnerReference) *Owner {
	for i := range refs {
		if r := &refs[i]; r.Controller != nil && *r.Controller {
			return &Owner{intern(r.APIVersion), intern(r.Kind), intern(r.Name), types.UID(intern(string(r.UID)))}
		}
	}
	return nil
}

// Ref names the object.
func (m *Meta) Ref() model.Ref { return m.Kind.Ref(m.Namespace, m.Name) }

// same compares what rules and screens read of the metadata.
func (m *Meta) same(o *Meta) bool {
	return m.Name == o.Name && m.Namespace == o.Namespace && m.UID == o.UID && m.Labels == o.Labels &&
		m.Annotations == o.Annotations && m.Created == o.Created && m.Deleted == o.Deleted && m.Changed == o.Changed && m.Writer == o.Writer &&
		m.Written == o.Written && m.LastApplied == o.LastApplied && sameOwner(m.Owner, o.Owner) &&
		(m.rare == o.rare || slices.Equal(m.Exposed(), o.Exposed()) && slices.Equal(m.kept(), o.kept()))
}

func sameOwner(a, b *Owner) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
