package apply

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/mask"
)

// TestAhead looks at the worst moments, just before a step is done and just after: what takes everything back has been told by
// then, with the step under way in doubt. In the end it is told as it is.
func TestAhead(t *testing.T) {
	for name := range steps(&fake{objects: map[string]map[string]any{}}) {
		for _, done := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", done"}[done], func(t *testing.T) {
				f, w := newFake(t)
				step := steps(f)[name]
				first := merge(step.Ref, `{"data":{"first":"1"}}`)
				if step.Verb == model.Create {
					first = fakeCreate("first")
				}
				var kept, last *model.Plan
				ahead := 0
				progress := func(c model.Check) {
					if c.Undo == nil {
						return
					}
					if c.Rung != model.RungApplied || c.Message != "" || c.Outcome != model.Passed {
						t.Errorf("%+v", c)
					}
					last = c.Undo
					if len(c.Undo.Steps) > 0 && c.Undo.Steps[0].IfDone {
						ahead++
						if len(f.writes) != c.Step && c.Step == 0 {
							t.Errorf("step %d was told after %v", c.Step, f.writes)
						}
					}
				}
				look := func(_ http.ResponseWriter, r *http.Request) bool {
					if write(r) && ahead == 2 {
						kept = last
						panic(http.ErrAbortHandler)
					}
					return false
				}
				if f.before = look; done {
					f.before, f.after = nil, look
				}
				applied, _ := w.Apply(t.Context(), plan(first, step), nil, progress)
				if kept == nil || len(kept.Steps) != 2 || !kept.Steps[0].IfDone || kept.Steps[1].IfDone || !reflect.DeepEqual(*last, applied.Undo) {
					t.Fatalf("kept %+v, last %+v, applied %+v", kept, last, applied.Undo)
				}
				for _, c := range applied.Checks {
					if c.Undo != nil {
						t.Error("what takes it back stands among what is shown")
					}
				}
			})
		}
	}
}

// TestTakenBack tries and carries out what was kept ahead of each step, where the step was done and where it never was.
func TestTakenBack(t *testing.T) {
	for name := range steps(&fake{objects: map[string]map[string]any{}}) {
		for _, done := range []bool{false, true} {
			f, w := newFake(t)
			step := steps(f)[name]
			was := f.snapshot()
			ctx, cancel := context.WithCancel(t.Context())
			var kept model.Plan
			applied, err := w.Apply(ctx, plan(step), nil, func(c model.Check) {
				if c.Undo == nil || len(c.Undo.Steps) == 0 || !c.Undo.Steps[0].IfDone {
					return
				}
				if kept = *c.Undo; !done {
					cancel()
				}
			})
			cancel()
			if done != (err == nil) || done != (f.snapshot() != was) {
				t.Fatalf("%s: %v, %s", name, err, f.snapshot())
			}
			if !done && (len(f.writes) > 0 || len(applied.Undo.Steps) > 0 || failure(t, err).Cause != model.CauseOther) {
				t.Errorf("%s: stopped before it was sent: %v %v %+v", name, err, f.writes, applied.Undo)
			}
			trial, err := w.DryRun(t.Context(), kept, nil)
			if err != nil || len(trial.Checks) != 1 || trial.Checks[0].Outcome == model.Failed || (trial.Checks[0].Message == neverDone) == done {
				t.Errorf("%s, done %v: %v %+v", name, done, err, trial)
			}
			if list, err := w.TryPods(t.Context(), kept, nil); err != nil || len(list) != 1 || list[0].Outcome != model.Passed {
				t.Errorf("%s, done %v: %v %+v", name, done, err, list)
			}
			if _, err := w.Apply(t.Context(), kept, trial, nil); err != nil || f.snapshot() != was {
				t.Errorf("%s, done %v: %v\nbefore %s\nafter  %s", name, done, err, was, f.snapshot())
			}
		}
	}
}

// TestForeignUndo: what others have changed since is told when the undo is tried.
func TestForeignUndo(t *testing.T) {
	f, w := newFake(t)
	ref := f.hold("c", map[string]any{"a": "theirs"})
	back := model.Step{Verb: model.Patch, Ref: ref, PatchType: types.JSONPatchType, IfDone: true, Body: []byte(`[{"op":"test","path":"/data/a","value":"new"},{"op":"replace","path":"/data/a","value":"b"}]`)}
	made := model.Step{Verb: model.Delete, Ref: ref, IfDone: true}
	trial, err := w.DryRun(t.Context(), plan(back, made), nil)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, trial.Checks, 0, model.Failed, model.CauseChanged, "not clear")
	expect(t, trial.Checks, 1, model.Warned, "", "Somebody else")
}

