package live

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"canopy/model"
	"canopy/model/record"
)

// storage is an API server that serves manifests as kubescape's storage does: lists and watches hold the metadata alone.
type storage struct {
	mu sync.Mutex
	// asked counts the requests for one manifest.
	asked  map[string]int
	denies bool
	// news are frames of a watch.
	news chan string
}

// digest gives a digest that tells images apart by one letter.
func manifestDigest(letter string) string { return "sha256:" + strings.Repeat(letter, 64) }

// manifestJSON gives a manifest of an image in one version; with scanned its spec is filled.
func manifestJSON(name, letter, version string, scanned bool) string {
	spec := `{"metadata":{"withRelevancy":false,"tool":{"name":"","version":"","databaseVersion":""},"report":{"createdAt":null}},"payload":{"matches":null,"source":null,"distro":{"name":"","version":"","idLike":null},"descriptor":{"name":"","version":""}}}`
	if scanned {
		spec = fmt.Sprintf(`{"metadata":{"tool":{"name":"grype","version":"0.9%s"},"report":{"createdAt":"2026-11-2%sT00:00:00Z"}},"payload":{"matches":[{"vulnerability":{"id":"CVE-1","severity":"Critical"}},{"vulnerability":{"severity":"High"}}],"descriptor":{"name":"grype"}}}`, version, version)
	}
	return fmt.Sprintf(`{"apiVersion":"spdx.softwarecomposition.kubescape.io/v1beta1","kind":"VulnerabilityManifest","metadata":{"name":%q,"namespace":"kubescape","uid":"u-%s","resourceVersion":%q,"creationTimestamp":"2026-11-01T00:00:00Z",`+
		`"annotations":{"kubescape.io/image-id":"registry.example/%s@%s","kubescape.io/status":"ready"}},"spec":%s}`, name, name, version, name, manifestDigest(letter), spec)
}

