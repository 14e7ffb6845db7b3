package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"canopy/cmd/canopy/output"
)

// counted are counts of vulnerabilities.
func counted() fields {
	return fields{"critical": 0, "high": 0, "medium": 0, "low": 0, "negligible": 0, "unknown": 0}
}

func TestImagesContract(t *testing.T) {
	out := must(t, "images", "-f", "testdata/images", "-o", "json", now)
	fields{
		"images": []fields{{
			"digest": "", "name": "", "refs": []string{}, "containers": 0, "pods": 0, "namespaces": []string{}, "verdict": "", "reason": "", "signature": "", "hygiene": []string{},
			"evidence": []fields{{"source": "", "time": "", "match": "", "counts": counted(), "verdict": ""}},
			"usedBy":   []fields{{"object": ref(), "container": "", "type": "", "ref": "", "pods": 0, "signature": ""}},
		}},
		"namespaces": []fields{{"namespace": "", "images": 0, "verdicts": fields{"scanned": 0, "stale": 0, "other-digest": 0, "failed": 0, "no-evidence": 0}, "exposedUnscanned": 0}},
		"unseen":     []string{},
	}.check(t, "", decode(t, out))

	var d output.Images
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]string{}
	for _, i := range d.Images {
		verdicts[i.Name] = string(i.Verdict)
		if !slices.Contains(strings.Fields("verified unproven not-required unknown"), string(i.Signature)) {
			t.Errorf("%s: signature %q", i.Name, i.Signature)
		}
		if i.Verdict != "scanned" && i.Reason == "" {
			t.Errorf("%s: no reason", i.Name)
		}
		if i.Verdict != "scanned" && i.Counts != nil {
			t.Errorf("%s is %s and has counts", i.Name, i.Verdict)
		}
	}
	if verdicts["registry.example/shop/web:1.4"] != "scanned" || verdicts["registry.example/proxy:latest"] != "no-evidence" || verdicts["registry.example/tools/job:2"] != "no-evidence" || len(verdicts) != 3 {
		t.Errorf("%v", verdicts)
	}
	if all := d.Namespaces[0]; all.Namespace != "*" || all.Images != 3 || all.Verdicts["scanned"] != 1 || all.Exposed != 1 {
		t.Errorf("%+v", all)
	}
}

