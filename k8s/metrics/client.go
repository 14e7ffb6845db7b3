package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"canopy/k8s/guard"
)

const (
	mib = 1 << 20
	// bodyLimit bounds an answer; that of a hundred thousand pods is some fifty MiB.
	bodyLimit = 512 * mib
	// itemLimit bounds one object in it; a pod's labels take the most, and etcd holds no more than 8 MiB.
	itemLimit = 8 * mib
	// countLimit bounds the containers, or nodes, in it: Kubernetes is made for 300,000 containers.
	countLimit = 1_000_000
)

var errLarge = errors.New("it is larger than what a cluster can have")

// resource is what is listed.
type resource string

const (
	nodes resource = "nodes"
	pods  resource = "pods"
)

// list is the kind of its lists.
func (r resource) list() string {
	if r == nodes {
		return "NodeMetricsList"
	}
	return "PodMetricsList"
}

func wrongKind(kind string, what resource) error {
	return fmt.Errorf("it is %q where a %s should be", guard.Brief(kind), what.list())
}

// client asks one cluster, over a transport that cannot write. It keeps its pace by the rounds, and needs no limit besides.
type client struct {
	http *http.Client
	base *url.URL
	now  func() time.Time
}

func newClient(config *rest.Config, version string, now func() time.Time) (*client, error) {
	if config == nil {
		return nil, errors.New("the configuration is empty")
	}
	config = guard.ReadOnly(config)
	config.Timeout = 0
	config.WarningHandler, config.WarningHandlerWithContext = nil, rest.NoWarnings{}
	if version != "" {
		config.UserAgent = "canopy/" + version
	} else if config.UserAgent == "" {
		config.UserAgent = "canopy"
	}
	c, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, err
	}
	return &client{http: c, base: base, now: now}, nil
}

// list asks for the metrics of nodes, or of pods, of all namespaces or of one. The API knows no pages. It says how many figures were
// left out since they cannot be read.
func (c *client) list(ctx context.Context, what resource, namespace string, into *round) (bad int, f *failure) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	path := []string{v1beta1.SchemeGroupVersion.Version}
	if namespace != "" {
		path = append(path, "namespaces", namespace)
	}
	answer, f := c.get(ctx, append(path, string(what))...)
	if f != nil {
		return 0, f
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return 0, refused(answer, what)
	}
	bad, err := c.read(answer, what, into)
	if err != nil {
		return 0, broken(err)
	}
	return bad, nil
}

// get asks for something below the API of metrics.
func (c *client) get(ctx context.Context, path ...string) (*http.Response, *failure) {
	at := c.base.JoinPath("apis", v1beta1.GroupName).JoinPath(path...)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, broken(err)
	}
	request.Header.Set("Accept", runtime.ContentTypeJSON)
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, unreached(err)
	}
	return answer, nil
}

// absent tells that the API server says that nobody serves metrics. Which groups there are every user may read; whoever may not, or gets no
// answer, does not know.
func (c *client) absent(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, f := c.get(ctx)
	if f != nil {
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusNotFound
}

// read reads the answer into the round.
func (c *client) read(answer *http.Response, what resource, into *round) (bad int, err error) {
	now, total, good := c.now(), 0, 0
	each := func(x *item) error {
		if total += 1 + len(x.containers); total > countLimit {
			return fmt.Errorf("%w: over %d objects and containers", errLarge, countLimit)
		}
		bad += x.bad
		if !x.fits(now, what == pods) {
			bad = max(bad, 1)
			return nil
		}
		good++
		into.put(x)
		return nil
	}
	if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); kind != runtime.ContentTypeJSON {
		return 0, fmt.Errorf("it is of type %q", guard.Brief(kind))
	}
	err = readJSON(&budget{from: answer.Body, left: bodyLimit, item: itemLimit}, what, each)
	if err == nil && good == 0 && bad > 0 {
		err = errors.New("none of its figures can be read")
	}
	return bad, err
}

// budget ends a body, and an object in it, that is too large.
type budget struct {
	from       io.Reader
	left, item int64
}

// renew begins an object.
func (b *budget) renew() { b.item = itemLimit }

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 || b.item <= 0 {
		return 0, errLarge
	}
	// As much as fits at once: a decoder looks at all that it holds again after each of many small pieces.
	n, err := io.ReadFull(b.from, p[:min(int64(len(p)), b.left, b.item)])
	b.left, b.item = b.left-int64(n), b.item-int64(n)
	if n > 0 && errors.Is(err, io.ErrUnexpectedEOF) {
		// Comes again at the next call.
		err = nil
	}
	return n, err
}
