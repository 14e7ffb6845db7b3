//go:build unix

package scanner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"canopy/model"
	"canopy/model/record"
)

// scanOne scans the target and gives the last progress.
func scanOne(t *testing.T, s *Scanner, into *sink) model.ScanProgress {
	t.Helper()
	var last model.ScanProgress
	if err := s.Scan(t.Context(), []model.ScanTarget{target}, func(p model.ScanProgress) { last = p }, into); err != nil {
		t.Fatal(err)
	}
	if last.Done != 1 || last.All != 1 || len(last.Running) != 0 || last.Target != target {
		t.Errorf("progress %+v", last)
	}
	return last
}

func TestReplay(t *testing.T) {
	f := newFake(t, "trivy", answer(t, versionJSON), "env > "+filepath.Join(t.TempDir(), "env")+"; pwd > /dev/null; echo noise >&2; "+answer(t, trivyJSON(target.Reference, digestB)))
	s, got := f.find(), &sink{}
	if p := scanOne(t, s, got); p.Err != nil || p.Cached {
		t.Fatalf("%+v", p)
	}
	scan := got.only(t)
	if scan.Failed != "" || scan.Version != "0.70.0" || scan.Counts.High != 1 || scan.Origin != "trivy "+target.Reference || scan.Database != noon.Add(-6*time.Hour).Unix() ||
		scan.Kind != model.OwnKind("ImageScan") || scan.Scanned != noon.Add(-time.Hour).Unix() {
		t.Errorf("%+v", scan)
	}
	want := "trivy image --format json --quiet --scanners vuln --timeout 1m20s --cache-backend memory -- " + target.Reference
	if asked := f.asked(); !strings.Contains(asked, want+"\n") {
		t.Errorf("asked %s, want %s", asked, want)
	}
	lines, err := f.options.Store.Vulnerabilities(t.Context(), scan.Ref())
	if err != nil || len(lines) != 1 || lines[0].ID != "CVE-1" {
		t.Errorf("lines %v, %v", lines, err)
	}
}

func TestGrype(t *testing.T) {
	report := fmt.Sprintf(`{"matches":[{"vulnerability":{"id":"CVE-2","severity":"Low"},"artifact":{"name":"a","version":"1"}}],"source":{"type":"image","target":{"userInput":%q,"manifestDigest":%q}},"descriptor":{"name":"grype","version":"0.121.2","timestamp":"2026-10-01T11:00:00Z","db":{"status":{"built":"2026-10-01T05:00:00Z"}}}}`, target.Reference, digestC)
	f := newFake(t, "grype", `case "$1" in db) echo '{"built":"2026-10-01T05:00:00Z","valid":true}';; *) echo '{"application":"grype","version":"0.121.2"}';; esac`, answer(t, report))
	s, got := f.find(), &sink{}
	// The manifest has another digest than the index, and the reference that was pulled proves both.
	if p := scanOne(t, s, got); p.Err != nil {
		t.Fatalf("%+v", p)
	}
	if scan := got.only(t); scan.Counts.Low != 1 || scan.Database != noon.Add(-7*time.Hour).Unix() {
		t.Errorf("%+v", scan)
	}
	if asked := f.asked(); !strings.Contains(asked, "grype registry:"+target.Reference+" -o json --quiet\n") {
		t.Errorf("asked %s", asked)
	}
	if p := scanOne(t, s, &sink{}); !p.Cached {
		t.Error("the result is not taken from the cache")
	}
}

// TestPlatform holds that the image for the nodes is asked for, and that a result is taken for no other platform.
func TestPlatform(t *testing.T) {
	f := newFake(t, "trivy", answer(t, versionJSON), answer(t, trivyJSON(target.Reference, digestB)))
	on := func(platform string) model.ScanProgress {
		t.Helper()
		to := target
		to.Platform = platform
		var last model.ScanProgress
		if err := f.find().Scan(t.Context(), []model.ScanTarget{to}, func(p model.ScanProgress) { last = p }, &sink{}); err != nil {
			t.Fatal(err)
		}
		return last
	}
	for _, platform := range []string{"linux/arm64", "linux/amd64", "linux/arm/v7"} {
		if p := on(platform); p.Err != nil || p.Cached {
			t.Errorf("%s: %+v", platform, p)
		}
		if asked := f.asked(); !strings.Contains(asked, " --platform "+platform+" -- "+target.Reference+"\n") {
			t.Errorf("asked %s", asked)
		}
	}
	for _, platform := range []string{"linux/arm64", "linux/amd64", "linux/arm/v7"} {
		if p := on(platform); !p.Cached {
			t.Errorf("%s is not in the cache", platform)
		}
	}
	if records := load(t, f.anew()); len(records) != 1 {
		// The fake tells the same digests for all, so that the records are of one image.
		t.Errorf("%d records", len(records))
	}
	for _, bad := range []string{"--help", "linux", "linux/", "linux/a b", "linux/a/b/c", "../x", "linux/AMD64"} {
		if p := on(bad); !errors.Is(p.Err, errPlatform) {
			t.Errorf("%q: %v", bad, p.Err)
		}
	}
	if asked := f.asked(); strings.Count(asked, "trivy image") != 3 {
		t.Errorf("asked %s", asked)
	}
	g := Scanner{name: grype}
	if got := strings.Join(g.arguments(model.ScanTarget{Reference: "a", Platform: "linux/arm64"}), " "); got != "registry:a -o json --quiet --platform linux/arm64" {
		t.Errorf("asks %s", got)
	}
}

