package record

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// Maker makes records.
type Maker struct {
	// Inspector looks at what records do not keep: annotations and the data of ConfigMaps. With nil nobody does.
	Inspector model.Inspector
}

// Make turns an API object into its record, taking the object over: the caller must not use it any more. A record comes
// back as it is. A typed object of a kind that has no record is an error.
func (m Maker) Make(obj runtime.Object) (model.Record, error) {
	if r, ok := obj.(model.Record); ok {
		return r, nil
	}
	found := m.inspect(obj)
	r, err := makeOf(obj)
	if err == nil && len(found) > 0 {
		if holder, ok := r.(interface{ expose([]model.Exposure) }); ok {
			holder.expose(found)
		}
	}
	return r, err
}

// Secret makes the record of a Secret as MakeSecret does. Its annotations are looked at but for kubectl's copy, which holds values
// of the Secret itself: that it is there is all that is kept of it.
func (m Maker) Secret(object metav1.Object, secretType string, keys int) *Secret {
	r := MakeSecret(object, secretType, keys)
	r.expose(m.annotations(object, true))
	return r
}

func (m Maker) inspect(obj runtime.Object) []model.Exposure {
	if m.Inspector == nil {
		return nil
	}
	var found []model.Exposure
	secret := false
	switch o := obj.(type) {
	case *corev1.ConfigMap:
		if !FactConfig(o.Namespace, o.Name) {
			found = m.data(o)
		}
	case *corev1.Secret:
		secret = true
	}
	if object, err := meta.Accessor(obj); err == nil {
		found = append(found, m.annotations(object, secret)...)
	}
	return found
}

// data looks at the values of a ConfigMap.
func (m Maker) data(c *corev1.ConfigMap) (found []model.Exposure) {
	for _, k := range slices.Sorted(maps.Keys(c.Data)) {
		found = append(found, m.Inspector.Inspect(FieldPath("data", k), k, c.Data[k])...)
	}
	for _, k := range slices.Sorted(maps.Keys(c.BinaryData)) {
		found = append(found, m.Inspector.Inspect(FieldPath("binaryData", k), k, string(c.BinaryData[k]))...)
	}
	return found
}

func (m Maker) annotations(object metav1.Object, secret bool) (found []model.Exposure) {
	if m.Inspector == nil {
		return nil
	}
	all := object.GetAnnotations()
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if secret && k == corev1.LastAppliedConfigAnnotation {
			continue
		}
		found = append(found, m.Inspector.Inspect(FieldPath("metadata.annotations", k), k, all[k])...)
	}
	return found
}

// FieldPath writes the path of a key below another, in brackets where it could be taken for more than one step.
func FieldPath(path, key string) string {
	for i := range len(key) {
		switch c := key[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return path + "[" + key + "]"
		}
	}
	if path == "" {
		return key
	}
	return path + "." + key
}
