package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"canopy/analysis/catalogue"
	"canopy/analysis/engine"
	"canopy/analysis/remedy"
	"canopy/cmd/canopy/connect"
	"canopy/cmd/canopy/ladder"
	"canopy/k8s/capture"
	"canopy/model"
)

// written is a cluster in memory that a command writes to, as it would to one behind a server.
type written struct {
	t        *testing.T
	run      *run
	session  *session
	out, err bytes.Buffer
	writer   *spoiled
}

// spoiled is a writer of which a test can make parts fail.
type spoiled struct {
	model.Writer
	refuse, unsure bool
	fail           error
	calls          int
	// before is called before a plan is carried out; broken is how a dry run ends.
	before func()
	broken error
}

func (w *spoiled) DryRun(ctx context.Context, plan model.Plan, progress func(model.Check)) (*model.Trial, error) {
	trial, err := w.Writer.DryRun(ctx, plan, progress)
	if w.refuse {
		trial.Checks[0] = model.Check{Rung: model.RungDryRun, Outcome: model.Failed, Cause: model.CauseRefused, Message: "a policy says \x1b[2Jno"}
	}
	if w.unsure {
		trial.Checks[0].Outcome, trial.Checks[0].Message = model.Untestable, "A webhook takes no dry run."
	}
	return trial, errors.Join(err, w.broken)
}

func (w *spoiled) Apply(ctx context.Context, plan model.Plan, trial *model.Trial, progress func(model.Check)) (model.Applied, error) {
	w.calls++
	if w.before != nil {
		w.before()
	}
	if w.fail == nil {
		return w.Writer.Apply(ctx, plan, trial, progress)
	}
	first := plan
	first.Steps = plan.Steps[:1]
	applied, err := w.Writer.Apply(ctx, first, nil, progress)
	applied.Done = append(applied.Done, make([]bool, len(plan.Steps)-1)...)
	return applied, errors.Join(err, w.fail)
}

