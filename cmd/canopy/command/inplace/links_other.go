//go:build !unix

package inplace

import "os"

// shared tells that a file has other names. Where that cannot be told it has none.
func shared(os.FileInfo) bool { return false }
