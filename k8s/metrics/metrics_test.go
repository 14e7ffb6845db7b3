package metrics

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"canopy/model"
)

var at0 = begin2026.Unix()

// TestHistory reads some rounds: what grows, what stands still, what is dropped.
func TestHistory(t *testing.T) {
	s := &script{}
	s.nodes.Items = []v1beta1.NodeMetrics{node("n1", at0, "1500m", "2Gi"), node("n2", at0, "123456789n", "3000Ki")}
	s.pods.Items = []v1beta1.PodMetrics{pod("shop", "web", at0, "250m", "3n"), pod("shop", "api", at0, "2")}
	m := served(t, s)
	u, _ := m.next()
	if u.State != model.UsageGood || u.Reason != "" || u.PodState != "" || !u.Asked.Equal(begin2026) || !u.Next.After(u.Asked) {
		t.Fatalf("%+v", u)
	}
	if got := u.Nodes["n1"].All(); !slices.Equal(got, []model.Sample{{At: at0, CPU: 1500, Memory: 2 << 30}}) {
		t.Errorf("n1: %v", got)
	}
	if got, _ := u.Nodes["n2"].Last(); got.CPU != 124 || got.Memory != 3000<<10 {
		t.Errorf("n2: %v", got)
	}
	web, api := types.NamespacedName{Namespace: "shop", Name: "web"}, types.NamespacedName{Namespace: "shop", Name: "api"}
	if got, _ := u.Pods[web].Last(); len(u.Pods) != 2 || got.CPU != 251 || got.Memory != 128<<20 {
		t.Errorf("web: %v of %d", got, len(u.Pods))
	}

	// One pod has a new time, one the old, and a node goes.
	s.set(func(s *script) {
		s.nodes.Items = s.nodes.Items[:1]
		s.pods.Items[0] = pod("shop", "web", at0+15, "300m")
	})
	v, _ := m.next()
	if got := v.Pods[web].Containers["a"].All(); len(got) != 2 || got[1] != (model.Sample{At: at0 + 15, CPU: 300, Memory: 64 << 20}) {
		t.Errorf("web after a round: %v", got)
	}
	if v.Pods[api] != u.Pods[api] || v.Nodes["n1"] != u.Nodes["n1"] {
		t.Error("what did not change was made anew")
	}
	if v.Nodes["n2"] == nil || v.Pods[web].Containers["b"] == nil {
		t.Error("dropped after one round")
	}
	if got := u.Pods[web].Containers["a"].Len(); got != 1 {
		t.Errorf("the earlier state has changed: %d samples", got)
	}
	s.set(func(s *script) { s.pods.Items = s.pods.Items[:1] })
	if v, _ = m.next(); v.Nodes["n2"] != nil || v.Pods[web].Containers["b"] != nil {
		t.Error("not dropped after two rounds")
	}
	if v, _ = m.next(); v.Pods[api] != nil || len(v.Pods) != 1 {
		t.Error("a pod is not dropped after two rounds")
	}
}

// TestTimes lets the time of measurements go back a little, as between two instances of metrics-server, and far.
func TestTimes(t *testing.T) {
	s := &script{}
	set := func(at int64) {
		s.set(func(s *script) { s.nodes.Items = []v1beta1.NodeMetrics{node("n", at, "1", "1Gi")} })
	}
	set(at0)
	m := served(t, s)
	var got []int64
	for _, at := range []int64{at0 + 30, at0 + 20, at0 + 45, at0 + 1e8, at0 + 60} {
		m.next()
		set(at)
	}
	u, _ := m.next()
	for _, x := range u.Nodes["n"].All() {
		got = append(got, x.At-at0)
	}
	if !slices.Equal(got, []int64{60}) {
		t.Errorf("after a time far ahead: %v", got)
	}
	s.set(func(s *script) { s.nodes.Items[0].Timestamp.Time = time.Time{} })
	u, _ = m.next()
	if x, _ := u.Nodes["n"].Last(); x.At != u.Asked.Unix() {
		t.Errorf("a time that is not told is %d, want when it was asked", x.At-at0)
	}
}

// TestKeep keeps so many samples and no more.
func TestKeep(t *testing.T) {
	h := &history{}
	for i := range int64(200) {
		r := h.begin()
		r.put(&item{namespace: "a", name: "b", at: at0 + 15*i, containers: []figure{{name: "c", cpu: i}}})
		r.end()
	}
	got := h.of[types.NamespacedName{Namespace: "a", Name: "b"}].Containers["c"].All()
	if len(got) != Keep || got[0].CPU != 140 || got[Keep-1].CPU != 199 {
		t.Errorf("%d samples: %v", len(got), got)
	}
}

