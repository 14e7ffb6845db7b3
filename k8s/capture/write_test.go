package capture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

// sink keeps what a source hands over.
type sink struct {
	mu       sync.Mutex
	records  map[key]model.Record
	coverage []model.Coverage
	info     model.SourceInfo
	changes  int
	told     chan struct{}
}

func newSink() *sink { return &sink{records: map[key]model.Record{}, told: make(chan struct{}, 1000)} }

func (s *sink) Change(changes ...model.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		s.changes++
		if c.Record == nil {
			delete(s.records, keyOf(c.Ref))
		} else {
			s.records[keyOf(c.Ref)] = c.Record
		}
	}
	s.told <- struct{}{}
}

func (s *sink) Cover(coverage ...model.Coverage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.coverage = coverage
	s.told <- struct{}{}
}

func (s *sink) Identify(info model.SourceInfo) { s.info = info }

const world = podA + "---\n" + podB + `---
apiVersion: apps/v1beta1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: i, env: [{name: A, value: secret}]}, {name: d, image: j}]}
---
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: shop}
data: {a: YQ==, b: Yg==}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: shop}
data: {a: x, b: ""}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: t, namespace: shop}
spec: {list: [1, null, {a: null, b: 2}], n: 1.0}
`

func TestRun(t *testing.T) {
	s := openText(t, "f.yaml", world)
	ctx, stop := context.WithCancel(context.Background())
	out, done := newSink(), make(chan error, 1)
	go func() { done <- s.Run(ctx, out) }()
	for range 2 {
		<-out.told
	}
	if len(out.records) != 6 || len(out.coverage) < len(model.Kinds()) || out.info.Type != "capture" {
		t.Errorf("%d records, %d kinds, %+v", len(out.records), len(out.coverage), out.info)
	}
	web := model.KindByName("Deployment").Ref("shop", "web")
	plan := model.Plan{Steps: []model.Step{
		{Verb: model.Patch, Ref: web, PatchType: types.StrategicMergePatchType, Body: []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"c","securityContext":{"privileged":true}}]}}}}`)},
		{Verb: model.Delete, Ref: model.KindByName("Pod").Ref("shop", "a")},
	}}
	if applied, err := s.Apply(ctx, plan, nil, nil); err != nil || !applied.Done[0] || !applied.Done[1] || len(applied.Checks) != 2 {
		t.Fatal(err, applied)
	}
	for deadline := time.After(5 * time.Second); ; {
		select {
		case <-out.told:
		case <-deadline:
			t.Fatal("the changes did not come")
		}
		out.mu.Lock()
		n := out.changes
		out.mu.Unlock()
		if n == 8 {
			break
		}
	}
	w := out.records[keyOf(web)].(*record.Workload)
	if c := w.Template.Decode().Spec.Containers; len(c) != 2 || !*c[0].SecurityContext.Privileged || c[0].Env[0].Value != "secret" || w.Written != "apps/v1beta1" {
		t.Errorf("%+v", w)
	}
	if len(out.records) != 5 {
		t.Errorf("%d records", len(out.records))
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestWriteErrors(t *testing.T) {
	s := openText(t, "f.yaml", world)
	pod, thing := model.KindByName("Pod"), model.Ref{Group: "example.com", Version: "v1", Kind: "Thing", Namespace: "shop", Name: "t"}
	tests := []struct {
		step  model.Step
		want  string
		cause model.Cause
	}{
		{model.Step{Verb: model.Delete, Ref: pod.Ref("shop", "none")}, "step 1, shop/Pod/none: not found", model.CauseMissing},
		{model.Step{Verb: model.Create, Ref: pod.Ref("shop", "a"), Body: []byte(jsonA)}, "exists already", model.CauseExists},
		{model.Step{Verb: model.Create, Ref: pod.Ref("shop", "x"), Body: []byte(jsonB)}, "the body is of default/Pod/b", model.CauseInvalid},
		{model.Step{Verb: model.Create, Ref: pod.Ref("shop", "x"), Body: []byte("{")}, "step 1", model.CauseInvalid},
		{model.Step{Verb: model.Patch, Ref: pod.Ref("shop", "a"), PatchType: types.MergePatchType, Body: []byte(`{"metadata":{"name":"z"}}`)}, "would become another object", model.CauseInvalid},
		{model.Step{Verb: model.Patch, Ref: pod.Ref("shop", "a"), PatchType: types.MergePatchType, Body: []byte(`{"spec":{"containers":5}}`)}, "want a list", model.CauseInvalid},
		{model.Step{Verb: model.Patch, Ref: pod.Ref("shop", "a"), PatchType: types.JSONPatchType, Body: []byte(`[{"op":"remove","path":"/spec/none"}]`)}, "step 1, ", model.CauseInvalid},
		{model.Step{Verb: model.Patch, Ref: thing, PatchType: types.StrategicMergePatchType, Body: []byte(`{}`)}, "use a merge patch", model.CauseInvalid},
		{model.Step{Verb: "frob", Ref: thing}, "unknown verb", model.CauseInvalid},
	}
	for _, tt := range tests {
		plan := model.Plan{Steps: []model.Step{tt.step}}
		trial, err := s.DryRun(context.Background(), plan, nil)
		if err != nil || len(trial.Checks) != 1 || trial.Checks[0].Outcome != model.Failed || trial.Checks[0].Cause != tt.cause {
			t.Errorf("dry run: %v %+v, want %s", err, trial, tt.want)
		}
		applied, err := s.Apply(context.Background(), plan, nil, nil)
		var failed *model.StepError
		if !errors.As(err, &failed) || failed.Cause != tt.cause || !strings.Contains(err.Error(), tt.want) || len(applied.Undo.Steps) != 0 || applied.Done[0] {
			t.Errorf("apply: %v %v, want %s", err, applied, tt.want)
		}
	}
	plan := model.Plan{Steps: []model.Step{{Verb: model.Delete, Ref: pod.Ref("shop", "a")}, {Verb: model.Delete, Ref: pod.Ref("shop", "a")}}}
	trial, err := s.DryRun(context.Background(), plan, nil)
	if err != nil || trial.Checks[0].Outcome != model.Passed || trial.Checks[1].Cause != model.CauseMissing {
		t.Error(err, trial)
	}
	if len(s.objects) != 6 {
		t.Error("a dry run changed something")
	}
	if list, err := s.MayI(context.Background(), plan); err != nil || len(list) != 2 || list[1].Step != 1 || list[1].Outcome != model.Passed {
		t.Error("not permitted", list, err)
	}
}

// TestTrial shows what a dry run tells: both states, masked, and by what they are known again.
func TestTrial(t *testing.T) {
	s := openText(t, "f.yaml", world)
	ctx := context.Background()
	web := model.KindByName("Deployment").Ref("shop", "web")
	step := model.Step{Verb: model.Patch, Ref: web, PatchType: types.StrategicMergePatchType, Body: []byte(`{"spec":{"template":{"spec":{"hostPID":true}}}}`)}
	plan := model.Plan{Steps: []model.Step{step}}
	var told []model.Check
	trial, err := s.DryRun(ctx, plan, func(c model.Check) { told = append(told, c) })
	if err != nil || len(told) != 1 || told[0].Rung != model.RungDryRun {
		t.Fatal(err, told)
	}
	before, _ := json.Marshal(trial.Steps[0].Before)
	after, _ := json.Marshal(trial.Steps[0].After)
	if strings.Contains(string(before), "hostPID") || !strings.Contains(string(after), "hostPID") || strings.Contains(string(before)+string(after), `"value":"secret"`) {
		t.Errorf("%s\n%s", before, after)
	}
	if _, err := s.Apply(ctx, plan, trial, nil); err != nil {
		t.Fatal(err)
	}
	var failed *model.StepError
	if _, err := s.Apply(ctx, plan, trial, nil); !errors.As(err, &failed) || failed.Cause != model.CauseChanged {
		t.Errorf("the object changed meanwhile: %v", err)
	}
	pod := model.KindByName("Pod").Ref("default", "young")
	steps := []model.Step{{Verb: model.Create, Ref: pod, Body: []byte(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"young","uid":"new"},"spec":{"containers":[{"name":"c","image":"i"}]}}`)},
		{Verb: model.Delete, Ref: pod, UID: "old"}}
	applied, err := s.Apply(ctx, model.Plan{Steps: steps}, nil, nil)
	if !errors.As(err, &failed) || failed.Step != 1 || failed.Cause != model.CauseChanged || !applied.Done[0] || len(applied.Undo.Steps) != 1 {
		t.Errorf("another object of the same name: %v %+v", err, applied)
	}
}

