package capture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/scheme"
	"canopy/model/strategic"
	"canopy/model/undo"
)

// The errors of writes that do not fit what is there. They come wrapped in one that names the step.
var (
	ErrExists   = errors.New("it exists already")
	ErrConflict = errors.New("it would become another object")
	// errOther tells that a deletion is meant for an earlier object.
	errOther = errors.New("it is another object of the same name than the one to delete")
)

// refOf names what a step made, or removed.
func refOf(step model.Step, now *object) model.Ref {
	if now != nil {
		return now.ref
	}
	return step.Ref
}

// overlay is the source with changes that are not carried out.
type overlay struct {
	source *Source
	// changed holds what differs; nil for what is gone.
	changed map[key]*object
}

func (v *overlay) get(k key) *object {
	if o, ok := v.changed[k]; ok {
		return o
	}
	return v.source.objects[k]
}

// do gives the object as a step leaves it, nil where it is gone, and the step back.
func (v *overlay) do(step model.Step) (now *object, back model.Step, err error) {
	old := v.get(keyOf(step.Ref))
	if step.Verb != model.Create && old == nil {
		return nil, back, model.ErrNotFound
	}
	switch step.Verb {
	case model.Create:
		if now, err = v.create(step); err != nil {
			return nil, back, err
		}
		return now, model.Step{Verb: model.Delete, Ref: now.ref}, nil
	case model.Delete:
		if uid := old.record.GetUID(); step.UID != "" && uid != "" && uid != step.UID {
			return nil, back, errOther
		}
		body, err := v.source.body(old)
		return nil, model.Step{Verb: model.Create, Ref: old.ref, Body: body}, err
	case model.Patch:
		return v.patch(old, step)
	}
	return nil, back, fmt.Errorf("unknown verb %q", step.Verb)
}

// body is an object as JSON in its plain form.
func (s *Source) body(o *object) ([]byte, error) {
	tree, err := s.tree(o)
	if err != nil {
		return nil, err
	}
	plain(tree)
	return json.Marshal(tree)
}

func (v *overlay) create(step model.Step) (*object, error) {
	now, err := v.source.make(step.Body)
	if err != nil {
		return nil, err
	}
	if !step.Ref.IsZero() && step.Ref.Name != "" && keyOf(step.Ref) != keyOf(now.ref) {
		return nil, fmt.Errorf("the body is of %s", now.ref)
	}
	k := keyOf(now.ref)
	if v.get(k) != nil {
		return nil, ErrExists
	}
	// What comes back as it went keeps its place in the files, and the version it was written in.
	if gone := v.source.gone[k]; gone != nil {
		if body, err := v.source.body(gone); err == nil && bytes.Equal(body, step.Body) {
			return gone, nil
		}
	}
	return now, nil
}

// make reads an object that a write brings, and keeps it in its plain form.
func (s *Source) make(body []byte) (*object, error) {
	o, err := s.read(body)
	if err != nil {
		return nil, err
	}
	kept, err := s.body(o)
	if err != nil {
		return nil, err
	}
	o.written, o.text = s.pack(kept), nil
	return o, nil
}

// read reads one object that stands in no file.
func (s *Source) read(body []byte) (*object, error) {
	out := s.decode(&piece{file: &file{name: "plan"}, line: 1, data: body})
	for _, p := range out.problems {
		if p.Skipped {
			return nil, errors.New(p.Message)
		}
	}
	if len(out.objects) != 1 || out.objects[0].record == nil {
		return nil, fmt.Errorf("want one object, got %d", len(out.objects))
	}
	o := out.objects[0]
	if its := untypedKind(o.record); its != nil && model.BuiltIn(o.ref.GroupKind()) == nil {
		k := s.kinds[o.ref.GroupKind()]
		if k == nil {
			k = guessedKind(o.ref)
		}
		if k.Namespaced && o.ref.Namespace == "" {
			o.ref.Namespace = "default"
			o.record.SetNamespace("default")
		}
		if k.Version == o.ref.Version {
			*its = k
		}
	}
	o.file = nil
	return o, nil
}

func (v *overlay) patch(old *object, step model.Step) (now *object, back model.Step, err error) {
	before, err := v.source.body(old)
	if err != nil {
		return nil, back, err
	}
	after, err := patched(before, old.ref, step)
	if err != nil {
		return nil, back, err
	}
	if now, err = v.source.make(after); err != nil {
		return nil, back, err
	}
	if now.ref != old.ref {
		return nil, back, fmt.Errorf("%w: %s", ErrConflict, now.ref)
	}
	now.file, now.document, now.line, now.text, now.place = old.file, old.document, old.line, old.text, old.place
	if w, ok := now.record.(interface{ SetWritten(string) }); ok {
		w.SetWritten(writtenAs(old.record))
	}
	back, err = inverse(v.source, old, now)
	return now, back, err
}

// inverse makes the step that leads back, which fits nothing but what is there now.
func inverse(s *Source, old, now *object) (model.Step, error) {
	before, err := s.settled(old)
	if err != nil {
		return model.Step{}, err
	}
	after, err := s.settled(now)
	if err != nil {
		return model.Step{}, err
	}
	return undo.Exact(before, after)
}

// settled gives an object in its plain form; nil for none.
func (s *Source) settled(o *object) (*unstructured.Unstructured, error) {
	u, err := s.whole(o)
	if u != nil {
		plain(u.Object)
	}
	return u, err
}

func patched(before []byte, ref model.Ref, step model.Step) ([]byte, error) {
	switch step.PatchType {
	case types.StrategicMergePatchType:
		target, err := scheme.Types().New(ref.GroupKind().WithVersion(ref.Version))
		if err != nil {
			return nil, errors.New("a strategic patch needs a kind whose fields are known here; use a merge patch")
		}
		return strategic.Merge(before, step.Body, target)
	case types.MergePatchType:
		return jsonpatch.MergePatch(before, step.Body)
	case types.JSONPatchType:
		p, err := jsonpatch.DecodePatch(step.Body)
		if err != nil {
			return nil, err
		}
		return p.Apply(before)
	}
	return nil, fmt.Errorf("unknown patch type %q", step.PatchType)
}
