package metrics

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"canopy/model"
)

// script is a metrics API that says what a test lets it say.
type script struct {
	mutex sync.Mutex
	nodes v1beta1.NodeMetricsList
	pods  v1beta1.PodMetricsList
	// answer stands in for the answers where it is set, and tells whether it has answered.
	answer func(w http.ResponseWriter, r *http.Request) bool
	// asked are the paths that were asked for.
	asked []string
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.asked = append(s.asked, r.URL.Path)
	if s.answer != nil && s.answer(w, r) {
		return
	}
	switch {
	case !strings.Contains(r.URL.Path, "/apis/metrics.k8s.io/v1beta1"):
		// The aggregator asks whether the API is there.
		_, _ = w.Write([]byte("{}"))
	case strings.HasSuffix(r.URL.Path, "/nodes"):
		s.write(w, &s.nodes)
	case strings.HasSuffix(r.URL.Path, "/pods"):
		s.write(w, &s.pods)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
			GroupVersion: v1beta1.SchemeGroupVersion.String()})
	}
}

func (s *script) write(w http.ResponseWriter, list runtime.Object) {
	w.Header().Set("Content-Type", runtime.ContentTypeJSON)
	_, _ = w.Write(encode(list))
}

// encode writes a list as API servers do.
func encode(list runtime.Object) []byte {
	scheme := runtime.NewScheme()
	if err := v1beta1.AddToScheme(scheme); err != nil {
		panic(err)
	}
	codecs := serializer.NewCodecFactory(scheme)
	info, _ := runtime.SerializerInfoForMediaType(codecs.SupportedMediaTypes(), runtime.ContentTypeJSON)
	data, err := runtime.Encode(codecs.EncoderForVersion(info.Serializer, v1beta1.SchemeGroupVersion), list)
	if err != nil {
		panic(err)
	}
	return data
}

func (s *script) set(f func(*script)) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	f(s)
}

func (s *script) paths() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

func use(cpu, memory string) corev1.ResourceList {
	return corev1.ResourceList{corev1.ResourceCPU: apiresource.MustParse(cpu), corev1.ResourceMemory: apiresource.MustParse(memory)}
}

func node(name string, at int64, cpu, memory string) v1beta1.NodeMetrics {
	return v1beta1.NodeMetrics{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"a": "b"}}, Timestamp: metav1.Unix(at, 0),
		Window: metav1.Duration{Duration: 15 * time.Second}, Usage: use(cpu, memory)}
}

// pod has the containers a, b, … with these usages of CPU.
func pod(namespace, name string, at int64, cpu ...string) v1beta1.PodMetrics {
	p := v1beta1.PodMetrics{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"app": name}},
		Timestamp: metav1.Unix(at, 0), Window: metav1.Duration{Duration: 15 * time.Second}}
	for i, c := range cpu {
		p.Containers = append(p.Containers, v1beta1.ContainerMetrics{Name: string(rune('a' + i)), Usage: use(c, "64Mi")})
	}
	return p
}

// clock stands still until a test turns it. It hands over what is waited for.
type clock struct {
	mutex sync.Mutex
	now   time.Time
	waits chan wait
}

type wait struct {
	d    time.Duration
	fire chan time.Time
}

var begin2026 = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func newClock() *clock { return &clock{now: begin2026, waits: make(chan wait, 1)} }

func (c *clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *clock) After(d time.Duration) <-chan time.Time {
	ch := make(chan time.Time, 1)
	c.waits <- wait{d, ch}
	return ch
}

func (c *clock) turn(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

// measuring is a Meter at work.
type measuring struct {
	t     *testing.T
	clock *clock
	news  chan *model.Usage
	wait  wait
}

func measure(t *testing.T, m *Meter) *measuring {
	t.Helper()
	r := &measuring{t: t, clock: newClock(), news: make(chan *model.Usage, 1)}
	m.Clock = r.clock
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.Measure(ctx, func(u *model.Usage) { r.news <- u })
	}()
	t.Cleanup(func() { cancel(); <-done })
	return r
}

// next lets the time pass until the next round, but for the first, and gives what came of it and how long it waits now.
func (r *measuring) next() (*model.Usage, time.Duration) {
	r.t.Helper()
	if r.wait.fire != nil {
		r.clock.turn(r.wait.d)
		r.wait.fire <- r.clock.Now()
	}
	select {
	case u := <-r.news:
		r.wait = <-r.clock.waits
		return u, r.wait.d
	case <-time.After(30 * time.Second):
		r.t.Fatal("no news")
		return nil, 0
	}
}

// served begins to measure at a scripted server.
func served(t *testing.T, s *script) *measuring {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return measure(t, &Meter{Config: &rest.Config{Host: server.URL}})
}
