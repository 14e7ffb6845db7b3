//go:build unix && !solaris && !aix

package tables

import (
	"os"
	"syscall"
)

// lockFile locks a file for this process, and does not wait. The kernel lets go of it when the process ends, however it does.
func lockFile(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
