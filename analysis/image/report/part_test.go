package report

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestParts holds that a report of a part of an image is known for one, and that one which is whole is not.
func TestParts(t *testing.T) {
	const d = `"sha256:a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"`
	trivy := func(system, results string) string {
		return `{"SchemaVersion":2,"CreatedAt":"2026-11-26T10:00:00Z","ArtifactName":"a:1","ArtifactType":"container_image","Metadata":{` + system +
			`"ImageID":` + d + `,"ImageConfig":{"architecture":"arm64","os":"linux"}},"Results":[` + results + `]}`
	}
	grype := func(distro, ignored, config string) string {
		return `{"matches":[],"ignoredMatches":[` + ignored + `],"source":{"type":"image","target":{"userInput":"a:1","imageID":` + d + `,"architecture":"amd64","os":"linux"}},` + distro +
			`"descriptor":{"name":"grype","timestamp":"2026-11-26T10:00:00Z","configuration":{` + config + `},"db":{"built":"2026-11-26T01:00:00Z"}}}`
	}
	const debian, distro = `"OS":{"Family":"debian","Name":"12"},`, `"distro":{"name":"debian","version":"12"},`
	match := func(rule string) string {
		return `{"vulnerability":{"id":"CVE-1","severity":"Critical"},"appliedIgnoreRules":[` + rule + `]}`
	}
	const headers = `{"package":{"name":"linux-libc-dev","upstream-name":"linux"},"match-type":"exact-indirect-match"}`
	for name, c := range map[string]struct{ data, partial, platform string }{
		"Trivy, whole":                      {trivy(debian, `{"Class":"os-pkgs"}`), "", "linux/arm64"},
		"Trivy, without a system":           {trivy("", `{"Class":"lang-pkgs"}`), "", "linux/arm64"},
		"Trivy, libraries alone":            {trivy(debian, `{"Class":"lang-pkgs"}`), "the packages of debian 12 were not looked at", "linux/arm64"},
		"Trivy, with suppressed ones":       {trivy(debian, `{"Class":"os-pkgs","ExperimentalModifiedFindings":[{"Type":"vulnerability","Status":"ignored","Finding":{"VulnerabilityID":"CVE-1","Severity":"HIGH"}}]}`), "1 findings were suppressed", "linux/arm64"},
		"Trivy, with what VEX took out":     {trivy(debian, `{"Class":"os-pkgs","ExperimentalModifiedFindings":[{"Type":"vulnerability","Status":"not_affected","Finding":{"VulnerabilityID":"CVE-1","Severity":"HIGH"}}]}`), "", "linux/arm64"},
		"Grype, whole":                      {grype(distro, "", `"only-fixed":false,"ignore":[`+headers+`,{"vex-status":"fixed"}],"exclude":[]`), "", "linux/amd64"},
		"Grype, headers of the kernel":      {grype(distro, match(headers), ""), "", "linux/amd64"},
		"Grype, fixed by the distributor":   {grype(distro, match(`{"vulnerability":"CVE-1","reason":"DistroPackageFixed"}`), ""), "", "linux/amd64"},
		"Grype, with what VEX took out":     {grype(distro, match(`{"vex-status":"not_affected"}`), ""), "", "linux/amd64"},
		"Grype, with ignored ones":          {grype(distro, match(`{"package":{"name":"openssl"}}`), ""), "1 findings were ignored", "linux/amd64"},
		"Grype, with a rule that ignores":   {grype(distro, "", `"ignore":[{"package":{"name":"openssl"}}]`), "rules that ignore", "linux/amd64"},
		"Grype, without files":              {grype(distro, "", `"exclude":["/usr/**"]`), "files were left out", "linux/amd64"},
		"Grype, only what has no fix":       {grype(distro, "", `"only-notfixed":true`), "what has a fix was left out", "linux/amd64"},
		"Grype, states":                     {grype(distro, "", `"ignore-states":"wont-fix"`), "what is wont-fix was left out", "linux/amd64"},
		"Grype, nothing and no distributor": {grype("", "", ""), "neither a distribution nor anything else was found", "linux/amd64"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Read(t.Context(), "f", []byte(c.data))
			if err != nil || len(r.Scans) != 1 {
				t.Fatalf("%d scans, %v", len(r.Scans), err)
			}
			s := r.Scans[0]
			if s.Filtered != (c.partial != "") || (s.Counts == nil) != s.Filtered || !strings.Contains(s.Partial, c.partial) || s.Failed != "" || s.Platform != c.platform {
				t.Errorf("filtered %v, %q, %+v, %s", s.Filtered, s.Partial, s.Counts, s.Platform)
			}
			if vex := strings.Contains(name, "VEX"); (s.Excluded != nil) != vex || vex && s.Excluded.Sum() != 1 {
				t.Errorf("VEX took out %+v", s.Excluded)
			}
		})
	}
	// A part does not take the place of what is whole.
	whole, _ := Read(t.Context(), "f", []byte(trivy(debian, `{"Class":"os-pkgs"}`)))
	part, _ := Read(t.Context(), "f", []byte(trivy(debian, `{"Class":"lang-pkgs"}`)))
	if whole.Scans[0].Name == part.Scans[0].Name {
		t.Error("both have the same name")
	}
}

// TestManyFaults holds that what is no report at all is told in few lines, in time that grows with its length alone, and that it can be
// stopped.
func TestManyFaults(t *testing.T) {
	var log, list, signed strings.Builder
	list.WriteString("[{},")
	signed.WriteString("[")
	for i := range 60000 {
		fmt.Fprintf(&log, "{\"level\":\"info\",\"line\":%d,\"text\":\"%s\"}\n", i, strings.Repeat("x", 200))
		list.WriteString("{},\n")
		fmt.Fprintf(&signed, `{"critical":{"image":{"docker-manifest-digest":"sha256:%064d"}}},`, i)
	}
	list.WriteString("{}]")
	signed.WriteString("{}]")
	begin := time.Now()
	for name, c := range map[string]struct {
		data  string
		lines int
		more  string
	}{"a log": {log.String(), 21, "and 59980 more"}, "a list": {list.String(), 21, "and 59982 more"}, "signatures": {signed.String(), 1, "want a digest"}} {
		r, err := Read(t.Context(), "f", []byte(c.data))
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != c.lines || !strings.Contains(lines[len(lines)-1], c.more) || name == "signatures" && len(r.Signatures) != 60000 {
			t.Errorf("%s: %d lines, the last is %s", name, len(lines), lines[len(lines)-1])
		}
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	for _, data := range []string{log.String(), list.String()} {
		if _, err := Read(ended, "f", []byte(data)); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
	// The line of a fault far behind is still its own.
	if _, err := Read(t.Context(), "f", []byte("{}\n\n{\n}\n[1]\n")); err == nil || !strings.HasPrefix(err.Error(), "f:1: ") || !strings.Contains(err.Error(), "f:3: ") || !strings.Contains(err.Error(), "f:5: ") {
		t.Errorf("%v", err)
	}
}
