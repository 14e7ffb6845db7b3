package command

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
)

// openDesk opens a capture as the dashboard does, judged and settled.
func openDesk(t *testing.T, path string) (*desk, *model.Report) {
	t.Helper()
	r := &run{streams: Streams{Logs: NewLogs(), Err: new(strings.Builder)}}
	root := r.root()
	if err := root.ParseFlags([]string{"-f", path, now}); err != nil {
		t.Fatal(err)
	}
	s, err := r.open(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	report, err := s.engine.Settle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &desk{session: s, run: r}, report
}

// TestExportIsWhatIsShown: a file has the findings that were on the screen with the evidence of then, also where the cluster
// has changed since.
func TestExportIsWhatIsShown(t *testing.T) {
	d, shown := openDesk(t, "testdata/shop")
	var findings []*model.Finding
	for f := range shown.Findings.All() {
		findings = append(findings, f)
	}
	want := output.NewReport(shown, d.rules, release, d.source.Locator(), output.Selection{}).Findings
	// All of it ends.
	var refs []model.Ref
	if err := d.read(t.Context(), func(c *cluster.Cluster) {
		for _, kind := range c.Kinds() {
			for record := range c.All(kind) {
				refs = append(refs, record.Ref())
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	for _, ref := range refs {
		d.engine.Change(model.Drop(ref))
	}
	later, err := d.engine.Settle(context.Background())
	if err != nil || later.Findings.Len() >= len(findings) {
		t.Fatalf("%d findings of %d stay: %v", later.Findings.Len(), len(findings), err)
	}
	path := filepath.Join(t.TempDir(), "out.json")
	slices.Reverse(findings)
	if err := d.Export(path, shown, findings); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got output.Document
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Report.Findings) != len(findings) || got.Report.Time != shown.Time.UTC().Format("2006-01-02T15:04:05Z07:00") {
		t.Fatalf("%d findings as of %s", len(got.Report.Findings), got.Report.Time)
	}
	located := 0
	for i := range want {
		f := &got.Report.Findings[i]
		if f.ID != want[i].ID || f.State != want[i].State || len(f.Evidence) != len(want[i].Evidence) {
			t.Errorf("%+v, want %+v", f, want[i])
			continue
		}
		for n, e := range f.Evidence {
			if w := want[i].Evidence[n]; e.File != w.File || e.Line != w.Line || e.Path != w.Path {
				t.Errorf("%s: %+v, want %+v", f.ID, e, w)
			}
			located += len(e.File)
		}
	}
	if located == 0 {
		t.Error("no evidence has a file")
	}
	if err := d.Export(path, shown, findings); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("the same file again: %v", err)
	}
	if err := d.Export(filepath.Join(t.TempDir(), "out.doc"), shown, findings); err == nil {
		t.Error("a name of no format")
	}
}

// TestDeskOfACapture: a capture is not written to, says what to do in its place, and gives guards, simulations and folders.
func TestDeskOfACapture(t *testing.T) {
	d, report := openDesk(t, "testdata/shop")
	const want = "a capture cannot be written to: canopy fix -f … --write edits the files"
	plan := model.Plan{}
	_, climb := d.Climb(t.Context(), plan, model.RungDryRun, nil)
	_, carry := d.CarryOut(t.Context(), plan, nil, nil, nil)
	for _, err := range []error{d.Writable(), climb, carry} {
		if err == nil || err.Error() != want {
			t.Error(err)
		}
	}
	finding, err := named(report, "PS01/shop/Deployment/web")
	if err != nil {
		t.Fatal(err)
	}
	guard, err := d.Guard(t.Context(), []*model.Finding{finding})
	if err != nil || len(guard.Policies) == 0 {
		t.Errorf("%v: %+v", err, guard)
	}
	found, err := d.Enforce(t.Context(), "shop", "restricted")
	if err != nil || len(found.Violators) == 0 || found.Version != "latest" {
		t.Errorf("%v: %+v", err, found)
	}
	proposed, err := d.Propose(t.Context(), []byte(bare))
	if err != nil || len(proposed.Plan.Steps) != 1 {
		t.Errorf("%v: %+v", err, proposed)
	}
	fix, err := d.Fix(t.Context(), []*model.Finding{finding})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "a", "fix")
	if err := d.ExportFix(folder, fix); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"fix.yaml", "rollback.yaml", "guard.yaml", "README.md"} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || name == "rollback.yaml" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v", err)
	}
	if err := d.ExportFix(folder, fix); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Error(err)
	}
}

func TestMinorOf(t *testing.T) {
	for server, want := range map[string]string{"v1.37.2": "v1.37", "1.37": "v1.37", "v1.31.4-eks-1": "v1.31", "v1.30+": "v1.30", "": "latest", "v2.1.0": "latest", "v1.x": "latest", "odd": "latest"} {
		if got := minorOf(server); got != want {
			t.Errorf("%q: %s, want %s", server, got, want)
		}
	}
}
