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