// TestPace waits longer while there is nothing, at most five minutes, and goes on as before when there is.
func TestPace(t *testing.T) {
	s := &script{}
	status := 0
	s.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		if status != 0 {
			http.Error(w, "no", status)
		}
		return status != 0
	}
	m := served(t, s)
	_, d := m.next()
	near := func(d, want time.Duration) {
		t.Helper()
		if d < want || d > want+want/10 {
			t.Errorf("waits %s, want %s and at most a tenth", d, want)
		}
	}
	near(d, Interval)
	s.set(func(*script) { status = 503 })
	for _, want := range []time.Duration{Interval, 2 * Interval, 4 * Interval, 8 * Interval, longest, longest} {
		u, d := m.next()
		near(min(d, longest), min(want, longest))
		if u.State != model.UsageUnavailable || !u.Asked.Equal(begin2026) {
			t.Fatalf("%+v", u)
		}
	}
	s.set(func(*script) { status = 0 })
	u, d := m.next()
	near(d, Interval)
	if u.State != model.UsageGood {
		t.Errorf("%+v", u)
	}
	// A round that takes twenty seconds.
	s.set(func(s *script) {
		s.answer = func(http.ResponseWriter, *http.Request) bool { m.clock.turn(10 * time.Second); return false }
	})
	if _, d = m.next(); d != 200*time.Second {
		t.Errorf("waits %s after a round of 20 s", d)
	}
	for i := range 50 {
		a, b := (&Meter{Config: &rest.Config{Host: "a"}}).jitter(i), (&Meter{Config: &rest.Config{Host: "b"}}).jitter(i)
		if a < 0 || a > Interval/10 || i == 0 && a == b {
			t.Errorf("jitter %s, %s", a, b)
		}
	}
}

// TestFailures tells apart why there is nothing, and keeps what was there.
func TestFailures(t *testing.T) {
	s := &script{nodes: v1beta1.NodeMetricsList{Items: []v1beta1.NodeMetrics{node("n", at0, "1", "1Gi")}}}
	m := served(t, s)
	m.next()
	seen := map[string]bool{}
	for _, c := range []struct {
		status     int
		body       string
		state      model.UsageState
		says, also string
	}{
		{404, "404 page not found", model.UsageAbsent, "not installed", "Install it"},
		{503, "service unavailable", model.UsageUnavailable, "registered but does not answer (503: service unavailable)", "kubectl get apiservice"},
		{503, `{"kind":"Status","message":"error trying to reach service: dial tcp 10.0.0.1:443: connect: connection refused"}`,
			model.UsageUnavailable, "connection refused", "kubectl get apiservice"},
		{403, "", model.UsageForbidden, "may not list nodes of metrics.k8s.io", "resources: [nodes, pods], verbs: [list]"},
		{401, "", model.UsageForbidden, "does not accept the credentials", "log in anew"},
		{429, "", model.UsageUnavailable, "too much to do", "Too Many Requests"},
		{500, "k8s\x00\xff\xff", model.UsageUnavailable, "500: Internal Server Error", "kubectl get apiservice"},
		{502, strings.Repeat("x", 1<<20), model.UsageUnavailable, "502: xxx", "bytes more"},
	} {
		s.set(func(s *script) {
			s.answer = func(w http.ResponseWriter, _ *http.Request) bool {
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
				return true
			}
		})
		u, _ := m.next()
		if u.State != c.state || !strings.Contains(u.Reason, c.says) || !strings.Contains(u.Reason, c.also) || len(u.Reason) > 700 {
			t.Errorf("%d: %s: %s", c.status, u.State, u.Reason)
		}
		if u.Nodes["n"].Len() != 1 {
			t.Errorf("%d: what was measured is lost", c.status)
		}
		if seen[u.Reason] {
			t.Errorf("%d: said before: %s", c.status, u.Reason)
		}
		seen[u.Reason] = true
	}
	s.set(func(s *script) { s.answer = nil })
	if u, _ := m.next(); u.State != model.UsageGood || u.Reason != "" || u.PodState != "" {
		t.Errorf("does not recover: %+v", u)
	}
}

// TestAbsentBeforeForbidden holds that who may not list what nobody serves is not sent to ask for that: an API server looks at permissions
// first. Where discovery does not answer, what was said holds.
func TestAbsentBeforeForbidden(t *testing.T) {
	for discovery, want := range map[int]model.UsageState{http.StatusNotFound: model.UsageAbsent, http.StatusOK: model.UsageForbidden, http.StatusForbidden: model.UsageForbidden, http.StatusServiceUnavailable: model.UsageForbidden} {
		s := &script{answer: func(w http.ResponseWriter, r *http.Request) bool {
			status := http.StatusForbidden
			if r.URL.Path == "/apis/metrics.k8s.io" {
				status = discovery
			}
			w.WriteHeader(status)
			return true
		}}
		u, _ := served(t, s).next()
		if u.State != want || u.PodState == model.UsageAbsent || want == model.UsageAbsent && (u.PodState != "" || !strings.Contains(u.Reason, "not installed") || !strings.Contains(u.Reason, "may not list it either")) {
			t.Errorf("%d: %s %s, pods %s", discovery, u.State, u.Reason, u.PodState)
		}
	}
}

