package capture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"

	"canopy/model"
	"canopy/model/record"
)

// The errors of writes that do not fit what is there. They come wrapped in one that names the step.
var (
	ErrExists   = errors.New("it exists already")
	ErrConflict = errors.New("it would become another object")
)

// MayI permits everything: nobody guards a cluster in memory.
func (s *Source) MayI(context.Context, model.Step) (bool, string, error) { return true, "", nil }

// DryRun carries a plan out on a copy that is thrown away.
func (s *Source) DryRun(ctx context.Context, plan model.Plan) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	over := overlay{source: s, changed: map[key]*object{}}
	for i, step := range plan.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		now, _, err := over.do(step)
		if err != nil {
			return stepError(i, step, err)
		}
		over.changed[keyOf(refOf(step, now))] = now
	}
	return nil
}

// Apply carries a plan out in memory, hands the changes to every run, and gives the plan that undoes it.
func (s *Source) Apply(ctx context.Context, plan model.Plan) (undo model.Plan, err error) {
	undo.Title = "Undo: " + plan.Title
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, step := range plan.Steps {
		if err := ctx.Err(); err != nil {
			return undo, err
		}
		over := overlay{source: s}
		now, back, err := over.do(step)
		if err != nil {
			return undo, stepError(i, step, err)
		}
		k := keyOf(refOf(step, now))
		if now == nil {
			old := s.objects[k]
			s.gone[k] = old
			delete(s.objects, k)
			s.publish(model.Drop(old.ref))
		} else {
			s.objects[k] = now
			delete(s.gone, k)
			s.publish(model.Put(now.record))
		}
		undo.Steps = append([]model.Step{back}, undo.Steps...)
	}
	return undo, nil
}

func stepError(i int, step model.Step, err error) error {
	return fmt.Errorf("step %d, %s %s: %w", i+1, step.Verb, step.Ref, err)
}

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
	if r, ok := o.record.(*record.Custom); ok && model.BuiltIn(o.ref.GroupKind()) == nil {
		k := s.kinds[o.ref.GroupKind()]
		if k == nil {
			k = guessedKind(o.ref)
		}
		if k.Namespaced && o.ref.Namespace == "" {
			o.ref.Namespace = "default"
			r.SetNamespace("default")
		}
		if k.Version == o.ref.Version {
			r.Kind = k
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
	kept, err := now.written.unpack()
	if err != nil {
		return nil, back, err
	}
	back, err = inverse(kept, before, old.ref)
	return now, back, err
}

func patched(before []byte, ref model.Ref, step model.Step) ([]byte, error) {
	switch step.PatchType {
	case types.StrategicMergePatchType:
		target, err := scheme.Scheme.New(ref.GroupKind().WithVersion(ref.Version))
		if err != nil {
			return nil, errors.New("a strategic patch needs a kind of Kubernetes itself; use a merge patch")
		}
		return strategicpatch.StrategicMergePatch(before, step.Body, target)
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

// inverse makes the step that leads back: a merge patch, and where that cannot say it, a JSON patch of whole fields.
func inverse(now, before []byte, ref model.Ref) (model.Step, error) {
	step := model.Step{Verb: model.Patch, Ref: ref, PatchType: types.MergePatchType}
	var err error
	if step.Body, err = jsonpatch.CreateMergePatch(now, before); err == nil {
		if again, err := jsonpatch.MergePatch(now, step.Body); err == nil && sameJSON(again, before) {
			return step, nil
		}
	}
	was, err := parseTree(before)
	if err != nil {
		return step, err
	}
	is, err := parseTree(now)
	if err != nil {
		return step, err
	}
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value,omitempty"`
	}
	var list []operation
	for k := range is {
		if _, kept := was[k]; !kept {
			list = append(list, operation{Op: "remove", Path: "/" + pointer(k)})
		}
	}
	for k, v := range was {
		list = append(list, operation{Op: "add", Path: "/" + pointer(k), Value: v})
	}
	step.PatchType = types.JSONPatchType
	step.Body, err = json.Marshal(list)
	return step, err
}
