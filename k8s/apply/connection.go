package apply

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"canopy/k8s/guard"
)

// connection makes requests of one sort.
type connection struct {
	config  *rest.Config
	http    *http.Client
	timeout time.Duration
	log     logr.Logger
	// dry marks every write as a dry run.
	dry bool
}

// connect makes the three connections.
func (w *Writer) connect(options Options) error {
	base := rest.CopyConfig(options.Config)
	timeout := cmp.Or(max(base.Timeout, 0), patience)
	base.Timeout = 0
	base.QPS, base.RateLimiter = -1, nil
	// Warnings are read off the answers.
	base.WarningHandler, base.WarningHandlerWithContext = nil, rest.NoWarnings{}
	if options.Version != "" {
		base.UserAgent = "canopy/" + options.Version
	} else if base.UserAgent == "" {
		base.UserAgent = "canopy"
	}
	for _, c := range []struct {
		into   **connection
		config *rest.Config
		dry    bool
	}{{&w.reading, guard.ReadOnly(base), false}, {&w.rehearsing, guard.Rehearsal(base), true}, {&w.writing, guard.Config(base), false}} {
		client, err := rest.HTTPClientFor(c.config)
		if err != nil {
			return fmt.Errorf("connection to %s: %w", base.Host, err)
		}
		*c.into = &connection{config: c.config, http: client, timeout: timeout, log: logr.FromSlogHandler(options.Log.Handler()), dry: c.dry}
	}
	return nil
}

// client speaks to one API group, in maps.
func (c *connection) client(gv schema.GroupVersion) (*rest.RESTClient, error) {
	config := dynamic.ConfigFor(c.config)
	config.GroupVersion = &gv
	config.APIPath = "/apis"
	if gv.Group == "" {
		config.APIPath = "/api"
	}
	client, err := rest.RESTClientForConfigAndClient(config, c.http)
	if err != nil {
		return nil, fmt.Errorf("client of %s: %w", gv, err)
	}
	return client, nil
}

// general speaks to no one API group: it asks what the server serves, and what the user may do.
func (c *connection) general() (*rest.RESTClient, error) {
	return rest.UnversionedRESTClientForConfigAndClient(dynamic.ConfigFor(c.config), c.http)
}

// bounded gives the context of one request, by which client-go also finds the log; else it writes to standard error, which
// is a screen.
func (c *connection) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(logr.NewContext(ctx, c.log), c.timeout)
}