// TestApart permits nodes and pods apart.
func TestApart(t *testing.T) {
	s := &script{pods: v1beta1.PodMetricsList{Items: []v1beta1.PodMetrics{pod("a", "b", at0, "1")}}}
	refuse := "/nodes"
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, refuse) {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	m := served(t, s)
	u, _ := m.next()
	if u.State != model.UsageForbidden || u.PodState != model.UsageGood || u.PodReason != "" || len(u.Pods) != 1 || u.Asked.IsZero() {
		t.Errorf("without nodes: %+v", u)
	}
	s.set(func(*script) { refuse = "/pods" })
	m.next()
	if u, _ = m.next(); u.State != model.UsageGood || u.PodState != model.UsageForbidden || !strings.Contains(u.PodReason, "list pods of") {
		t.Errorf("without pods: %+v", u)
	}
	s.paths()
	for range 4 {
		m.next()
	}
	// What is refused is asked for ever more seldom, and what is not as before.
	got := ""
	for _, path := range s.paths() {
		if strings.HasSuffix(path, "/metrics.k8s.io") {
			continue // Whether anybody serves it.
		}
		got += path[strings.LastIndex(path, "/"):]
	}
	if got != "/nodes/nodes/pods/nodes/nodes" {
		t.Errorf("four rounds ask for %s", got)
	}
}

// TestNamespaces asks one namespace after the other where all may not be asked at once.
func TestNamespaces(t *testing.T) {
	s := &script{pods: v1beta1.PodMetricsList{Items: []v1beta1.PodMetrics{pod("team-a", "b", at0, "1")}}}
	all := false
	s.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if all || strings.HasSuffix(r.URL.Path, "/namespaces/team-a/pods") {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	m := measure(t, &Meter{Config: &rest.Config{Host: server.URL + "/below"}, Namespaces: []string{"team-a", "../x", "team-b"}})
	u, _ := m.next()
	if u.State != model.UsageForbidden {
		t.Fatalf("%+v", u)
	}
	// Whether anybody serves it is asked once, of all that was refused.
	want := []string{"/v1beta1/nodes", "", "/v1beta1/pods", "/v1beta1/namespaces/team-a/pods", "/v1beta1/namespaces/team-b/pods"}
	for i := range want {
		want[i] = "/below/apis/metrics.k8s.io" + want[i]
	}
	if got := s.paths(); !slices.Equal(got, want) {
		t.Errorf("asked for %q", got)
	}
	state, reason := u.OfPods()
	if state != model.UsageGood || !strings.Contains(reason, "only pods of 1 namespace") {
		t.Errorf("pods are %s: %s", state, reason)
	}
	s.set(func(*script) { all = true })
	for range again + 2 {
		u, _ = m.next()
	}
	if state, reason := u.OfPods(); state != model.UsageGood || reason != "" {
		t.Errorf("once all may be asked, pods are %s: %s", state, reason)
	}
}

// TestReadsAlone asks by GET and for nothing but lists.
func TestReadsAlone(t *testing.T) {
	s := &script{}
	s.answer = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || r.URL.RawQuery != "" || r.Header.Get("User-Agent") != "canopy/1.2" {
			t.Errorf("%s %s by %q", r.Method, r.URL, r.Header.Get("User-Agent"))
		}
		return false
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	m := measure(t, &Meter{Config: &rest.Config{Host: server.URL}, Version: "1.2"})
	m.next()
	if got := s.paths(); len(got) != 2 {
		t.Errorf("one round asks %q", got)
	}
}

// TestNoServer says that it is the API server that is missing.
func TestNoServer(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	u, _ := measure(t, &Meter{Config: &rest.Config{Host: server.URL}}).next()
	if u.State != model.UsageUnavailable || !strings.Contains(u.Reason, "API server") || !strings.Contains(u.Reason, "refused") {
		t.Errorf("%+v", u)
	}
	var got *model.Usage
	(&Meter{Clock: newClock()}).Measure(t.Context(), func(u *model.Usage) { got = u })
	if got == nil || got.State != model.UsageUnavailable || got.Reason == "" {
		t.Errorf("without a configuration: %+v", got)
	}
}
