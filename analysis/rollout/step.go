package rollout

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	"canopy/model"
	"canopy/model/record"
)

var errExists = errors.New("it exists already")

// step carries out one step of the plan on the draft.
func (d *draft) step(s model.Step) error {
	if err := Check(s); err != nil {
		return err
	}
	old := d.get(s.Ref)
	if s.Verb != model.Create && old == nil && model.KindOf(s.Ref.GroupKind()) == nil {
		d.assume("objects of the kind %s are not read: what becomes of %s is not in this preview", s.Ref.Kind, s.Ref)
		return nil
	}
	if s.IfDone && d.asBefore(s, old) {
		d.assume("%s is as it was before: the step that would take a change back is left out", s.Ref)
		return nil
	}
	if old != nil && s.UID != "" && old.GetUID() != "" && s.UID != old.GetUID() {
		return fmt.Errorf("another object has its name now: its uid is %s, not %s", old.GetUID(), s.UID)
	}
	switch s.Verb {
	case model.Create:
		return d.create(s)
	case model.Patch:
		return d.patch(s)
	}
	return d.delete(s.Ref)
}

// asBefore tells that what a step would take back has not happened: the object to delete is not there or is another one, that to
// create is there, and what a patch tests does not hold.
func (d *draft) asBefore(s model.Step, old model.Record) bool {
	switch s.Verb {
	case model.Create:
		return old != nil
	case model.Delete:
		return old == nil || s.UID != "" && old.GetUID() != "" && s.UID != old.GetUID()
	}
	if old == nil {
		return false
	}
	obj, err := objectOf(old)
	if err != nil {
		return false
	}
	_, err = patched(obj, s)
	return errors.Is(err, jsonpatch.ErrTestFailed)
}

func (d *draft) create(s model.Step) error {
	obj, err := createdFor(s)
	if err != nil {
		return err
	}
	if _, ok := obj.(metav1.Object); !ok {
		return errKind
	}
	if d.get(s.Ref) != nil {
		return errExists
	}
	switch o := obj.(type) {
	case *corev1.Namespace:
		return d.createNamespace(o)
	case *corev1.Pod:
		return d.createPod(o)
	case *corev1.Event:
		// An Event changes nothing, and there is no record of it.
		d.assume("events are not judged: what %s tells is not in this preview", s.Ref)
		return nil
	case *unstructured.Unstructured:
	default:
		if model.KindOf(s.Ref.GroupKind()) == nil {
			d.assume("objects of the kind %s are not read: what %s brings is not in this preview", s.Ref.Kind, s.Ref)
			return nil
		}
	}
	r, err := maker().Make(obj)
	if err != nil {
		return err
	}
	d.put(r)
	return nil
}

// createNamespace puts a namespace, with the label that the API server sets on it and the account that a controller makes in it.
func (d *draft) createNamespace(ns *corev1.Namespace) error {
	if ns.Labels == nil {
		ns.Labels = map[string]string{}
	}
	ns.Labels[corev1.LabelMetadataName] = ns.Name
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: ns.Name}}
	for _, obj := range []runtime.Object{ns, account} {
		r, err := maker().Make(obj)
		if err != nil {
			return err
		}
		if d.get(r.Ref()) == nil {
			d.put(r)
		}
	}
	return nil
}

func (d *draft) patch(s model.Step) error {
	old := d.get(s.Ref)
	if old == nil {
		return model.ErrNotFound
	}
	obj, err := objectOf(old)
	if errors.Is(err, errKind) && model.OptionalKind(s.Ref.GroupKind()) != nil {
		// A report, of which only what it says is kept.
		d.assume("of %s only what it tells is kept: what the patch does to it is not in this preview", s.Ref)
		return nil
	}
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
		return !untouched(o)
	case *corev1.Secret:
		return len(o.Data)+len(o.StringData) > 0
	}
	return false
}
