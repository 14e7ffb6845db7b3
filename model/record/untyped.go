package record

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
)

// makeUntyped makes the record of an object without a Go type of its own.
func makeUntyped(u *unstructured.Unstructured) model.Record {
	return makeCustom(u)
}
