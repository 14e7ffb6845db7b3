package report

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestFaults(t *testing.T) {
	for name, test := range map[string][2]string{
		"empty":               {" \n", "f:1: the file is empty"},
		"text":                {"\n\nVerification for x", "f:3: no JSON document: want { or ["},
		"truncated":           {"{\"SchemaVersion\":2,\n\"ArtifactName\":\"x", "f:2: the document ends in the middle"},
		"syntax":              {"{\"SchemaVersion\":2,\n\"ArtifactName\":x}", "f:2: invalid character 'x' looking for beginning of value"},
		"mistyped":            {"{\"SchemaVersion\":2,\n\"Results\":[{\n\"Vulnerabilities\":[{\"Severity\":3}]}]}", "f:3: Results.Vulnerabilities.Severity: want string, found number"},
		"list for object":     {`{"SchemaVersion":2,"Metadata":[]}`, "f:1: Metadata: want object, found array"},
		"object for list":     {`{"SchemaVersion":2,"Results":{}}`, "f:1: Results: want list, found object"},
		"element":             {`{"SchemaVersion":2,"ArtifactName":"a","Results":[{},{"Class":"os-pkgs","Vulnerabilities":[{"VulnerabilityID":"x"},{}]}]}`, "f:1: Results[1].Vulnerabilities[1].VulnerabilityID: is missing"},
		"unknown":             {`{"a":1}`, "no report that is known"},
		"Kubernetes":          {`{"apiVersion":"v1","kind":"Pod"}`, "an object of Kubernetes"},
		"cluster":             {`{"ClusterName":"a","Resources":[]}`, "trivy k8s"},
		"old":                 {`[{"Target":"a","Vulnerabilities":null}]`, "before version 0.20"},
		"specVersion":         {`{"bomFormat":"CycloneDX","specVersion":"1.3"}`, "specVersion: want 1.4 to 1.7, found 1.3"},
		"list of components":  {`{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"container","name":"a"}}}`, "vulnerabilities: is missing"},
		"no image":            {`{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"a"}}}`, "metadata.component: is no image"},
		"state":               {`{"bomFormat":"CycloneDX","specVersion":"1.6","vulnerabilities":[{"id":"a","analysis":{"state":"fine"}}]}`, "vulnerabilities[0].analysis.state: is none that is known: fine"},
		"status":              {`{"@context":"https://openvex.dev/ns","statements":[{"vulnerability":"a","status":"ok"}]}`, "statements[0].status: want not_affected"},
		"vulnerability":       {`{"@context":"https://openvex.dev/ns","statements":[{"vulnerability":{},"status":"fixed"}]}`, "statements[0].vulnerability.name: is missing"},
		"vulnerability typed": {"{\"@context\":\"https://openvex.dev/ns\",\n\n\"statements\":[{\"vulnerability\":7}]}", "want object, found number"},
		"other SARIF":         {`{"runs":[{"tool":{"driver":{"name":"gosec"}}}]}`, "runs[0].tool.driver.name: want Trivy or Grype, found gosec"},
		"SARIF of files":      {`{"runs":[{"tool":{"driver":{"name":"Trivy"}}}]}`, "runs[0].properties: no image"},
		"no runs":             {`{"runs":[]}`, "runs: there is none"},
		"no digest":           {"[{\"critical\":{\"image\":{\"docker-manifest-digest\":\"sha256:1\"}}}]", "[0].critical.image.docker-manifest-digest: want a digest"},
		"grype target":        {`{"matches":[],"source":{"type":"image","target":"x"}}`, "source.target: want object, found string"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Read(t.Context(), "f", []byte(test[0]))
			if err == nil || !strings.Contains(err.Error(), test[1]) {
				t.Fatalf("got %v, want %q", err, test[1])
			}
			if len(r.Scans)+len(r.Signatures) > 0 {
				t.Errorf("read %+v", r)
			}
		})
	}
}

// TestTruncated cuts every report at many places: none may be taken for whole.
func TestTruncated(t *testing.T) {
	for _, name := range files(t) {
		data := bytes.TrimSpace(read(t, name))
		if bytes.ContainsRune(data, '\n') && strings.HasSuffix(name, ".ndjson") || strings.HasSuffix(name, "cosign.json") {
			continue
		}
		for cut := len(data) - 1; cut > 0; cut -= 1 + len(data)/400 {
			if r, err := Read(t.Context(), "f", data[:cut]); err == nil || len(r.Scans)+len(r.Statements)+len(r.Signatures) > 0 {
				t.Fatalf("%s cut at %d of %d: %v", name, cut, len(data), err)
			}
		}
	}
}

// TestNames holds that the name of a scan rests on what it is of, and not on what it found or where it stood.
func TestNames(t *testing.T) {
	data := read(t, filepath.Join("testdata", "trivy-image.json"))
	name := func(origin string, data []byte) string {
		r, err := Read(t.Context(), origin, data)
		if err != nil {
			t.Fatal(err)
		}
		return r.Scans[0].Name
	}
	one := name("a", data)
	if other := name("b", bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("CVE-2026"), []byte("CVE-2027")), []byte("2026-10"), []byte("2026-11"))); other != one {
		t.Errorf("%s and %s", one, other)
	}
	if other := name("a", bytes.ReplaceAll(data, []byte("b2b2"), []byte("b3b3"))); other == one {
		t.Error("another digest, the same name")
	}
	if other := name("a", bytes.ReplaceAll(data, []byte("web:1.4"), []byte("web:1.5"))); other == one {
		t.Error("another reference, the same name")
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range files(f) {
		f.Add(read(f, name))
	}
	for _, s := range []string{"[[", `[{"critical":{}}`, `{"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"tools":[],"component":{}},"vulnerabilities":[{"affects":[{"ref":"urn:cdx:a/1#%zz"}],"analysis":{"state":"resolved"},"id":"a"}]}`,
		`{"matches":[],"source":{"type":"image","target":{"userInput":"docker:","config":"e30="}}}`, "\ufeff{}", `{"@context":["https://openvex.dev/ns"],"statements":[{"vulnerability":null,"products":[null,"pkg:oci/@"],"status":"fixed"}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Read(t.Context(), "f", data)
		if err == nil && len(r.Scans)+len(r.Signatures)+len(r.Statements) == 0 && !bytes.Contains(data, []byte("[")) {
			t.Fatal("nothing was read, and nothing said")
		}
		for _, s := range r.Scans {
			if s.Image == "" && len(s.Digests) == 0 || s.Name == "" {
				t.Fatalf("a scan of nothing: %+v", s.Scan)
			}
			if s.Listed && s.Counts == nil && !s.Filtered || s.Counts != nil && s.Counts.Sum() > len(s.Vulnerabilities) {
				t.Fatalf("counts %+v of %d lines", s.Counts, len(s.Vulnerabilities))
			}
			Apply(Link(r.Statements, r.Images), []string{s.Image}, []string{s.Image}, s.Vulnerabilities)
		}
	})
}

func FuzzVulnerabilities(f *testing.F) {
	f.Add("VulnerabilityReport", []byte(`{"report":{"vulnerabilities":[{"score":1}]}}`))
	f.Add("VulnerabilityManifest", []byte(`{"spec":{"payload":{"matches":[{}]}}}`))
	f.Add("PolicyReport", []byte(`{"results":[{"source":"Trivy Vulnerability","properties":{"score":"1"}}]}`))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		var o map[string]any
		if decode(data, &o) != nil || o == nil {
			return
		}
		o["kind"] = kind
		if list, err := Vulnerabilities(o); err == nil && list == nil {
			t.Fatal("no lines, and no error")
		}
	})
}
