//go:build unix

package scanner

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

func TestFind(t *testing.T) {
	for name, test := range map[string]struct {
		program, version string
		want, fault      string
	}{
		"trivy":         {"trivy", versionJSON, "Trivy 0.70.0", ""},
		"trivy with v":  {"trivy", `{"Version":"v0.69.3"}`, "Trivy 0.69.3", ""},
		"grype":         {"grype", `{"application":"grype","version":"0.121.2"}`, "Grype 0.121.2", ""},
		"malware 4":     {"trivy", `{"Version":"0.69.4"}`, "", "CVE-2026-33634"},
		"malware 5":     {"trivy", `{"Version":"v0.69.5-alpine"}`, "", "malware"},
		"malware 6":     {"trivy", `{"Version":"0.69.6+x"}`, "", "credentials"},
		"too old":       {"trivy", `{"Version":"0.36.1"}`, "", "too old"},
		"dev":           {"trivy", `{"Version":"dev"}`, "", "tells no version"},
		"no version":    {"trivy", `{}`, "", "tells no version"},
		"text":          {"trivy", `Version: 0.70.0`, "", "tells no version"},
		"another thing": {"grype", `{"application":"syft","version":"1.0.0"}`, "", "tells no version"},
		"grype, none":   {"grype", `{"application":"grype","version":"[not provided]"}`, "", "tells no version"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, test.program, answer(t, test.version), "exit 9")
			s, err := Find(t.Context(), f.options)
			switch {
			case test.fault != "":
				if err == nil || !strings.Contains(err.Error(), test.fault) || !strings.Contains(err.Error(), test.program) {
					t.Fatalf("got %v, want %q", err, test.fault)
				}
			case err != nil:
				t.Fatal(err)
			case s.Name() != test.want:
				t.Errorf("got %s", s.Name())
			}
			if asked := f.asked(); strings.Count(asked, "\n") != 1 {
				t.Errorf("asked %s", asked)
			}
		})
	}
}

func TestFindOrder(t *testing.T) {
	f := newFake(t, "grype", answer(t, `{"application":"grype","version":"0.121.2"}`), "exit 9")
	if s := f.find(); s.Name() != "Grype 0.121.2" {
		t.Errorf("found %s", s.Name())
	}
	f.program("trivy", answer(t, versionJSON), "exit 9")
	if s := f.find(); s.Name() != "Trivy 0.70.0" {
		t.Errorf("found %s, want Trivy first", s.Name())
	}
	f.options.Program = "grype"
	if s := f.find(); s.Name() != "Grype 0.121.2" {
		t.Errorf("found %s, want the one that was named", s.Name())
	}
	f.options.Program = filepath.Join(f.folder, "trivy")
	if s := f.find(); s.Path() != f.options.Program {
		t.Errorf("found %s", s.Path())
	}
	f.options.Program = ""
	f.program("trivy", "echo broken >&2; exit 3", "exit 9")
	if s := f.find(); s.Name() != "Grype 0.121.2" {
		t.Errorf("found %s, want the one that works", s.Name())
	}
	f.program("trivy", answer(t, `{"Version":"0.69.4"}`), "exit 9")
	if _, err := Find(t.Context(), f.options); !errors.Is(err, ErrMalware) {
		t.Errorf("malware is passed over in silence: %v", err)
	}
	f.options.Program = "/bin/sh"
	if _, err := Find(t.Context(), f.options); !errors.Is(err, errProgram) {
		t.Errorf("/bin/sh is taken: %v", err)
	}
	f.options.Program = ""
	f.options.Env = []string{"PATH=.:relative:" + t.TempDir()}
	t.Chdir(f.folder)
	if s, err := Find(t.Context(), f.options); !errors.Is(err, errNone) {
		t.Errorf("found %v, %v", s, err)
	}
}

func TestFindHangs(t *testing.T) {
	f := newFake(t, "trivy", "exit 9", "exit 9")
	f.program("trivy", "sleep 600 & echo $! >> "+f.pids+"; trap '' TERM; wait; sleep 600", "exit 9")
	f.options.VersionTimeout = 200 * time.Millisecond
	begun := time.Now()
	if _, err := Find(t.Context(), f.options); err == nil || !strings.Contains(err.Error(), "no result within 200ms") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(ctx, f.options); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestStamped holds that malware is known without starting it.
func TestStamped(t *testing.T) {
	for name, info := range map[string]*debug.BuildInfo{
		"flags":  {Settings: []debug.BuildSetting{{Key: "-ldflags", Value: `-s -w -X "github.com/aquasecurity/trivy/pkg/version/app.ver=0.69.4"`}}},
		"module": {Main: debug.Module{Path: "github.com/aquasecurity/trivy", Version: "v0.69.5"}},
	} {
		if err := checkTrivy(stamped(info)); !errors.Is(err, ErrMalware) {
			t.Errorf("%s: %v", name, err)
		}
	}
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := inspect(own); err != nil {
		t.Errorf("another program of Go: %v", err)
	}
}

func TestEnvironment(t *testing.T) {
	got := environment([]string{"PATH=/bin", "KUBECONFIG=x", "AWS_SESSION_TOKEN=x", "TRIVY_TOKEN=t", "TRIVY_SEVERITY=CRITICAL", "TRIVY_IGNOREFILE=x", "TRIVY_EXIT_CODE=1", "TRIVY_CONFIG=x", "GRYPE_ONLY_FIXED=true", "GRYPE_CONFIG=x", "TRIVY_CACHE_DIR=/t", "GRYPE_REGISTRY_AUTH_USERNAME=u", "GRYPE_CHECK_FOR_APP_UPDATE=true", "XDG_CACHE_HOME=/c", "HTTPS_PROXY=p", "https_proxy=q", "PATHOLOGY=1", "GITHUB_TOKEN=x", "broken"})
	want := "PATH=/bin TRIVY_CACHE_DIR=/t GRYPE_REGISTRY_AUTH_USERNAME=u GRYPE_CHECK_FOR_APP_UPDATE=true XDG_CACHE_HOME=/c HTTPS_PROXY=p https_proxy=q TRIVY_SKIP_VERSION_CHECK=true TRIVY_DISABLE_TELEMETRY=true"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestReferences(t *testing.T) {
	for _, ref := range []string{"nginx", "docker.io/library/nginx:1.29", target.Reference, "localhost:5000/a", "[::1]:5000/a", "A.example/b_c/d-e:F"} {
		if err := checkReference(ref); err != nil {
			t.Error(err)
		}
	}
	for _, ref := range []string{"", "-o", "--config=/x", "/etc/passwd", "./a", "../a", "a/../b", "dir://x", "a b", "a\nb", "a;b", "$(id)", "a`b`", "ä", strings.Repeat("a", 2000)} {
		if err := checkReference(ref); !errors.Is(err, errReference) {
			t.Errorf("%q is given to a scanner: %v", ref, err)
		}
	}
}
