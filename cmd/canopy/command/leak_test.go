package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"canopy/cmd/canopy/canarytest"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

// leaks is a capture with a credential in every place that can hold one, reports with more, and what was written of it.
type leaks struct {
	t       *testing.T
	planted *canarytest.Planted
	file    string
	// manifests is the same without what nobody applies.
	manifests string
	reports   string
	written   map[string]string
}

func newLeaks(t *testing.T) *leaks {
	t.Helper()
	dir := t.TempDir()
	l := &leaks{t: t, planted: canarytest.Plant(canarytest.NewValues(t), "shop"), file: filepath.Join(dir, "cluster.yaml"), reports: filepath.Join(dir, "reports"), written: map[string]string{}}
	l.manifests = filepath.Join(dir, "manifests.yaml")
	l.planted.Write(l.file, l.planted.Objects, l.planted.Custom, l.planted.Events)
	l.planted.Write(l.manifests, l.planted.Objects)
	if err := os.Mkdir(l.reports, 0o700); err != nil {
		t.Fatal(err)
	}
	l.planted.WriteTrivy(filepath.Join(l.reports, "trivy.json"))
	l.planted.WriteCosign(filepath.Join(l.reports, "cosign.json"))
	return l
}

// run runs a command line on the capture, keeps what it writes, and gives its standard output.
func (l *leaks) run(args ...string) string {
	l.t.Helper()
	name := strings.Join(args, " ")
	r := canopy(l.t, "", append(args, "-f", l.file, now)...)
	if r.code != 0 {
		l.t.Errorf("canopy %s: exit status %d: %s", name, r.code, r.err)
	}
	l.written[name+": standard output"], l.written[name+": standard error"] = r.out, r.err
	return r.out
}

// folder keeps all files of a folder.
func (l *leaks) folder(dir string) {
	l.t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		l.t.Errorf("%v, %v", entries, err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			l.t.Fatal(err)
		}
		l.written["the file "+e.Name()] = string(data)
	}
}

// absent looks for the values in all that was written.
func (l *leaks) absent() {
	l.t.Helper()
	spoken := false
	for name, text := range l.written {
		l.planted.Values.Absent(name, text)
		spoken = spoken || strings.Contains(text, "shop/Deployment/leaky")
	}
	if !spoken {
		l.t.Error("nothing that was written speaks of the Deployment at all: the test looks at nothing")
	}
	if data, err := os.ReadFile(l.file); err != nil || !l.planted.Values.Present(string(data)) {
		l.t.Errorf("the values would not be found where they are: %v", err)
	}
}

// TestNoValueComesOut plants credentials in every place, and looks for any part of them in all that the commands write, in all formats.
func TestNoValueComesOut(t *testing.T) {
	l := newLeaks(t)
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	logged := func(args ...string) []string { return append(args, "--log-file", log, "--log-level", "debug") }
	for _, format := range output.Scan() {
		l.run(logged("scan", "-o", string(format), "--reports", l.reports)...)
	}
	for _, format := range output.Common() {
		l.run(logged("images", "-o", string(format), "--reports", l.reports)...)
		l.run(logged("secrets", "-o", string(format), "--custom-resources", "--events")...)
	}
	for _, args := range [][]string{
		{"fix", "--all"}, {"fix", "--all", "--preview"}, {"fix", "--all", "--preview", "-o", "json"}, {"fix", "--all", "-o", "json"}, {"fix", "--all", "--out", filepath.Join(dir, "fix")},
		{"guard", "--all"}, {"guard", "--all", "--enforce"}, {"guard", "--all", "-o", "json"}, {"what-if", l.manifests}, {"what-if", l.manifests, "-o", "json"},
	} {
		l.run(logged(args...)...)
	}
	// The differences show what stands beside what they change. Nobody has manifests of Events, whose text is shown as it is.
	r := canopy(t, "", logged("fix", "--all", "--write", "--preview", "-f", l.manifests, now)...)
	l.written["the edit of the files"] = r.out + r.err
	for _, rule := range strings.Fields("SE01 SE03 SE04") {
		l.run(logged("fix", "--all", "--rule", rule)...)
		l.run(logged("fix", "--all", "--rule", rule, "--preview")...)
	}
	l.folder(filepath.Join(dir, "fix"))
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	l.written["the log"] = string(data)
	l.absent()
}

