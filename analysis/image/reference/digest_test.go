package reference

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/opencontainers/go-digest"
)

// TestDigestIsTheirs compares with what runtimes read digests by.
func TestDigestIsTheirs(t *testing.T) {
	sum := strings.Repeat("0123456789abcdef", 4)
	for _, text := range []string{
		"", "sha256:", "sha256:" + sum, "sha512:" + sum, "sha512:" + sum + sum, "sha256:" + sum + sum, "sha256:" + strings.ToUpper(sum), "sha256:" + sum[:63], "sha256:" + sum + "0",
		"sha256:" + sum[:63] + "\n", "sha256:" + sum + "\n", " sha256:" + sum, "sha256:" + sum[:63] + "g", "sha256:" + sum[:62] + "ä", "SHA256:" + sum, "sha256" + sum, sum, "sha256::" + sum[:63],
	} {
		want := (strings.HasPrefix(text, "sha256:") || strings.HasPrefix(text, "sha512:")) && digest.Digest(text).Validate() == nil
		if got := Digest(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestRunningIsParseID: the short way gives the same.
func TestRunningIsParseID(t *testing.T) {
	sum := strings.Repeat("0123456789abcdef", 4)
	for _, id := range []string{
		"", "odd", "nginx@sha256:" + sum, "docker-pullable://nginx@sha256:" + sum, "docker://sha256:" + sum, "sha256:" + sum, sum, "@sha256:" + sum, "BAD name@sha256:" + sum, "a@b@sha256:" + sum, "nginx@sha256:x",
	} {
		_, want, wantBare := ParseID(id)
		if got, bare := Running(id); got != want || bare != wantBare {
			t.Errorf("%q: %q %v, want %q %v", id, got, bare, want, wantBare)
		}
	}
}

// TestPartsAreOfTheText: what stands in the text as it is holds no memory of its own.
func TestPartsAreOfTheText(t *testing.T) {
	sum := "sha256:" + strings.Repeat("0123456789abcdef", 4)
	for _, text := range []string{"registry.example/a/b:1", "registry.example:5000/a@" + sum, "registry.example/a:1@" + sum, "docker.io/library/nginx"} {
		r, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		start := uintptr(unsafe.Pointer(unsafe.StringData(text)))
		for _, part := range []string{r.Registry, r.Repository, r.Tag, r.Digest} {
			if at := uintptr(unsafe.Pointer(unsafe.StringData(part))); part != "" && (at < start || at >= start+uintptr(len(text))) {
				t.Errorf("%s: %s is a copy", text, part)
			}
		}
	}
}
