package capture

import (
	"encoding/json"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"

	"canopy/model"
)

// FromObjects makes a source of objects at hand, typed or not: for the demo, for labs and for tests. They are read as if
// they stood in a file, defaults included; what does not fit is in Problems. All kinds count as seen whole.
func FromObjects(objects []runtime.Object, info model.SourceInfo) *Source {
	d := &decoder{packer: newPacker(), limits: Limits{}.withDefaults()}
	c := newCollector(d)
	from := &file{name: info.Name}
	for i, o := range objects {
		data, err := objectJSON(o)
		if err != nil {
			c.problems.add(Problem{File: from.name, Document: i + 1, Message: err.Error(), Skipped: true})
			continue
		}
		c.add(d.decode(&piece{file: from, document: i + 1, line: 1, data: data}))
	}
	c.settle()
	for _, o := range c.objects {
		o.file = nil
	}
	s := c.source(info)
	s.coverage = c.coverage(&Options{}, &reader{})
	return s
}

// objectJSON writes an object with its kind, which typed objects often do not carry.
func objectJSON(o runtime.Object) ([]byte, error) {
	if o == nil {
		return nil, errors.New("no object")
	}
	if u, ok := o.(*unstructured.Unstructured); ok {
		return u.MarshalJSON()
	}
	kinds, _, err := scheme.Scheme.ObjectKinds(o)
	if err != nil {
		return nil, fmt.Errorf("object of type %T: %w", o, err)
	}
	tree, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		return nil, fmt.Errorf("object of type %T: %w", o, err)
	}
	tree["apiVersion"], tree["kind"] = kinds[0].GroupVersion().String(), kinds[0].Kind
	return json.Marshal(tree)
}
