package plane

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// child is a running component.
type child struct {
	cmd   *exec.Cmd
	leash io.Closer     // the write end of its standard input
	done  chan struct{} // closed when it has ended
	err   error         // how it ended; read after done

	stopped bool // ended on command; guarded by the supervisor's mutex
}

// startChild starts this binary as a component. The child has a process group of its own, so that ctrl-c reaches the supervisor alone. It ends itself when
// its standard input ends (see EndWithParent), which the kernel brings about however the supervisor dies.
func startChild(l Layout, component string, arguments []string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(l.Log(component), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(self, append([]string{"component", component}, arguments...)...)
	// Clients call themselves after the program: field managers and the audit log then name the components as in any cluster.
	cmd.Args[0] = programName(component)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	leash, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, leash: leash, done: make(chan struct{})}
	go func() {
		c.err = cmd.Wait()
		if c.err == nil {
			c.err = errors.New("ended with status 0")
		}
		close(c.done)
	}()
	return c, nil
}

func programName(component string) string {
	switch component {
	case Etcd:
		return "etcd"
	case Nodes:
		return "kubelet"
	}
	return "kube-" + component
}

// EndWithParent ends this process as soon as its standard input ends. Components call it first.
func EndWithParent() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
}

func (c *child) running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// stop asks the child to end and ends it after the grace time. Without grace it is killed at once.
func (c *child) stop(grace time.Duration) {
	c.stopped = true
	if grace > 0 {
		_ = c.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-c.done:
			return
		case <-time.After(grace):
		}
	}
	_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
	<-c.done
	_ = c.leash.Close()
}

// logTail gives the last lines of a component's log for an error message.
func logTail(l Layout, component string) string {
	data, err := os.ReadFile(l.Log(component))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return fmt.Sprintf("last lines of %s:\n%s", l.Log(component), strings.Join(lines[max(0, len(lines)-8):], "\n"))
}
