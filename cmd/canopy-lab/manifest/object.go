// Package manifest applies a directory of authored objects to a cluster, in an order in which each finds what it needs.
package manifest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Object is an authored object and the file it stands in.
type Object struct {
	*unstructured.Unstructured
	File string
}

// String names the object and its file for messages.
func (o Object) String() string {
	name := o.GetName()
	if o.GetNamespace() != "" {
		name = o.GetNamespace() + "/" + name
	}
	return fmt.Sprintf("%s: %s %s", o.File, o.GetKind(), name)
}

// Read gives the objects of all YAML files below a directory, in the order in which they are to be applied. A document that cannot be read is part of the
// error; the others are given nonetheless.
func Read(dir string) ([]Object, error) {
	var objects []Object
	var problems []error
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if extension := filepath.Ext(path); entry.IsDir() || extension != ".yaml" && extension != ".yml" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		read, err := decode(name, data)
		objects = append(objects, read...)
		if err != nil {
			problems = append(problems, err)
		}
		return nil
	})
	slices.SortStableFunc(objects, func(a, b Object) int { return rank(a) - rank(b) })
	return objects, errors.Join(append(problems, err)...)
}

func decode(file string, data []byte) ([]Object, error) {
	var objects []Object
	var problems []error
	documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(data)))
	for number := 1; ; number++ {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return objects, errors.Join(problems...)
		}
		if err != nil {
			return objects, errors.Join(append(problems, fmt.Errorf("%s: document %d: %w", file, number, err))...)
		}
		var content map[string]any
		if err := yaml.Unmarshal(document, &content); err != nil {
			problems = append(problems, fmt.Errorf("%s: document %d: %w", file, number, err))
			continue
		}
		if len(content) == 0 {
			continue // only comments
		}
		object := &unstructured.Unstructured{Object: content}
		if object.IsList() {
			list, err := object.ToList()
			if err != nil {
				problems = append(problems, fmt.Errorf("%s: document %d: %w", file, number, err))
				continue
			}
			for i := range list.Items {
				objects = append(objects, Object{&list.Items[i], file})
			}
			continue
		}
		if object.GetKind() == "" || object.GetAPIVersion() == "" || object.GetName() == "" {
			problems = append(problems, fmt.Errorf("%s: document %d: wants apiVersion, kind and metadata.name", file, number))
			continue
		}
		objects = append(objects, Object{object, file})
	}
}

// Nodes counts the Nodes among objects.
func Nodes(objects []Object) int {
	count := 0
	for _, object := range objects {
		if object.GetKind() == "Node" && object.GetAPIVersion() == "v1" {
			count++
		}
	}
	return count
}
