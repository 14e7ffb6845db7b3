package record

import (
	"maps"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// Maker makes records.
type Maker struct {
	// Inspector looks at what records do not keep: annotations, those that owners give their pods among them, and the data of
	// ConfigMaps. With nil nobody does.
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
	if path, given := givenAnnotations(obj); len(given) > 0 {
		found = inspectMap(m, found, path, given)
	}
	return found
}

// data looks at the values of a ConfigMap.
func (m Maker) data(c *corev1.ConfigMap) []model.Exposure {
	return inspectMap(m, inspectMap(m, nil, "data", c.Data), "binaryData", c.BinaryData)
}

func (m Maker) annotations(object metav1.Object, secret bool) []model.Exposure {
	if m.Inspector == nil {
		return nil
	}
	all := object.GetAnnotations()
	if _, copied := all[corev1.LastAppliedConfigAnnotation]; secret && copied {
		all = maps.Clone(all)
		delete(all, corev1.LastAppliedConfigAnnotation)
	}
	return inspectMap(m, nil, "metadata.annotations", all)
}

// givenAnnotations gives the annotations that an owner gives its pods, and where they stand. Old revisions give none any more: see
// Workload.
func givenAnnotations(obj runtime.Object) (path string, all map[string]string) {
	const ofPods, ofJobs = "spec.template.metadata.annotations", "spec.jobTemplate.spec.template.metadata.annotations"
	switch o := obj.(type) {
	case *appsv1.Deployment:
		return ofPods, o.Spec.Template.Annotations
	case *appsv1.ReplicaSet:
		if !retired(o) {
			return ofPods, o.Spec.Template.Annotations
		}
	case *appsv1.DaemonSet:
		return ofPods, o.Spec.Template.Annotations
	case *appsv1.StatefulSet:
		return ofPods, o.Spec.Template.Annotations
	case *corev1.ReplicationController:
		if o.Spec.Template != nil {
			return ofPods, o.Spec.Template.Annotations
		}
	case *batchv1.Job:
		return ofPods, o.Spec.Template.Annotations
	case *batchv1.CronJob:
		return ofJobs, o.Spec.JobTemplate.Spec.Template.Annotations
	}
	return "", nil
}

// retired tells an old revision of a Deployment, of which no template is kept.
func retired(r *appsv1.ReplicaSet) bool {
	return replicas(r.Spec.Replicas) == 0 && r.Status.Replicas == 0 && oldRevision(r.OwnerReferences)
}

// inspectMap looks at the keys and values of a map, in the order of the keys.
func inspectMap[V string | []byte](m Maker, found []model.Exposure, path string, all map[string]V) []model.Exposure {
	for _, k := range slices.Sorted(maps.Keys(all)) {
		safe, inKey := InspectKey(m.Inspector, path, k)
		found = append(found, inKey...)
		found = append(found, m.Inspector.Inspect(FieldPath(path, safe), k, string(all[k]))...)
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
