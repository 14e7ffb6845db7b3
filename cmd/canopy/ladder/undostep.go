package ladder

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

var (
	errUndoVerb   = errors.New("verb: want create, patch or delete")
	errPatchType  = errors.New("patchType: want that of a JSON, a merge or a strategic merge patch, for a patch alone")
	errNoBody     = errors.New("body: it is missing")
	errSpareBody  = errors.New("body: a delete has none")
	errSpareUID   = errors.New("uid: only a delete has one")
	errOtherBody  = errors.New("body: it is of another object")
	errObjectBody = errors.New("body: want an object")
)

// check tells what is wrong with a step by itself.
func check(s *model.Step) error {
	switch s.Verb {
	case model.Create, model.Patch, model.Delete:
	default:
		return errUndoVerb
	}
	if s.UID != "" && s.Verb != model.Delete {
		return errSpareUID
	}
	if s.Verb == model.Delete {
		switch {
		case s.PatchType != "":
			return errPatchType
		case len(s.Body) > 0:
			return errSpareBody
		}
		return nil
	}
	if len(s.Body) == 0 {
		return errNoBody
	}
	if s.Verb == model.Create {
		if s.PatchType != "" {
			return errPatchType
		}
		return createBody(s)
	}
	switch s.PatchType {
	case types.JSONPatchType:
		return operations(s.Body)
	case types.MergePatchType, types.StrategicMergePatchType:
		if s.Body[0] != '{' {
			return errObjectBody
		}
		return nil
	}
	return errPatchType
}

// createBody tells whether the object to create is the one that the step names.
func createBody(s *model.Step) error {
	var o unstructured.Unstructured
	if err := o.UnmarshalJSON(s.Body); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	if o.GetAPIVersion() != s.Ref.APIVersion() || o.GetKind() != s.Ref.Kind || o.GetName() != s.Ref.Name || o.GetNamespace() != s.Ref.Namespace {
		return errOtherBody
	}
	return nil
}

// operation is one of a JSON patch.
type operation struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	From  string          `json:"from,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`
}

// operations tells whether a body is a JSON patch.
func operations(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var list []operation
	if err := d.Decode(&list); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	for i := range list {
		switch o := &list[i]; o.Op {
		case "test", "add", "replace", "remove", "move", "copy":
			if o.Path != "" && o.Path[0] != '/' {
				return fmt.Errorf("body: operation %d: the path %q does not begin with /", i+1, o.Path)
			}
		default:
			return fmt.Errorf("body: operation %d: %q is none", i+1, o.Op)
		}
	}
	return nil
}

// Fields lists what a patch of a step changes, as paths such as /spec/replicas; nothing where the patch is not of that form.
func Fields(s model.Step) []string {
	if s.Verb != model.Patch || s.PatchType != types.JSONPatchType {
		return nil
	}
	var list []operation
	if json.Unmarshal(s.Body, &list) != nil {
		return nil
	}
	var paths []string
	for i := range list {
		if list[i].Op != "test" {
			paths = append(paths, list[i].Path)
		}
	}
	return paths
}
