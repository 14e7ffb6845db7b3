//go:build unix

package inplace

import (
	"os"
	"syscall"
)

// shared tells that a file has other names, which are hard links.
func shared(info os.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Nlink > 1
}
