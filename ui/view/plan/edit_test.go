package plan_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/plan"
)

// pen is an editor that does to a file what a test says.
type pen struct {
	t     testing.TB
	write func(text string) (string, error)
	// path is that of the file it was given last.
	path string
	runs int
}

func (p *pen) exec(c *exec.Cmd, done tea.ExecCallback) tea.Cmd {
	p.path = c.Args[len(c.Args)-1]
	p.runs++
	return func() tea.Msg {
		folder, err := os.Stat(filepath.Dir(p.path))
		if err != nil || folder.Mode().Perm() != 0o700 {
			p.t.Errorf("the folder: %v %v", folder.Mode(), err)
		}
		file, err := os.Stat(p.path)
		if err != nil || file.Mode().Perm() != 0o600 {
			p.t.Errorf("the file: %v %v", file.Mode(), err)
		}
		text, err := os.ReadFile(p.path)
		if err != nil {
			p.t.Fatal(err)
		}
		next, failure := p.write(string(text))
		if err := os.WriteFile(p.path, []byte(next), 0o600); err != nil {
			p.t.Fatal(err)
		}
		msg := done(failure)
		if _, err := os.Stat(filepath.Dir(p.path)); !errors.Is(err, os.ErrNotExist) {
			p.t.Errorf("the folder is there still: %v", err)
		}
		return msg
	}
}

// editing opens a plan with an editor.
func editing(t testing.TB, ids ...string) (*refusing, *pen, *driver) {
	w, shared := watch(t)
	p := &pen{t: t}
	shared.Editor, shared.Exec = []string{"ed", "-s"}, p.exec
	return w, p, open(t, w.Session, plan.New(shared, &plan.Ledger{}, ids, false), 120, 40)
}