// TestLateBeforeLook has a write carried out between the question whether it was and the next look at the object.
func TestLateBeforeLook(t *testing.T) {
	f, w := newFake(t)
	step := steps(f)["merge"]
	was := f.snapshot()
	var late *http.Request
	var body []byte
	asked := 0
	f.before = func(rw http.ResponseWriter, r *http.Request) bool {
		switch {
		case write(r) && late == nil:
			body, _ = io.ReadAll(r.Body)
			late = r.Clone(context.Background())
			hang(rw)
			return true
		case r.Method == http.MethodGet && late != nil:
			if asked++; asked == 3 {
				f.mu.Lock()
				f.serve(httptest.NewRecorder(), late, body)
				f.mu.Unlock()
			}
		}
		return false
	}
	applied, err := w.Apply(t.Context(), plan(step), nil, nil)
	if err != nil || len(applied.Undo.Steps) != 1 || f.snapshot() == was {
		t.Fatalf("%v %+v after %d questions", err, applied, asked)
	}
	f.before = nil
	if _, err := w.Apply(t.Context(), applied.Undo, nil, nil); err != nil || f.snapshot() != was {
		t.Error(err, f.snapshot())
	}
}

// TestMaskIsNeverSent: a plan that would write a mask is refused before its first step is begun.
func TestMaskIsNeverSent(t *testing.T) {
	f, w := newFake(t)
	all := steps(f)
	requests := 0
	f.before = func(http.ResponseWriter, *http.Request) bool { requests++; return false }
	for _, value := range []string{mask.Text, base64.StdEncoding.EncodeToString([]byte(mask.Text))} {
		bad := merge(all["merge"].Ref, `{"data":{"a":"`+value+`"}}`)
		applied, err := w.Apply(t.Context(), plan(all["delete"], bad), nil, nil)
		if e := failure(t, err); e.Step != 1 || e.Cause != model.CauseInvalid || !errors.Is(err, mask.ErrHeld) || requests > 0 || len(applied.Undo.Steps) > 0 {
			t.Errorf("%v after %d requests", err, requests)
		}
		trial, err := w.DryRun(t.Context(), plan(bad), nil)
		if err != nil || requests > 0 {
			t.Error(err, requests)
		}
		expect(t, trial.Checks, 0, model.Failed, model.CauseInvalid, "data.a")
	}
	// What would come of a Secret can be looked at with masks alone.
	secret := model.Step{Verb: model.Create, Ref: model.KindByName("Secret").Ref("n", "s"), Body: []byte(`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"n"},"stringData":{"a":"<masked>"}}`)}
	f.before = func(rw http.ResponseWriter, r *http.Request) bool {
		if !dry(r) {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, `{"apiVersion":"meta.k8s.io/v1","kind":"PartialObjectMetadata","metadata":{"name":"s","namespace":"n"}}`)
		return true
	}
	trial, err := w.DryRun(t.Context(), plan(secret), nil)
	if err != nil || trial.Checks[0].Outcome != model.Warned || !strings.Contains(strings.Join(trial.Checks[0].Warnings, ""), "mask") {
		t.Errorf("%v %+v", err, trial)
	}
	if _, err := w.Apply(t.Context(), plan(secret), trial, nil); !errors.Is(err, mask.ErrHeld) {
		t.Error(err)
	}
}

// TestScaledMeanwhile: an autoscaler may write replicas between the trial and the step, unless the step names them; nobody may
// write anything else.
func TestScaledMeanwhile(t *testing.T) {
	scale := func(f *fake, replicas int) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.version++
		f.objects["c"]["spec"] = map[string]any{"replicas": replicas}
		f.objects["c"]["metadata"].(map[string]any)["resourceVersion"] = string(rune('a' + f.version))
	}
	for body, fails := range map[string]bool{`{"data":{"a":"new"}}`: false, `{"data":{"a":"new"},"spec":{"replicas":7}}`: true} {
		f, w := newFake(t)
		step := merge(f.hold("c", map[string]any{"a": "b"}), body)
		scale(f, 2)
		trial, err := w.DryRun(t.Context(), plan(step), nil)
		if err != nil {
			t.Fatal(err)
		}
		scale(f, 3)
		// Another time while it is sent: it is tried again, and what takes it back leaves the replicas alone.
		f.before = func(_ http.ResponseWriter, r *http.Request) bool {
			if write(r) && len(f.writes) == 0 {
				f.before = nil
				scale(f, 4)
			}
			return false
		}
		var ahead []model.Plan
		applied, err := w.Apply(t.Context(), plan(step), trial, func(c model.Check) {
			if c.Undo != nil {
				ahead = append(ahead, *c.Undo)
			}
		})
		if fails {
			if e := failure(t, err); e.Cause != model.CauseChanged {
				t.Error(err)
			}
			continue
		}
		if err != nil || len(ahead) != 3 {
			t.Fatalf("%v, told %+v", err, ahead)
		}
		for _, p := range append(ahead, applied.Undo) {
			if len(p.Steps) != 1 || strings.Contains(string(p.Steps[0].Body), "replicas") {
				t.Errorf("%s", p.Steps[0].Body)
			}
		}
	}
}
