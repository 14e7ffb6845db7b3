package capture

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"canopy/model"
)

// BenchmarkOpen reads the cluster that the goal for files names: 1,300 pods on 50 nodes, in 2 s and 300 MB.
func BenchmarkOpen(b *testing.B) {
	for _, format := range []string{"json", "yaml"} {
		b.Run(format, func(b *testing.B) {
			name := filepath.Join(b.TempDir(), "cluster."+format)
			if err := os.WriteFile(name, cluster(1300, 50, format == "yaml"), 0o600); err != nil {
				b.Fatal(err)
			}
			if info, err := os.Stat(name); err == nil {
				b.SetBytes(info.Size())
			}
			runtime.GC()
			b.ResetTimer()
			var s *Source
			for b.Loop() {
				var err error
				if s, err = Open(context.Background(), []string{name}, Options{}); err != nil {
					b.Fatal(err)
				}
			}
			if len(s.objects) != 1350 || len(s.Problems()) > 0 {
				b.Fatal(len(s.objects), s.Problems())
			}
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB-held")
			runtime.KeepAlive(s)
		})
	}
}

func BenchmarkGet(b *testing.B) {
	s := openText(b, "c.yaml", string(cluster(20, 0, true)))
	ref := model.KindByName("Pod").Ref("team-0", samplePod(0).Name)
	for b.Loop() {
		if _, err := s.Get(context.Background(), ref); err != nil {
			b.Fatal(err)
		}
	}
}

// openText reads one file of the given name and text.
func openText(t testing.TB, name, text string, more ...func(*Options)) *Source {
	t.Helper()
	s, err := tryText(t, name, text, more...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tryText(t testing.TB, name, text string, more ...func(*Options)) (*Source, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var o Options
	for _, m := range more {
		m(&o)
	}
	return Open(context.Background(), []string{path}, o)
}

func BenchmarkLocate(b *testing.B) {
	s := openText(b, "c.yaml", string(cluster(10, 0, true)))
	ref := model.KindByName("Pod").Ref("team-0", samplePod(0).Name)
	for b.Loop() {
		if _, _, ok := s.Locate(ref, "spec.containers[1].securityContext.runAsUser"); !ok {
			b.Fatal("not found")
		}
	}
}