// TestNothingFound holds that an answer without packages is a failure, and why.
func TestNothingFound(t *testing.T) {
	f := newFake(t, "trivy", answer(t, versionJSON), answer(t, `{"SchemaVersion":2,"ArtifactName":"registry.example/shop/web:1.4","ArtifactType":"container_image"}`))
	got := &sink{}
	if p := scanOne(t, f.find(), got); p.Err == nil || !strings.Contains(p.Err.Error(), "no packages were found") {
		t.Errorf("%+v", p)
	}
	if scan := got.only(t); scan.Counts != nil || !strings.Contains(scan.Failed, "no packages were found") {
		t.Errorf("%+v", scan)
	}
}

// TestPartKept holds that what is filtered stays so in the cache, and is no reason not to scan again.
func TestPartKept(t *testing.T) {
	report := fmt.Sprintf(`{"matches":[],"source":{"type":"image","target":{"userInput":%q,"manifestDigest":%q}},"descriptor":{"name":"grype","version":"0.121.2","timestamp":"2026-10-01T11:00:00Z","configuration":{"only-fixed":true},"db":{"status":{"built":"2026-10-01T05:00:00Z"}}}}`, target.Reference, digestC)
	f := newFake(t, "grype", `case "$1" in db) echo '{"built":"2026-10-01T05:00:00Z","valid":true}';; *) echo '{"application":"grype","version":"0.121.2"}';; esac`, answer(t, report))
	for range 2 {
		got := &sink{}
		if p := scanOne(t, f.find(), got); p.Err != nil || p.Cached {
			t.Errorf("%+v", p)
		}
		if scan := got.only(t); !scan.Filtered || scan.Counts != nil || scan.Partial == "" {
			t.Errorf("%+v", scan)
		}
		f.anew()
	}
	kept, err := f.options.Store.LoadCache(t.Context())
	if err != nil || len(kept) != 1 || !kept[0].(*record.Scan).Filtered {
		t.Errorf("kept %v, %v", kept, err)
	}
}

// TestSettingsOfPipelines holds that what a user has set for the scans of a pipeline changes no scan of ours, neither this one nor those
// that are served from the cache.
func TestSettingsOfPipelines(t *testing.T) {
	full := answer(t, trivyJSON(target.Reference, digestB))
	f := newFake(t, "trivy", answer(t, versionJSON), `[ "$TRIVY_SEVERITY" = CRITICAL ] && exit 7`+"\n"+full+"\nexit ${TRIVY_EXIT_CODE:-0}")
	f.options.Env = append(f.options.Env, "TRIVY_SEVERITY=CRITICAL", "TRIVY_EXIT_CODE=1")
	got := &sink{}
	if p := scanOne(t, f.find(), got); p.Err != nil || got.only(t).Failed != "" || got.only(t).Counts == nil {
		t.Errorf("%+v, %+v", p, got.only(t))
	}
}

// TestPlatformOfScan holds that results and failures tell the platform that was asked for, where the scanner tells none.
func TestPlatformOfScan(t *testing.T) {
	full := answer(t, trivyJSON(target.Reference, digestB))
	f := newFake(t, "trivy", answer(t, versionJSON), `case "$*" in *arm64*) echo "FATAL no manifest for linux/arm64" >&2; exit 1;; esac`+"\n"+full)
	amd, arm := target, target
	amd.Platform, arm.Platform = "linux/amd64", "linux/arm64/v8"
	got := &sink{}
	if err := f.find().Scan(t.Context(), []model.ScanTarget{amd, arm}, nil, got); err != nil {
		t.Fatal(err)
	}
	failed, ok := 0, 0
	for _, s := range got.scans {
		switch {
		case s.Failed != "" && s.Platform == "linux/arm64":
			failed++
		case s.Failed == "" && s.Platform == "linux/amd64":
			ok++
		}
	}
	if failed != 1 || ok != 1 {
		t.Errorf("%+v", got.scans)
	}
}