// state writes down every object and record of a source.
func state(t testing.TB, s *Source) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, o := range s.objects {
		body, err := s.body(o)
		if err != nil {
			t.Fatal(err)
		}
		all[o.ref.String()] = string(body)
	}
	return all
}

// TestUndo carries out random plans and undoes them: every object and every record is as before.
func TestUndo(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := openText(t, "f.yaml", world)
		before, records := state(t, s), map[key]model.Record{}
		for k, o := range s.objects {
			records[k] = o.record
		}
		var undos []model.Plan
		for range 1 + r.IntN(6) {
			plan := model.Plan{Title: "random"}
			for range 1 + r.IntN(3) {
				plan.Steps = append(plan.Steps, randomStep(r, s))
			}
			trial, dry := s.DryRun(context.Background(), plan, nil)
			if dry != nil {
				t.Fatal(dry)
			}
			worst, _ := model.Worst(trial.Checks, model.RungDryRun)
			applied, err := s.Apply(context.Background(), plan, trial, nil)
			if (worst == model.Passed) != (err == nil) {
				t.Fatalf("seed %d: dry run %v, apply %v", seed, trial.Checks, err)
			}
			undos = append(undos, applied.Undo)
		}
		for i := len(undos) - 1; i >= 0; i-- {
			if _, err := s.Apply(context.Background(), undos[i], nil, nil); err != nil {
				t.Fatalf("seed %d: undo: %v", seed, err)
			}
		}
		if after := state(t, s); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Fatalf("seed %d:\nbefore %v\nafter  %v", seed, before, after)
		}
		for k, o := range s.objects {
			if !records[k].Same(o.record) {
				t.Fatalf("seed %d: the record of %v differs", seed, k)
			}
		}
	}
}

