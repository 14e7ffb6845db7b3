package rollout

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/record"
)

var errExists = errors.New("it exists already")

// step carries out one step of the plan on the draft.
func (d *draft) step(s model.Step) error {
	switch s.Verb {
	case model.Create:
		return d.create(s)
	case model.Patch:
		return d.patch(s)
	case model.Delete:
		return d.delete(s.Ref)
	}
	return fmt.Errorf("verb %q is not known", s.Verb)
}

func (d *draft) create(s model.Step) error {
	obj, err := created(s.Body)
	if err != nil {
		return err
	}
	meta, ok := obj.(metav1.Object)
	if !ok {
		return errKind
	}
	gvk := obj.GetObjectKind().GroupVersionKind()
	if gvk.GroupKind() != s.Ref.GroupKind() || meta.GetName() != s.Ref.Name || meta.GetNamespace() != s.Ref.Namespace {
		return fmt.Errorf("the body is %s %s/%s", gvk.Kind, meta.GetNamespace(), meta.GetName())
	}
	if d.get(s.Ref) != nil {
		return errExists
	}
	if ns, ok := obj.(*corev1.Namespace); ok {
		// The API server sets this label on every namespace.
		if ns.Labels == nil {
			ns.Labels = map[string]string{}
		}
		ns.Labels[corev1.LabelMetadataName] = ns.Name
	}
	if p, ok := obj.(*corev1.Pod); ok {
		return d.createPod(p)
	}
	r, err := record.Make(obj)
	if err != nil {
		return err
	}
	d.put(r)
	return nil
}

func (d *draft) patch(s model.Step) error {
	old := d.get(s.Ref)
	if old == nil {
		return model.ErrNotFound
	}
	obj, err := objectOf(old)
	if err != nil {
		return err
	}
	now, err := patched(obj, s)
	if opaque(old) && (err != nil || touchesData(now)) {
		d.assume("the values of %s are not kept: what the patch does to them is not in this preview", s.Ref)
		if err != nil {
			// The patch may well rest on values that are there: it is left out, not refused.
			now, err = obj, nil
		}
	}
	if err != nil {
		return err
	}
	if err := permitted(obj, now); err != nil {
		return err
	}
	r, err := recordOf(now, old)
	if err != nil {
		return err
	}
	d.put(r)
	return nil
}

// opaque tells a record that holds none of its object's values.
func opaque(r model.Record) bool {
	switch r.(type) {
	case *record.ConfigMap, *record.Secret:
		return true
	}
	return false
}

func touchesData(obj runtime.Object) bool {
	switch o := obj.(type) {
	case *corev1.ConfigMap:
		return len(o.Data)+len(o.BinaryData) > 0
	case *corev1.Secret:
		return len(o.Data)+len(o.StringData) > 0
	}
	return false
}
