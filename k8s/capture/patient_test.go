package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestWaitingInputEnds reads a silent standard input, a silent pipe and a pipe that nobody writes to: all end with the
// context.
func TestWaitingInputEnds(t *testing.T) {
	lone, silent := filepath.Join(t.TempDir(), "lone"), filepath.Join(t.TempDir(), "silent")
	must(errors.Join(syscall.Mkfifo(lone, 0o600), syscall.Mkfifo(silent, 0o600)))
	held, err := os.OpenFile(silent, os.O_RDWR, 0)
	must(err)
	t.Cleanup(func() {
		_ = held.Close()
		// Whoever still waits for a writer is let go.
		if f, err := os.OpenFile(lone, os.O_RDWR|syscall.O_NONBLOCK, 0); err == nil {
			_ = f.Close()
		}
	})
	in, out := io.Pipe()
	t.Cleanup(func() { _ = out.Close() })
	for _, path := range []string{"-", lone, silent} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		start := time.Now()
		_, err := Open(ctx, []string{path}, Options{Stdin: in})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
			t.Errorf("%s: %v after %s", path, err, time.Since(start))
		}
	}
}

// TestSparse refuses a tar entry that claims 2^60 bytes of nothing.
func TestSparse(t *testing.T) {
	s, err := Open(t.Context(), []string{"-"}, Options{Stdin: strings.NewReader(sparseTar(t) + string(makeTar(t, entry{name: "a.yaml", text: podA})))})
	if err != nil {
		t.Fatal(err)
	}
	if list := s.Problems(); len(list) != 1 || !strings.Contains(list[0].Message, "a sparse file") || len(s.objects) != 1 {
		t.Errorf("%d objects, %v", len(s.objects), list)
	}
}

// TestRestIsMetered counts what is left unread of an entry against the limits.
func TestRestIsMetered(t *testing.T) {
	bad := "{\"a\": }" + strings.Repeat(" ", 8*mib)
	_, err := Open(t.Context(), []string{"-"}, Options{Stdin: strings.NewReader(string(makeTar(t, entry{name: "manifest.json", text: bad}))),
		Limits: Limits{FileBytes: mib}})
	if err == nil || !strings.Contains(err.Error(), "over the limit") {
		t.Error(err)
	}
}

// sparseTar is the header of an entry of GNU's old sparse format, of 2^60 bytes that are all hole.
func sparseTar(t testing.TB) string {
	t.Helper()
	block := make([]byte, 512)
	large := "\x80\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00"
	for at, s := range map[int]string{0: "x.yaml", 100: "0000644\x00", 108: "0000000\x00", 116: "0000000\x00", 124: "00000000000\x00",
		136: "00000000000\x00", 148: "        ", 156: "S", 257: "ustar  \x00", 386: large, 398: "00000000000\x00", 483: large} {
		copy(block[at:], s)
	}
	sum := 0
	for _, b := range block {
		sum += int(b)
	}
	copy(block[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(block)
}
