package metrics

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"canopy/model"
)

const listHead = `{"kind":"PodMetricsList","apiVersion":"metrics.k8s.io/v1beta1","items":[`

func item1(name, containers string) string {
	return `{"metadata":{"name":"` + name + `","namespace":"a"},"timestamp":"2026-11-26T12:00:00Z","containers":[` + containers + `]}`
}

func container(name, cpu, memory string) string {
	return `{"name":"` + name + `","usage":{"cpu":` + cpu + `,"memory":` + memory + `}}`
}

// TestHostileFigures leaves out what nobody can have measured, and takes what is beside it.
func TestHostileFigures(t *testing.T) {
	good := item1("good", container("c", `"5m"`, `"1Mi"`))
	for name, bad := range map[string]string{
		"negative":        item1("bad", container("c", `"-5m"`, `"1Mi"`)),
		"negative memory": item1("bad", container("c", `"5m"`, `"-1Mi"`)),
		"no number":       item1("bad", container("c", `"NaN"`, `"1Mi"`)),
		"infinite":        item1("bad", container("c", `"Inf"`, `"1Mi"`)),
		"a long exponent": item1("bad", container("c", `"1e2147483647"`, `"1Mi"`)),
		"a small one":     item1("bad", container("c", `"1e-2147483647"`, `"1Mi"`)),
		"beyond all":      item1("bad", container("c", `"9E"`, `"1Mi"`)),
		"memory beyond":   item1("bad", container("c", `"1"`, `"8E"`)),
		"long":            item1("bad", container("c", `"`+strings.Repeat("9", 10000)+`"`, `"1Mi"`)),
		"missing":         item1("bad", `{"name":"c","usage":{"cpu":"1"}}`),
		"null":            item1("bad", container("c", `null`, `{}`)),
		"no name":         item1("bad", container("", `"1"`, `"1Mi"`)),
		"no containers":   item1("bad", ""),
		"no pod":          `{"metadata":{"namespace":"a"},"containers":[` + container("c", `"1"`, `"1"`) + `]}`,
		"no namespace":    `{"metadata":{"name":"bad"},"containers":[` + container("c", `"1"`, `"1"`) + `]}`,
		"a long name":     item1(strings.Repeat("x", 300), container("c", `"1"`, `"1Mi"`)),
		"a time":          strings.Replace(item1("bad", container("c", `"1"`, `"1Mi"`)), "2026-11-26", "soon", 1),
		"another type":    `[1,2,3]`,
		"null item":       `null`,
	} {
		h := &history{}
		bad, err := readText(h, listHead+bad+","+good+"]}")
		if err != nil || bad != 1 || len(h.of) != 1 {
			t.Errorf("%s: %v, %d bad, %d pods", name, err, bad, len(h.of))
		}
	}
	// A pod of which one container is good is kept, and what comes twice counts once.
	h := &history{}
	bad, err := readText(h, listHead+item1("p", container("c", `"5m"`, `"1Mi"`)+","+container("c", `"7m"`, `"1Mi"`)+","+container("d", `"-1"`, `"1"`)+","+
		container("e", `1.5`, `1024`))+","+item1("p", container("c", `"9m"`, `"1Mi"`))+"]}")
	p := h.of[types.NamespacedName{Namespace: "a", Name: "p"}]
	if err != nil || bad != 1 || len(p.Containers) != 2 {
		t.Fatalf("%v, %d bad: %+v", err, bad, p)
	}
	if x, _ := p.Containers["c"].Last(); x.CPU != 5 {
		t.Errorf("c uses %d", x.CPU)
	}
	if x, _ := p.Containers["e"].Last(); x.CPU != 1500 || x.Memory != 1024 {
		t.Errorf("e uses %v", x)
	}
}

func readText(h *history, text string) (int, error) {
	return readBody(h, strings.NewReader(text))
}

func readBody(h *history, body io.Reader) (int, error) {
	return readAs(h, runtime.ContentTypeJSON, body)
}

func readAs(h *history, media string, body io.Reader) (int, error) {
	r := h.begin()
	c := &client{now: func() time.Time { return begin2026 }}
	bad, err := c.read(&http.Response{Header: http.Header{"Content-Type": {media}}, Body: io.NopCloser(body)}, pods, r)
	if err == nil {
		r.end()
	}
	return bad, err
}

