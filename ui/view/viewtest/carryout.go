package viewtest

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// CarryOut does a plan to the objects at hand and to what the controllers make of them, and looks what findings are left.
func (s *Session) CarryOut(ctx context.Context, plan model.Plan, _ *model.Trial, closes []string, progress func(model.Check)) (model.Applied, error) {
	applied := model.Applied{Done: make([]bool, len(plan.Steps))}
	if s.Server.Away != nil {
		return applied, s.Server.Away
	}
	s.asks("apply")
	stuck := false
	keep := func(step int, undo []model.Step) {
		if progress != nil {
			progress(model.Check{Rung: model.RungApplied, Step: step, Undo: &model.Plan{Title: "Undo", Steps: undo}})
		}
	}
	for i, step := range plan.Steps {
		c, err := s.judge(ctx, model.Check{Rung: model.RungApplied, Step: i}, nil)
		if err != nil {
			return applied, err
		}
		failed := c.Outcome == model.Failed && c.Cause != model.CauseStuck
		if !failed || c.Cause == model.CauseLost {
			before, after, err := s.played(step)
			if err != nil {
				return applied, &model.StepError{Step: i, Ref: step.Ref, Cause: model.CauseInvalid, Message: err.Error(), Err: err}
			}
			back, err := inverse(step.Ref, before, after)
			if err != nil {
				return applied, err
			}
			back.IfDone = true
			keep(i, slices.Insert(slices.Clone(applied.Undo.Steps), 0, back))
			back, err = s.write(ctx, step)
			if err != nil {
				return applied, &model.StepError{Step: i, Ref: step.Ref, Cause: model.CauseInvalid, Message: err.Error(), Err: err}
			}
			back.IfDone = failed
			applied.Undo.Steps = slices.Insert(applied.Undo.Steps, 0, back)
			applied.Undo.Title = "Undo"
			applied.Done[i] = !failed
			keep(i, applied.Undo.Steps)
		}
		if c.Cause == model.CauseStuck {
			stuck, c = true, model.Check{Rung: model.RungApplied, Step: i}
		}
		applied.Checks = append(applied.Checks, c)
		if progress != nil {
			progress(c)
		}
		if failed {
			return applied, &model.StepError{Step: i, Ref: step.Ref, Cause: c.Cause, Message: c.Message, Err: errors.New(c.Message)}
		}
	}
	tell := func(c model.Check) {
		applied.Checks = append(applied.Checks, c)
		if progress != nil {
			progress(c)
		}
	}
	if stuck {
		for _, f := range s.Server.Faults {
			if f.Cause == model.CauseStuck {
				tell(f)
			}
		}
	}
	for _, id := range closes {
		if s.Report().Findings.Get(id) != nil {
			applied.Remaining = append(applied.Remaining, id)
		}
	}
	verified := model.Check{Rung: model.RungVerified, Step: model.WholePlan}
	if len(applied.Remaining) > 0 {
		verified.Outcome, verified.Cause, verified.Message = model.Failed, model.CauseOpen, "findings go on: "+strings.Join(applied.Remaining, ", ")
	}
	if _, err := s.judge(ctx, verified, nil); err != nil {
		return applied, err
	}
	tell(verified)
	return applied, nil
}

// write does one step, and gives the step that takes it back.
func (s *Session) write(ctx context.Context, step model.Step) (back model.Step, err error) {
	before, after, err := s.played(step)
	if err != nil {
		return back, err
	}
	var changes []model.Change
	if err := s.expand(ctx, model.Plan{Steps: []model.Step{step}}, &changes); err != nil {
		return back, err
	}
	if back, err = inverse(step.Ref, before, after); err != nil {
		return back, err
	}
	s.objectsMu.Lock()
	switch {
	case after == nil:
		delete(s.objects, step.Ref)
	case before == nil:
		after.SetUID(s.uid())
		back.UID = after.GetUID()
		s.objects[step.Ref] = after
	default:
		after.SetUID(before.GetUID())
		after.SetCreationTimestamp(before.GetCreationTimestamp())
		if status, ok := before.Object["status"]; ok {
			after.Object["status"] = status
		}
		s.objects[step.Ref] = after
	}
	s.objectsMu.Unlock()
	for _, c := range changes {
		s.Change(c)
	}
	s.settle()
	return back, nil
}

// inverse is the step that turns one object into another.
func inverse(ref model.Ref, before, after *unstructured.Unstructured) (model.Step, error) {
	if before == nil {
		return model.Step{Verb: model.Delete, Ref: ref}, nil
	}
	if after == nil {
		bare := before.DeepCopy()
		delete(bare.Object, "status")
		bare.SetUID("")
		body, err := json.Marshal(bare.Object)
		return model.Step{Verb: model.Create, Ref: ref, Body: body}, err
	}
	var ops []map[string]any
	keep := func(path string, was, is map[string]any, skip ...string) {
		for _, k := range slices.Sorted(maps.Keys(is)) {
			if _, ok := was[k]; !ok && !slices.Contains(skip, k) {
				ops = append(ops, map[string]any{"op": "remove", "path": path + k})
			}
		}
		for _, k := range slices.Sorted(maps.Keys(was)) {
			if !slices.Contains(skip, k) {
				ops = append(ops, map[string]any{"op": "add", "path": path + k, "value": was[k]})
			}
		}
	}
	keep("/", before.Object, after.Object, "apiVersion", "kind", "metadata", "status")
	was, _ := before.Object["metadata"].(map[string]any)
	is, _ := after.Object["metadata"].(map[string]any)
	keep("/metadata/", was, is, "name", "namespace", "uid", "creationTimestamp")
	body, err := json.Marshal(ops)
	return model.Step{Verb: model.Patch, Ref: ref, PatchType: types.JSONPatchType, Body: body}, err
}
