package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"canopy/cmd/canopy/canarytest"
	"canopy/cmd/canopy/output"
)

// testScanner scans what nobody has scanned, with a program that plays Trivy, and again.
func (w *evidenceWorld) testScanner(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	program, asked := filepath.Join(dir, "trivy"), filepath.Join(dir, "asked")
	at := w.start.Format("2006-01-02T15:04:05Z07:00")
	script := `#!/bin/sh
echo "$*" >> ` + asked + `
case "$1" in version) echo '{"Version":"0.70.0","VulnerabilityDB":{"Version":2,"UpdatedAt":"` + at + `"}}'; exit;; esac
for last; do :; done
cat <<END
{"SchemaVersion":2,"CreatedAt":"` + at + `","ArtifactName":"$last","ArtifactType":"container_image",
 "Metadata":{"ImageID":"sha256:` + strings.Repeat("0a", 32) + `","RepoDigests":["${last%%:*}@${last##*@}"]},
 "Results":[{"Class":"os-pkgs","Type":"debian","Vulnerabilities":[{"VulnerabilityID":"CVE-2026-7","PkgName":"libssl","InstalledVersion":"1","Severity":"HIGH"}]}]}
END
`
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	scans := func() int {
		data, err := os.ReadFile(asked)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(data), "image --format json")
	}
	r := w.run("images", "--scan", "--scanner", program, "-o", "json")
	var d output.Images
	if err := json.Unmarshal([]byte(r.out), &d); err != nil || r.code != 0 {
		t.Fatalf("exit status %d, %v: %s", r.code, err, r.err)
	}
	for _, name := range strings.Fields("stale other failed silent") {
		if i := imageOf(t, &d, name); i.Verdict != "scanned" || i.Counts == nil || i.Counts.High != 1 {
			t.Errorf("%s: %s (%s), counts %+v", name, i.Verdict, i.Reason, i.Counts)
		}
	}
	// That of the pod that has not started is the fifth.
	if n := scans(); n != 5 || !strings.Contains(r.err, "Trivy 0.70.0 scans 5 images") {
		t.Errorf("%d images were scanned, want the 5 that were not: %q", n, r.err)
	}
	// What an earlier run has found counts, asked for or not. Only what has no digest is scanned again, since its tag may have moved.
	for _, args := range [][]string{{"images", "-o", "json"}, {"images", "--scan", "--scanner", program, "-o", "json"}} {
		w.must(&d, args...)
		if i := imageOf(t, &d, "silent"); i.Verdict != "scanned" || i.Counts == nil {
			t.Errorf("%v: %s (%s)", args, i.Verdict, i.Reason)
		}
	}
	if n := scans(); n != 6 {
		t.Errorf("%d scans after all, want 6", n)
	}
	for _, version := range []string{"0.69.4", "0.69.5", "0.69.6"} {
		bad := filepath.Join(t.TempDir(), "trivy")
		if err := os.WriteFile(bad, []byte("#!/bin/sh\necho '{\"Version\":\""+version+"\"}'\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("XDG_CACHE_HOME", t.TempDir())
		if r := w.run("images", "--scan", "--scanner", bad); r.code != 2 || !strings.Contains(r.err, "CVE-2026-33634") || !strings.Contains(r.err, version) || r.out != "" || strings.Count(r.err, "\n") != 1 {
			t.Errorf("%s: exit status %d: %s%s", version, r.code, r.out, r.err)
		}
	}
}

// testCanaries looks for the values in all that is written of the cluster.
func (w *evidenceWorld) testCanaries(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	reports := filepath.Join(dir, "reports")
	if err := os.Mkdir(reports, 0o700); err != nil {
		t.Fatal(err)
	}
	w.planted.WriteTrivy(filepath.Join(reports, "trivy.json"))
	w.planted.WriteCosign(filepath.Join(reports, "cosign.json"))
	log, archive := filepath.Join(dir, "log"), filepath.Join(dir, "cluster.tar.gz")
	logged := []string{"--log-file", log, "--log-level", "debug"}
	written := map[string]string{}
	run := func(args ...string) {
		t.Helper()
		r := w.run(append(args, logged...)...)
		if r.code != 0 {
			t.Errorf("canopy %v: exit status %d: %s", args, r.code, r.err)
		}
		written[strings.Join(args, " ")] = r.out + r.err
	}
	run("scan", "-o", "json", "--reports", reports)
	run("scan", "-o", "wide")
	for _, format := range output.Common() {
		run("secrets", "-o", string(format), "--inspect-secrets", "--custom-resources", "--events")
		run("images", "-o", string(format), "--reports", reports)
	}
	// A scanner whose reports hold what it has found in images: its results are kept in the cache.
	program := filepath.Join(dir, "trivy")
	script := "#!/bin/sh\ncase \"$1\" in version) echo '{\"Version\":\"0.70.0\",\"VulnerabilityDB\":{\"UpdatedAt\":\"2026-11-23T06:00:00Z\"}}'; exit;; esac\n" +
		"for last; do :; done\nsed \"s|" + canarytest.Digest + "|${last##*@}|\" " + filepath.Join(reports, "trivy.json") + "\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	run("images", "--scan", "--scanner", program, "-o", "wide")
	run("fix", "--all", "--preview", "-n", w.namespace)
	run("fix", "--all", "-n", w.namespace)
	run("fix", "--all", "-n", w.namespace, "-o", "json")
	run("guard", "--all")
	run("capture", "--out", archive)
	unpacked, err := exec.Command("tar", "-xzOf", archive).Output()
	if err != nil {
		t.Fatal(err)
	}
	written["the capture"] = string(unpacked)
	if !strings.Contains(written["the capture"], "leaky") {
		t.Error("the capture holds nothing of the namespace")
	}
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	written["the log"] = string(data)
	cached, err := filepath.Glob(filepath.Join(dir, "cache", "canopy", "scans", "*.json"))
	if err != nil || len(cached) < 4 {
		t.Errorf("the cache holds %v, %v", cached, err)
	}
	for _, path := range cached {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		written[path] = string(data)
	}
	for name, text := range written {
		w.planted.Values.Absent(name, text)
	}
	if len(written) < 15 {
		t.Errorf("looked at %d texts only", len(written))
	}
}
