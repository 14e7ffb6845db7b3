package ladder

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	appsv1 "k8s.io/api/apps/v1"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/k8s/capture"
	"canopy/model"
	"canopy/model/mask"
)

const closed = "PS01/apps/Deployment/shop/web"

// bench is a cluster in memory with an engine that looks at it.
type bench struct {
	source *capture.Source
	engine *engine.Engine
}

func newBench(t *testing.T) *bench {
	t.Helper()
	yes := true
	labels := map[string]string{"app": "web"}
	web := &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "i", SecurityContext: &corev1.SecurityContext{Privileged: &yes}}}},
			},
		},
	}
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{
		source: capture.FromObjects([]runtime.Object{web}, model.SourceInfo{Type: "demo", Name: "test"}),
		engine: engine.New(engine.Options{Clock: model.SystemClock{}, Rules: rules}),
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{}, 2)
	go func() { _ = b.engine.Run(ctx); ended <- struct{}{} }()
	go func() { _ = b.source.Run(ctx, b.engine); ended <- struct{}{} }()
	t.Cleanup(func() { cancel(); <-ended; <-ended })
	if _, err := b.engine.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.engine.Report().Findings.Get(closed) == nil {
		t.Fatal("the cluster has no such finding")
	}
	return b
}

// plan makes the container an ordinary one.
func plan() model.Plan {
	return model.Plan{Title: "Fix", Steps: []model.Step{{
		Verb: model.Patch, Ref: model.KindByName("Deployment").Ref("shop", "web"), PatchType: types.StrategicMergePatchType,
		Body: []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"c","securityContext":{"privileged":null}}]}}}}`),
	}}}
}

// TestUpAndDown takes a plan all the way up, and its undo down again.
func TestUpAndDown(t *testing.T) {
	b := newBench(t)
	l := New(b.engine, b.source)
	var told []model.Check
	tell := func(c model.Check) { told = append(told, c) }
	trial, err := l.Climb(t.Context(), plan(), model.RungSyntheticPod, tell)
	if err != nil {
		t.Fatal(err)
	}
	for rung, want := range map[model.Rung]model.Outcome{
		model.RungPermitted: model.Passed, model.RungDryRun: model.Passed, model.RungSyntheticPod: model.Untestable,
	} {
		if worst, climbed := model.Worst(trial.Checks, rung); !climbed || worst != want {
			t.Errorf("%s: %s, climbed %v", rung, worst, climbed)
		}
	}
	if len(told) != len(trial.Checks) || len(trial.Steps) != 1 || trial.Steps[0].After == nil {
		t.Errorf("told %v of %v, steps %v", told, trial.Checks, trial.Steps)
	}
	if b.engine.Report().Findings.Get(closed) == nil {
		t.Fatal("the trial has changed something")
	}
	applied, err := l.CarryOut(t.Context(), plan(), trial, []string{closed}, tell)
	if err != nil || len(applied.Remaining) > 0 || model.Highest(applied.Checks) != model.RungVerified || !slices.Equal(applied.Done, []bool{true}) {
		t.Fatalf("%v: %+v", err, applied)
	}
	if last := told[len(told)-1]; last.Rung != model.RungVerified || last.Outcome != model.Passed || last.Message != "the finding has ended" {
		t.Errorf("told %+v at last", last)
	}
	if _, err := l.CarryOut(t.Context(), plan(), trial, nil, nil); err == nil {
		t.Error("the trial is older than what it was of, and still holds")
	}
	undone, err := l.CarryOut(t.Context(), applied.Undo, nil, nil, nil)
	if err != nil || len(undone.Undo.Steps) != 1 {
		t.Fatalf("%v: %+v", err, undone)
	}
	for range 500 {
		if b.engine.Report().Findings.Get(closed) != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the finding is not back")
}

// TestClimbsNoHigher asks no more than it was to.
func TestClimbsNoHigher(t *testing.T) {
	b := newBench(t)
	for to, rungs := range map[model.Rung]int{model.RungPermitted: 1, model.RungDryRun: 2, model.RungSyntheticPod: 3} {
		trial, err := New(b.engine, b.source).Climb(t.Context(), plan(), to, nil)
		if err != nil || len(trial.Checks) != rungs {
			t.Errorf("%s: %v, %v", to, trial.Checks, err)
		}
	}
	if _, err := New(b.engine, b.source).CarryOut(t.Context(), plan(), &model.Trial{}, nil, nil); !errors.Is(err, errOtherPlan) {
		t.Errorf("a trial of no step: %v", err)
	}
}

// faulty is a writer of which parts fail.
type faulty struct {
	model.Writer
	mayI, apply error
	watch       func(context.Context) ([]model.Check, error)
	nothing     bool
}

func (f *faulty) MayI(ctx context.Context, plan model.Plan) ([]model.Check, error) {
	if f.mayI != nil {
		return nil, f.mayI
	}
	return []model.Check{{Rung: model.RungPermitted, Outcome: model.Failed, Cause: model.CauseForbidden}}, nil
}

func (f *faulty) Apply(ctx context.Context, plan model.Plan, trial *model.Trial, progress func(model.Check)) (model.Applied, error) {
	if f.nothing {
		return model.Applied{Done: []bool{true}, Undo: plan}, nil
	}
	applied, err := f.Writer.Apply(ctx, plan, trial, progress)
	if f.apply != nil {
		return applied, f.apply
	}
	return applied, err
}

func (f *faulty) Watch(ctx context.Context, _ model.Plan, _ func(model.Check)) ([]model.Check, error) {
	if f.watch == nil {
		return nil, nil
	}
	return f.watch(ctx)
}

// TestFaults: whatever goes wrong, the undo is handed over, and it is said which findings go on.
func TestFaults(t *testing.T) {
	lost := errors.New("connection lost")
	wait := func(ctx context.Context) ([]model.Check, error) { <-ctx.Done(); return nil, ctx.Err() }
	stuck := model.Check{Rung: model.RungApplied, Outcome: model.Failed, Cause: model.CauseStuck}
	for name, c := range map[string]struct {
		fault   faulty
		err     error
		cause   model.Cause
		outcome model.Outcome
		still   int
	}{
		"a step fails": {fault: faulty{apply: &model.StepError{Cause: model.CauseLost, Message: "lost", Err: lost}}, err: lost, still: -1},
		"a rollout has no end": {
			fault: faulty{watch: wait}, cause: model.CauseStuck, outcome: model.Failed,
		},
		"a rollout is told to be stuck": {
			fault: faulty{watch: func(ctx context.Context) ([]model.Check, error) {
				<-ctx.Done()
				return []model.Check{stuck}, ctx.Err()
			}}, cause: model.CauseStuck, outcome: model.Failed,
		},
		"nobody sees the rollout": {
			fault: faulty{watch: func(context.Context) ([]model.Check, error) { return nil, lost }}, cause: model.CauseLost, outcome: model.Untestable,
		},
		"the finding goes on": {fault: faulty{nothing: true}, cause: model.CauseOpen, outcome: model.Failed, still: 1},
	} {
		b := newBench(t)
		c.fault.Writer = b.source
		l := New(b.engine, &c.fault)
		l.Rollout, l.Verify = 50*time.Millisecond, time.Second
		applied, err := l.CarryOut(t.Context(), plan(), nil, []string{closed}, nil)
		if !errors.Is(err, c.err) || len(applied.Undo.Steps) != 1 {
			t.Errorf("%s: %v, undo %+v", name, err, applied.Undo)
		}
		if c.still >= 0 && len(applied.Remaining) != c.still {
			t.Errorf("%s: %v go on", name, applied.Remaining)
		}
		if c.cause == "" {
			continue
		}
		i := slices.IndexFunc(applied.Checks, func(x model.Check) bool { return x.Cause == c.cause })
		if i < 0 || applied.Checks[i].Outcome != c.outcome {
			t.Errorf("%s: %+v", name, applied.Checks)
		}
		if n := len(slices.DeleteFunc(slices.Clone(applied.Checks), func(x model.Check) bool { return x.Cause != model.CauseStuck })); n > 1 {
			t.Errorf("%s: told %d times", name, n)
		}
	}
}

// TestUserEndsTheWait: who does not wait to the end gets the undo at once.
func TestUserEndsTheWait(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	l := New(b.engine, &faulty{Writer: b.source, watch: func(ctx context.Context) ([]model.Check, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	applied, err := l.CarryOut(ctx, plan(), nil, []string{closed}, nil)
	if !errors.Is(err, context.Canceled) || len(applied.Undo.Steps) != 1 || !applied.Done[0] {
		t.Errorf("%v: %+v", err, applied)
	}
}

// TestClimbTellsWhatItFound: a rung that fails keeps no other from being asked; a question that could not be asked ends the climb.
func TestClimbTellsWhatItFound(t *testing.T) {
	b := newBench(t)
	trial, err := New(b.engine, &faulty{Writer: b.source}).Climb(t.Context(), plan(), model.RungSyntheticPod, nil)
	if err != nil || len(trial.Checks) != 3 || model.Highest(trial.Checks) != model.RungParsed {
		t.Errorf("%v: %+v", err, trial.Checks)
	}
	lost := errors.New("connection lost")
	if trial, err := New(b.engine, &faulty{Writer: b.source, mayI: lost}).Climb(t.Context(), plan(), model.RungSyntheticPod, nil); !errors.Is(err, lost) || trial == nil {
		t.Errorf("%v: %+v", err, trial)
	}
}

// reports publishes what a test says.
type reports struct {
	report *model.Report
	news   chan struct{}
}

func (r *reports) Report() *model.Report { return r.report }

func (r *reports) Subscribe() (<-chan struct{}, func()) { return r.news, func() {} }

// none is a set without findings.
type none struct{ model.FindingSet }

func (none) Get(string) *model.Finding { return nil }

// TestUnseenIsNotClean: a finding that nobody can judge any more is not verified to have ended, and is told apart.
func TestUnseenIsNotClean(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sane, loading = "PS02/apps/Deployment/shop/web", "PS03/apps/Deployment/shop/web"
		r := &reports{news: make(chan struct{}, 1), report: &model.Report{Findings: none{}, Rules: map[string]model.RuleState{
			"PS01": {Reason: "Pod denied: forbidden"}, "PS02": {Verdict: model.Yes}, "PS03": {Reason: "Pod is loading", Loading: true},
		}}}
		l := New(r, &faulty{nothing: true})
		applied, err := l.CarryOut(t.Context(), plan(), nil, []string{closed, sane}, nil)
		if err != nil || len(applied.Remaining) > 0 || !slices.Equal(applied.Undecided, []string{closed}) {
			t.Fatalf("%v, %+v", err, applied)
		}
		if check := applied.Checks[len(applied.Checks)-1]; check.Outcome != model.Untestable || check.Message != "whether "+closed+" ended cannot be seen: Pod denied: forbidden" {
			t.Errorf("%+v", check)
		}
		check, at, _ := l.verify(t.Context(), []string{sane, "PS02/apps/Deployment/shop/api"})
		if check.Outcome != model.Passed || check.Message != "all 2 findings have ended" || len(at.undecided) > 0 {
			t.Errorf("%+v", check)
		}
		// What still loads is waited for, and not for ever.
		start := time.Now()
		if check, at, _ = l.verify(t.Context(), []string{loading}); check.Outcome != model.Untestable || len(at.undecided) != 1 || time.Since(start) != verifyWait {
			t.Errorf("%+v, %+v after %s", check, at, time.Since(start))
		}
		r.report = nil
		start = time.Now()
		check, at, err = l.verify(t.Context(), []string{"a", "b", "c", "d", "e"})
		if err != nil || len(at.remaining) != 5 || check.Cause != model.CauseOpen || time.Since(start) != verifyWait || !strings.HasSuffix(check.Message, "a, b, c and 2 more") {
			t.Errorf("%v, %+v, %+v after %s", err, at, check, time.Since(start))
		}
	})
}

// TestUndoIsToldAhead: whoever carries a plan out hears what takes it back before each step is done.
func TestUndoIsToldAhead(t *testing.T) {
	b := newBench(t)
	var ahead, after *model.Plan
	applied, err := New(b.engine, b.source).CarryOut(t.Context(), plan(), nil, []string{closed}, func(c model.Check) {
		if c.Undo == nil {
			return
		}
		if ahead == nil {
			if ahead = c.Undo; b.engine.Report().Findings.Get(closed) == nil {
				t.Error("it was done before")
			}
		}
		after = c.Undo
	})
	if err != nil || ahead == nil || len(ahead.Steps) != 1 || !ahead.Steps[0].IfDone || !reflect.DeepEqual(*after, applied.Undo) || after.Steps[0].IfDone {
		t.Fatalf("%v: ahead %+v, after %+v, undo %+v", err, ahead, after, applied.Undo)
	}
	ahead.Steps[0].IfDone = false
	if !reflect.DeepEqual(ahead.Steps, applied.Undo.Steps) {
		t.Errorf("ahead %s\nafter %s", ahead.Steps[0].Body, applied.Undo.Steps[0].Body)
	}
}

// TestMaskIsLeftAtTheGate: no writer gets to see a plan that would write a mask.
func TestMaskIsLeftAtTheGate(t *testing.T) {
	b := newBench(t)
	bad := plan()
	bad.Steps = append(bad.Steps, model.Step{Verb: model.Create, Ref: model.KindByName("Secret").Ref("shop", "s"),
		Body: []byte(`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"shop"},"data":{"a":"PG1hc2tlZD4="}}`)})
	var told []model.Check
	applied, err := New(b.engine, &faulty{nothing: true}).CarryOut(t.Context(), bad, nil, []string{closed}, func(c model.Check) { told = append(told, c) })
	var failed *model.StepError
	if !errors.As(err, &failed) || failed.Step != 1 || !errors.Is(err, mask.ErrHeld) || len(told) != 1 || len(applied.Undo.Steps) > 0 || len(applied.Remaining) != 1 || slices.Contains(applied.Done, true) {
		t.Errorf("%v %+v, told %+v", err, applied, told)
	}
}

// TestBrokenClimb: what was found before the connection broke is given beside the error.
func TestBrokenClimb(t *testing.T) {
	b := newBench(t)
	lost := errors.New("connection lost")
	trial, err := New(b.engine, &breaking{Writer: b.source, err: lost}).Climb(t.Context(), plan(), model.RungSyntheticPod, nil)
	if !errors.Is(err, lost) || trial == nil || len(trial.Checks) != 2 || trial.Checks[1].Rung != model.RungDryRun || len(trial.Steps) != 1 {
		t.Errorf("%v: %+v", err, trial)
	}
}

// breaking is a writer whose dry run breaks at its end.
type breaking struct {
	model.Writer
	err error
}

func (b *breaking) DryRun(ctx context.Context, plan model.Plan, progress func(model.Check)) (*model.Trial, error) {
	trial, _ := b.Writer.DryRun(ctx, plan, progress)
	return trial, b.err
}
