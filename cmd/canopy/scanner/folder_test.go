//go:build unix

package scanner

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFileChangesWhileItIsRead holds that a file which becomes a link out of its folder after it was seen, or a pipe, is not read: neither
// when it is imported nor when its lines are read later.
func TestFileChangesWhileItIsRead(t *testing.T) {
	folder := reports(t, map[string]string{"web.json": trivyJSON("web", digestB)})
	outside := filepath.Join(reports(t, map[string]string{"secret.json": trivyJSON("web", digestB)}), "secret.json")
	path := filepath.Join(folder, "web.json")
	var seen []place
	if err := walk(t.Context(), folder, func(p place) { seen = append(seen, p) }, func(path string, err error) { t.Errorf("%s: %v", path, err) }); err != nil || len(seen) != 1 || seen[0].path() != path {
		t.Fatalf("%v, %v", seen, err)
	}
	s := store()
	scans, _, _ := imported(t, s, folder)
	if _, err := s.Vulnerabilities(t.Context(), scans[0].Ref()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(path), os.Symlink(outside, path)); err != nil {
		t.Fatal(err)
	}
	if data, err := seen[0].read(); err == nil || !strings.Contains(err.Error(), "escapes") {
		t.Errorf("%d bytes of outside, %v", len(data), err)
	}
	if lines, err := s.Vulnerabilities(t.Context(), scans[0].Ref()); err == nil {
		t.Errorf("%v of outside", lines)
	}
	// A pipe without a writer would hold up whoever opens it.
	if err := errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := seen[0].read()
		_, other := place{name: path}.read()
		done <- errors.Join(err, other)
	}()
	select {
	case err := <-done:
		if strings.Count(err.Error(), errNoFile.Error()) != 2 {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("a pipe holds it up")
	}
}
