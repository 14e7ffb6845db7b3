//go:build unix

package scanner

import (
	"os/exec"
	"syscall"
)

// noWait opens a pipe without waiting for its other end.
const noWait = syscall.O_NONBLOCK

// isolate gives a program a process group of its own: what it starts ends with it, and a ctrl+c of the terminal does not reach it.
func isolate(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// terminate asks all processes of the group to end, kill ends them. Once the program was waited for its number may be that of another
// group.
func terminate(c *exec.Cmd) {
	_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
	// One that was stopped, by asking the terminal for a password, would not hear it.
	_ = syscall.Kill(-c.Process.Pid, syscall.SIGCONT)
}

func kill(c *exec.Cmd) { _ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
