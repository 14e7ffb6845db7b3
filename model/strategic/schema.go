// Package strategic merges as strategic merge patches say: lists of objects by the key that their Go type names, unless
// the patch says otherwise. It gives what k8s.io/apimachinery/pkg/util/strategicpatch gives, which its tests compare with
// it. That one also knows how to merge by an OpenAPI document, and so brings OpenAPI and protobuf's reflection into the
// binary, which are two megabytes of it.
package strategic

import (
	"fmt"
	"reflect"

	"k8s.io/apimachinery/third_party/forked/golang/json"
)

// Schema says how the fields of an API type are merged.
type Schema struct{ T reflect.Type }

// Of gives the schema of a struct, or of the one that a pointer points to.
func Of(object any) (Schema, error) {
	t := reflect.TypeOf(object)
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return Schema{}, fmt.Errorf("a %T is no struct, and says not how it is merged", object)
	}
	return Schema{t}, nil
}

// Way says how a field is merged.
type Way struct {
	// Merge tells that the items of a list are merged, Replace that an object is not.
	Merge, Replace bool
	// RetainKeys tells that a patch names all the fields that are to stay.
	RetainKeys bool
	// Key is the field by which the items of a list are told apart, "" where they are no objects.
	Key string
}

// Object gives the schema of a field that holds an object, and how it is merged.
func (s Schema) Object(field string) (Schema, Way, error) {
	t, strategies, key, err := json.LookupPatchMetadataForStruct(s.T, field)
	if err != nil {
		return Schema{}, Way{}, err
	}
	way := Way{Key: key}
	for _, strategy := range strategies {
		switch strategy {
		case "merge":
			way.Merge = true
		case "replace":
			way.Replace = true
		case "retainKeys":
			way.RetainKeys = true
		}
	}
	return Schema{t}, way, nil
}

// List gives the schema of the items of a field that holds a list, and how it is merged.
func (s Schema) List(field string) (Schema, Way, error) {
	list, way, err := s.Object(field)
	if err != nil {
		return Schema{}, Way{}, err
	}
	t := list.T
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Slice && t.Kind() != reflect.Array {
		return Schema{}, Way{}, fmt.Errorf("%s is no list", field)
	}
	if t = t.Elem(); t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		return Schema{}, Way{}, errNested
	}
	return Schema{t}, way, nil
}
