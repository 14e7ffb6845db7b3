package capture

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// key tells objects apart whatever version names them.
type key struct {
	kind            schema.GroupKind
	namespace, name string
}

func keyOf(r model.Ref) key { return key{r.GroupKind(), r.Namespace, r.Name} }

// object is one object of a capture.
type object struct {
	ref model.Ref
	// record is nil for an event.
	record model.Record
	event  *model.Event

	file           *file
	document, line int
	// text is what stood in the file, shared by the objects of one piece; nil for an object that a write made.
	text *text
	// place leads through the lists of the text to the object: the indexes of items.
	place []int
	// written is the object as a write left it; empty where the text still holds.
	written packed
	// generated is the name that was made up for an object which wanted the server to make one up.
	generated string
	// unjudged tells that it holds a pod spec, and is of a kind that no rule looks at.
	unjudged bool
	// revision is the uid and resourceVersion, to tell a copy from a conflict.
	revision string
}

// ref is the reference of an object that is read as the reading says.
func (r *reading) ref(namespace, name string) model.Ref {
	return model.Ref{Group: r.gvk.Group, Version: r.gvk.Version, Kind: r.gvk.Kind, Namespace: namespace, Name: name}
}