// TestNoValueIsExported looks for the values in what the dashboard writes.
func TestNoValueIsExported(t *testing.T) {
	l := newLeaks(t)
	d, report := openDesk(t, l.file)
	var findings []*model.Finding
	for f := range report.Findings.All() {
		findings = append(findings, f)
	}
	dir := filepath.Join(t.TempDir(), "exports")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.json", "a.yaml", "a.csv", "a.sarif", "a.junit.xml", "a.txt"} {
		if err := d.Export(filepath.Join(dir, name), report, findings); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	l.folder(dir)
	exposing := slices.DeleteFunc(slices.Clone(findings), func(f *model.Finding) bool { return !slices.Contains(exposureRules(), f.Rule.ID) })
	for i, list := range append([][]*model.Finding{findings}, singles(exposing)...) {
		fix, err := d.Fix(t.Context(), list)
		if err != nil {
			t.Errorf("fix %d: %v", i, err)
			continue
		}
		folder := filepath.Join(t.TempDir(), "fix")
		if err := d.ExportFix(folder, fix); err != nil {
			t.Errorf("fix %d: %v", i, err)
			continue
		}
		l.folder(folder)
		guard, err := d.Guard(t.Context(), list)
		if err == nil {
			text, _ := json.Marshal(guard)
			l.written["the guard"] = string(text)
		}
		for name, text := range l.written {
			l.planted.Values.Absent(name, text)
		}
	}
	if len(exposing) < 6 {
		t.Errorf("only %d findings on credentials", len(exposing))
	}
	if !strings.Contains(l.written["the file a.json"], `"Deployment"`) {
		t.Error("the export does not speak of the Deployment")
	}
}

func singles(findings []*model.Finding) (lists [][]*model.Finding) {
	for _, f := range findings {
		lists = append(lists, []*model.Finding{f})
	}
	return lists
}

// TestEveryPlaceIsTold: of each credential that was planted the place is told.
func TestEveryPlaceIsTold(t *testing.T) {
	l := newLeaks(t)
	p := l.planted
	told := func(out string) map[canarytest.Find]string {
		var d output.Secrets
		if err := json.Unmarshal([]byte(out), &d); err != nil {
			t.Fatal(err)
		}
		all := map[canarytest.Find]string{}
		for _, f := range d.Exposures {
			for _, e := range f.Evidence {
				all[canarytest.Find{Object: e.Object.Kind + "/" + e.Object.Name, Path: e.Path}] = e.Value
			}
		}
		return all
	}
	missing := func(all map[canarytest.Find]string, want []canarytest.Find) (list []canarytest.Find) {
		for _, w := range want {
			found := false
			for f := range all {
				found = found || f.Object == w.Object && strings.Contains(f.Path, w.Path)
			}
			if !found {
				list = append(list, w)
			}
		}
		return list
	}
	all := told(l.run("secrets", "-o", "json"))
	for _, f := range missing(all, p.Finds) {
		t.Errorf("nothing is told of %s %s", f.Object, f.Path)
	}
	for f := range all {
		// Annotations are looked at on every object that is read.
		if f.Object == canarytest.CustomKind+"/leaky" && !strings.Contains(f.Path, "annotations") {
			t.Errorf("a custom resource was looked at unasked: %s", f.Path)
		}
	}
	for _, f := range missing(told(l.run("secrets", "-o", "json", "--custom-resources")), p.CustomFinds) {
		t.Errorf("nothing is told of %s %s", f.Object, f.Path)
	}
	// Of Events in files only what they say of other objects is kept, which is said.
	if out := l.run("secrets", "-o", "json", "--events"); !strings.Contains(out, "Events were not looked at") {
		t.Errorf("nothing says that Events were not looked at: %s", out)
	}
	if t.Failed() {
		for f, value := range all {
			t.Log(f.Object, f.Path, value)
		}
	}
}
