package rollout

import (
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/secret/detect"
	"canopy/model"
	"canopy/model/record"
)

// unread stands in an object that was built from a record for a value that the record does not keep and in which a credential was
// found. What a step leaves as it is holds the credential still; what it takes away or writes anew does not.
const unread = record.Masked

// annotationsPath begins the paths of exposures in annotations.
const annotationsPath = "metadata.annotations"

// maker makes the records of objects that nobody but the plan knows.
func maker() record.Maker { return record.Maker{Inspector: detect.Default()} }

// makerAfter makes the record of an object in which hold has put marks.
func makerAfter(old model.Record) record.Maker {
	m, ok := field(old, "Meta").(*record.Meta)
	if !ok {
		return maker()
	}
	return record.Maker{Inspector: memory{m.Exposed()}}
}

// keyAt gives the key of a map at which a path begins: "note" of metadata.annotations.note, "a.b/c" of metadata.annotations[a.b/c].x.
func keyAt(path, list string) (string, bool) {
	rest, ok := strings.CutPrefix(path, list)
	switch {
	case !ok || rest == "":
		return "", false
	case rest[0] == '[':
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			return "", false
		}
		return rest[1:end], true
	case rest[0] != '.':
		return "", false
	}
	rest = rest[1:]
	if i := strings.IndexAny(rest, ".["); i >= 0 {
		rest = rest[:i]
	}
	return rest, true
}

// hold puts a mark in the place of each value in which a credential was found, and of kubectl's copy.
func hold(obj metav1.Object, r model.Record) {
	meta, ok := field(r, "Meta").(*record.Meta)
	if !ok {
		return
	}
	all := obj.GetAnnotations()
	mark := func(key string) {
		if all == nil {
			all = map[string]string{}
		}
		if v, kept := all[key]; !kept || v == record.Present {
			all[key] = unread
		}
	}
	if meta.LastApplied {
		mark(corev1.LastAppliedConfigAnnotation)
	}
	for _, e := range meta.Exposed() {
		if key, ok := keyAt(e.Path, annotationsPath); ok {
			mark(key)
		}
	}
	obj.SetAnnotations(all)
	holdTemplate(obj, meta)
	config, ok := obj.(*corev1.ConfigMap)
	if !ok {
		return
	}
	for _, e := range meta.Exposed() {
		if key, ok := keyAt(e.Path, "data"); ok {
			if config.Data == nil {
				config.Data = map[string]string{}
			}
			config.Data[key] = unread
		} else if key, ok := keyAt(e.Path, "binaryData"); ok {
			if config.BinaryData == nil {
				config.BinaryData = map[string][]byte{}
			}
			config.BinaryData[key] = []byte(unread)
		}
	}
}

// holdTemplate does the same for the annotations of the pod template of an owner of pods.
func holdTemplate(obj metav1.Object, meta *record.Meta) {
	var of *metav1.ObjectMeta
	switch o := obj.(type) {
	case *appsv1.Deployment:
		of = &o.Spec.Template.ObjectMeta
	case *appsv1.ReplicaSet:
		of = &o.Spec.Template.ObjectMeta
	case *appsv1.DaemonSet:
		of = &o.Spec.Template.ObjectMeta
	case *appsv1.StatefulSet:
		of = &o.Spec.Template.ObjectMeta
	case *batchv1.Job:
		of = &o.Spec.Template.ObjectMeta
	case *batchv1.CronJob:
		of = &o.Spec.JobTemplate.Spec.Template.ObjectMeta
	case *corev1.ReplicationController:
		if o.Spec.Template == nil {
			return
		}
		of = &o.Spec.Template.ObjectMeta
	default:
		return
	}
	list := strings.TrimSuffix(record.TemplatePath(meta.Kind.Kind), "spec") + annotationsPath
	for _, e := range meta.Exposed() {
		key, ok := keyAt(e.Path, list)
		if !ok {
			continue
		}
		if of.Annotations == nil {
			of.Annotations = map[string]string{}
		}
		if _, kept := of.Annotations[key]; !kept {
			of.Annotations[key] = unread
		}
	}
}

// memory is an inspector that knows what stands behind the marks, and looks at everything else.
type memory struct{ found []model.Exposure }

// Inspect gives what was found where a mark stands.
func (m memory) Inspect(path, name, value string) []model.Exposure {
	if value != unread {
		return detect.Default().Inspect(path, name, value)
	}
	var list []model.Exposure
	for i := range m.found {
		if rest, ok := strings.CutPrefix(m.found[i].Path, path); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			list = append(list, m.found[i])
		}
	}
	return list
}

// untouched tells that an object holds no values but marks.
func untouched(config *corev1.ConfigMap) bool {
	for _, v := range config.Data {
		if v != unread {
			return false
		}
	}
	for _, v := range config.BinaryData {
		if string(v) != unread {
			return false
		}
	}
	return true
}
