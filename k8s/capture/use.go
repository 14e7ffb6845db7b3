package capture

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
	"canopy/model/record"
)

// usesOf tells by which other API versions an object is written, before that is masked away. Of managedFields nothing but who wrote by
// which version, and when, is looked at.
func usesOf(kind *model.Kind, u *unstructured.Unstructured) []record.Use {
	metadata := child(u.Object, "metadata")
	var meta metav1.ObjectMeta
	if applied, ok := child(metadata, "annotations")[corev1.LastAppliedConfigAnnotation].(string); ok {
		meta.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: applied}
	}
	each(metadata["managedFields"], func(f map[string]any) {
		var entry metav1.ManagedFieldsEntry
		entry.Manager, _ = f["manager"].(string)
		entry.APIVersion, _ = f["apiVersion"].(string)
		entry.Subresource, _ = f["subresource"].(string)
		written, _ := f["time"].(string)
		if at, err := time.Parse(time.RFC3339, written); err == nil {
			entry.Time = &metav1.Time{Time: at}
		}
		meta.ManagedFields = append(meta.ManagedFields, entry)
	})
	return record.UsesOf(kind, &meta)
}

// noteUses leaves in an object, whose managedFields and annotation of kubectl were masked away, by which other API versions it is
// written: as entries of managedFields without fields, so that whoever reads the capture finds them where a server tells them. What
// kubectl's annotation tells gets the name that kubectl itself gives it there.
func noteUses(u *unstructured.Unstructured, uses []record.Use) {
	metadata := child(u.Object, "metadata")
	if len(uses) == 0 || metadata == nil {
		return
	}
	fields := make([]any, 0, len(uses))
	for _, use := range uses {
		f := map[string]any{"manager": use.Manager, "operation": string(metav1.ManagedFieldsOperationUpdate), "apiVersion": use.APIVersion}
		if use.Manager == record.ByLastApplied {
			f["manager"], f["operation"] = record.LastAppliedManager, string(metav1.ManagedFieldsOperationApply)
		}
		if use.At > 0 {
			f["time"] = time.Unix(use.At, 0).UTC().Format(time.RFC3339)
		}
		fields = append(fields, f)
	}
	metadata["managedFields"] = fields
}