// TestTruncated cuts an answer at every place: never is a part taken for the whole, nor does what was there change.
func TestTruncated(t *testing.T) {
	list := &v1beta1.PodMetricsList{Items: []v1beta1.PodMetrics{pod("a", "b", at0, "1", "250m"), pod("a", "c", at0, "3n")}}
	whole := bytes.TrimSpace(encode(list))
	h := &history{}
	if bad, err := readBody(h, bytes.NewReader(whole)); err != nil || bad != 0 || len(h.of) != 2 {
		t.Fatalf("%v %d", err, bad)
	}
	before := h.of
	for i := range whole {
		if _, err := readBody(h, bytes.NewReader(whole[:i])); err == nil {
			t.Errorf("%d of %d bytes are taken", i, len(whole))
		}
	}
	if len(before) != 2 || before[types.NamespacedName{Namespace: "a", Name: "b"}].Containers["a"].Len() != 1 {
		t.Errorf("what was there has changed")
	}
}

// TestRandomBytes turns bytes: nothing panics, hangs or takes figures that are below zero.
func TestRandomBytes(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	list := &v1beta1.PodMetricsList{Items: []v1beta1.PodMetrics{pod("a", "b", at0, "1", "250m"), pod("a", "c", at0, "3n")}}
	whole := encode(list)
	for range 20_000 {
		cut := bytes.Clone(whole)
		for range 1 + random.IntN(4) {
			cut[random.IntN(len(cut))] = byte(random.IntN(256))
		}
		h := &history{}
		if _, err := readBody(h, bytes.NewReader(cut)); err != nil {
			continue
		}
		for name, p := range h.of {
			for _, s := range p.Containers {
				if x, ok := s.Last(); !ok || x.CPU < 0 || x.Memory < 0 || x.At <= 0 || x.At >= timeLimit {
					t.Fatalf("%v: %+v from %q", name, x, cut)
				}
			}
		}
	}
}

// endless repeats a text without end.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	return n, nil
}

// TestTooLarge ends answers that do not end by themselves, without holding what came.
func TestTooLarge(t *testing.T) {
	endlessly := func(head, text string) io.Reader {
		return io.MultiReader(strings.NewReader(head), &endless{text: text})
	}
	for name, c := range map[string]struct {
		media string
		body  io.Reader
	}{
		"one text":       {"application/json", endlessly(`{"kind":"`, "a")},
		"one item":       {"application/json", endlessly(listHead+`{"a":[`, "1,")},
		"nested":         {"application/json", endlessly(listHead, "[")},
		"many pods":      {"application/json", endlessly(listHead, item1("p", container("c", "1", "1")+strings.Repeat(","+container("c", "1", "1"), 1000))+",")},
		"space":          {"application/json", endlessly("{", " ")},
		"a protobuf":     {"application/vnd.kubernetes.protobuf", endlessly("k8s\x00", "a")},
		"something else": {"text/html", endlessly("", "<html>")},
		"no type":        {"", endlessly("", "{}")},
	} {
		h := &history{}
		if _, err := readAs(h, c.media, c.body); err == nil || len(h.of) > 0 || len(broken(err).reason) > 600 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWrongKind takes no other list for one of pods.
func TestWrongKind(t *testing.T) {
	other := encode(&v1beta1.NodeMetricsList{Items: []v1beta1.NodeMetrics{node("n", at0, "1", "1")}})
	if _, err := readBody(&history{}, bytes.NewReader(other)); err == nil || !strings.Contains(err.Error(), "NodeMetricsList") {
		t.Errorf("%v", err)
	}
	if bad, err := readBody(&history{}, bytes.NewReader(encode(&v1beta1.PodMetricsList{}))); err != nil || bad != 0 {
		t.Errorf("a list of none: %v", err)
	}
	if _, err := readText(&history{}, listHead+item1("x", container("c", `"-1"`, `"1"`))+"]}"); err == nil {
		t.Error("a list of which nothing can be read is taken for one")
	}
	if _, err := readText(&history{}, `{"items":null,"kind":"PodMetricsList"}`); err != nil {
		t.Errorf("a list with its kind at the end: %v", err)
	}
}

// TestManyPods reads a hundred thousand.
func TestManyPods(t *testing.T) {
	s := &script{}
	for i := range 100_000 {
		s.pods.Items = append(s.pods.Items, pod(fmt.Sprintf("ns-%d", i%100), fmt.Sprintf("pod-%d", i), at0, "1m"))
	}
	m := served(t, s)
	if u, _ := m.next(); u.State != model.UsageGood || len(u.Pods) != 100_000 {
		t.Errorf("%s, %d pods: %s", u.State, len(u.Pods), u.Reason)
	}
}
