package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"canopy/k8s/labtest"
)

// The benchmarks of this package measure the built binary as a process: at a real API server in a pseudo-terminal, and on
// files. Run them by `make bench`, which prints the goals beside the figures. Each of them measures by itself and once,
// so that they are to be run with -benchtime 1x.

// largePods is the size of the cluster that the goals name.
const largePods = 10_000

// benching skips a benchmark that takes minutes, unless it was asked for.
func benching(b *testing.B) {
	b.Helper()
	if os.Getenv("CANOPY_BENCH") != "1" {
		skipLoudly(b, "takes minutes and a machine of its own; `make bench` or CANOPY_BENCH=1 runs it")
	}
	// What the testing package measures is the time that the benchmark takes, which says nothing.
	b.ReportMetric(0, "ns/op")
}

// skipLoudly skips a benchmark and says so: by itself the testing package tells of that only with -v.
func skipLoudly(b *testing.B, why string) {
	b.Helper()
	fmt.Fprintf(os.Stderr, "%s: NOT MEASURED: %s\n", b.Name(), why)
	b.SkipNow()
}

// long tells whether the runs that take ten minutes were asked for.
func long() bool { return os.Getenv("CANOPY_BENCH_LONG") == "1" }

// built gives the path of a binary that make has built.
func built(b *testing.B, name string) string {
	b.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", name))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		b.Fatalf("build it with `make bin/%s`: %v", name, err)
	}
	return path
}

// largeLab gives a control plane that holds a large realistic cluster. CANOPY_LAB may name the directory of one that runs
// and is filled already, which saves the minutes of filling it.
func largeLab(b *testing.B) *labtest.Lab {
	b.Helper()
	if os.Getenv("CANOPY_LAB") != "" {
		return labtest.Shared(b)
	}
	lab := labtest.Private(b)
	labCommand(b, lab, nil, "load", "--pods", "10000", "--seed", "1")
	return lab
}

// labCommand runs a command of the lab's binary as the administrator and reads the JSON that it prints.
func labCommand(b *testing.B, lab *labtest.Lab, report any, command string, args ...string) {
	b.Helper()
	cmd := exec.Command(built(b, "canopy-lab"), append([]string{command, "--kubeconfig", lab.Kubeconfig(labtest.Admin)}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("canopy-lab %s: %v\n%s", command, err, stderr(err))
	}
	if report == nil {
		b.Logf("%s: %s", command, out)
		return
	}
	if err := json.Unmarshal(out, report); err != nil {
		b.Fatalf("canopy-lab %s: %v\n%s", command, err, out)
	}
}

// bareReport is what the reference measurement tells: plain informers over the same kinds.
type bareReport struct {
	SyncSeconds, CPUSeconds       float64
	ResidentBytes, CollectedBytes float64
	Objects                       int
}

func bare(b *testing.B, lab *labtest.Lab, args ...string) bareReport {
	b.Helper()
	var r bareReport
	labCommand(b, lab, &r, "bare", args...)
	return r
}

// quantile gives the value below which the given part of the values lies. It sorts them.
func quantile(values []time.Duration, part float64) time.Duration {
	slices.Sort(values)
	return values[min(len(values)-1, int(part*float64(len(values))))]
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// BenchmarkBinary weighs the binary as it is shipped.
func BenchmarkBinary(b *testing.B) {
	benching(b)
	info, err := os.Stat(built(b, "canopy"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/megabyte, "MB")
}
