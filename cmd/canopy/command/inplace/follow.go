package inplace

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/manifest/splice"
	"canopy/model"
)

// follow gives the document of a created object in the way of the file that it joins: where the objects of the file name no namespace,
// so that whoever applies them says where they go, it names none either. That holds for the namespace alone that they were read in.
func (f *file) follow(c *Change) ([]byte, error) {
	if c.Step.Ref.Namespace != unnamedNamespace || !f.namesNone() {
		return c.Text, nil
	}
	tree, err := splice.Decode(c.Text, 0)
	if err != nil {
		return nil, err
	}
	object, _ := tree.(map[string]any)
	meta, ok := object["metadata"].(map[string]any)
	if _, named := meta["namespace"]; !ok || !named {
		return c.Text, nil
	}
	delete(meta, "namespace")
	return splice.Rewrite(c.Text, 0, tree)
}

// unnamedNamespace is the one in which objects are taken to be that name none.
const unnamedNamespace = "default"

// namesNone tells that a file holds objects that are in a namespace, and that none of them names it.
func (f *file) namesNone() bool {
	file, err := splice.Open(f.text)
	if err != nil {
		return false
	}
	without := 0
	for i := range file.Documents() {
		tree, err := file.Decode(i)
		object, ok := tree.(map[string]any)
		if err != nil || !ok {
			continue
		}
		named, unnamed := namespaces(object)
		if named > 0 {
			return false
		}
		without += unnamed
	}
	return without > 0
}

// namespaces counts the objects of a document that name their namespace, and those that are in one and do not.
func namespaces(object map[string]any) (named, unnamed int) {
	if items, ok := object["items"].([]any); ok {
		for _, item := range items {
			if o, ok := item.(map[string]any); ok {
				n, u := namespaces(o)
				named, unnamed = named+n, unnamed+u
			}
		}
		return named, unnamed
	}
	meta, _ := object["metadata"].(map[string]any)
	if namespace, _ := meta["namespace"].(string); namespace != "" {
		return 1, 0
	}
	version, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	group, _, grouped := strings.Cut(version, "/")
	if !grouped {
		group = ""
	}
	if k := model.BuiltIn(schema.GroupKind{Group: group, Kind: kind}); k != nil && k.Namespaced {
		return 0, 1
	}
	return 0, 0
}
