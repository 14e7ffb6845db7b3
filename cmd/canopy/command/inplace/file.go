package inplace

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"canopy/analysis/manifest/splice"
	"canopy/model"
)

// file is one file that is being edited, in memory.
type file struct {
	name         string
	created      bool
	before, text []byte
	// documents are those that the file had when it was read; now gives where each stands by now, -1 where it was removed.
	documents []splice.Document
	now       []int
}

func newFile(name string, text []byte) (*file, error) {
	documents, err := splice.Documents(text)
	if err != nil {
		return nil, err
	}
	f := &file{name: name, before: text, text: text, documents: documents}
	for i := range documents {
		f.now = append(f.now, i)
	}
	return f, nil
}

var (
	errNoDocument = errors.New("the document that it was read from is not there any more")
	errRemoved    = errors.New("its document was removed by a step before")
	errTwice      = errors.New("its document holds it more than once")
	errItem       = errors.New("the list does not hold it as it was read")
)

// find gives the document that a line of the file as it was read belongs to.
func (f *file) find(line int) (int, error) {
	doc := -1
	for i := range f.documents {
		if f.documents[i].Line <= line {
			doc = i
		}
	}
	switch {
	case doc < 0:
		return 0, errNoDocument
	case f.documents[doc].Err != nil:
		return 0, f.documents[doc].Err
	case f.now[doc] < 0:
		return 0, errRemoved
	}
	return doc, nil
}

// patch changes the document of an object.
func (f *file) patch(step model.Step, line int) error {
	return f.change(step.Ref, line, func(object map[string]any) (map[string]any, error) { return patched(object, step) })
}

// change changes an object by a function, where it stands in a document of its own or as an item of a list. What the function gives is
// what is written; nil removes the object.
func (f *file) change(ref model.Ref, line int, by func(map[string]any) (map[string]any, error)) error {
	doc, err := f.find(line)
	if err != nil {
		return err
	}
	tree, err := splice.Decode(f.text, f.now[doc])
	if err != nil {
		return err
	}
	top, ok := tree.(map[string]any)
	if !ok {
		return errItem
	}
	if isObject(top, ref, "") {
		now, err := by(top)
		if err != nil {
			return err
		}
		if now == nil {
			return f.cut(doc)
		}
		return f.put(doc, now)
	}
	found := items(top, ref)
	switch len(found) {
	case 0:
		return errItem
	case 1:
	default:
		return errTwice
	}
	now, err := by(found[0].object())
	if err != nil {
		return err
	}
	found[0].set(now)
	return f.put(doc, top)
}

// put writes what a document is to hold.
func (f *file) put(doc int, tree map[string]any) error {
	text, err := splice.Rewrite(f.text, f.now[doc], tree)
	if err != nil {
		return err
	}
	f.text = text
	return nil
}

// cut removes a document.
func (f *file) cut(doc int) error {
	text, err := splice.Remove(f.text, f.now[doc])
	if err != nil {
		return err
	}
	f.text = text
	for i := range f.now {
		if i > doc {
			f.now[i]--
		}
	}
	f.now[doc] = -1
	return nil
}

// remove takes an object out.
func (f *file) remove(ref model.Ref, line int) error {
	return f.change(ref, line, func(map[string]any) (map[string]any, error) { return nil, nil })
}

// add adds a document behind the others.
func (f *file) add(text []byte) error {
	now, err := splice.Append(f.text, text)
	if err != nil {
		return err
	}
	f.text = now
	return nil
}

// item is an object within a list.
type item struct {
	list map[string]any
	at   int
}

func (i item) all() []any { return i.list["items"].([]any) }

func (i item) object() map[string]any { return i.all()[i.at].(map[string]any) }

// set puts an object in the place of the item; nil takes the item out.
func (i item) set(object map[string]any) {
	all := slices.Clone(i.all())
	if object == nil {
		i.list["items"] = slices.Delete(all, i.at, i.at+1)
		return
	}
	all[i.at] = object
	i.list["items"] = all
}

// items finds an object in a list, and in the lists in it.
func items(list map[string]any, ref model.Ref) []item {
	var found []item
	all, _ := list["items"].([]any)
	kind, _ := list["kind"].(string)
	for i := range all {
		object, ok := all[i].(map[string]any)
		if !ok {
			continue
		}
		if isObject(object, ref, strings.TrimSuffix(kind, "List")) {
			found = append(found, item{list, i})
		} else {
			found = append(found, items(object, ref)...)
		}
	}
	return found
}

// isObject tells whether a tree is the object of a reference. Implied is the kind of an item that names none, as in a DeploymentList.
// An object that names no namespace is in the default one, and one that names itself by generateName has any name.
func isObject(tree map[string]any, ref model.Ref, implied string) bool {
	kind, named := tree["kind"].(string)
	if !named {
		kind = implied
	}
	meta, _ := tree["metadata"].(map[string]any)
	name, _ := meta["name"].(string)
	namespace, _ := meta["namespace"].(string)
	if prefix, _ := meta["generateName"].(string); name == "" && prefix != "" && strings.HasPrefix(ref.Name, prefix) {
		name = ref.Name
	}
	if namespace == "" && ref.Namespace == "default" {
		namespace = ref.Namespace
	}
	if ref.Namespace == "" {
		// Some write one where it means nothing.
		namespace = ""
	}
	return kind == ref.Kind && name == ref.Name && namespace == ref.Namespace
}

// written says in which version an object is written, where that is not the one that a patch is for.
func written(object map[string]any, ref model.Ref) error {
	version, ok := object["apiVersion"].(string)
	if ok && version != ref.APIVersion() {
		return fmt.Errorf("it is written as %s, and the patch is for %s: change that by hand first", version, ref.APIVersion())
	}
	return nil
}
