package command

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"canopy/analysis/image"
	"canopy/cmd/canopy/output"
	"canopy/cmd/canopy/scanner"
	"canopy/model"
)

// TestImagesWithoutPods holds that workloads whose images are not in the list are told, and that scan judges what the list shows.
func TestImagesWithoutPods(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(file, []byte(`{apiVersion: v1, kind: Namespace, metadata: {name: x}}
---
{apiVersion: v1, kind: Pod, metadata: {namespace: x, name: p}, spec: {containers: [{name: app, image: "nginx:1.19"}]}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {namespace: x, name: d}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: app, image: "redis:7"}]}}}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	var d output.Images
	if err := json.Unmarshal([]byte(must(t, "images", "-f", file, "-o", "json", now)), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Images) != 1 || d.Images[0].Verdict != image.NoEvidence || !slices.Contains(d.Unseen, "1 workload has no pods here: its images are not in this list") {
		t.Errorf("%+v", d)
	}
	if r := canopy(t, "", "images", "-f", file, "--strict", now); r.code != 3 {
		t.Errorf("--strict: %d", r.code)
	}
	if out := must(t, "scan", "-f", file, "--rule", "IM08", now); !strings.Contains(out, "x/Pod/p") {
		t.Errorf("scan says\n%s", out)
	}
}

// TestScanTally holds that each scan that is done is told, and what came to nothing counted by its kind.
func TestScanTally(t *testing.T) {
	var said []string
	c := scanTally{all: 4, warn: func(line string) { said = append(said, line) }}
	target := model.ScanTarget{Reference: "a:1", Platform: "linux/arm64"}
	c.take(model.ScanProgress{Target: target, All: 4})
	c.take(model.ScanProgress{Target: target, Done: 1, All: 4})
	c.take(model.ScanProgress{Target: target, Done: 2, All: 4, Cached: true})
	c.take(model.ScanProgress{Target: target, Done: 3, All: 4, Err: errors.New("boom")})
	c.take(model.ScanProgress{Target: target, Done: 4, All: 4, Err: scanner.ErrOther})
	want := []string{"canopy: 1 of 4: a:1 for linux/arm64: scanned", "canopy: 2 of 4: a:1 for linux/arm64: scanned before", "canopy: 3 of 4: a:1 for linux/arm64: boom"}
	if len(said) != 4 || !slices.Equal(said[:3], want) {
		t.Errorf("%q", said)
	}
	if got := c.sum(); got != "1 of 4 scans gave no result; 1 of 4 scans were of an image of other digests than the one that runs" {
		t.Error(got)
	}
}
