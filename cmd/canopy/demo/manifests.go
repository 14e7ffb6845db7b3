package demo

import (
	"bufio"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"canopy/model/scheme"
)

//go:embed jungle/*.yaml
var jungle embed.FS

// Manifests returns the authored objects of the cluster, one YAML file per
// topic, in the order in which they are to be applied. Nodes, Services,
// Ingresses, Jobs and custom resources carry a status, and one Pod carries an
// ephemeral container: a real API server takes those through their
// subresources only.
func Manifests() fs.FS {
	sub, err := fs.Sub(jungle, "jungle")
	if err != nil {
		panic(err) // the folder is part of the binary
	}
	return sub
}

// authored decodes the embedded files strictly: an unknown or doubled field is
// an error. Dates in them are written for Start and move along by shift.
func authored(shift time.Duration) ([]object, error) {
	files := Manifests()
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	d := newDecoder(shift)
	lists, errs := make([][]object, len(names)), make([]error, len(names))
	var wait sync.WaitGroup
	for i, name := range names {
		wait.Go(func() { lists[i], errs[i] = d.file(files, name) })
	}
	wait.Wait()
	return slices.Concat(lists...), errors.Join(errs...)
}

type decoder struct {
	typed runtime.Decoder
	dates *regexp.Regexp
	shift time.Duration
}

func newDecoder(shift time.Duration) *decoder {
	return &decoder{
		typed: serializer.NewCodecFactory(scheme.Types(), serializer.EnableStrict).UniversalDeserializer(),
		// Only a whole JSON string is a date; an image tag that contains one is not.
		dates: regexp.MustCompile(`"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?"`),
		shift: shift,
	}
}

// file decodes all documents of one file.
func (d *decoder) file(files fs.FS, name string) ([]object, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	var out []object
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	for n := 1; ; n++ {
		doc, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		o, err := d.decode(doc)
		if err != nil {
			return nil, fmt.Errorf("%s: document %d: %w", name, n, err)
		}
		out = append(out, o)
	}
}

// decode gives the typed object, or an unstructured one of a kind that is not built in.
func (d *decoder) decode(doc []byte) (object, error) {
	data, err := yaml.YAMLToJSONStrict(doc)
	if err != nil {
		return nil, err
	}
	data = d.dates.ReplaceAllFunc(data, d.move)
	decoded, gvk, err := d.typed.Decode(data, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		u := &unstructured.Unstructured{}
		return u, u.UnmarshalJSON(data)
	}
	if err != nil {
		return nil, err
	}
	o, ok := decoded.(object)
	if !ok {
		return nil, fmt.Errorf("%s has no metadata", gvk)
	}
	o.GetObjectKind().SetGroupVersionKind(*gvk)
	return o, nil
}

func (d *decoder) move(quoted []byte) []byte {
	layout := time.RFC3339
	if len(quoted) == len(`"2006-01-02"`) {
		layout = time.DateOnly
	}
	at, err := time.Parse(layout, string(quoted[1:len(quoted)-1]))
	if err != nil {
		return quoted
	}
	return []byte(`"` + at.Add(d.shift).Format(layout) + `"`)
}
