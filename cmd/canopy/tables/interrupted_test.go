//go:build unix

package tables

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var errFull = errors.New("no space left on this device")

// short writes so many bytes, and then calls end.
type short struct {
	to   io.Writer
	left *int
	end  func() error
}

func (s short) Write(p []byte) (int, error) {
	if len(p) <= *s.left {
		*s.left -= len(p)
		return s.to.Write(p)
	}
	n, err := s.to.Write(p[:*s.left])
	*s.left = 0
	return n, errors.Join(err, s.end())
}

// breaking is a disk that calls end before step number steps, or once so many bytes were written; a negative number is never.
func breaking(steps, bytes int, end func() error) *disk {
	return &disk{
		step: func(string) error {
			if steps--; steps == -1 {
				return end()
			}
			return nil
		},
		through: func(w io.Writer) io.Writer {
			if bytes < 0 {
				return w
			}
			return short{w, &bytes, end}
		},
	}
}

// steps counts what an update of a file that is there does.
const steps = 7

// interrupted holds, after an update that ended somewhere, that the file is the old one or the new one, whole, and that what was there
// before is in it or beside it.
func interrupted(t *testing.T, path string, old, fresh []byte) (done bool) {
	t.Helper()
	now, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	done = bytes.Equal(now, fresh)
	if !done && !bytes.Equal(now, old) {
		t.Errorf("it is neither what it was nor what it was to be: %d bytes", len(now))
	}
	if _, err := Load(path); err != nil {
		t.Error(err)
	}
	kept, err := os.ReadFile(Previous(path))
	switch {
	case errors.Is(err, os.ErrNotExist) && !done:
	case err != nil || !bytes.Equal(kept, old):
		t.Errorf("what was there is lost: %v, %d bytes", err, len(kept))
	}
	return done
}

func leftovers(t *testing.T, path string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(filepath.Dir(path), unfinished+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// written is what an update from January to February writes.
func written(t *testing.T) (old, fresh []byte) {
	t.Helper()
	path := placed(t)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Update(t.Context(), path, "-", Options{Stdin: bytes.NewReader(february(t))}); err != nil {
		t.Fatal(err)
	}
	if fresh, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return old, fresh
}

// TestFaults has each step fail, and the disk be full after each byte.
func TestFaults(t *testing.T) {
	old, fresh := written(t)
	try := func(name string, step, size int) {
		path := placed(t)
		_, err := Update(t.Context(), path, "-", Options{Stdin: bytes.NewReader(february(t)), disk: breaking(step, size, func() error { return errFull })})
		if done := interrupted(t, path, old, fresh); done != (err == nil) {
			t.Errorf("%s: done %t, and said %v", name, done, err)
		}
		if err != nil && (!errors.Is(err, errFull) || !strings.Contains(err.Error(), path+" is as it was")) {
			t.Errorf("%s: %v", name, err)
		}
		if list := leftovers(t, path); len(list) > 0 {
			t.Errorf("%s: left over %v", name, list)
		}
		// Nothing stands in the way of the next one.
		if _, err := Update(t.Context(), path, "-", Options{Stdin: bytes.NewReader(encoded(t, support(t, "2027-02-02", "1.99", "2028-01-01")))}); err != nil {
			t.Errorf("%s: then %v", name, err)
		}
	}
	for step := range steps {
		try(fmt.Sprint("step ", step), step, -1)
	}
	for size := 0; size < len(old)+len(fresh); size += 1 + size/40 {
		try(fmt.Sprint("byte ", size), -1, size)
	}
	count := 0
	path := placed(t)
	if _, err := Update(t.Context(), path, "-", Options{Stdin: bytes.NewReader(february(t)), disk: &disk{step: func(string) error { count++; return nil }}}); err != nil || count != steps {
		t.Errorf("%d steps: %v", count, err)
	}
}

const child = "CANOPY_TABLES_CHILD"

// TestChild is no test: it is the process that TestKilled ends.
func TestChild(t *testing.T) {
	words := strings.Fields(os.Getenv(child))
	if len(words) != 3 {
		t.Skip("nobody asked for it")
	}
	step, _ := strconv.Atoi(words[1])
	size, _ := strconv.Atoi(words[2])
	_, err := Update(t.Context(), words[0], "-", Options{Stdin: bytes.NewReader(february(t)), disk: breaking(step, size, func() error {
		return errors.Join(syscall.Kill(os.Getpid(), syscall.SIGKILL), errors.New("still alive"))
	})})
	if err != nil {
		t.Fatal(err)
	}
}

func spawn(t *testing.T, path string, step, size int) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestChild$")
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %d", child, path, step, size))
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestKilled ends a process at each step, within what it writes, and at any moment.
func TestKilled(t *testing.T) {
	old, fresh := written(t)
	after := func(path string) {
		interrupted(t, path, old, fresh)
		if _, err := Update(t.Context(), path, "-", Options{Stdin: bytes.NewReader(encoded(t, support(t, "2027-02-02", "1.99", "2028-01-01")))}); err != nil {
			t.Errorf("then %v", err)
		}
		if list := leftovers(t, path); len(list) > 0 {
			t.Errorf("never taken away: %v", list)
		}
	}
	for step := range steps {
		path := placed(t)
		if err := spawn(t, path, step, -1).Wait(); err == nil {
			t.Errorf("step %d: the process has lived", step)
		}
		after(path)
	}
	for _, size := range []int{0, 1, len(fresh) / 2, len(fresh) - 1, len(fresh) + 1, len(fresh) + len(old) - 1} {
		path := placed(t)
		if err := spawn(t, path, -1, size).Wait(); err == nil {
			t.Errorf("byte %d: the process has lived", size)
		}
		after(path)
	}
	for range 10 {
		path := placed(t)
		c := spawn(t, path, -1, -1)
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
		_ = c.Process.Kill()
		_ = c.Wait()
		after(path)
	}
}
