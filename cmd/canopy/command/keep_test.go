package command

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/ui"
)

// telling is a writer that says before each step what takes it back, and then does what a test says.
type telling struct {
	model.Writer
	// then is called once it was said; an error is what the step comes to.
	then func(ctx context.Context) error
}

func (w *telling) Apply(ctx context.Context, plan model.Plan, trial *model.Trial, progress func(model.Check)) (model.Applied, error) {
	back := model.Plan{Title: "Undo: " + plan.Title, Steps: []model.Step{{Verb: model.Patch, Ref: plan.Steps[0].Ref, PatchType: types.JSONPatchType, Body: []byte(`[{"op":"remove","path":"/metadata/labels"}]`), IfDone: true}}}
	progress(model.Check{Rung: model.RungApplied, Undo: &back})
	if err := w.then(ctx); err != nil {
		return model.Applied{Undo: back, Done: make([]bool, len(plan.Steps))}, &model.StepError{Ref: plan.Steps[0].Ref, Message: "It was stopped.", Err: err}
	}
	return w.Writer.Apply(ctx, plan, trial, progress)
}

// TestKeptBeforeItIsSent: the file takes back what is about to be sent before that happens, and all that was done after it.
func TestKeptBeforeItIsSent(t *testing.T) {
	w := writable(t, shopPath(t), "")
	findings, fix := w.fixOf(pod)
	told := false
	w.writer.Writer = &telling{w.writer.Writer, func(context.Context) error {
		told = true
		undo, err := readUndo(standing)
		if err != nil || len(undo.Plan.Steps) != 1 || !undo.Plan.Steps[0].IfDone || undo.Context != "prod" {
			t.Errorf("%v: %+v", err, undo)
		}
		if info, err := os.Stat(standing); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v: %v", info, err)
		}
		return nil
	}}
	if code, said := w.apply(&fixFlags{confirm: confirmFlags{yes: true}, outage: true, overrideOwner: true}, findings, fix); code != 0 || !told {
		t.Fatalf("%d: %s", code, said)
	}
	if undo, err := readUndo(standing); err != nil || len(undo.Plan.Steps) != 1 || undo.Plan.Steps[0].IfDone {
		t.Errorf("%v: %+v", err, undo)
	}
	if files, err := os.ReadDir("."); err != nil || len(files) != 1 {
		t.Errorf("%v: %v", files, err)
	}
}

