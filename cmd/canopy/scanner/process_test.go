//go:build unix

package scanner

import (
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// TestNoSignalOnceWaitedFor holds that no signal is sent to a group whose number may be that of another: what is left behind is ended
// while the program is still there to be waited for.
func TestNoSignalOnceWaitedFor(t *testing.T) {
	sent := 0
	count := func(*exec.Cmd) { sent++ }
	g := &group{c: exec.Command("/bin/sh", "-c", "exit 0"), waited: make(chan struct{})}
	isolate(g.c)
	if err := g.c.Start(); err != nil {
		t.Fatal(err)
	}
	g.signal(count)
	g.wait()
	g.signal(count)
	if sent != 1 || g.err != nil {
		t.Errorf("%d signals, %v", sent, g.err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	c := exec.Command("/bin/sh", "-c", "exit 3")
	isolate(c)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if !ended(c) {
		t.Fatal("the end of a program is not told")
	}
	// It has ended and still has its number.
	if err := syscall.Kill(-c.Process.Pid, 0); err != nil {
		t.Errorf("the group is gone: %v", err)
	}
	if err := c.Wait(); err == nil || err.Error() != "exit status 3" {
		t.Errorf("how it has ended is lost: %v", err)
	}
}

// TestLeftBehindEndsAtOnce holds that what closes the pipes and stays is ended too, before the program was waited for.
func TestLeftBehindEndsAtOnce(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere nothing tells of those who hold no pipe")
	}
	f := newFake(t, "trivy", answer(t, versionJSON), "")
	f.program("trivy", answer(t, versionJSON), "sleep 600 >/dev/null 2>&1 & echo $! >> "+f.pids+"; sleep 600 & echo $! >> "+f.pids+"; exit 1")
	f.options.Grace = 20 * time.Second
	s, begun := f.find(), time.Now()
	if p := scanOne(t, s, &sink{}); p.Err == nil {
		t.Error("no failure")
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
}
