package command

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const report = "index out of range\n\ngoroutine 1 [running]:\nmain.main()\n\tmain.go:7 \x1b[2J"

func TestPanicLog(t *testing.T) {
	folder := t.TempDir()
	state := filepath.Join(folder, "state", "canopy")
	at := time.Date(2026, 11, 23, 15, 0, 0, 0, time.FixedZone("", 3600))
	path, err := PanicLog("", state, at, report)
	if err != nil || path != filepath.Join(state, "panic-20261123T140000Z.log") {
		t.Fatalf("%s, %v", path, err)
	}
	for name, mode := range map[string]os.FileMode{state: 0o700, path: 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	data, err := os.ReadFile(path)
	if want := "panic at 2026-11-23T14:00:00Z\n" + strings.ReplaceAll(report, "\x1b", "?") + "\n"; err != nil || string(data) != want {
		t.Errorf("%q, want %q: %v", data, want, err)
	}

	log := filepath.Join(folder, "log")
	if err := os.WriteFile(log, []byte("before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if path, err := PanicLog(log, state, at, report); err != nil || path != log {
		t.Errorf("%s, %v", path, err)
	}
	if data, _ := os.ReadFile(log); !strings.HasPrefix(string(data), "before\npanic at ") || !strings.Contains(string(data), "main.go:7") {
		t.Errorf("%q", data)
	}
	if path, err := PanicLog(folder, state, at, report); err != nil || filepath.Dir(path) != state {
		t.Errorf("a log that cannot be written: %s, %v", path, err)
	}
	if _, err := PanicLog("", "", at, report); err == nil {
		t.Error("a report without a place is lost in silence")
	}
}

func TestPanicked(t *testing.T) {
	var told bytes.Buffer
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	r := &run{streams: Streams{Err: &told}}
	err := r.panicked(report)
	_, path, ok := strings.Cut(err.Error(), "stands in ")
	if _, missing := os.Stat(path); !ok || missing != nil || told.Len() > 0 {
		t.Errorf("%v, %v, %q", err, missing, told.String())
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", blocked)
	if err := r.panicked(report); !strings.Contains(err.Error(), "could not be kept") || !strings.Contains(told.String(), "main.go:7 ?[2J") {
		t.Errorf("%v, %q", err, told.String())
	}
}
