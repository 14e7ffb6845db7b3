package capture

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/mask"
)

// TestAhead: the way back is told before each step is done, exactly, and the source is free meanwhile; what was kept then can be tried
// and carried out, whether the step was done or not.
func TestAhead(t *testing.T) {
	config, thing := model.KindByName("ConfigMap").Ref("shop", "c"), model.Ref{Group: "example.com", Version: "v1", Kind: "Thing", Namespace: "shop", Name: "t"}
	for name, step := range map[string]model.Step{
		"patch":  {Verb: model.Patch, Ref: config, PatchType: types.MergePatchType, Body: []byte(`{"data":{"a":"new","b":null}}`)},
		"holes":  {Verb: model.Patch, Ref: thing, PatchType: types.JSONPatchType, Body: []byte(`[{"op":"add","path":"/spec/list/0","value":null},{"op":"add","path":"/spec/x","value":null}]`)},
		"delete": {Verb: model.Delete, Ref: config},
		"create": {Verb: model.Create, Ref: model.KindByName("Pod").Ref("default", "b"), Body: []byte(jsonB)},
	} {
		for _, done := range []bool{false, true} {
			s := openText(t, "f.yaml", strings.Replace(world, podB+"---\n", "", 1))
			ctx, cancel := context.WithCancel(context.Background())
			before := fmt.Sprint(state(t, s))
			var kept, last *model.Plan
			applied, err := s.Apply(ctx, model.Plan{Steps: []model.Step{step}}, nil, func(c model.Check) {
				if c.Undo == nil {
					return
				}
				if last = c.Undo; kept == nil {
					if kept = c.Undo; fmt.Sprint(state(t, s)) != before {
						t.Errorf("%s: it was done before", name)
					}
					if _, err := s.Stand(kept.Steps[0]); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					if !done {
						cancel()
					}
				}
			})
			cancel()
			if done != (err == nil) || kept == nil || len(kept.Steps) != 1 || !kept.Steps[0].IfDone || !reflect.DeepEqual(*last, applied.Undo) {
				t.Fatalf("%s, done %v: %v, kept %+v, last %+v", name, done, err, kept, last)
			}
			if done {
				exact := applied.Undo.Steps[0]
				if exact.IfDone = true; !reflect.DeepEqual(exact, kept.Steps[0]) {
					t.Errorf("%s: ahead %s, after %s", name, kept.Steps[0].Body, exact.Body)
				}
			}
			trial, err := s.DryRun(context.Background(), *kept, nil)
			if err != nil || trial.Checks[0].Outcome != model.Passed || (trial.Checks[0].Message == "") != done {
				t.Errorf("%s, done %v: %v %+v", name, done, err, trial)
			}
			if list, err := s.TryPods(context.Background(), *kept, nil); err != nil || len(list) != 1 || list[0].Outcome == model.Failed {
				t.Errorf("%s, done %v: %v %+v", name, done, err, list)
			}
			if _, err := s.Apply(context.Background(), *kept, trial, nil); err != nil || fmt.Sprint(state(t, s)) != before {
				t.Errorf("%s, done %v: %v", name, done, err)
			}
		}
	}
}

// TestOthersBetween: what somebody else has written since is not gone over, neither by an undo that is sure nor by one that is not.
func TestOthersBetween(t *testing.T) {
	s := openText(t, "f.yaml", world)
	config := model.KindByName("ConfigMap").Ref("shop", "c")
	patch := func(body string) model.Plan {
		return model.Plan{Steps: []model.Step{{Verb: model.Patch, Ref: config, PatchType: types.MergePatchType, Body: []byte(body)}}}
	}
	applied, err := s.Apply(context.Background(), patch(`{"data":{"a":"new"}}`), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply(context.Background(), patch(`{"data":{"a":"theirs"}}`), nil, nil); err != nil {
		t.Fatal(err)
	}
	for _, doubt := range []bool{false, true} {
		applied.Undo.Steps[0].IfDone = doubt
		trial, err := s.DryRun(context.Background(), applied.Undo, nil)
		if err != nil || trial.Checks[0].Outcome != model.Failed || doubt && trial.Checks[0].Cause != model.CauseChanged {
			t.Errorf("in doubt %v: %v %+v", doubt, err, trial)
		}
		if _, err := s.Apply(context.Background(), applied.Undo, nil, nil); err == nil {
			t.Errorf("in doubt %v: it goes over what others wrote", doubt)
		}
	}
	// The step that changes nothing leaves nothing to take back.
	applied, err = s.Apply(context.Background(), patch(`{"data":{"a":"theirs"}}`), nil, nil)
	if err != nil || len(applied.Undo.Steps) != 0 || !applied.Done[0] {
		t.Errorf("%v %+v", err, applied)
	}
}

// TestNoMaskIsWritten: a mask does not become a value.
func TestNoMaskIsWritten(t *testing.T) {
	s := openText(t, "f.yaml", world)
	before := fmt.Sprint(state(t, s))
	step := func(kind, name, body string) model.Step {
		return model.Step{Verb: model.Patch, Ref: model.KindByName(kind).Ref("shop", name), PatchType: types.MergePatchType, Body: []byte(body)}
	}
	plan := model.Plan{Steps: []model.Step{step("ConfigMap", "c", `{"data":{"a":"new"}}`), step("ConfigMap", "c", `{"data":{"b":"<masked>"}}`), step("Secret", "s", `{"data":{"a":"PG1hc2tlZD4="}}`)}}
	trial, err := s.DryRun(context.Background(), plan, nil)
	if err != nil || trial.Checks[1].Outcome != model.Failed || trial.Checks[2].Outcome != model.Warned {
		t.Errorf("%v %+v", err, trial)
	}
	applied, err := s.Apply(context.Background(), plan, nil, nil)
	var failed *model.StepError
	if !errors.As(err, &failed) || failed.Step != 1 || !errors.Is(err, mask.ErrHeld) || applied.Done[0] || fmt.Sprint(state(t, s)) != before {
		t.Errorf("%v %+v", err, applied)
	}
}
