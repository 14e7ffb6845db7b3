package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// BenchmarkScan measures `canopy scan` as a whole process on files as kubectl get prints them, managedFields included:
// 1,300 pods on 50 nodes, the median of five runs, and 150,000 pods.
func BenchmarkScan(b *testing.B) {
	benching(b)
	for _, c := range []struct {
		format            string
		pods, nodes, runs int
	}{{"json", 1300, 50, 5}, {"yaml", 1300, 50, 5}, {"json", 150_000, 3000, 1}} {
		b.Run(fmt.Sprintf("%s/pods=%d", c.format, c.pods), func(b *testing.B) {
			benching(b)
			if c.pods > largePods && !long() {
				skipLoudly(b, "takes minutes; CANOPY_BENCH_LONG=1 runs it")
			}
			name := filepath.Join(b.TempDir(), "cluster."+c.format)
			size := writeCrowd(b, name, c.pods, c.nodes)
			var took, cpu, peak []float64
			for range c.runs {
				m := measure(b, exec.Command(built(b, "canopy"), "scan", "-f", name, "-o", "json", "--out", os.DevNull))
				took, cpu, peak = append(took, m.took.Seconds()), append(cpu, m.cpu.Seconds()), append(peak, m.peak/megabyte)
			}
			b.Logf("%.2f s, CPU %.2f s, peak %.0f MB", took, cpu, peak)
			b.ReportMetric(float64(size)/megabyte, "MB-file")
			b.ReportMetric(median(took), "s")
			b.ReportMetric(median(cpu), "s-cpu")
			b.ReportMetric(slices.Max(peak), "MB-peak")
		})
	}
}

// writeCrowd writes a list as kubectl get -o json or -o yaml prints it, object by object, and gives its size. 150,000 pods
// are written without indentation, since a file may not hold more than 2 GiB.
func writeCrowd(b *testing.B, name string, pods, nodes int) int64 {
	b.Helper()
	file, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	asYAML := strings.HasSuffix(name, ".yaml")
	separator := ""
	if asYAML {
		_, err = io.WriteString(out, "apiVersion: v1\nitems:\n")
	} else {
		_, err = io.WriteString(out, `{"apiVersion": "v1", "kind": "List", "items": [`)
	}
	if err != nil {
		b.Fatal(err)
	}
	for o := range newCrowd(1, nodes).objects(pods) {
		var data []byte
		switch {
		case asYAML:
			data, err = yaml.Marshal(o)
			data = []byte("- " + strings.TrimSuffix(strings.ReplaceAll(string(data), "\n", "\n  "), "  "))
		case pods > 10_000:
			data, err = json.Marshal(o)
		default:
			data, err = json.MarshalIndent(o, "        ", "    ")
		}
		if err != nil {
			b.Fatal(err)
		}
		if !asYAML {
			_, _ = io.WriteString(out, separator) // a failed write shows in Flush
			separator = ",\n"
		}
		_, _ = out.Write(data)
	}
	if asYAML {
		_, _ = io.WriteString(out, "kind: List\nmetadata:\n  resourceVersion: \"\"\n")
	} else {
		_, _ = io.WriteString(out, "]}\n")
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}