// TestImagesOfANamespace shows what runs in a namespace, and ages a report.
func TestImagesOfANamespace(t *testing.T) {
	only := func(args ...string) output.Images {
		t.Helper()
		var d output.Images
		if err := json.Unmarshal([]byte(must(t, append([]string{"images", "-f", "testdata/images", "-o", "json"}, args...)...)), &d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := only(now, "-n", "tools"); len(d.Images) != 1 || d.Images[0].Name != "registry.example/tools/job:2" || len(d.Namespaces) != 1 || d.Namespaces[0].Namespace != "tools" {
		t.Errorf("%+v", d)
	}
	if d := only(now, "-n", "tools", "-n", "shop"); len(d.Images) != 3 {
		t.Errorf("%+v", d)
	}
	for _, args := range [][]string{{"--now=2026-11-24T14:00:00Z"}, {now, "--max-age", "1h"}} {
		d := only(append(args, "-n", "shop")...)
		i := slices.IndexFunc(d.Images, func(i output.Image) bool { return i.Name == "registry.example/shop/web:1.4" })
		if i < 0 || d.Images[i].Verdict != "stale" {
			t.Errorf("%v: %+v", args, d.Images)
		}
	}
	d := only("--now=2026-11-24T14:00:00Z", "--max-age", "48h", "-n", "shop")
	if i := slices.IndexFunc(d.Images, func(i output.Image) bool { return i.Verdict == "scanned" }); i < 0 {
		t.Errorf("%+v", d.Images)
	}
}

func TestSecretsContract(t *testing.T) {
	out := must(t, "secrets", "-f", "testdata/secrets.yaml", "-o", "json", now)
	fields{
		"exposures": []fields{finding()},
		"secrets": []fields{{"ref": ref(), "type": "", "age": "", "mountedBy": []fields{ref()}, "readBy": []fields{{"subject": "", "verbs": []string{}, "reach": "", "via": []fields{ref()}}}, "expires?": "", "findings": []string{},
			"usedBy": []fields{{"object": ref(), "how": "", "path": ""}}}},
		"certificates": []fields{{"object": ref(), "path": "", "subject": "", "until": "", "from": ""}}, "values": "", "unseen": []string{},
	}.check(t, "", decode(t, out))

	var d output.Secrets
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatal(err)
	}
	by := map[string]output.Secret{}
	for _, s := range d.Secrets {
		by[s.Ref.Name] = s
	}
	database, tls, gone := by["database"], by["site-tls"], by["gone"]
	if database.Readers == nil || *database.Readers != 2 || database.Keys == nil || *database.Keys != 1 || database.Age != "691d" || len(database.MountedBy) != 1 || database.MountedBy[0].Name != "web" {
		t.Errorf("%+v", database)
	}
	if tls.Expires == nil || *tls.Expires != "2026-12-01T00:00:00Z" || tls.Manager != "cert-manager" || !slices.ContainsFunc(tls.Findings, func(id string) bool { return strings.HasPrefix(id, "SE08/") }) {
		t.Errorf("%+v", tls)
	}
	if !gone.Missing || gone.Readers != nil || gone.Keys != nil || len(gone.UsedBy) != 1 {
		t.Errorf("%+v", gone)
	}
	if d.Values != "metadata" {
		t.Errorf("values %q", d.Values)
	}
	same, places := map[int]int{}, 0
	for _, f := range d.Exposures {
		for _, e := range f.Evidence {
			places++
			same[e.Same]++
		}
	}
	// The one value in three places has a number, the other none.
	if places != 4 || same[1] != 3 || same[0] != 1 {
		t.Errorf("%d places, by the number of their value: %v", places, same)
	}
}

func TestSecretsOfANamespace(t *testing.T) {
	var d output.Secrets
	if err := json.Unmarshal([]byte(must(t, "secrets", "-f", "testdata/secrets.yaml", "-o", "json", now, "-n", "tools")), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Secrets) != 0 || len(d.Exposures) != 1 || d.Exposures[0].Object.Namespace != "tools" || d.Certificates == nil {
		t.Errorf("%+v", d)
	}
	// A number would tell of a place that is not shown.
	for _, e := range d.Exposures[0].Evidence {
		if e.Same != 0 {
			t.Errorf("%+v", e)
		}
	}
}

// TestScansAreRepeatable: the same capture and the same moment give the same bytes.
func TestScansAreRepeatable(t *testing.T) {
	for _, command := range []string{"images", "secrets"} {
		for _, format := range output.Common() {
			args := []string{command, "-f", "testdata/images", "-f", "testdata/secrets.yaml", "-o", string(format), now}
			a := must(t, args...)
			if b := must(t, args...); a != b {
				t.Errorf("%s -o %s differs between two runs:\n%s\n%s", command, format, a, b)
			}
		}
	}
}

// TestScanUsage holds the exit statuses of both commands.
func TestScanUsage(t *testing.T) {
	empty := t.TempDir()
	for _, c := range []struct {
		args string
		want int
		told string
	}{
		{"images -f testdata/images", 0, ""},
		{"images -f testdata/images --strict", 0, ""},
		{"images -f testdata/spoilt.yaml --strict", 3, ""},
		{"images -f testdata/images -n void", 2, "there is no namespace \"void\""},
		{"images -f testdata/images -o sarif", 2, "want table, wide, json, yaml"},
		{"images -f testdata/images --max-age -1h", 2, "--max-age"},
		{"images -f testdata/images --max-age 0s", 2, "--max-age"},
		{"images -f testdata/images --registry-allow a//b", 2, "--registry-allow"},
		{"images -f testdata/images --reports " + filepath.Join(empty, "none"), 2, "--reports"},
		{"images -f testdata/images --scan --scanner " + filepath.Join(empty, "trivy"), 2, "--scan"},
		{"images -f testdata/images extra", 2, "unknown command"},
		{"secrets -f testdata/secrets.yaml", 0, ""},
		{"secrets -f testdata/secrets.yaml --strict", 3, ""},
		{"secrets -f testdata/secrets.yaml --strict --custom-resources", 0, ""},
		{"secrets -f testdata/secrets.yaml --strict --events", 3, ""},
		{"secrets -f testdata/secrets.yaml -n void", 2, "there is no namespace \"void\""},
		{"secrets -f testdata/secrets.yaml --inspect-secrets", 2, "--inspect-secrets"},
		{"secrets -f testdata/secrets.yaml --max-secret-age -1h", 2, "--max-secret-age"},
		{"secrets --reveal", 2, "unknown flag"},
	} {
		r := canopy(t, "", append(strings.Fields(c.args), now)...)
		if r.code != c.want || !strings.Contains(r.err, c.told) {
			t.Errorf("canopy %s: exit status %d, want %d; standard error %q, want %q", c.args, r.code, c.want, r.err, c.told)
		}
		if c.want == 2 && (r.out != "" || strings.Count(r.err, "\n") != 1) {
			t.Errorf("canopy %s: a failure is one line on standard error, not %q and %q", c.args, r.out, r.err)
		}
	}
}

// TestReportsOfFiles merges a report of a file with what the cluster says.
func TestReportsOfFiles(t *testing.T) {
	report := filepath.Join(t.TempDir(), "grype.json")
	if err := os.WriteFile(report, []byte(`{"matches":[{"vulnerability":{"id":"CVE-1","severity":"Critical"},"artifact":{"name":"a","version":"1"}}],
		"source":{"type":"image","target":{"userInput":"registry.example/proxy","manifestDigest":"sha256:`+strings.Repeat("3", 64)+`","repoDigests":["registry.example/proxy@sha256:`+strings.Repeat("3", 64)+`"]}},
		"descriptor":{"name":"grype","version":"0.121.2","timestamp":"2026-11-23T10:00:00Z"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var d output.Images
	if err := json.Unmarshal([]byte(must(t, "images", "-f", "testdata/images", "--reports", report, "-o", "json", now)), &d); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(d.Images, func(i output.Image) bool { return i.Name == "registry.example/proxy:latest" })
	if i < 0 || d.Images[i].Verdict != "scanned" || d.Images[i].Counts.Critical != 1 || !strings.Contains(d.Images[i].Evidence[0].File, "grype.json") {
		t.Errorf("%+v", d.Images)
	}
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte(`{"SchemaVersion": [`), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := canopy(t, "", "images", "-f", "testdata/images", "--reports", broken, now); !strings.Contains(r.err, "broken.json") {
		t.Errorf("exit status %d, %q", r.code, r.err)
	}
}
