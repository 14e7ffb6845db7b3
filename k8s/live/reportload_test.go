package live

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"canopy/model"
	"canopy/model/record"
)

// reportSize is how large the reports of the load are.
const reportSize = 300 << 10

// reportJSON gives a report like those of trivy-operator.
func reportJSON(name, version string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"apiVersion":"aquasecurity.github.io/v1alpha1","kind":"VulnerabilityReport","metadata":{"name":%q,"namespace":"shop","uid":"uid-%s","resourceVersion":%q,`+
		`"creationTimestamp":"2026-11-01T00:00:00Z","labels":{"trivy-operator.resource.kind":"ReplicaSet","trivy-operator.resource.name":%q,"trivy-operator.resource.namespace":"shop","trivy-operator.container.name":"web"},`+
		`"annotations":{"trivy-operator.aquasecurity.github.io/report-ttl":"24h0m0s"}},"report":{"updateTimestamp":"2026-11-02T00:00:00Z","artifact":{"digest":"sha256:%064d","repository":"team/web","tag":"1"},`+
		`"registry":{"server":"registry.example"},"scanner":{"name":"Trivy","vendor":"Aqua Security","version":"0.70.0"},"os":{"family":"debian","name":"12.1"},`+
		`"summary":{"criticalCount":1,"highCount":1000,"mediumCount":3,"lowCount":4,"unknownCount":5,"noneCount":0},"vulnerabilities":[`, name, name, version, name, len(name))
	for i := 0; b.Len() < reportSize; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"vulnerabilityID":"CVE-2026-%d","resource":"libssl3","installedVersion":"3.0.11-1~deb12u1","fixedVersion":"3.0.11-1~deb12u2","severity":"HIGH","score":7.5,`+
			`"title":"openssl: a \"title\" of ordinary length that says what is wrong","primaryLink":"https://avd.aquasec.com/nvd/cve-2026-%d","links":[],"target":"web (debian 12.1)","class":"os-pkgs","packagePURL":"pkg:deb/debian/libssl3@3.0.11"}`, i, i)
	}
	b.WriteString("]}}")
	return []byte(b.String())
}

// reportServer is an API server that serves many reports. With streams it answers a wish for a streamed list, else it refuses it.
func reportServer(tb testing.TB, count int, streams bool) *httptest.Server {
	tb.Helper()
	whole := string(reportJSON("NAME", "5"))
	parts := strings.Split(whole, "NAME")
	item := func(w http.ResponseWriter, i int) {
		for n, p := range parts {
			if n > 0 {
				fmt.Fprintf(w, "r-%05d", i)
			}
			_, _ = w.Write([]byte(p))
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		w.Header().Set("Content-Type", "application/json")
		switch {
		case !strings.HasSuffix(r.URL.Path, "/vulnerabilityreports"):
			http.Error(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":404,"reason":"NotFound"}`, http.StatusNotFound)
		case q.Get("sendInitialEvents") == "true" && !streams:
			http.Error(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","code":422,"reason":"Invalid"}`, http.StatusUnprocessableEntity)
		case q.Get("watch") != "":
			if q.Get("sendInitialEvents") == "true" {
				for i := range count {
					_, _ = w.Write([]byte(`{"type":"ADDED","object":`))
					item(w, i)
					_, _ = w.Write([]byte("}\n"))
				}
				_, _ = w.Write([]byte(frame("BOOKMARK", `{"kind":"VulnerabilityReport","metadata":{"resourceVersion":"9","annotations":{"k8s.io/initial-events-end":"true"}}}`) + "\n"))
			}
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		default:
			from, _ := strconv.Atoi(q.Get("continue"))
			limit, _ := strconv.Atoi(q.Get("limit"))
			if limit == 0 {
				limit = count
			}
			if limit > reportLimit {
				tb.Errorf("a page of %d reports", limit)
			}
			next := ""
			if from+limit < count {
				next = strconv.Itoa(from + limit)
			}
			fmt.Fprintf(w, `{"kind":"VulnerabilityReportList","metadata":{"resourceVersion":"9","continue":%q},"items":[`, next)
			for i := from; i < min(count, from+limit); i++ {
				if i > from {
					_, _ = w.Write([]byte(","))
				}
				item(w, i)
			}
			_, _ = w.Write([]byte("]}"))
		}
	}))
	tb.Cleanup(server.Close)
	return server
}

// readReports reads the load through a source, and gives how long that took, how much the records take, and the largest heap on
// the way beyond what there was.
func readReports(tb testing.TB, count int, streams bool) (took time.Duration, kept, peak int64) {
	tb.Helper()
	server := reportServer(tb, count, streams)
	source, err := New(Options{Config: &rest.Config{Host: server.URL}, Kinds: []*model.Kind{model.KindByName("VulnerabilityReport")}, Pace: fastPace()})
	if err != nil {
		tb.Fatal(err)
	}
	sink := newMemorySink()
	before := heap()
	ctx, cancel := context.WithCancel(context.Background())
	var top atomic.Int64
	sampled := make(chan struct{})
	go func() {
		defer close(sampled)
		for ctx.Err() == nil {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			top.Store(max(top.Load(), int64(m.HeapAlloc)))
			time.Sleep(5 * time.Millisecond)
		}
	}()
	begin := time.Now()
	done := make(chan error, 1)
	go func() { done <- source.Run(ctx, sink) }()
	for sink.coverage("VulnerabilityReport", "").State != model.Complete {
		if time.Since(begin) > 2*time.Minute {
			tb.Fatalf("not read: %s", sink.summary())
		}
		time.Sleep(5 * time.Millisecond)
	}
	took = time.Since(begin)
	if n := len(sink.held("VulnerabilityReport")); n != count {
		tb.Errorf("%d of %d reports", n, count)
	}
	s, ok := sink.record(model.KindByName("VulnerabilityReport").Ref("shop", "r-00007")).(*record.Scan)
	if !ok || *s.Counts != (record.Counts{Critical: 1, High: 1000, Medium: 3, Low: 4, Unknown: 5}) || len(s.Digests) != 1 || s.Workload.Name != "r-00007" {
		tb.Errorf("%+v", s)
	}
	kept = heap() - before
	cancel()
	<-sampled
	if err := <-done; err != nil {
		tb.Error(err)
	}
	return took, kept, top.Load() - before
}

// heap gives what is held once garbage is gone.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestReportsTakeLittle reads reports of 60 MB in all, and holds that they neither stay nor pass through in whole pages.
func TestReportsTakeLittle(t *testing.T) {
	for _, streams := range []bool{true, false} {
		took, kept, peak := readReports(t, 200, streams)
		t.Logf("streamed list %v: %v, %.1f MB kept, %.1f MB at the most", streams, took, float64(kept)/1e6, float64(peak)/1e6)
		if kept > 4e6 || peak > 15e6 {
			t.Errorf("streamed list %v: %d bytes kept, %d at the most", streams, kept, peak)
		}
	}
}

// BenchmarkReports reads 5,000 reports of 300 KB.
func BenchmarkReports(b *testing.B) {
	for _, streams := range []bool{true, false} {
		b.Run(fmt.Sprintf("streams=%v", streams), func(b *testing.B) {
			b.SetBytes(5000 * reportSize)
			for range b.N {
				_, kept, peak := readReports(b, 5000, streams)
				b.ReportMetric(float64(kept)/1e6, "MB-kept")
				b.ReportMetric(float64(peak)/1e6, "MB-peak")
			}
		})
	}
}
