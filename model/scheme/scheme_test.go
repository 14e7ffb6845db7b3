package scheme

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// TestTypes holds that every built-in kind has its type, but those of which no type is linked.
func TestTypes(t *testing.T) {
	untyped := map[string]bool{"CustomResourceDefinition": true, "APIService": true}
	for _, k := range model.Kinds() {
		o, err := Types().New(k.GVK())
		if untyped[k.Kind] {
			if err == nil {
				t.Errorf("%s has a type: is it needed?", k.GVK())
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", k.GVK(), err)
		} else if _, ok := o.(metav1.Object); !ok {
			t.Errorf("%s: %T has no metadata", k.GVK(), o)
		}
	}
}

// TestVersions holds that no API version is linked which no built-in kind needs.
func TestVersions(t *testing.T) {
	needed := map[schema.GroupVersion]bool{}
	for _, k := range model.Kinds() {
		needed[k.GVK().GroupVersion()] = true
	}
	for gvk := range Types().AllKnownTypes() {
		if gv := gvk.GroupVersion(); !needed[gv] && gv.Version != "__internal" {
			t.Errorf("%s is linked for no kind", gv)
		}
	}
}