func TestEdit(t *testing.T) {
	w, p, d := editing(t, privileged)
	p.write = func(text string) (string, error) {
		return strings.Replace(text, "privileged: null", "privileged: false", 1), nil
	}
	d.press("Dry-run")
	d.has("DIFFERENCE, BY THE SERVER")
	d.do(keys.Edit)
	if !strings.HasSuffix(p.path, "01-daemonset-data-backup-helper.yaml") {
		t.Errorf("edits %s", p.path)
	}
	// All is worked out anew, and the server was asked of something else.
	d.has("patch data/DaemonSet/backup-helper (edited)", "privileged: false", "DIFFERENCE, WORKED OUT HERE", "· may I", "closes  1 finding")
	d.press("Apply")
	d.press("Write 1 change")
	d.has("DONE")
	o, err := w.Object(t.Context(), ref("data/DaemonSet/backup-helper"))
	if err != nil || !strings.Contains(strings.Join(strings.Fields(string(must(o.MarshalJSON()))), ""), `"privileged":false`) {
		t.Errorf("written: %v %v", o, err)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestEditLosesNothing(t *testing.T) {
	_, p, d := editing(t, privileged, web)
	d.run(d.screen.Click(5, 4))
	same := func(text string) (string, error) { return text, nil }
	p.write = same
	d.do(keys.Edit)
	if !d.told("nothing was changed") {
		t.Errorf("told %+v", d.last())
	}
	// A text that is wrong is refused with its line, and offered again as it was left.
	p.write = func(text string) (string, error) { return text + "spec:\n  bogus: 1\n", nil }
	d.do(keys.Edit)
	if n, ok := d.last().(view.Note); !ok || !n.Bad || !strings.Contains(n.Text, "the text was not taken: line ") {
		t.Errorf("told %+v", d.last())
	}
	d.has("the edited text was not taken: line ", "E opens it again")
	d.lacks("(edited)")
	var offered string
	p.write = func(text string) (string, error) { offered = text; return text, nil }
	d.do(keys.Edit)
	if !strings.Contains(offered, "bogus: 1") {
		t.Errorf("offers %q", offered)
	}
	d.has("the edited text was not taken")
	// An editor that fails loses nothing either.
	p.write = func(text string) (string, error) { return text + "# more\n", errors.New("exit status 1") }
	d.do(keys.Edit)
	if !d.told("the editor: exit status 1") {
		t.Errorf("told %+v", d.last())
	}
	p.write = func(text string) (string, error) {
		offered = text
		return strings.Split(text, "spec:\n  bogus")[0], nil
	}
	d.do(keys.Edit)
	if !strings.Contains(offered, "# more") {
		t.Errorf("offers %q", offered)
	}
	d.lacks("the edited text was not taken")
	if p.runs != 5 {
		t.Errorf("%d editors", p.runs)
	}
}

func TestNoEditor(t *testing.T) {
	_, _, d := begin(t, 120, 40, privileged)
	d.do(keys.Edit)
	if !d.told("no editor: set VISUAL or EDITOR") {
		t.Errorf("told %+v", d.last())
	}
}

func TestLeaveOut(t *testing.T) {
	w, _, d := begin(t, 120, 40, privileged, hostPath, account, web)
	d.do(keys.Down, keys.Mark)
	d.has("▸ 2   patch shop/Deployment/web", "left out", "closes  3 findings")
	if got := d.screen.Crumbs(); got[1] != "2 of 3 changes for 4 findings" {
		t.Errorf("crumbs %q", got)
	}
	// The account is what the last document needs.
	d.do(keys.Up, keys.Mark)
	if n, ok := d.last().(view.Note); !ok || !n.Bad || !strings.Contains(n.Text, "cannot go without document 1") {
		t.Errorf("told %+v", d.last())
	}
	d.has("▸ 1 · create")
	d.do(keys.Export)
	d.answer("folder")
	if fix := w.ExportedFix["folder"]; fix == nil || len(fix.Documents) != 2 {
		t.Errorf("exported %+v", w.ExportedFix)
	}
	d.press("Apply")
	d.lacks("shop/Deployment/web")
	d.press("Write 2 changes")
	d.answer("apply")
	d.has("DONE")
	if w.Report().Findings.Get(web) == nil || w.Report().Findings.Get(privileged) != nil {
		t.Error("what was left out was done, or the rest was not")
	}
	_, _, d = begin(t, 120, 40, privileged)
	if o := d.screen.Can(keys.Mark); o.OK() || o.Why != "nothing would be left of the plan" {
		t.Errorf("the only document: %+v", o)
	}
	// What was left out comes back.
	_, _, d = begin(t, 120, 40, privileged, hostPath, account, web)
	d.do(keys.Down, keys.Mark, keys.Mark)
	d.has("▸ 2 · patch shop/Deployment/web", "closes  4 findings")
}

const proposed = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: web
        securityContext: {privileged: true}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: fresh, namespace: shop}
data: {a: b}
---
apiVersion: v1
kind: Pod
metadata: {name: [broken
`

// propose opens the plan of a text.
func propose(t testing.TB, data string, width, height int) (*refusing, *pen, *driver) {
	w, shared := watch(t)
	p := &pen{t: t}
	shared.Editor, shared.Exec = []string{"ed"}, p.exec
	return w, p, open(t, w.Session, plan.NewProposal(shared, &plan.Ledger{}, "shop.yaml", []byte(data)), width, height)
}

func TestProposal(t *testing.T) {
	w, p, d := propose(t, proposed, 120, 40)
	d.has("part of the text could not be taken: document 3", "patch shop/Deployment/web", "create shop/ConfigMap/fresh", "opens   ", "C PS01 Privileged container", "problem document 3", "nothing is sent before Dry-run or Apply")
	if got := d.screen.Crumbs(); got[0] != "plan" || got[1] != "2 changes of shop.yaml" {
		t.Errorf("crumbs %q", got)
	}
	for _, a := range []keys.Action{keys.Export, keys.Guard} {
		if o := d.screen.Can(a); o.OK() || o.Why == "" {
			t.Errorf("%s is offered: %+v", a, o)
		}
	}
	d.run(d.screen.Click(5, 4))
	d.do(keys.Copy)
	if c, ok := d.last().(view.Copy); !ok || !strings.Contains(c.Text, "kind: ") {
		t.Errorf("copies %+v", d.last())
	}
	// The text is edited as a whole.
	p.write = func(text string) (string, error) {
		return strings.Replace(strings.Replace(text, "privileged: true", "privileged: false", 1), "{name: [broken", "{name: mended, namespace: shop}\nspec: {containers: [{name: a, image: b}]}", 1), nil
	}
	d.do(keys.Edit)
	d.lacks("could not be taken", "C PS01 Privileged container")
	d.run(d.screen.Click(5, 4))
	d.has("privileged: false")
	d.press("Dry-run")
	d.has("✓ may I")
	d.press("Apply")
	d.has("WRITE ", "what it may break is not known")
	d.run(d.screen.Up())
	// A step can be left out.
	d.run(d.screen.Click(5, 2))
	d.do(keys.Mark)
	d.has("left out")
	if got := w.Asked(); len(got) != 3 {
		t.Errorf("asked %q", got)
	}
}

func TestProposalOfNothing(t *testing.T) {
	_, p, d := propose(t, "a: b\n", 120, 40)
	d.has("nothing in the text would change anything", "problem")
	p.write = func(string) (string, error) { return proposed, nil }
	d.do(keys.Edit)
	d.has("patch shop/Deployment/web")
	// A plan without steps has nothing to try or to write.
	_, _, d = propose(t, "a: b\n", 120, 40)
	d.press("Dry-run")
	if !d.told("Dry-run: there is no document") {
		t.Errorf("told %+v", d.last())
	}
}

func TestGuard(t *testing.T) {
	_, _, d := begin(t, 120, 40, privileged, naked)
	d.do(keys.Guard)
	d.has("WHAT KEEPS IT FROM COMING BACK", "Export writes these policies", "refuses what PS01", "kind: ValidatingAdmissionPolicy")
	d.do(keys.Copy)
	if c, ok := d.last().(view.Copy); !ok || !strings.Contains(c.Text, "ValidatingAdmissionPolicyBinding") {
		t.Errorf("copies %+v", d.last())
	}
	d.do(keys.Guard)
	d.has("WHAT IT WOULD DO")
}

func TestColumns(t *testing.T) {
	w, _, d := begin(t, 200, 50, web)
	bar := "│"
	if n := strings.Count(strings.Split(d.text(), "\n")[3], bar); n != 2 {
		t.Errorf("no columns at 200 cells:\n%s", d.text())
	}
	d.do(keys.Difference)
	if n := strings.Count(strings.Split(d.text(), "\n")[3], bar); n != 1 {
		t.Errorf("columns that are not wanted:\n%s", d.text())
	}
	d.do(keys.Difference)
	// At 120 cells the whole width is enough for columns.
	_, shared := w, w.Shared()
	shared.Session = w
	d = open(t, w.Session, plan.New(shared, &plan.Ledger{}, []string{web}, false), 120, 40)
	if n := strings.Count(strings.Split(d.text(), "\n")[3], bar); n != 1 {
		t.Errorf("columns at 120 cells:\n%s", d.text())
	}
	d.do(keys.Wide)
	if n := strings.Count(strings.Split(d.text(), "\n")[3], bar); n != 1 || strings.Contains(d.text(), "CHANGES") {
		t.Errorf("not wide:\n%s", d.text())
	}
	d.do(keys.NextPane)
	d.has("CHANGES", "WHAT IT WOULD DO")
	d.do(keys.PrevPane, keys.Wide)
	d.has("CHANGES")
}

func TestWordsAreMarked(t *testing.T) {
	_, _, d := propose(t, strings.Replace(strings.Split(proposed, "---")[0], "securityContext: {privileged: true}", "image: registry.example/shop/web:1.5", 1), 200, 50)
	drawn := d.screen.View()
	// What differs is reversed, and nothing else of the line is.
	if !strings.Contains(drawn, "registry.example/shop/web:1.") {
		t.Fatalf("no difference:\n%s", d.text())
	}
	at := strings.Index(drawn, "web:1.")
	if rest := drawn[at+len("web:1."):]; !strings.HasPrefix(rest, "\x1b[") || !strings.Contains(rest[:24], "7") {
		t.Errorf("not marked: %q", drawn[at:at+40])
	}
}
