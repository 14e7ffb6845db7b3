package deprecation

import (
	"maps"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// definitionKind is data: the kind of the definitions of custom resources.
var definitionKind = schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}

// definition is what a definition says of the versions of its kind.
type definition struct {
	of   schema.GroupKind
	name string
	// stored is the version in which objects are kept. It is one to go to.
	stored string
	// deprecated are the versions that are served, and whether they are to end.
	deprecated map[string]bool
}

func (d *definition) same(o *definition) bool {
	return d.of == o.of && d.name == o.name && d.stored == o.stored && maps.Equal(d.deprecated, o.deprecated)
}

// updateDefinition takes a definition.
func (a *Analyser) updateDefinition(d cluster.Delta) {
	was := a.defined[d.Ref]
	var now *definition
	if _, r := cluster.Cast[*record.Custom](d); r != nil {
		now = readDefinition(r)
	}
	if was != nil && now != nil && was.same(now) {
		return
	}
	if was != nil {
		delete(a.defined, d.Ref)
		if delete(a.definitions[was.of], d.Ref); len(a.definitions[was.of]) == 0 {
			delete(a.definitions, was.of)
		}
		a.touchKind(was.of)
	}
	if now == nil {
		return
	}
	a.defined[d.Ref] = now
	if a.definitions[now.of] == nil {
		a.definitions[now.of] = map[model.Ref]*definition{}
	}
	a.definitions[now.of][d.Ref] = now
	a.touchKind(now.of)
}

// definition finds that of a kind; nil where none was seen. A server takes one alone; of several in files the first by name counts.
func (a *Analyser) definition(gk schema.GroupKind) *definition {
	var first *definition
	for _, d := range a.definitions[gk] {
		if first == nil || d.name < first.name {
			first = d
		}
	}
	return first
}

func readDefinition(r *record.Custom) *definition {
	d := &definition{name: r.Name, deprecated: map[string]bool{}}
	spec, _ := r.Body["spec"].(map[string]any)
	names, _ := spec["names"].(map[string]any)
	d.of.Group, _ = spec["group"].(string)
	d.of.Kind, _ = names["kind"].(string)
	versions, _ := spec["versions"].([]any)
	for _, v := range versions {
		version, _ := v.(map[string]any)
		name, _ := version["name"].(string)
		if version["served"] == true {
			d.deprecated[name] = version["deprecated"] == true
		}
		if version["storage"] == true {
			d.stored = name
		}
	}
	return d
}
