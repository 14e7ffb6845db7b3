package live

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/cache"
)

// transform is what the informer calls on all that it is about to hold: on objects, on its own output, and on tombstones.
// It never fails, since a failing transform makes the reflector drop objects without a word.
func (f *feed) transform(in any) (any, error) {
	switch o := in.(type) {
	case cache.DeletedFinalStateUnknown:
		if object, ok := o.Obj.(runtime.Object); ok {
			o.Obj = f.makeRecord(object)
		}
		return o, nil
	case runtime.Object:
		return f.makeRecord(o), nil
	}
	return in, nil
}

// makeRecord gives the record of an object; bare metadata, which the handler passes over, of one that has none.
func (f *feed) makeRecord(object runtime.Object) runtime.Object {
	if bare, ok := object.(*metav1.PartialObjectMetadata); ok {
		return bare
	}
	r, err := f.maker.Make(object)
	if err == nil {
		return f.fills.complete(r)
	}
	f.log.Error("object without record", "err", err)
	f.spoil()
	bare := &metav1.PartialObjectMetadata{}
	if m, err := meta.Accessor(object); err == nil {
		bare.Name, bare.Namespace, bare.UID, bare.ResourceVersion = m.GetName(), m.GetNamespace(), m.GetUID(), m.GetResourceVersion()
	}
	return bare
}
