package capture

import (
	"encoding/json"
	"errors"
	"fmt"
	goruntime "runtime"
	"slices"
	"sync"
	"sync/atomic"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/record"
	"canopy/model/scheme"
)

// FromObjects makes a source of objects as FromObjectsWith does, without an inspector.
func FromObjects(objects []runtime.Object, info model.SourceInfo) *Source {
	return FromObjectsWith(objects, info, nil)
}

// FromObjectsWith makes a source of objects at hand, typed or not: for the demo, for labs and for tests. They are read as if
// they stood in a file, defaults included; what does not fit is in Problems. All kinds count as seen whole. The objects
// are not kept.
func FromObjectsWith(objects []runtime.Object, info model.SourceInfo, inspector model.Inspector) *Source {
	d := &decoder{packer: newPacker(), limits: Limits{}.withDefaults(), maker: record.Maker{Inspector: inspector}}
	c := newCollector(d)
	from := &file{name: info.Name}
	outcomes := make([]outcome, len(objects))
	share(len(objects), func(i int) {
		data, err := objectJSON(objects[i])
		if err != nil {
			outcomes[i].problems = []Problem{{File: from.name, Document: i + 1, Message: err.Error(), Skipped: true}}
			return
		}
		outcomes[i] = d.decode(&piece{file: from, document: i + 1, line: 1, data: data})
	})
	for _, out := range outcomes {
		c.add(out)
	}
	c.settle()
	for _, o := range c.objects {
		o.file = nil
	}
	s := c.source(info)
	s.coverage = c.coverage(&Options{}, &reader{})
	return s
}

// share does n pieces of work on all cores.
func share(n int, do func(int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	var failed atomic.Value
	for range min(n, goruntime.GOMAXPROCS(0)) {
		wait.Go(func() {
			defer func() {
				// Who asked for the work is to know, where it can be caught.
				if cause := recover(); cause != nil {
					failed.CompareAndSwap(nil, fmt.Sprint(cause))
				}
			}()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	wait.Wait()
	if cause := failed.Load(); cause != nil {
		panic(cause)
	}
}

// objectJSON writes an object with its kind, which typed objects often do not carry. Those of kinds that have no record must.
func objectJSON(o runtime.Object) ([]byte, error) {
	if o == nil {
		return nil, errors.New("no object")
	}
	if u, ok := o.(*unstructured.Unstructured); ok {
		return u.MarshalJSON()
	}
	kinds, _, err := scheme.Types().ObjectKinds(o)
	said := o.GetObjectKind().GroupVersionKind()
	if slices.Contains(kinds, said) || err != nil && said.Kind != "" && said.Version != "" {
		return json.Marshal(o)
	}
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
