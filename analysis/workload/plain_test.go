package workload

import (
	"math/rand/v2"
	"testing"

	"canopy/analysis/image/reference"
)

// TestPlainIsWhatIsParsed: whatever the short way takes, the long one reads the same.
func TestPlainIsWhatIsParsed(t *testing.T) {
	parts := []string{"registry.example", "docker.io", "index.docker.io", "nginx", "library", "a", "A", "1", ".", "-", "_", "__", "/", "/", "/", ":", ":", "@sha256:" + digest, "@", "sha256:", "5000", "localhost", "app", "v1.4", "..", " ", "\u00e9", "[::1]", "@sha512:"}
	rng := rand.New(rand.NewPCG(1, 1))
	taken := 0
	for range 300_000 {
		text := []string{"", "registry.example/", "docker.io/library/"}[rng.IntN(3)]
		for range 1 + rng.IntN(7) {
			text += parts[rng.IntN(len(parts))]
		}
		short, ok := plain(text)
		if !ok {
			continue
		}
		taken++
		if long, err := reference.Parse(text); err != nil || long != short {
			t.Fatalf("%q: %+v, and it is %+v, %v", text, short, long, err)
		}
	}
	for _, text := range []string{"registry.example/team/app:1.4", "quay.io/minio/minio@sha256:" + digest, "docker.io/library/redis:8.2.3@sha256:" + digest, "registry.k8s.io/pause:3.9"} {
		if _, ok := plain(text); !ok {
			t.Errorf("%s is not taken", text)
		}
	}
	if taken < 1000 {
		t.Errorf("only %d were taken", taken)
	}
}
