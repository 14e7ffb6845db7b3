package rbac

import (
	"cmp"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"

	"canopy/analysis/rbac/stock"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// defined is what a CustomResourceDefinition defines: the resource and its subresources, and what else the resource is
// called.
type defined struct {
	list  []stock.Resource
	names []string
}

// definitions reads the CustomResourceDefinitions of a cluster, by name.
func definitions(c *cluster.Cluster) []defined {
	var list []defined
	for _, r := range c.Sorted(schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}) {
		if custom, ok := r.(*record.Custom); ok {
			if d, ok := define(custom.Body); ok {
				list = append(list, d)
			}
		}
	}
	return list
}

// define reads the body of a definition; false where it defines nothing that is served.
func define(body map[string]any) (defined, bool) {
	field := func(path ...string) string {
		s, _, _ := unstructured.NestedString(body, path...)
		return s
	}
	r := stock.Resource{
		Group: field("spec", "group"), Resource: field("spec", "names", "plural"), Kind: field("spec", "names", "kind"),
		Namespaced: field("spec", "scope") == "Namespaced",
		Verbs:      []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"},
	}
	if r.Group == "" || r.Resource == "" || strings.Contains(r.Resource, "/") || r.Kind == "" {
		return defined{}, false
	}
	subresources := map[string]bool{}
	versions, _, _ := unstructured.NestedFieldNoCopy(body, "spec", "versions")
	each, _ := versions.([]any)
	for _, v := range each {
		one, _ := v.(map[string]any)
		name, _ := one["name"].(string)
		if served, _ := one["served"].(bool); !served || name == "" {
			continue
		}
		if r.Version == "" || version.CompareKubeAwareVersionStrings(name, r.Version) > 0 {
			r.Version = name
		}
		has, _ := one["subresources"].(map[string]any)
		for _, sub := range [...]string{"scale", "status"} {
			if _, ok := has[sub].(map[string]any); ok {
				subresources[sub] = true
			}
		}
	}
	if r.Version == "" {
		return defined{}, false
	}
	d := defined{list: []stock.Resource{r}, names: []string{field("spec", "names", "singular")}}
	for sub := range subresources {
		s := r
		s.Resource, s.Verbs = r.Resource+"/"+sub, []string{"get", "patch", "update"}
		if sub == "scale" {
			s.Kind = "Scale"
		}
		d.list = append(d.list, s)
	}
	inorder.Sort(d.list, func(x, y stock.Resource) int { return cmp.Compare(x.Resource, y.Resource) })
	short, _, _ := unstructured.NestedStringSlice(body, "spec", "names", "shortNames")
	d.names = append(d.names, short...)
	return d, true
}