func randomStep(r *rand.Rand, s *Source) model.Step {
	list := s.sorted()
	if len(list) == 0 || r.IntN(5) == 0 {
		name := fmt.Sprintf("new-%d", r.IntN(3))
		return model.Step{Verb: model.Create, Ref: model.KindByName("Pod").Ref("default", name), Body: []byte(strings.ReplaceAll(jsonB, `"b"`, `"`+name+`"`))}
	}
	ref := list[r.IntN(len(list))].Ref
	switch r.IntN(4) {
	case 0:
		return model.Step{Verb: model.Delete, Ref: ref}
	case 1:
		return model.Step{Verb: model.Patch, Ref: ref, PatchType: types.StrategicMergePatchType, Body: []byte(`{"metadata":{"labels":{"x":"y","app":null}},"spec":{"containers":[{"name":"c","image":"new"},{"name":"e","image":"k"}]}}`)}
	case 2:
		return model.Step{Verb: model.Patch, Ref: ref, PatchType: types.MergePatchType, Body: []byte(`{"metadata":{"annotations":{"canopy/note":"z"}},"spec":{"list":[null,{"a":null}],"n":null},"data":{"a":null,"z":"eg=="}}`)}
	}
	return model.Step{Verb: model.Patch, Ref: ref, PatchType: types.JSONPatchType, Body: []byte(`[{"op":"add","path":"/metadata/labels","value":{"a":"b"}},{"op":"remove","path":"/metadata/labels/a"}]`)}
}

func TestFromObjects(t *testing.T) {
	s := FromObjects([]runtime.Object{samplePod(1), &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "s"}}}, model.SourceInfo{Type: "demo", Name: "jungle"})
	if len(s.Problems()) > 0 || len(s.objects) != 2 {
		t.Fatal(s.Problems(), refs(s))
	}
	u, err := s.Get(context.Background(), model.KindByName("Pod").Ref("team-1", samplePod(1).Name))
	if err != nil {
		t.Fatal(err)
	}
	if data, _ := json.Marshal(u); strings.Contains(string(data), "https://service") || !strings.Contains(string(data), "SETTING_1_APP-1") || u.GetManagedFields() != nil {
		t.Errorf("%s", data)
	}
	if _, _, ok := s.Locate(model.KindByName("Service").Ref("default", "s"), "spec"); ok {
		t.Error("a place in no file")
	}
	if _, err := s.Get(context.Background(), model.KindByName("Pod").Ref("a", "b")); !errors.Is(err, model.ErrNotFound) {
		t.Error(err)
	}
}

// TestTryPods judges templates by the labels of their namespaces, those that the plan sets included.
func TestTryPods(t *testing.T) {
	s := openText(t, "f.yaml", world+`---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/warn: restricted}}
`)
	web, space := model.KindByName("Deployment").Ref("shop", "web"), model.KindByName("Namespace").Ref("", "shop")
	patch := func(ref model.Ref, body string) model.Step {
		return model.Step{Verb: model.Patch, Ref: ref, PatchType: types.StrategicMergePatchType, Body: []byte(body)}
	}
	bad := patch(web, `{"spec":{"template":{"spec":{"hostPID":true}}}}`)
	enforce := patch(space, `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"baseline"}}}`)
	tests := []struct {
		steps   []model.Step
		outcome model.Outcome
		words   string
	}{
		{[]model.Step{enforce}, model.Passed, "No step"},
		{[]model.Step{patch(web, `{"metadata":{"labels":{"a":"b"}}}`)}, model.Passed, "No step"},
		{[]model.Step{{Verb: model.Delete, Ref: web}}, model.Passed, "No step"},
		{[]model.Step{bad}, model.Warned, "nothing else admits pods"},
		{[]model.Step{enforce, bad}, model.Failed, "host namespaces"},
		{[]model.Step{enforce, patch(web, `{"spec":{"template":{"spec":{"hostPID":false,"subdomain":"x"}}}}`)}, model.Warned, "nothing else admits pods"},
		{[]model.Step{{Verb: model.Create, Ref: model.KindByName("Pod").Ref("other", "p"), Body: []byte(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"other"},"spec":{"containers":[{"name":"c","image":"i"}]}}`)}}, model.Untestable, "was not read"},
	}
	for i, tt := range tests {
		list, err := s.TryPods(context.Background(), model.Plan{Steps: tt.steps}, nil)
		if err != nil || len(list) != 1 || list[0].Outcome != tt.outcome || !strings.Contains(list[0].Message, tt.words) || list[0].Rung != model.RungSyntheticPod {
			t.Errorf("%d: %v %+v", i, err, list)
		}
	}
}
