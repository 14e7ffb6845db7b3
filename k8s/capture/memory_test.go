package capture

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestPeak holds that reading 1,300 pods on 50 nodes takes less than 200 MB at its worst, so that a scan stays below 300.
// The test binary runs again, so that the memory of other tests does not count.
func TestPeak(t *testing.T) {
	if name := os.Getenv("CANOPY_CAPTURE_PEAK"); name != "" {
		if _, err := Open(context.Background(), []string{name}, Options{}); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Skip(err)
		}
		for line := range strings.Lines(string(data)) {
			if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
				t.Log("PEAK", strings.Fields(rest)[0])
			}
		}
		return
	}
	if testing.Short() {
		t.Skip("makes 90 MB of files")
	}
	for _, format := range []string{"json", "yaml"} {
		name := filepath.Join(t.TempDir(), "cluster."+format)
		must(os.WriteFile(name, cluster(1300, 50, format == "yaml"), 0o600))
		again := exec.Command(os.Args[0], "-test.run=^TestPeak$", "-test.v")
		again.Env = append(os.Environ(), "CANOPY_CAPTURE_PEAK="+name)
		out, err := again.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		_, rest, ok := strings.Cut(string(out), "PEAK ")
		if !ok {
			t.Skip("the system does not tell")
		}
		kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
		must(err)
		if t.Logf("%s: %d MB", format, kilobytes/1000); kilobytes > 200_000 {
			t.Errorf("%s: peak of %d MB", format, kilobytes/1000)
		}
	}
}
