//go:build !unix

package scanner

import "os/exec"

// noWait is nothing where opening waits for nobody.
const noWait = 0

// isolate does nothing where there are no process groups: what a program has started may then outlive it.
func isolate(*exec.Cmd) {}

func terminate(c *exec.Cmd) { _ = c.Process.Kill() }

func kill(c *exec.Cmd) { _ = c.Process.Kill() }