func (s *storage) serve(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	w.Header().Set("Content-Type", "application/json")
	name, one := strings.CutPrefix(r.URL.Path, "/apis/spdx.softwarecomposition.kubescape.io/v1beta1/namespaces/kubescape/vulnerabilitymanifests/")
	switch {
	case one:
		s.mu.Lock()
		s.asked[name]++
		n, denies := s.asked[name], s.denies
		s.mu.Unlock()
		if denies {
			http.Error(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":403,"reason":"Forbidden","message":"no"}`, http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte(manifestJSON(name, name[:1], fmt.Sprint(n), true)))
	case q.Get("sendInitialEvents") == "true":
		http.Error(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":422,"reason":"Invalid"}`, http.StatusUnprocessableEntity)
	case q.Get("watch") != "":
		w.(http.Flusher).Flush()
		for {
			select {
			case <-r.Context().Done():
				return
			case news := <-s.newsOf(r.URL.Path):
				_, _ = w.Write([]byte(news + "\n"))
				w.(http.Flusher).Flush()
			}
		}
	case strings.HasSuffix(r.URL.Path, "/vulnerabilitymanifests"):
		_, _ = w.Write([]byte(`{"kind":"VulnerabilityManifestList","apiVersion":"spdx.softwarecomposition.kubescape.io/v1beta1","metadata":{"resourceVersion":"9"},"items":[` +
			manifestJSON("a", "a", "1", false) + "," + manifestJSON("b", "b", "1", false) + "]}"))
	case strings.HasSuffix(r.URL.Path, "/pods"):
		_, _ = w.Write([]byte(`{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"p","namespace":"shop","uid":"p","resourceVersion":"1"},"spec":{"containers":[{"name":"c","image":"registry.example/a:1"}]},` +
			`"status":{"phase":"Running","containerStatuses":[{"name":"c","imageID":"registry.example/a@` + manifestDigest("a") + `","state":{"running":{}}}]}}]}`))
	default:
		http.Error(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":404,"reason":"NotFound"}`, http.StatusNotFound)
	}
}

func (s *storage) newsOf(path string) chan string {
	if strings.HasSuffix(path, "/vulnerabilitymanifests") {
		return s.news
	}
	return nil
}

func (s *storage) count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[name]
}

// fill reads from a storage until the manifests are complete.
func fill(t *testing.T, s *storage) (*Source, *memorySink) {
	t.Helper()
	s.asked, s.news = map[string]int{}, make(chan string)
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(server.Close)
	source, err := New(Options{Config: &rest.Config{Host: server.URL}, Kinds: []*model.Kind{model.KindByName("Pod"), model.KindByName("VulnerabilityManifest")}, Pace: fastPace()})
	if err != nil {
		t.Fatal(err)
	}
	sink := newMemorySink()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- source.Run(ctx, sink) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	within(t, func() bool { return sink.coverage("VulnerabilityManifest", "").State == model.Complete })
	return source, sink
}

func within(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not happen")
		}
	}
}

// TestFillsManifests reads the manifests of kubescape whose image runs, one by one, before the kind counts as read, and no others.
func TestFillsManifests(t *testing.T) {
	s := &storage{}
	source, sink := fill(t, s)
	scan := func(name string) *record.Scan {
		r, _ := sink.record(model.KindByName("VulnerabilityManifest").Ref("kubescape", name)).(*record.Scan)
		return r
	}
	a := scan("a")
	if a == nil || a.Counts == nil || *a.Counts != (record.Counts{Critical: 1, High: 1}) || a.Scanned == 0 || a.Scanner != "grype" || a.ResourceVersion != "1" {
		t.Errorf("what runs: %+v", a)
	}
	if b := scan("b"); b == nil || b.Counts != nil || b.Scanned != 0 || s.count("b") > 0 {
		t.Errorf("what does not run: %+v, asked for %d times", b, s.count("b"))
	}
	// A new version is listed bare: what was read of the one before stays, until the new one is read.
	s.news <- frame("MODIFIED", manifestJSON("a", "a", "2", false))
	within(t, func() bool { return scan("a").ResourceVersion == "2" })
	if now := scan("a"); now.Counts == nil || now.Scanned != a.Scanned {
		t.Errorf("a new version: %+v", now)
	}
	source.mu.Lock()
	run := source.running
	source.mu.Unlock()
	run.mu.Lock()
	fills := run.branches[model.KindByName("VulnerabilityManifest").GroupKind()].whole.fills
	run.mu.Unlock()
	if !fills.pass(t.Context()) {
		t.Error("not all was read")
	}
	if now := scan("a"); now.Scanned != a.Scanned+24*3600 || now.Version != "0.92" || s.count("a") != 2 {
		t.Errorf("after another look: %+v, asked for %d times", now, s.count("a"))
	}
	if fills.pass(t.Context()); s.count("a") != 2 {
		t.Error("what was read is read again")
	}
	// Another image under the same name has nothing to do with what was read.
	s.news <- frame("MODIFIED", manifestJSON("a", "c", "3", false))
	within(t, func() bool { return scan("a").ResourceVersion == "3" })
	if now := scan("a"); now.Counts != nil || now.Scanned != 0 {
		t.Errorf("another image: %+v", now)
	}
	s.news <- frame("DELETED", manifestJSON("a", "c", "4", false))
	within(t, func() bool { return scan("a") == nil })
	if fills.pass(t.Context()); len(fills.filled) != 0 {
		t.Errorf("what is gone is remembered: %v", fills.filled)
	}
}

// TestManifestsDenied says why a report stays without counts where no manifest may be read, and asks no more at once.
func TestManifestsDenied(t *testing.T) {
	s := &storage{denies: true}
	_, sink := fill(t, s)
	a, _ := sink.record(model.KindByName("VulnerabilityManifest").Ref("kubescape", "a")).(*record.Scan)
	if a == nil || a.Counts != nil || a.Scanned != 0 || !strings.Contains(a.Partial, "could not be read") {
		t.Errorf("%+v", a)
	}
}
