package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"canopy/model"
	"canopy/model/record"
)

var update = flag.Bool("update", false, "write the golden files anew")

// seen is what a golden file shows of a report.
type seen struct {
	Error      []string     `json:"error,omitempty"`
	Scans      []seenScan   `json:"scans,omitempty"`
	Signatures []seenRecord `json:"signatures,omitempty"`
	Statements []Statement  `json:"statements,omitempty"`
}

type seenScan struct {
	Name            string
	Record          map[string]any
	Vulnerabilities []model.Vulnerability
}

type seenRecord struct {
	Name   string
	Record map[string]any
}

// plain is a record without its metadata and what is empty in it.
func plain(t *testing.T, r any) map[string]any {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"Kind", "Namespace", "UID", "ResourceVersion", "Labels", "Annotations", "Created", "Deleted", "Changed", "Writer", "Owner", "Written", "LastApplied", "Workload", "Name", "name"} {
		delete(all, key)
	}
	for key, value := range all {
		if value == nil || value == "" || value == false || value == 0.0 {
			delete(all, key)
		}
	}
	return all
}

func files(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.json", "*.ndjson", "*.sarif"} {
		found, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) < 18 {
		t.Fatalf("only %d reports", len(names))
	}
	return names
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestGolden(t *testing.T) {
	for _, name := range files(t) {
		base := filepath.Base(name)
		t.Run(base, func(t *testing.T) {
			r, err := Read(t.Context(), base, read(t, name))
			var got seen
			if err != nil {
				got.Error = strings.Split(err.Error(), "\n")
			}
			for _, s := range r.Scans {
				got.Scans = append(got.Scans, seenScan{s.Name, plain(t, s.Scan), s.Vulnerabilities})
			}
			for _, s := range r.Signatures {
				got.Signatures = append(got.Signatures, seenRecord{s.Name, plain(t, s)})
			}
			got.Statements = r.Statements
			var out bytes.Buffer
			e := json.NewEncoder(&out)
			e.SetEscapeHTML(false)
			e.SetIndent("", " ")
			if err := e.Encode(got); err != nil {
				t.Fatal(err)
			}
			golden := name + ".golden"
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := string(read(t, golden)); want != out.String() {
				t.Errorf("reads %s otherwise than %s:\n%s", name, golden, out.String())
			}
		})
	}
}

// TestNotWhole holds that what does not show that all was looked at counts nothing.
func TestNotWhole(t *testing.T) {
	grype := string(read(t, filepath.Join("testdata", "grype-image.json")))
	sarif := `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Trivy"}},"properties":{"imageName":"a:1","imageID":"sha256:` + strings.Repeat("a1", 32) + `"},"results":[]}]}`
	for name, test := range map[string]struct {
		data, failed, partial string
		lines                 int
	}{
		"Trivy without packages": {string(read(t, filepath.Join("testdata", "trivy-empty.json"))), "no packages were found in the image: whether any were looked for is not told", "", 0},
		"Trivy's SARIF of none":  {sarif, "does not tell whether any were looked for", "it does not tell when it was made", 0},
		"Grype only of fixed":    {strings.Replace(grype, `"only-fixed": false`, `"only-fixed": true`, 1), "", "what has no fix was left out when it was made", 4},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Read(t.Context(), "x", []byte(test.data))
			if err != nil || len(r.Scans) != 1 {
				t.Fatalf("%d scans, %v", len(r.Scans), err)
			}
			s := r.Scans[0]
			if s.Counts != nil || !strings.Contains(s.Failed, test.failed) || (s.Failed == "") != (test.failed == "") || !strings.Contains(s.Partial, test.partial) ||
				s.Filtered != (test.failed == "") || s.Listed != (test.failed == "") || len(s.Vulnerabilities) != test.lines {
				t.Errorf("%+v with %d lines", s.Scan, len(s.Vulnerabilities))
			}
		})
	}
}

// TestForms holds the facts that goldens could be updated away from.
func TestForms(t *testing.T) {
	a, b, c, m := "sha256:"+strings.Repeat("a1", 32), "sha256:"+strings.Repeat("b2", 32), "sha256:"+strings.Repeat("c3", 32), "sha256:"+strings.Repeat("d4", 32)
	for _, test := range []struct {
		file, image string
		digests     []record.ScanDigest
		counts      record.Counts
		lines       int
		partial     string
	}{
		{"trivy-image.json", "registry.example/shop/web:1.4", []record.ScanDigest{{Digest: a, Of: record.OfConfig}, {Digest: b}}, record.Counts{Critical: 1, High: 1, Unknown: 1}, 4, "1 findings were suppressed when it was made"},
		{"trivy-archive.json", "", []record.ScanDigest{{Digest: a, Of: record.OfConfig}}, record.Counts{}, 0, ""},
		{"grype-image.json", "docker.io/library/nginx:1.29", []record.ScanDigest{{Digest: a, Of: record.OfConfig}, {Digest: m, Of: record.OfManifest}, {Digest: b}}, record.Counts{Critical: 1, Medium: 1, Negligible: 1}, 4, "1 findings were ignored when it was made"},
		{"grype-archive.json", "registry.example/shop/web:1.4", []record.ScanDigest{{Digest: a, Of: record.OfConfig}, {Digest: m, Of: record.OfManifest}}, record.Counts{}, 0, ""},
		{"trivy.sarif", "registry.example/shop/web:1.4", []record.ScanDigest{{Digest: a, Of: record.OfConfig}, {Digest: b}}, record.Counts{Critical: 1, Low: 1}, 2, "it does not tell when it was made"},
		{"grype.sarif", "nginx:1.29", nil, record.Counts{Critical: 1}, 1, "SARIF of Grype carries no digest: it is matched by its reference; it does not tell when it was made"},
		{"trivy-1.6.cdx.json", "registry.example/shop/web:1.4", []record.ScanDigest{{Digest: b}, {Digest: a, Of: record.OfConfig}}, record.Counts{Low: 1, Unknown: 2}, 4, ""},
		{"grype-1.7.cdx.json", "docker.io/library/nginx:1.29", []record.ScanDigest{{Digest: m, Of: record.OfManifest}}, record.Counts{Critical: 1}, 1, ""},
	} {
		t.Run(test.file, func(t *testing.T) {
			r, err := Read(t.Context(), test.file, read(t, filepath.Join("testdata", test.file)))
			if err != nil {
				t.Fatal(err)
			}
			s := r.Scans[0]
			if len(r.Scans) != 1 || s.Image != test.image || *Count(s.Vulnerabilities) != test.counts || s.Filtered != strings.Contains(test.partial, "findings were") || (s.Counts == nil) != s.Filtered || len(s.Vulnerabilities) != test.lines || s.Partial != test.partial {
				t.Errorf("got %d scans, image %q, counts %+v, %d lines, partial %q", len(r.Scans), s.Image, s.Counts, len(s.Vulnerabilities), s.Partial)
			}
			if len(s.Digests) != len(test.digests) {
				t.Fatalf("digests %v", s.Digests)
			}
			for i := range test.digests {
				if s.Digests[i] != test.digests[i] {
					t.Errorf("digest %d: %v, want %v", i, s.Digests[i], test.digests[i])
				}
				if s.Digests[i].Digest == c {
					t.Error("the digest of a layer is taken for one of the image")
				}
			}
			if s.Kind != model.OwnKind("ImageScan") || s.Origin != test.file || s.Ref().Name != ScanName(s.Scan) {
				t.Errorf("record %v of %q", s.Ref(), s.Origin)
			}
		})
	}
}
