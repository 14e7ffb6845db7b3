package command

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"canopy/model"
)

var errBroken = errors.New("the connection broke")

// TestShownBeforeAsked: who is asked has seen what changes, with values masked, also of what is to be taken back.
func TestShownBeforeAsked(t *testing.T) {
	w := writable(t, shopPath(t), "yes\n")
	findings, fix := w.fixOf(pod)
	if code, said := w.apply(&fixFlags{overrideOwner: true}, findings, fix); code != 0 {
		t.Fatalf("%d: %s", code, said)
	}
	shown, _, asked := strings.Cut(w.err.String(), "type yes: ")
	if !asked || !strings.Contains(shown, "1 of 1: patch shop/Deployment/web:\n    @@ ") || !strings.Contains(shown, "    -") || !strings.Contains(shown, "privileged: true") {
		t.Errorf("%s", w.err.String())
	}
	undo, err := readUndo(standing)
	if err != nil {
		t.Fatal(err)
	}
	made := model.Step{Verb: model.Create, Ref: model.KindByName("Pod").Ref("shop", "back"), Body: []byte(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"back","namespace":"shop"},"spec":{"containers":[{"name":"c","image":"i","env":[{"name":"TOKEN","value":"s3cr3t-value"}]}]}}`)}
	undo.Plan.Steps = append(undo.Plan.Steps, made)
	w.has(pod, false)
	w.err.Reset()
	w.run.answers, w.run.streams.In = nil, strings.NewReader("no\n")
	flags := &undoFlags{format: "table", confirm: confirmFlags{wait: time.Minute}}
	if code, said := w.status(w.run.takeBack(t.Context(), w.session, flags, &undo)); code != 1 {
		t.Fatalf("%d: %s", code, said)
	}
	told := w.err.String()
	if !strings.Contains(told, "2 of 2: create shop/Pod/back:") || !strings.Contains(told, "name: TOKEN") || !strings.Contains(told, "    +") || strings.Contains(told, "s3cr3t-value") {
		t.Errorf("%s", told)
	}
}

// TestChangeText: where the trial knows nothing, what a step says by itself is shown, masked.
func TestChangeText(t *testing.T) {
	ref := model.KindByName("Deployment").Ref("shop", "web")
	for want, step := range map[string]model.Step{
		"changes /spec/replicas": {Verb: model.Patch, Ref: ref, PatchType: "application/json-patch+json", Body: []byte(`[{"op":"test","path":"/spec/replicas","value":1},{"op":"replace","path":"/spec/replicas","value":2}]`)},
		"hostNetwork: null":      {Verb: model.Patch, Ref: ref, PatchType: "application/strategic-merge-patch+json", Body: []byte(`{"spec":{"template":{"spec":{"hostNetwork":null,"containers":[{"name":"c","env":[{"name":"A","value":"s3cr3t-value"}]}]}}}}`)},
		"is not known":           {Verb: model.Delete, Ref: ref},
		"cannot be shown":        {Verb: model.Create, Ref: ref, Body: []byte("[")},
	} {
		if got := changeText(step, &model.StepTrial{}); !strings.Contains(got, want) || strings.Contains(got, "s3cr3t-value") {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestAskOwners: of what something else manages it is asked for each document, with the export first, before anything is tried.
func TestAskOwners(t *testing.T) {
	shop := shopPath(t)
	for answer, c := range map[string]struct {
		code, steps int
		said        string
	}{
		"export\nyes\n":   {1, 1, "1 change left to the source"},
		"\nyes\n":         {1, 1, "1 change left to the source"},
		"override\nyes\n": {0, 2, ""},
		"override\nno\n":  {1, 0, "nothing was written"},
	} {
		w := writable(t, shop, answer)
		findings, fix := w.fixOf(pod, "PS26//Namespace//shop")
		if len(fix.Documents) != 2 {
			t.Fatal(len(fix.Documents))
		}
		fix.Documents[1].ManagedBy, fix.Documents[1].Source = "Helm release web", "Change it in the chart."
		code, said := w.apply(&fixFlags{}, findings, fix)
		if code != c.code || !strings.Contains(said, c.said) || c.code == 0 && said != "" {
			t.Errorf("%q: %d: %s\n%s", answer, code, said, w.err.String())
		}
		if undo, err := readUndo(standing); c.steps > 0 && (err != nil || len(undo.Plan.Steps) != c.steps) {
			t.Errorf("%q: %v: %+v", answer, err, undo)
		}
		told := w.err.String()
		export, override := strings.Index(told, "export instead"), strings.Index(told, "or override")
		if export < 0 || override < export || strings.Count(told, "is managed by Helm release web") < 1 || !strings.Contains(told, "Change it in the chart.") {
			t.Errorf("%q: %s", answer, told)
		}
	}
	w := writable(t, shop, "export\n")
	findings, fix := w.fixOf(pod)
	fix.Documents[0].ManagedBy = "Helm release web"
	if code, said := w.apply(&fixFlags{}, findings, fix); code != 1 || !strings.Contains(said, "nothing was written: canopy fix --out") || w.writer.calls > 0 {
		t.Errorf("%d: %s", code, said)
	}
}

// TestBrokenTrial: what was found until the connection broke is printed, then why it went no further.
func TestBrokenTrial(t *testing.T) {
	shop := shopPath(t)
	w := writable(t, shop, "")
	w.writer.unsure, w.writer.broken = true, errBroken
	findings, fix := w.fixOf(pod)
	err := w.run.rehearse(t.Context(), w.session, rehearsal{format: "table", report: w.session.engine.Report(), plan: fix.Plan, preview: func() (*Preview, error) { return nil, nil }})
	if code, said := w.status(err); code != 2 || !strings.Contains(said, errBroken.Error()) || !strings.Contains(w.out.String(), "A webhook takes no dry run.") {
		t.Errorf("%d: %s: %s", code, said, w.out.String())
	}
	w.out.Reset()
	code, said := w.apply(&fixFlags{confirm: confirmFlags{yes: true}, outage: true, overrideOwner: true}, findings, fix)
	if code != 2 || !strings.Contains(said, errBroken.Error()) || !strings.Contains(w.out.String(), "A webhook takes no dry run.") || !strings.Contains(w.out.String(), "nothing was written") || w.writer.calls > 0 {
		t.Errorf("%d: %s: %s", code, said, w.out.String())
	}
}

// TestUndecided: of a finding that nobody can see any more it is not said that it has ended.
func TestUndecided(t *testing.T) {
	e := &errand{closes: []string{"a", "b"}, plan: model.Plan{Steps: []model.Step{{}}}}
	o := newOutcome("prod", e, &model.Trial{})
	o.take(model.Applied{Done: []bool{true}, Undecided: []string{"b"}})
	if len(o.Closed) != 1 || o.Closed[0] != "a" || len(o.Unknown) != 1 || o.Unknown[0] != "b" {
		t.Errorf("%+v", o)
	}
	if code, tell := status(o.verdict(nil)); code != 3 || !tell {
		t.Errorf("%d, %v", code, tell)
	}
	o.take(model.Applied{Done: []bool{true}, Undecided: []string{"b"}, Remaining: []string{"a"}})
	if code, _ := status(o.verdict(nil)); code != 1 {
		t.Errorf("%d", code)
	}
}

// TestStrictWantsAll: what was not seen cannot be told of, so that --strict is not content with it.
func TestStrictWantsAll(t *testing.T) {
	whole := &model.Report{Coverage: []model.Coverage{{State: model.Complete, Count: 1}}}
	part := &model.Report{Coverage: []model.Coverage{{State: model.Complete, Count: 1}, {State: model.Partial}}}
	for _, c := range []struct {
		report *model.Report
		strict bool
		want   int
	}{{whole, true, 0}, {part, true, 3}, {part, false, 0}} {
		f := &Rehearsal{trial: &model.Trial{}}
		if code, _ := status(f.verdict(c.strict, c.report)); code != c.want {
			t.Errorf("%+v: %d", c, code)
		}
		p := &Proposed{Rehearsal: Rehearsal{Preview: &Preview{}, trial: &model.Trial{}}}
		if code, _ := status(p.verdict(nil, c.strict, c.report)); code != c.want {
			t.Errorf("%+v: %d", c, code)
		}
	}
}

// TestReadOnlyFailsClosed: settings that cannot be read may have said that nothing is written, also to the dashboard.
func TestReadOnlyFailsClosed(t *testing.T) {
	for text, want := range map[string]string{"readOnly: perhaps\n": "cannot be read", "readOnly: [\n": "cannot be read", "contexts: yes\n": "cannot be read", "glow: perhaps\n": ""} {
		r, l := lookOf(t, text, "prod")
		err := r.readOnlyFor(l, "prod")
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", text, err)
		}
		if r, l := lookOf(t, text, "prod", "--read-only=false"); r.readOnlyFor(l, "prod") != nil {
			t.Errorf("%q: the flag does not hold", text)
		}
	}
	r, l := lookOf(t, "", "prod")
	config := filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "canopy", "config.yaml")
	if err := errors.Join(os.Remove(config), os.Mkdir(config, 0o700)); err != nil {
		t.Fatal(err)
	}
	if l = r.look(l.flags, "prod"); r.readOnlyFor(l, "prod") == nil {
		t.Error("a folder in the place of the file")
	}
}
