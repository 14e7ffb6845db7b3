package scanner

import (
	"os/exec"
	"syscall"
)

// pidOnly is P_PID of waitid: one process, by its number.
const pidOnly = 1

// ended waits for the end of a program, and leaves it to be waited for: until then nothing else gets its number. False is that it
// cannot be told.
func ended(c *exec.Cmd) bool {
	for {
		_, _, fault := syscall.Syscall6(syscall.SYS_WAITID, pidOnly, uintptr(c.Process.Pid), 0, syscall.WEXITED|syscall.WNOWAIT, 0, 0)
		if fault != syscall.EINTR {
			return fault == 0
		}
	}
}
