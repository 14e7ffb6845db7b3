package mask

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
	"canopy/model/record"
)

// Text stands in the place of a masked value.
const Text = record.Masked

// definition is the kind whose objects are mostly the names of fields.
const definition = "CustomResourceDefinition"

// Value masks one value; what is empty stays empty, so that the lack of a value can be told.
func Value(s string) string {
	if s == "" {
		return ""
	}
	return Text
}

// Object masks an object in place. The data of a Secret goes as a whole, since the names of its keys tell too; of a
// ConfigMap the keys stay, and the values where record.FactConfig calls them facts, less credentials in them. All that is left then, keys
// too, the inspector looks at, and where it finds a credential the text goes; with nil nobody does. Masking twice changes nothing more.
func Object(u *unstructured.Unstructured, inspector model.Inspector) {
	if u != nil && u.Object != nil {
		masker{inspector}.object(u.Object)
	}
}

// masker masks by lists of keys, and then has an inspector look at what is left.
type masker struct{ inspector model.Inspector }

// object masks a whole API object, or a list of them.
func (m masker) object(o map[string]any) {
	group, kind := groupKind(o)
	items, listed := o["items"], m.list(o, kind)
	if listed {
		delete(o, "items")
	}
	m.byKeys(o, group, kind)
	looker{m.inspector, custom(group), kind == definition}.object(o)
	if listed {
		o["items"] = items
	}
}

// groupKind gives what an object says that it is.
func groupKind(o map[string]any) (group, kind string) {
	apiVersion, _ := o["apiVersion"].(string)
	kind, _ = o["kind"].(string)
	group, _, grouped := strings.Cut(apiVersion, "/")
	if !grouped {
		group = ""
	}
	return group, kind
}

// list masks the items of a list; false where it is none.
func (m masker) list(o map[string]any, kind string) bool {
	items, ok := o["items"].([]any)
	if !ok || !strings.HasSuffix(kind, "List") {
		return false
	}
	itemKind := strings.TrimSuffix(kind, "List")
	for _, i := range items {
		item, ok := i.(map[string]any)
		if !ok {
			continue
		}
		// The items of a typed list need not say what they are.
		if _, named := item["kind"]; !named && itemKind != "" {
			item["kind"], item["apiVersion"] = itemKind, o["apiVersion"]
			m.object(item)
			delete(item, "kind")
			delete(item, "apiVersion")
			continue
		}
		m.object(item)
	}
	return true
}

// byKeys masks what stands where credentials stand, whatever it looks like.
func (m masker) byKeys(o map[string]any, group, kind string) {
	meta, _ := o["metadata"].(map[string]any)
	metadata(meta)
	switch {
	case group == "" && kind == "Secret":
		delete(o, "data")
		delete(o, "stringData")
		return
	case group == "" && kind == "ConfigMap":
		m.configMap(o, meta)
		return
	case group == "certificates.k8s.io" && kind == "CertificateSigningRequest":
		// What is asked for may hold a password too, and nobody here reads it. What was signed is public.
		if spec, ok := o["spec"].(map[string]any); ok {
			delete(spec, "request")
		}
	case group == model.GroupTrivy && strings.HasSuffix(kind, "InfraAssessmentReport"):
		assessment(o)
	case kind == definition, kind == "Event":
		// A schema is full of words such as "env" and "data" and holds no values. An event is text of the cluster.
		return
	}
	if !controllersWords(group, kind) {
		o["status"] = messages(o["status"])
		drop(o, "status")
	}
	w := walker{custom: custom(group)}
	for k, v := range o {
		if k != "metadata" && k != "kind" && k != "apiVersion" {
			o[k] = w.value(k, v)
		}
	}
}

// custom tells groups of custom resources, whose fields can mean anything, from those of Kubernetes itself.
func custom(group string) bool {
	if !strings.Contains(group, ".") {
		return false
	}
	return !strings.HasSuffix(group, ".k8s.io") || strings.HasSuffix(group, ".x-k8s.io") || group == "gateway.networking.k8s.io"
}

// assessment masks, in a report on the configuration of a machine, all but what the checks say of themselves: the rest may quote what was
// looked at.
func assessment(o map[string]any) {
	report, _ := o["report"].(map[string]any)
	checks, _ := report["checks"].([]any)
	for _, c := range checks {
		check, _ := c.(map[string]any)
		for k, v := range check {
			switch k {
			case "checkID", "title", "severity", "success", "category", "description", "remediation", "scope":
			default:
				check[k] = scrub(v)
			}
		}
	}
}

func (m masker) configMap(o, meta map[string]any) {
	namespace, _ := meta["namespace"].(string)
	name, _ := meta["name"].(string)
	if record.FactConfig(namespace, name) {
		if v, ok := o["data"]; ok && v != nil {
			o["data"] = looker{inspector: m.inspector}.facts(v)
		}
		if v, ok := o["binaryData"]; ok {
			o["binaryData"] = scrub(v)
		}
		return
	}
	for _, field := range []string{"data", "binaryData"} {
		if v, ok := o[field]; ok {
			o[field] = scrub(v)
		}
	}
}

// scrub masks every scalar at and below v, whatever its type, and keeps the shape.
func scrub(v any) any {
	switch t := v.(type) {
	case nil:
		return nil
	case map[string]any:
		for k, e := range t {
			t[k] = scrub(e)
		}
		return t
	case []any:
		for i, e := range t {
			t[i] = scrub(e)
		}
		return t
	case string:
		return Value(t)
	}
	return Text
}
