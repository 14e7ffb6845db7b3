package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"canopy/k8s/guard"
	"canopy/model"
	"canopy/model/scheme"
)

// clients makes the requests of one source. All share one connection.
type clients struct {
	config *rest.Config
	// asked is the configuration by which kubelets are asked: guarded, but not held from reaching through the server.
	asked *rest.Config
	http  *http.Client
	// peer knows the certificate that the server has shown.
	peer   *peer
	scheme *runtime.Scheme
	codecs serializer.CodecFactory
	// timeout bounds requests other than lists and watches; zero is none.
	timeout time.Duration
	// discovery asks what the server serves.
	discovery rest.Interface
	log       logr.Logger
}

func newClients(config *rest.Config, version string, log *slog.Logger) (*clients, error) {
	if config == nil {
		return nil, errors.New("no cluster: the configuration is empty")
	}
	c := &clients{config: guard.ReadOnly(config), asked: guard.Config(config), timeout: config.Timeout, log: logr.FromSlogHandler(log.Handler())}
	for _, of := range []*rest.Config{c.config, c.asked} {
		of.Timeout = 0
		// The server shares itself out fairly; five requests a second would make the start last eight seconds.
		of.QPS, of.RateLimiter = -1, nil
		of.WarningHandler, of.WarningHandlerWithContext = nil, rest.NoWarnings{}
		if version != "" {
			of.UserAgent = "canopy/" + version
		} else if of.UserAgent == "" {
			of.UserAgent = "canopy"
		}
	}
	c.scheme = scheme.Types()
	c.codecs = serializer.NewCodecFactory(c.scheme)
	var err error
	if c.http, err = rest.HTTPClientFor(c.config); err != nil {
		return nil, fmt.Errorf("connection to %s: %w", config.Host, err)
	}
	inner := c.http.Transport
	if inner == nil {
		inner = http.DefaultTransport
	}
	// The client may be one that others share.
	own := *c.http
	c.peer = newPeer(inner)
	own.Transport = c.peer
	c.http = &own
	if c.discovery, err = rest.UnversionedRESTClientForConfigAndClient(dynamic.ConfigFor(c.config), c.http); err != nil {
		return nil, fmt.Errorf("connection to %s: %w", config.Host, err)
	}
	return c, nil
}

// typed tells whether a kind is read as protobuf into its Go type. Only built-in kinds are: no other type has a record.
func (c *clients) typed(kind *model.Kind) bool {
	return model.BuiltIn(kind.GroupKind()) != nil && c.scheme.Recognizes(kind.GVK())
}

// rest gives a client of the kind's API group, which decodes into Go types where they are linked, else into maps.
func (c *clients) rest(kind *model.Kind) (*rest.RESTClient, error) {
	if !c.typed(kind) {
		return c.group(dynamic.ConfigFor(c.config), kind.GVK().GroupVersion())
	}
	cfg := rest.CopyConfig(c.config)
	cfg.NegotiatedSerializer = c.codecs.WithoutConversion()
	cfg.ContentType = runtime.ContentTypeProtobuf
	cfg.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	return c.group(cfg, kind.GVK().GroupVersion())
}

// untyped gives a client of the kind's API group which decodes into maps.
func (c *clients) untyped(kind *model.Kind) (*rest.RESTClient, error) {
	return c.group(dynamic.ConfigFor(c.config), kind.GVK().GroupVersion())
}

func (c *clients) group(cfg *rest.Config, gv schema.GroupVersion) (*rest.RESTClient, error) {
	cfg.GroupVersion = &gv
	cfg.APIPath = "/apis"
	if gv.Group == "" {
		cfg.APIPath = "/api"
	}
	client, err := rest.RESTClientForConfigAndClient(cfg, c.http)
	if err != nil {
		return nil, fmt.Errorf("client of %s: %w", gv, err)
	}
	return client, nil
}

// bounded gives the context of one short request.
func (c *clients) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx = c.logged(ctx)
	if c.timeout <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, c.timeout)
}

// logged gives a context by which client-go finds the log of the source; else it writes to standard error, which is a
// screen.
func (c *clients) logged(ctx context.Context) context.Context { return logr.NewContext(ctx, c.log) }