// TestFailures holds that whatever a scanner does ends in a record with a reason.
func TestFailures(t *testing.T) {
	flood := `while :; do echo 0123456789012345678901234567890123456789012345678901234567890123456789; done`
	for name, test := range map[string]struct{ script, reason string }{
		"crash":         {"kill -SEGV $$", "signal: segmentation fault"},
		"exit":          {"exit 3", "exit status 3"},
		"reason":        {`printf 'first\n\033[31mFATAL\033[0m pull https://user:hush@registry.example/x:\007 denied\n\n' >&2; exit 1`, "FATAL pull https://registry.example/x:? denied"},
		"flood":         {flood, "the program wrote more than is read: over 1 MiB"},
		"flood in vain": {"trap '' TERM PIPE; " + flood, "the program wrote more than is read: over 1 MiB"},
		"flood stderr":  {`i=0; while [ $i -lt 20000 ]; do echo "line $i 01234567890123456789012345678901234567890123456789" >&2; i=$((i+1)); done; exit 1`, "line 19999 01234567890123456789012345678901234567890123456789"},
		"no JSON":       {"echo hello", "its answer cannot be read"},
		"nothing":       {"exit 0", "the file is empty"},
		"truncated":     {`printf '{"SchemaVersion":2,"ArtifactName":"a'`, "the document ends in the middle"},
		"two":           {`echo '{"SchemaVersion":2,"ArtifactName":"a"}{"SchemaVersion":2,"ArtifactName":"b"}'`, "2 reports, want one"},
		"other kind":    {`echo '{"matches":[],"source":{"type":"image","target":{"userInput":"a"}},"descriptor":{}}'`, "no report of its own kind"},
		"hang":          {"sleep 600 & echo $! >> PIDS; wait", "no result within 1s"},
		"hang in vain":  {"trap '' TERM; sleep 600 & echo $! >> PIDS; (trap '' TERM; sleep 600) & echo $! >> PIDS; wait; sleep 600", "no result within 1s"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, "trivy", answer(t, versionJSON), "")
			f.program("trivy", answer(t, versionJSON), strings.ReplaceAll(test.script, "PIDS", f.pids))
			f.options.MaxOutput, f.options.Timeout = 1<<20, time.Second
			if strings.HasPrefix(name, "flood") {
				f.options.Timeout = 30 * time.Second
			}
			s, got := f.find(), &sink{}
			p := scanOne(t, s, got)
			if p.Err == nil || !strings.Contains(p.Err.Error(), test.reason) {
				t.Errorf("got %v, want %q", p.Err, test.reason)
			}
			scan := got.only(t)
			if scan.Failed != p.Err.Error() || scan.Counts != nil || scan.Listed || scan.Image != target.Reference || scan.Digests[0].Digest != digestB || scan.Scanned != noon.Unix() {
				t.Errorf("%+v", scan)
			}
			if _, err := f.options.Store.Vulnerabilities(t.Context(), scan.Ref()); !errors.Is(err, model.ErrNoVulnerabilities) {
				t.Errorf("lines of a failure: %v", err)
			}
		})
	}
}

// TestLeftBehind holds that what a scanner leaves running ends with it, and holds nothing up.
func TestLeftBehind(t *testing.T) {
	f := newFake(t, "trivy", answer(t, versionJSON), "")
	f.program("trivy", answer(t, versionJSON), "sleep 600 & echo $! >> "+f.pids+"; touch big.tmp $TMPDIR/other.tmp; "+answer(t, trivyJSON(target.Reference, digestB)))
	got := &sink{}
	if p := scanOne(t, f.find(), got); p.Err != nil || got.only(t).Counts.High != 1 {
		t.Errorf("%+v", p)
	}
}

// TestDigests holds what of an answer is taken for the image that runs.
func TestDigests(t *testing.T) {
	tagged := model.ScanTarget{Digest: digestB, Reference: "registry.example/shop/web:1.4"}
	for name, test := range map[string]struct {
		answer string
		err    error
		cached bool
	}{
		"proven":    {trivyJSON(tagged.Reference, digestB), nil, true},
		"other":     {trivyJSON(tagged.Reference, digestC), ErrOther, false},
		"no digest": {`{"SchemaVersion":2,"ArtifactName":"registry.example/shop/web:1.4","ArtifactType":"container_image","Results":[{"Class":"os-pkgs"}]}`, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, "trivy", answer(t, versionJSON), answer(t, test.answer))
			s, got := f.find(), &sink{}
			var p model.ScanProgress
			for range 2 {
				if err := s.Scan(t.Context(), []model.ScanTarget{tagged}, func(last model.ScanProgress) { p = last }, got); err != nil {
					t.Fatal(err)
				}
			}
			if !errors.Is(p.Err, test.err) || p.Cached != test.cached {
				t.Errorf("%+v", p)
			}
			scan := got.only(t)
			for _, d := range scan.Digests {
				if d.Digest == digestB && !test.cached {
					t.Errorf("the digest that runs is told of another image: %+v", scan)
				}
			}
			if scan.Failed != "" || scan.Image != tagged.Reference {
				t.Errorf("%+v", scan)
			}
		})
	}
}

