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
	gvk := u.GroupVersionKind()
	kind := model.KindOf(gvk.GroupKind())
	switch {
	case kind == nil:
		kind = &model.Kind{Group: intern(gvk.Group), Version: intern(gvk.Version), Kind: intern(gvk.Kind), Namespaced: u.GetNamespace() != ""}
	case kind.Version != gvk.Version:
		kind = kind.At(intern(gvk.Version))
	}
	r := &Custom{Meta: makeMeta(kind, u, `"f:spec"`)}
	body := make(map[string]any, len(u.Object))
	for k, v := range u.Object {
		if k != "metadata" && k != "apiVersion" && k != "kind" {
			body[k] = v
		}
	}
	switch {
	case kind.Kind == "CustomResourceDefinition":
		trimDefinition(body)
	case kind.Group == model.GroupRoute:
		trimRoute(body)
	case kind.Group == model.GroupGateway:
		trimHeaders(body)
	}
	r.Body = body
	return r
}

// trimDefinition drops the schemas: they are most of a definition and no rule reads them.
func trimDefinition(body map[string]any) {
	spec, _ := body["spec"].(map[string]any)
	versions, _ := spec["versions"].([]any)
	for _, v := range versions {
		if version, ok := v.(map[string]any); ok {
			delete(version, "schema")
			delete(version, "additionalPrinterColumns")
		}
	}
}

// trimRoute drops the private key that a Route of OpenShift may hold, and the certificates: that it ends TLS, and how, is
// told beside them.
func trimRoute(body map[string]any) {
	spec, _ := body["spec"].(map[string]any)
	tls, _ := spec["tls"].(map[string]any)
	for _, field := range []string{"key", "certificate", "caCertificate", "destinationCACertificate"} {
		delete(tls, field)
	}
}

// trimHeaders drops the values of the headers that a route sets, which may be credentials.
func trimHeaders(v any) {
	switch t := v.(type) {
	case []any:
		for _, e := range t {
			trimHeaders(e)
		}
	case map[string]any:
		for k, e := range t {
			if k != "requestHeaderModifier" && k != "responseHeaderModifier" {
				trimHeaders(e)
				continue
			}
			m, _ := e.(map[string]any)
			for _, verb := range []string{"set", "add"} {
				list, _ := m[verb].([]any)
				for _, h := range list {
					if header, ok := h.(map[string]any); ok {
						delete(header, "value")
					}
				}
			}
		}
	}
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