// TestNotKeptNotDone: what cannot be kept is not done, and the plan stops.
func TestNotKeptNotDone(t *testing.T) {
	w := writable(t, shopPath(t), "")
	findings, fix := w.fixOf(pod)
	if err := os.Mkdir("gone", 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	inner := w.writer.Writer
	w.writer.Writer = &telling{inner, func(ctx context.Context) error { return ctx.Err() }}
	path := filepath.Join("gone", "undo.yaml")
	// Its folder goes once the plan has begun.
	w.writer.before = func() {
		if err := os.RemoveAll("gone"); err != nil {
			t.Error(err)
		}
	}
	code, said := w.apply(&fixFlags{confirm: confirmFlags{yes: true, undo: path}, outage: true, overrideOwner: true}, findings, fix)
	if code != 1 || !strings.Contains(said, "could not be kept") || !strings.Contains(said, "0 of 1 steps were done") {
		t.Errorf("%d: %s", code, said)
	}
	w.has(pod, true)
}

// TestKeeperElsewhere: where the folder goes away, what was kept goes to another.
func TestKeeperElsewhere(t *testing.T) {
	folder, other := filepath.Join(t.TempDir(), "a"), t.TempDir()
	t.Setenv("TMPDIR", other)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	var told []string
	k, err := newKeeper(filepath.Join(folder, "undo.yaml"), "prod", time.Unix(0, 0), func(s string) { told = append(told, s) })
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	plan := model.Plan{Steps: []model.Step{{Verb: model.Delete, Ref: model.KindByName("ConfigMap").Ref("shop", "x")}}}
	for range 2 {
		if path, err := k.end(plan); err != nil || filepath.Dir(*path) != other || len(told) != 1 {
			t.Errorf("%v: %v: %v", path, err, told)
		}
	}
}

// TestUndoWithNothingToTakeBack: a file may hold a step that was never done, since the connection broke before the answer. It takes the
// rest back.
func TestUndoWithNothingToTakeBack(t *testing.T) {
	w := writable(t, shopPath(t), "")
	findings, fix := w.fixOf(pod)
	if code, said := w.apply(&fixFlags{confirm: confirmFlags{yes: true}, outage: true, overrideOwner: true}, findings, fix); code != 0 {
		t.Fatalf("%d: %s", code, said)
	}
	w.has(pod, false)
	undo, err := readUndo(standing)
	if err != nil {
		t.Fatal(err)
	}
	never := model.Step{Verb: model.Delete, Ref: model.KindByName("NetworkPolicy").Ref("shop", "never-made"), IfDone: true}
	undo.Plan.Steps = append([]model.Step{never}, undo.Plan.Steps...)
	flags := &undoFlags{format: "table", confirm: confirmFlags{yes: true, undo: "redo.yaml", wait: time.Minute}}
	if code, said := w.status(w.run.takeBack(t.Context(), w.session, flags, &undo)); code != 0 {
		t.Fatalf("%d: %s\n%s", code, said, w.out.String())
	}
	w.has(pod, true)
}

// leftDesk is a desk on a cluster that is written to, of a dashboard that is up.
func leftDesk(t *testing.T) (*written, *desk, model.Plan) {
	t.Helper()
	w := writable(t, shopPath(t), "")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	w.run.writes = &writes{}
	w.session.source.Live = true
	_, fix := w.fixOf(pod)
	return w, &desk{session: w.session, run: w.run}, fix.Plan
}

// journals lists the undo files of the state folder.
func journals(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(os.Getenv("XDG_STATE_HOME"), "canopy", "canopy-undo-*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestLeftWhileWriting: who leaves while something is being written finds what takes it back in a file, and is told of it.
func TestLeftWhileWriting(t *testing.T) {
	w, d, plan := leftDesk(t)
	begun, ended := make(chan struct{}), make(chan error, 1)
	w.writer.Writer = &telling{w.writer.Writer, func(ctx context.Context) error {
		close(begun)
		<-ctx.Done()
		return ctx.Err()
	}}
	go func() {
		_, err := d.CarryOut(t.Context(), plan, nil, nil, nil)
		ended <- err
	}()
	<-begun
	if list := journals(t); len(list) != 1 {
		t.Errorf("while it is written: %v", list)
	}
	w.run.leaveNothing(false)
	if err := <-ended; err == nil {
		t.Error("the writer was not stopped")
	}
	list := journals(t)
	if len(list) != 1 || !strings.Contains(w.err.String(), "canopy undo "+list[0]) {
		t.Fatalf("%v: %s", list, w.err.String())
	}
	if info, err := os.Stat(list[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v: %v", info, err)
	}
	if undo, err := readUndo(list[0]); err != nil || len(undo.Plan.Steps) != 1 || undo.Context != "prod" {
		t.Errorf("%v: %+v", err, undo)
	}
	if _, err := d.CarryOut(t.Context(), plan, nil, nil, nil); !errors.Is(err, errOver) {
		t.Errorf("begun after the end: %v", err)
	}
}

// TestLeftAfterWriting: what was written and is in no file is saved where a signal ends the program; what was saved, or taken back, or
// what the user was warned of, is not.
func TestLeftAfterWriting(t *testing.T) {
	for _, c := range []struct {
		name   string
		broken bool
		then   func(d *desk, undo model.Plan) error
		want   int
	}{
		{"a signal", true, nil, 1},
		{"left by a key", false, nil, 0},
		{"saved", true, func(d *desk, undo model.Plan) error { return d.ExportUndo("mine.yaml", undo) }, 0},
		// What takes that back in turn is in no file either.
		{"taken back", true, func(d *desk, undo model.Plan) error {
			_, err := d.CarryOut(context.Background(), undo, nil, nil, nil)
			return err
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, d, plan := leftDesk(t)
			applied, err := d.CarryOut(t.Context(), plan, nil, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.then != nil {
				if err := c.then(d, applied.Undo); err != nil {
					t.Fatal(err)
				}
			}
			if list := journals(t); len(list) > 0 {
				t.Errorf("while the screen is up: %v", list)
			}
			w.run.leaveNothing(c.broken)
			if list := journals(t); len(list) != c.want {
				t.Errorf("%v: %s", list, w.err.String())
			}
		})
	}
}

// TestPanicWhileWriting: what a writer that panics has begun can be taken back.
func TestPanicWhileWriting(t *testing.T) {
	w, d, plan := leftDesk(t)
	w.writer.Writer = &telling{w.writer.Writer, func(context.Context) error { panic(onPurpose) }}
	func() {
		defer rescue(func(*ui.PanicError) {})
		_, _ = d.CarryOut(t.Context(), plan, nil, nil, nil)
	}()
	if list := journals(t); len(list) != 1 {
		t.Errorf("%v", list)
	}
	w.run.leaveNothing(true)
	if list := journals(t); len(list) != 1 || !strings.Contains(w.err.String(), "canopy undo "+list[0]) {
		t.Errorf("%v: %s", list, w.err.String())
	}
}

// TestExportUndoLeavesNoHalf: what cannot be written whole leaves no file.
func TestExportUndoLeavesNoHalf(t *testing.T) {
	_, d, _ := leftDesk(t)
	odd := model.Plan{Steps: []model.Step{{Verb: model.Create, Ref: model.KindByName("ConfigMap").Ref("shop", "x"), Body: []byte("no JSON")}}}
	if err := d.ExportUndo("undo.yaml", odd); err == nil {
		t.Error("it was written")
	}
	if files, err := os.ReadDir("."); err != nil || len(files) > 0 {
		t.Errorf("%v: %v", files, err)
	}
}

// TestReaderGoesAway: whoever reads what is told may go away while a plan is carried out; what was begun is ended, and kept.
func TestReaderGoesAway(t *testing.T) {
	const marker = "CANOPY_TEST_READER_GONE"
	if shop := os.Getenv(marker); shop != "" {
		w := writable(t, shop, "")
		findings, fix := w.fixOf(pod)
		w.run.streams.Err, w.run.streams.Out = os.Stderr, os.Stdout
		flags := &fixFlags{confirm: confirmFlags{yes: true, undo: os.Getenv(marker + "_UNDO")}, outage: true, overrideOwner: true}
		// Only what is told while it is written goes to nobody: before, the signal may end the program.
		w.writer.before = func() {
			_ = os.NewFile(3, "ready").Close()
			_, _ = os.NewFile(4, "go").Read(make([]byte, 1))
		}
		code, _ := w.apply(flags, findings, fix)
		if err := os.WriteFile(os.Getenv(marker+"_UNDO")+".ended", []byte(strconv.Itoa(code)), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	undo := filepath.Join(t.TempDir(), "undo.yaml")
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestReaderGoesAway$")
	c.Env = append(os.Environ(), marker+"="+shopPath(t), marker+"_UNDO="+undo)
	told, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ready, readyEnd, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	goEnd, start, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdout, c.Stderr, c.ExtraFiles = theirs, theirs, []*os.File{readyEnd, goEnd}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = errors.Join(theirs.Close(), readyEnd.Close(), goEnd.Close())
	go func() { _, _ = io.Copy(io.Discard, told) }()
	_, _ = ready.Read(make([]byte, 1))
	_ = told.Close()
	_ = start.Close()
	// What the test says of itself goes to nobody too, and may end it.
	_ = c.Wait()
	if _, err := os.Stat(undo + ".ended"); err != nil {
		t.Errorf("it did not come to its end: %v", err)
	}
	back, err := readUndo(undo)
	if err != nil || len(back.Plan.Steps) != 1 {
		t.Errorf("%v: %+v", err, back)
	}
}
