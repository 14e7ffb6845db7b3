//go:build unix

package scanner

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"canopy/model"
	"canopy/model/record"
)

// reports writes files into a new folder.
func reports(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func imported(t *testing.T, s *Store, paths ...string) (scans []*record.Scan, signatures []*record.Signature, problems []string) {
	t.Helper()
	records, problems, err := s.Import(t.Context(), paths)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		switch r := r.(type) {
		case *record.Scan:
			scans = append(scans, r)
		case *record.Signature:
			signatures = append(signatures, r)
		}
	}
	return scans, signatures, problems
}

func store() *Store { return NewStore("", model.FixedClock(noon)) }

const cosignJSON = `[{"critical":{"identity":{"docker-reference":"registry.example/shop/web"},"image":{"docker-manifest-digest":"DIGEST"},"type":"cosign container image signature"},"optional":{"Subject":"me"}}]`

func TestImport(t *testing.T) {
	web := trivyJSON("registry.example/shop/web:1.4", digestB)
	folder := reports(t, map[string]string{
		"a/web.json":       web,
		"a/older.json":     strings.ReplaceAll(strings.ReplaceAll(web, "2026-10-01", "2026-09-01"), "HIGH", "LOW"),
		"b/api.json":       trivyJSON("registry.example/shop/api:1", digestC),
		"b/bad.json":       "{\"SchemaVersion\":2,\n\"Results\":7}",
		"b/future.json":    strings.ReplaceAll(trivyJSON("registry.example/shop/new:1", digestC), "2026-10-01", "2036-10-01"),
		"cosign.json":      strings.ReplaceAll(cosignJSON, "DIGEST", digestB),
		"README.md":        "no report",
		"package.json":     `{"name":"x"}`,
		"..data/more.json": trivyJSON("registry.example/shop/more:1", digestC),
	})
	outside := reports(t, map[string]string{"secret.json": trivyJSON("outside", digestC)})
	for link, to := range map[string]string{"out.json": filepath.Join(outside, "secret.json"), "folder": outside, "inside.json": "a/web.json", "dangling.json": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	s := store()
	scans, signatures, problems := imported(t, s, folder)
	images := map[string]*record.Scan{}
	for _, scan := range scans {
		images[scan.Image] = scan
	}
	if len(scans) != 4 || images["outside"] != nil {
		t.Errorf("%d scans: %v", len(scans), images)
	}
	newest := images["registry.example/shop/web:1.4"]
	if newest == nil || newest.Counts.High != 1 || newest.Origin != filepath.Join(folder, "a/web.json") {
		t.Fatalf("%+v", newest)
	}
	if f := images["registry.example/shop/new:1"]; f == nil || f.Scanned != 0 || !strings.Contains(f.Partial, "dated in the future") {
		t.Errorf("%+v", f)
	}
	if len(signatures) != 1 || !signatures[0].Verified || signatures[0].Digest != digestB || signatures[0].Identity != "me" {
		t.Errorf("%+v", signatures)
	}
	all := strings.Join(problems, "\n")
	for _, want := range []string{"b/bad.json:2: Results: want list, found number", "package.json:1: no report", "out.json: the link is not followed", "folder: the link is not followed", "dangling.json: the link is not followed"} {
		if !strings.Contains(all, filepath.Join(folder, want)) {
			t.Errorf("no problem %q in\n%s", want, all)
		}
	}
	if len(problems) != 5 {
		t.Errorf("%d problems:\n%s", len(problems), all)
	}
	for _, scan := range scans {
		if lines, err := s.Vulnerabilities(t.Context(), scan.Ref()); err != nil || len(lines) != 1 {
			t.Errorf("%s: %v, %v", scan.Image, lines, err)
		}
	}
}

// TestImportVEX holds that statements count wherever they stand, and for scans that come later.
func TestImportVEX(t *testing.T) {
	folder := reports(t, map[string]string{
		"web.json": trivyJSON("registry.example/shop/web:1.4", digestB),
		"z.vex":    `{"@context":"https://openvex.dev/ns/v0.2.0","author":"me","timestamp":"2026-09-01T00:00:00Z","statements":[{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:oci/web@` + digestB + `"}],"status":"not_affected","justification":"inline_mitigations_already_exist"}]}`,
	})
	f := newFake(t, "trivy", answer(t, versionJSON), answer(t, trivyJSON("registry.example/other/name:1", digestB)))
	s := f.options.Store
	scans, _, problems := imported(t, s, filepath.Join(folder, "z.vex"), folder)
	if len(problems) > 0 || len(scans) != 1 || scans[0].Counts.High != 0 || scans[0].Counts.Sum() != 0 {
		t.Fatalf("%+v, %v", scans, problems)
	}
	if x := scans[0].Excluded; x == nil || x.High != 1 || x.Sum() != 1 || !strings.HasSuffix(scans[0].ExcludedBy, "z.vex (me)") {
		t.Errorf("taken out are %+v by %q", x, scans[0].ExcludedBy)
	}
	check := func(ref model.Ref) {
		t.Helper()
		lines, err := s.Vulnerabilities(t.Context(), ref)
		if err != nil || len(lines) != 1 || lines[0].VEX != "not_affected" || lines[0].VEXReason != "inline_mitigations_already_exist" {
			t.Errorf("%+v, %v", lines, err)
		}
	}
	check(scans[0].Ref())
	got := &sink{}
	scanOne(t, f.find(), got)
	if scan := got.only(t); scan.Counts.Sum() != 0 {
		t.Errorf("%+v", scan.Counts)
	}
	check(got.only(t).Ref())
	// The cache holds what the scanner said, so that statements can change.
	if records := load(t, f.anew()); records[0].(*record.Scan).Counts.High != 1 {
		t.Error("the cache holds what statements said")
	}
}

// TestImportFutureVEX holds that a statement of the future, which would win over all that is said until then, does not count, and is told.
func TestImportFutureVEX(t *testing.T) {
	statement := func(at, status string) string {
		return `{"@context":"https://openvex.dev/ns/v0.2.0","author":"me","timestamp":"` + at + `","statements":[{"vulnerability":{"name":"CVE-1"},"products":[{"@id":"pkg:oci/web@` + digestB + `"}],"status":"` + status + `"}]}`
	}
	folder := reports(t, map[string]string{
		"a.json": trivyJSON("registry.example/shop/web:1.4", digestB), "later.vex": statement("2031-01-01T00:00:00Z", "not_affected"), "now.vex": statement("2026-09-01T00:00:00Z", "affected"),
	})
	f := newFake(t, "trivy", answer(t, versionJSON), "")
	scans, _, problems := imported(t, f.options.Store, folder)
	if len(scans) != 1 || scans[0].Counts.High != 1 || scans[0].Excluded != nil || len(problems) != 1 || !strings.Contains(problems[0], "later.vex: 1 statements of VEX are dated in the future") {
		t.Errorf("%+v, %v", scans, problems)
	}
}

func TestImportLimits(t *testing.T) {
	folder := reports(t, map[string]string{"good.json": trivyJSON("web", digestB)})
	long := filepath.Join(folder, "long.json")
	if err := os.WriteFile(long, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(long, maxFile+1); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "pipe.json"), 0o600); err != nil {
		t.Fatal(err)
	}
	scans, _, problems := imported(t, store(), folder)
	all := strings.Join(problems, "\n")
	if len(scans) != 1 || len(problems) != 2 || !strings.Contains(all, "long.json: longer than 256 MiB") || !strings.Contains(all, "pipe.json: is no regular file") {
		t.Errorf("%d scans, problems:\n%s", len(scans), all)
	}
	if data, err := readAll(strings.NewReader(strings.Repeat("x", 100)), "grown", 10, 50); err == nil {
		t.Errorf("a file that grows is read: %d bytes", len(data))
	}
	if data, err := readAll(strings.NewReader(strings.Repeat("x", 5000)), "grown", 10, 9000); err != nil || len(data) != 5000 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if _, _, err := store().Import(t.Context(), []string{filepath.Join(folder, "typo")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := store().Import(ctx, []string{folder}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestVulnerabilitiesChanged holds that other lines than those that were counted are never shown for them.
func TestVulnerabilitiesChanged(t *testing.T) {
	folder := reports(t, map[string]string{"web.json": trivyJSON("web", digestB)})
	s := store()
	scans, _, _ := imported(t, s, folder)
	path := filepath.Join(folder, "web.json")
	for _, text := range []string{trivyJSON("other", digestB), strings.ReplaceAll(trivyJSON("web", digestB), "11:00:00", "11:30:00"), "{"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if lines, err := s.Vulnerabilities(t.Context(), scans[0].Ref()); err == nil {
			t.Errorf("%v", lines)
		}
	}
	if _, err := s.Vulnerabilities(t.Context(), model.OwnKind("ImageScan").Ref("", "nobody")); !errors.Is(err, errUnknown) {
		t.Errorf("got %v", err)
	}
}

// TestNewest holds that an imported report that is newer stays over a result of the cache.
func TestNewest(t *testing.T) {
	f, _ := cached(t)
	folder := reports(t, map[string]string{"web.json": strings.ReplaceAll(strings.ReplaceAll(trivyJSON(target.Reference, digestB), "11:00:00", "11:45:00"), "HIGH", "CRITICAL")})
	s := f.anew()
	scans, _, _ := imported(t, s, folder)
	if records := load(t, s); len(records) != 0 {
		t.Errorf("an older result takes the place: %v", records)
	}
	got := &sink{}
	if p := scanOne(t, f.find(), got); !p.Cached || got.only(t).Scanned != scans[0].Scanned || got.only(t).Counts.Critical != 1 {
		t.Errorf("%+v", got.only(t))
	}
	if scans[0].Scanned != noon.Add(-15*time.Minute).Unix() {
		t.Errorf("%+v", scans[0])
	}
}
