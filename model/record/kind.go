package record

import (
	"reflect"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// kindName gives the kind of a typed API object, which is the name of its Go type; "" for an untyped one.
func kindName(obj runtime.Object) string {
	if _, ok := obj.(*unstructured.Unstructured); ok {
		return ""
	}
	t := reflect.TypeOf(obj)
	if t == nil || t.Kind() != reflect.Pointer {
		return ""
	}
	return t.Elem().Name()
}
