//go:build unix

package scanner

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"canopy/model"
	"canopy/model/record"
)

var (
	digestA = "sha256:" + strings.Repeat("a1", 32)
	digestB = "sha256:" + strings.Repeat("b2", 32)
	digestC = "sha256:" + strings.Repeat("c3", 32)
	noon    = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	target  = model.ScanTarget{Digest: digestB, Reference: "registry.example/shop/web:1.4@" + digestB}
)

const versionJSON = `{"Version":"0.70.0","VulnerabilityDB":{"Version":2,"UpdatedAt":"2026-10-01T06:00:00Z"}}`

// trivyJSON is a report of an image with one vulnerability.
func trivyJSON(reference, digest string) string {
	return fmt.Sprintf(`{"SchemaVersion":2,"CreatedAt":"2026-10-01T11:00:00Z","ArtifactName":%q,"ArtifactType":"container_image","Metadata":{"ImageID":%q,"RepoDigests":["registry.example/shop/web@%s"]},
"Results":[{"Class":"os-pkgs","Vulnerabilities":[{"VulnerabilityID":"CVE-1","PkgName":"libssl","InstalledVersion":"1","Severity":"HIGH"}]}]}`, reference, digestA, digest)
}

// fake is a folder with a program that plays a scanner, and what it was asked.
type fake struct {
	t       *testing.T
	folder  string
	log     string
	pids    string
	options Options
}

// newFake makes a program that answers the question for its version with the first script and all else with the second.
func newFake(t *testing.T, name, version, scan string) *fake {
	t.Helper()
	folder := t.TempDir()
	// Whatever a scan leaves behind is seen here.
	temporary := filepath.Join(folder, "tmp")
	if err := os.Mkdir(temporary, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temporary)
	f := &fake{t: t, folder: folder, log: filepath.Join(folder, "log"), pids: filepath.Join(folder, "pids")}
	f.program(name, version, scan)
	f.options = Options{
		Env:   []string{"PATH=" + folder + ":/usr/bin:/bin", "HOME=" + folder, "KUBECONFIG=/secret", "AWS_SECRET_ACCESS_KEY=hush", "TRIVY_SEVERITY=HIGH"},
		Grace: 300 * time.Millisecond, Timeout: 20 * time.Second, Clock: model.FixedClock(noon),
	}
	f.options.Store = NewStore(filepath.Join(folder, "cache"), f.options.Clock)
	t.Cleanup(f.clean)
	return f
}

func (f *fake) program(name, version, scan string) {
	f.t.Helper()
	script := "#!/bin/sh\necho \"$0 $*\" >> " + f.log + "\necho $$ >> " + f.pids + "\ncase \"$1\" in version|db)\n" + version + "\nexit;; esac\n" + scan + "\n"
	if err := os.WriteFile(filepath.Join(f.folder, name), []byte(script), 0o700); err != nil {
		f.t.Fatal(err)
	}
}

// answer is a script that prints a text.
func answer(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "answer")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return "cat " + file
}

func (f *fake) find() *Scanner {
	f.t.Helper()
	s, err := Find(f.t.Context(), f.options)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

func (f *fake) asked() string {
	data, err := os.ReadFile(f.log)
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(data), f.folder+"/", "")
}

// clean tells that nothing is left: no process, no temporary folder.
func (f *fake) clean() {
	data, _ := os.ReadFile(f.pids)
	for word := range strings.FieldsSeq(string(data)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			f.t.Errorf("pid %q", word)
			continue
		}
		if !gone(pid) {
			f.t.Errorf("process %d is left", pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	left, err := os.ReadDir(filepath.Join(f.folder, "tmp"))
	if err != nil || len(left) > 0 {
		f.t.Errorf("%v is left, %v", left, err)
	}
}

// gone waits a moment: a process that was killed may still be on its way out. A zombie is gone, and waits for whoever has adopted it.
func gone(pid int) bool {
	for range 50 {
		if syscall.Kill(pid, 0) != nil {
			return true
		}
		if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && strings.Contains(string(stat), ") Z ") {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// sink keeps what it is given.
type sink struct {
	mutex sync.Mutex
	scans map[string]*record.Scan
	drops int
}

func (s *sink) Change(changes ...model.Change) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.scans == nil {
		s.scans = map[string]*record.Scan{}
	}
	for _, c := range changes {
		if c.Record == nil {
			delete(s.scans, c.Ref.Name)
			s.drops++
			continue
		}
		s.scans[c.Ref.Name] = c.Record.(*record.Scan)
	}
}

func (s *sink) Cover(...model.Coverage)   {}
func (s *sink) Identify(model.SourceInfo) {}

// only is the one scan in it.
func (s *sink) only(t *testing.T) *record.Scan {
	t.Helper()
	if len(s.scans) != 1 {
		t.Fatalf("%d scans: %v", len(s.scans), s.scans)
	}
	for _, scan := range s.scans {
		return scan
	}
	return nil
}