// TestRecovery holds that a success takes the failure back, and that a failure leaves an earlier success.
func TestRecovery(t *testing.T) {
	f := newFake(t, "trivy", answer(t, versionJSON), "exit 1")
	s, got := f.find(), &sink{}
	scanOne(t, s, got)
	f.program("trivy", answer(t, versionJSON), answer(t, trivyJSON(target.Reference, digestB)))
	scanOne(t, s, got)
	if scan := got.only(t); scan.Failed != "" || got.drops != 1 {
		t.Errorf("%+v after %d drops", scan, got.drops)
	}
	if err := os.RemoveAll(filepath.Join(f.folder, "cache")); err != nil {
		t.Fatal(err)
	}
	f.program("trivy", answer(t, versionJSON), "exit 1")
	scanOne(t, s, got)
	if len(got.scans) != 2 {
		t.Errorf("%v", got.scans)
	}
}

func TestSeveral(t *testing.T) {
	f := newFake(t, "trivy", answer(t, versionJSON), "")
	// Each writes when it begins and ends, so that overlaps are seen.
	events := filepath.Join(f.folder, "events")
	f.program("trivy", answer(t, versionJSON), fmt.Sprintf(`for ref; do :; done
echo + >> %[1]s; sleep 0.1; echo - >> %[1]s
case $ref in *bad*) exit 1;; esac
echo '{"SchemaVersion":2,"ArtifactName":"'$ref'","ArtifactType":"container_image","Results":[{"Class":"os-pkgs"}]}'`, events))
	var targets []model.ScanTarget
	for i := range 9 {
		name := "app"
		if i%3 == 2 {
			name = "bad"
		}
		targets = append(targets, model.ScanTarget{Reference: fmt.Sprintf("r.example/%s:%d", name, i)})
	}
	targets = append(targets, model.ScanTarget{Reference: "--help"})
	got, failed, most := &sink{}, 0, 0
	var last model.ScanProgress
	err := f.find().Scan(t.Context(), targets, func(p model.ScanProgress) {
		if p.Done < last.Done || p.All != 10 {
			t.Errorf("progress %+v after %+v", p, last)
		}
		most = max(most, len(p.Running))
		if last = p; p.Err != nil {
			failed++
		}
	}, got)
	if err != nil || last.Done != 10 || failed != 4 || len(got.scans) != 10 || most != 2 {
		t.Errorf("%v: done %d, failed %d, %d records, %d at once", err, last.Done, failed, len(got.scans), most)
	}
	if strings.Contains(f.asked(), "--help") {
		t.Error("an option was given to the scanner")
	}
	data, err := os.ReadFile(events)
	if err != nil {
		t.Fatal(err)
	}
	running, highest := 0, 0
	for mark := range strings.FieldsSeq(string(data)) {
		if running--; mark == "+" {
			running += 2
		}
		highest = max(highest, running)
	}
	if highest != 2 || !strings.HasPrefix(string(data), "+\n-\n") {
		t.Errorf("%d ran at once, want 2 and the first alone:\n%s", highest, data)
	}
}

func TestCancel(t *testing.T) {
	f := newFake(t, "trivy", answer(t, versionJSON), "")
	f.program("trivy", answer(t, versionJSON), "sleep 600 & echo $! >> "+f.pids+"; wait")
	targets := []model.ScanTarget{target, {Reference: "b"}, {Reference: "c"}}
	ctx, cancel := context.WithCancel(t.Context())
	got, begun := &sink{}, time.Now()
	err := f.find().Scan(ctx, targets, func(p model.ScanProgress) {
		if len(p.Running) > 0 {
			time.AfterFunc(100*time.Millisecond, cancel)
		}
	}, got)
	if !errors.Is(err, context.Canceled) || len(got.scans) != 0 {
		t.Errorf("%v, %v: what was cancelled has not failed", err, got.scans)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestEnvironmentOfScan(t *testing.T) {
	f := newFake(t, "trivy", answer(t, versionJSON), "")
	seen := filepath.Join(f.folder, "env")
	f.program("trivy", answer(t, versionJSON), "env > "+seen+"; pwd >> "+seen+"; ls >> "+seen+"; exit 1")
	scanOne(t, f.find(), &sink{})
	data, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	env := string(data)
	if strings.Contains(env, "hush") || strings.Contains(env, "KUBECONFIG") || strings.Contains(env, "TRIVY_SEVERITY") || !strings.Contains(env, filepath.Join(f.folder, "tmp", "canopy-scan-")) {
		t.Errorf("the scanner sees:\n%s", env)
	}
}

var _ model.VulnerabilityReader = (*Store)(nil)