// writable opens a capture as a cluster that can be written to. Somebody sits at a terminal where answer is not empty.
func writable(t *testing.T, path, answer string) *written {
	t.Helper()
	t.Chdir(t.TempDir())
	w := &written{t: t}
	w.run = &run{streams: Streams{In: strings.NewReader(answer), Out: &w.out, Err: &w.err, Logs: NewLogs(), Ask: answer != ""}}
	root := w.run.root()
	if err := root.ParseFlags([]string{now}); err != nil {
		t.Fatal(err)
	}
	clock, err := w.run.connect.Clock()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	source, err := capture.Open(t.Context(), []string{path}, capture.Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	w.writer = &spoiled{Writer: source}
	opened := &connect.Opened{Source: source, Name: "prod", Write: func() (model.Writer, error) { return w.writer, nil }}
	w.session = w.run.begin(t.Context(), opened, engine.Options{Clock: clock, Rules: rules}, newScans("", clock, 0), nil)
	t.Cleanup(w.session.close)
	if _, err := w.session.engine.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// shopPath is the capture of the tests, wherever they run.
func shopPath(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("testdata/shop")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	pod      = "PS01/apps/Deployment/shop/web"
	standing = "canopy-undo-20261123T140000Z.yaml"
)

// fixOf makes the fix of findings.
func (w *written) fixOf(ids ...string) ([]*model.Finding, *remedy.Fix) {
	w.t.Helper()
	report := w.session.engine.Report()
	var findings []*model.Finding
	for _, id := range ids {
		f := report.Findings.Get(id)
		if f == nil {
			w.t.Fatalf("no finding %s", id)
		}
		findings = append(findings, f)
	}
	fix, err := w.session.remedy(w.t.Context(), findings)
	if err != nil || len(fix.Documents) == 0 {
		w.t.Fatalf("%v: %+v", err, fix)
	}
	return findings, fix
}

// apply applies it, and gives the exit status with what standard error would say.
func (w *written) apply(flags *fixFlags, findings []*model.Finding, fix *remedy.Fix) (int, string) {
	w.t.Helper()
	flags.apply = true
	if flags.format == "" {
		flags.format = "table"
	}
	flags.confirm.wait = time.Minute
	return w.status(w.run.applyFix(w.t.Context(), w.session, flags, findings, fix))
}

func (w *written) status(err error) (int, string) {
	code, tell := status(err)
	if tell {
		return code, err.Error()
	}
	return code, ""
}

// has tells whether there is a finding, waiting for the reports that come after a write.
func (w *written) has(id string, want bool) {
	w.t.Helper()
	for range 500 {
		if (w.session.engine.Report().Findings.Get(id) != nil) == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Errorf("%s: want %v", id, want)
}

// TestApply applies a fix after it was confirmed, keeps what takes it back, and takes it back.
func TestApply(t *testing.T) {
	w := writable(t, shopPath(t), "yes\n")
	findings, fix := w.fixOf(pod)
	code, told := w.apply(&fixFlags{}, findings, fix)
	if code != 0 || told != "" {
		t.Fatalf("%d: %s\n%s", code, told, w.err.String())
	}
	w.has(pod, false)
	for _, want := range []string{"1 of 1: patch shop/Deployment/web", "breakage: ", "closes " + pod, "what-if: closes ", "may I passed", "apply 1 change to prod? type yes: "} {
		if !strings.Contains(w.err.String(), want) {
			t.Errorf("no %q on standard error:\n%s", want, w.err.String())
		}
	}
	for _, want := range []string{"1 of 1 steps done on prod", "closed: " + pod, "take it back: canopy undo " + standing, "rung 7 of 7: verified"} {
		if !strings.Contains(w.out.String(), want) {
			t.Errorf("no %q on standard output:\n%s", want, w.out.String())
		}
	}
	if info, err := os.Stat(standing); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v: %v", info, err)
	}
	undo, err := readUndo(standing)
	if err != nil || undo.Context != "prod" || len(undo.Plan.Steps) != 1 {
		t.Fatalf("%v: %+v", err, undo)
	}
	w.out.Reset()
	flags := &undoFlags{format: "json", confirm: confirmFlags{yes: true, undo: "redo.yaml", wait: time.Minute}}
	if code, told := w.status(w.run.takeBack(t.Context(), w.session, flags, &undo)); code != 0 {
		t.Fatalf("%d: %s", code, told)
	}
	w.has(pod, true)
	fields{
		"context": "", "steps": []fields{{"verb": "", "object": ref(), "done": nil}}, "rung": 0, "undo": "", "closed": []string{}, "remaining": []string{}, "unknown": []string{},
		"checks": []fields{{"step": 0, "object?": ref(), "rung": 0, "name": "", "outcome": "", "cause?": "", "message": "", "warnings": []string{}, "conflicts": []fields{{}}}},
	}.check(t, "", decode(t, w.out.String()))
	redo, err := readUndo("redo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	flags.confirm.undo = "again.yaml"
	if code, told := w.status(w.run.takeBack(t.Context(), w.session, flags, &redo)); code != 0 {
		t.Fatalf("%d: %s", code, told)
	}
	w.has(pod, false)
}

// TestNotConfirmed: any other answer than yes writes nothing, and leaves no file.
func TestNotConfirmed(t *testing.T) {
	shop := shopPath(t)
	for _, answer := range []string{"no\n", "y\n", "\n", "YES\n", "yes please\n", "ye"} {
		w := writable(t, shop, answer)
		findings, fix := w.fixOf(pod)
		code, told := w.apply(&fixFlags{}, findings, fix)
		if code != 1 || !strings.Contains(told, "nothing was written") || w.out.Len() > 0 || w.writer.calls > 0 {
			t.Errorf("%q: %d: %s: %s", answer, code, told, w.out.String())
		}
		if _, err := os.Stat(standing); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%q: %v", answer, err)
		}
		w.has(pod, true)
	}
}

// TestInterruptedQuestion: who interrupts at the question is not kept waiting for an answer.
func TestInterruptedQuestion(t *testing.T) {
	w := writable(t, shopPath(t), "x")
	in, hold, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	defer in.Close()
	w.run.streams.In = in
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if code, told := w.status(w.run.confirm(ctx, "really?")); code != 1 || !strings.Contains(told, "interrupted: nothing was written") {
		t.Errorf("%d: %s", code, told)
	}
}

// TestRefusedBefore: what fails when it is tried is not begun, and its words cannot act on a terminal.
func TestRefusedBefore(t *testing.T) {
	shop := shopPath(t)
	for _, format := range []string{"table", "wide", "json", "yaml"} {
		w := writable(t, shop, "")
		w.writer.refuse = true
		findings, fix := w.fixOf(pod)
		code, told := w.apply(&fixFlags{format: format, confirm: confirmFlags{yes: true}, outage: true, overrideOwner: true}, findings, fix)
		if code != 1 || told != "nothing was written: a step would fail" || w.writer.calls > 0 {
			t.Errorf("%d: %s", code, told)
		}
		if out := w.out.String() + w.err.String(); strings.Contains(out, "\x1b") || !strings.Contains(out, "refused") && !strings.Contains(out, "a policy says") {
			t.Errorf("%s: %q", format, out)
		}
		w.has(pod, true)
	}
}

// TestHalfDone: a step that fails leaves what was done before it with its undo, which is named.
func TestHalfDone(t *testing.T) {
	w := writable(t, shopPath(t), "")
	findings, fix := w.fixOf(pod, "PS26//Namespace//shop")
	if len(fix.Plan.Steps) < 2 {
		t.Fatal("the plan has one step")
	}
	w.writer.fail = &model.StepError{Step: 1, Ref: fix.Plan.Steps[1].Ref, Cause: model.CauseLost, Message: "The connection broke."}
	code, told := w.apply(&fixFlags{format: "json", confirm: confirmFlags{yes: true, undo: "my undo.yaml"}, outage: true, overrideOwner: true}, findings, fix)
	if code != 1 || !strings.Contains(told, "step 2 of ") || !strings.Contains(told, "The connection broke.") || !strings.HasSuffix(told, "take them back with canopy undo 'my undo.yaml'") {
		t.Errorf("%d: %s", code, told)
	}
	var o Outcome
	if err := json.Unmarshal(w.out.Bytes(), &o); err != nil || o.Undo == nil || !o.Steps[0].Done || o.Steps[1].Done {
		t.Fatalf("%v: %s", err, w.out.String())
	}
	undo, err := readUndo(*o.Undo)
	if err != nil || len(undo.Plan.Steps) != 1 {
		t.Fatalf("%v: %+v", err, undo)
	}
}

// TestNothingDoneLeavesNoFile: where the first step fails there is nothing to take back.
func TestNothingDoneLeavesNoFile(t *testing.T) {
	w := writable(t, shopPath(t), "")
	findings, fix := w.fixOf(pod)
	w.writer.fail = &model.StepError{Ref: fix.Plan.Steps[0].Ref, Message: "no"}
	w.writer.Writer = emptyWriter{w.writer.Writer}
	code, told := w.apply(&fixFlags{confirm: confirmFlags{yes: true}, outage: true, overrideOwner: true}, findings, fix)
	if code != 1 || strings.Contains(told, "undo") || !strings.Contains(told, "0 of 1 steps were done") {
		t.Errorf("%d: %s", code, told)
	}
	if files, err := os.ReadDir("."); err != nil || len(files) > 0 {
		t.Errorf("%v: %v", err, files)
	}
}

// emptyWriter does nothing.
type emptyWriter struct{ model.Writer }

func (emptyWriter) Apply(context.Context, model.Plan, *model.Trial, func(model.Check)) (model.Applied, error) {
	return model.Applied{}, nil
}

// TestYesRefuses: without being asked nothing is done that may take a service down, or that something else manages.
func TestYesRefuses(t *testing.T) {
	w := writable(t, shopPath(t), "")
	findings, fix := w.fixOf(pod)
	fix.Documents[0].Breakage, fix.Documents[0].ManagedBy = "outage", "Helm release web"
	for _, c := range []struct {
		outage, owner bool
		want          string
		not           string
	}{
		{false, false, "--accept-outage", "none"},
		{true, false, "shop/Deployment/web (Helm release web); --override-owner", "--accept-outage"},
		{false, true, "may take a service down: shop/Deployment/web; --accept-outage", "--override-owner"},
	} {
		code, told := w.apply(&fixFlags{confirm: confirmFlags{yes: true}, outage: c.outage, overrideOwner: c.owner}, findings, fix)
		if code != 2 || !strings.Contains(told, c.want) || strings.Contains(told, c.not) || w.writer.calls > 0 {
			t.Errorf("%+v: %d: %s", c, code, told)
		}
	}
	if code, told := w.apply(&fixFlags{confirm: confirmFlags{yes: true}, outage: true, overrideOwner: true}, findings, fix); code != 0 || w.writer.calls != 1 {
		t.Errorf("%d: %s", code, told)
	}
}

// TestOtherContext: what was made for another context is told, and needs a word more where nobody is asked.
func TestOtherContext(t *testing.T) {
	w := writable(t, shopPath(t), "")
	undo := &ladder.Undo{Context: "test"}
	if err := w.run.sameContext(w.session, &undoFlags{confirm: confirmFlags{yes: true}}, undo); err == nil || !strings.Contains(err.Error(), "--any-context") {
		t.Error(err)
	}
	if err := w.run.sameContext(w.session, &undoFlags{confirm: confirmFlags{yes: true}, anyContext: true}, undo); err != nil || !strings.Contains(w.err.String(), "made for test, and this is prod") {
		t.Errorf("%v: %s", err, w.err.String())
	}
}

// TestRehearse prints the checks of each step and rung, with the preview where it is asked for, and changes nothing.
func TestRehearse(t *testing.T) {
	w := writable(t, shopPath(t), "")
	findings, fix := w.fixOf(pod)
	report := w.session.engine.Report()
	for _, c := range []struct {
		format          string
		preview, strict bool
		refuse          bool
		code            int
	}{{"table", false, false, false, 0}, {"json", false, false, false, 0}, {"json", true, false, false, 0}, {"table", true, true, false, 3}, {"json", false, true, true, 1}} {
		w.out.Reset()
		w.writer.refuse, w.writer.unsure = c.refuse, !c.refuse
		err := w.run.rehearse(t.Context(), w.session, rehearsal{format: c.format, strict: c.strict, report: report, plan: fix.Plan, preview: func() (*Preview, error) {
			if !c.preview {
				return nil, nil
			}
			return w.session.previewOf(t.Context(), report, findings, fix)
		}})
		if code, told := w.status(err); code != c.code {
			t.Errorf("%+v: %d: %s", c, code, told)
		}
		if c.format != "json" {
			for _, want := range []string{"server dry-run", "untestable", "rung 5 of 7: synthetic pod; 1 not testable"} {
				if !strings.Contains(w.out.String(), want) {
					t.Errorf("no %q in\n%s", want, w.out.String())
				}
			}
			continue
		}
		want := fields{"rung": 0, "checks": []fields{{"step": 0, "object?": ref(), "rung": 0, "outcome": "", "cause?": "", "message": "", "warnings": []string{}, "conflicts": []fields{{}}}}}
		if c.preview {
			want["closed"], want["opened"] = []fields{finding()}, []fields{finding()}
		}
		got := decode(t, w.out.String()).(map[string]any)
		want.check(t, "", got)
		if _, there := got["closed"]; there != c.preview {
			t.Errorf("%+v: closed there: %v", c, there)
		}
	}
	if w.writer.calls > 0 {
		t.Error("something was written")
	}
	w.has(pod, true)
}

// TestReadOnly: the setting of a context holds for commands too, and settings that cannot be read may have said so.
func TestReadOnly(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	kube := filepath.Join(home, "kube")
	if err := os.WriteFile(kube, []byte("apiVersion: v1\nkind: Config\ncurrent-context: prod\nclusters: [{name: a, cluster: {server: \"https://127.0.0.1:1\"}}]\n"+
		"contexts: [{name: prod, context: {cluster: a}}, {name: test, context: {cluster: a}}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(home, "canopy"), 0o700); err != nil {
		t.Fatal(err)
	}
	undo := filepath.Join(home, "undo.yaml")
	file, err := newUndoFile(undo, "prod", time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	step := model.Step{Verb: model.Delete, Ref: model.KindByName("ConfigMap").Ref("shop", "x")}
	if err := file.keep(model.Plan{Steps: []model.Step{step}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ settings, context, want string }{
		{"contexts: {prod: {readOnly: true}}\n", "prod", "readOnly of this context"},
		{"contexts: {prod: {readOnly: true}}\n", "test", "connection refused"},
		{"readOnly: true\n", "test", "readOnly of this context"},
		{"readOnly: perhaps\n", "test", "cannot be read"},
		{"readOnly: [\n", "test", "cannot be read"},
		{"glow: perhaps\n", "test", "connection refused"},
		{"contexts: {prod: {read-only: true}}\n", "prod", "cannot be read"},
		{"contexts: {prod: {read-only: true}}\n", "test", "connection refused"},
		{"contexts: {prod: yes}\n", "prod", "cannot be read"},
		{"contexts: yes\n", "prod", "cannot be read"},
	} {
		if err := os.WriteFile(filepath.Join(home, "canopy", "config.yaml"), []byte(c.settings), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"fix", "--all", "--apply", "--yes"}, {"fix", "--all", "--dry-run"}, {"undo", undo, "--yes", "--any-context"}} {
			r := canopy(t, "", append(args, "--kubeconfig", kube, "--context", c.context)...)
			if r.code != 2 || !strings.Contains(r.err, c.want) {
				t.Errorf("%q %v on %s: %d: %s", c.settings, args, c.context, r.code, r.err)
			}
		}
	}
}
