package live

import (
	"io"
	"os"
	"os/exec"
	"testing"

	"k8s.io/klog/v2"
)

// TestMain runs the tests with client-go's detectors on: of objects that somebody changes in a cache, and of streamed lists
// that differ from plain ones. Both are read when the process starts, so it starts once more.
func TestMain(m *testing.M) {
	if os.Getenv("KUBE_CACHE_MUTATION_DETECTOR") != "" {
		klog.LogToStderr(false)
		klog.SetOutput(io.Discard)
		os.Exit(m.Run())
	}
	cmd := exec.Command(os.Args[0], os.Args[1:]...)
	cmd.Env = append(os.Environ(), "KUBE_CACHE_MUTATION_DETECTOR=true", "KUBE_WATCHLIST_INCONSISTENCY_DETECTOR=true")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		os.Exit(1)
	}
}
