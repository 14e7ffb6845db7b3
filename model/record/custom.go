package record

import (
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// Custom is the record of a kind whose Go type Canopy does not link: custom resources, definitions of them, API services.
type Custom struct {
	Meta
	// Body is the object without metadata. Nobody may change it.
	Body map[string]any
}

func makeCustom(u *unstructured.Unstructured) *Custom {
	kind := untypedKind(u)
	r := &Custom{Meta: makeMeta(kind, u, `"f:spec"`)}
	body := make(map[string]any, len(u.Object))
	for k, v := range u.Object {
		if k != "metadata" && k != "apiVersion" && k != "kind" {
			body[k] = v
		}
	}
	trim(kind, body)
	r.Body = body
	return r
}

// DeepCopyObject gives a copy that shares only what is immutable.
func (c *Custom) DeepCopyObject() runtime.Object {
	return &Custom{Meta: c.copyMeta(), Body: runtime.DeepCopyJSON(c.Body)}
}

// Same compares all but the resourceVersion.
func (c *Custom) Same(other model.Record) bool {
	o, ok := other.(*Custom)
	return ok && c.same(&o.Meta) && *c.Kind == *o.Kind && equality.Semantic.DeepEqual(c.Body, o.Body)
}
