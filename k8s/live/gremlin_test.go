package live

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"k8s.io/client-go/rest"
)

// gremlin stands between a source and its server: it writes down what passes, and does harm when told to.
type gremlin struct {
	mu   sync.Mutex
	base http.RoundTripper
	// refuse answers a request in the server's place; nil lets it pass.
	refuse   func(*http.Request) *http.Response
	requests []*http.Request
	bodies   map[*gremlinBody]struct{}
	// wire is all that was received below /secrets.
	wire bytes.Buffer
}

// haunt gives a copy of the configuration whose requests pass through a gremlin.
func haunt(t *testing.T, config *rest.Config) (*rest.Config, *gremlin) {
	t.Helper()
	g := &gremlin{bodies: map[*gremlinBody]struct{}{}}
	config = rest.CopyConfig(config)
	config.Wrap(func(base http.RoundTripper) http.RoundTripper {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.base = base
		return g
	})
	return config, g
}

func (g *gremlin) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	g.requests = append(g.requests, r)
	refuse, base := g.refuse, g.base
	g.mu.Unlock()
	if refuse != nil {
		if answer := refuse(r); answer != nil {
			answer.Request = r
			return answer, nil
		}
	}
	answer, err := base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body := &gremlinBody{ReadCloser: answer.Body, g: g, secret: strings.Contains(r.URL.Path, "/secrets")}
	g.mu.Lock()
	g.bodies[body] = struct{}{}
	g.mu.Unlock()
	answer.Body = body
	return answer, nil
}

// harm sets what is refused from now on.
func (g *gremlin) harm(refuse func(*http.Request) *http.Response) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refuse = refuse
}

// swap makes requests go another way from now on.
func (g *gremlin) swap(t *testing.T, config *rest.Config) {
	t.Helper()
	base, err := rest.TransportFor(config)
	if err != nil {
		t.Fatal(err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.base = base
}

// cut breaks all that is being received.
func (g *gremlin) cut() {
	g.mu.Lock()
	bodies := g.bodies
	g.bodies = map[*gremlinBody]struct{}{}
	g.mu.Unlock()
	for b := range bodies {
		b.ReadCloser.Close()
	}
}

// seen gives the requests for a resource, less those of the detector of inconsistencies.
func (g *gremlin) seen(resource string) []*http.Request {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []*http.Request
	exact := false
	for _, r := range g.requests {
		q := r.URL.Query()
		if !strings.HasSuffix(r.URL.Path, "/"+resource) {
			continue
		}
		if q.Get("resourceVersionMatch") == "Exact" {
			exact = true
			continue
		}
		// Further pages of the detector's list tell only by the token that they are its.
		if exact && q.Get("continue") != "" {
			continue
		}
		list = append(list, r)
	}
	return list
}

type gremlinBody struct {
	io.ReadCloser
	g      *gremlin
	secret bool
}

func (b *gremlinBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.secret && n > 0 {
		b.g.mu.Lock()
		b.g.wire.Write(p[:n])
		b.g.mu.Unlock()
	}
	return n, err
}

func (b *gremlinBody) Close() error {
	b.g.mu.Lock()
	delete(b.g.bodies, b)
	b.g.mu.Unlock()
	return b.ReadCloser.Close()
}

// answer makes a response with a Status object.
func answer(code int, reason, header string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	if name, value, ok := strings.Cut(header, ": "); ok {
		h.Set(name, value)
	}
	body := `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"` + reason + `","message":"the gremlin did it","code":` + strconv.Itoa(code) + `}`
	if code == http.StatusTooManyRequests {
		// So does the server's priority and fairness.
		h.Set("Content-Type", "text/plain")
		body = "Too many requests, please try again later.\n"
	}
	return &http.Response{StatusCode: code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

func watches(r *http.Request) bool { return r.URL.Query().Get("watch") != "" }

func streams(r *http.Request) bool { return r.URL.Query().Get("sendInitialEvents") != "" }
