package connect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"k8s.io/client-go/rest"

	"canopy/k8s/guard"
)

var errLogin = errors.New("not logged in: the server does not accept the credentials (401); they may have expired")

// reachTimeout is how long a server may take for its first answer.
const reachTimeout = 15 * time.Second

// Reach asks the server for its version, so that a command that prints and ends says at once that an address is wrong or
// a login has expired. The dashboard needs no such thing: it goes on trying. Any answer but 401 will do, since a server
// may refuse even its version.
func (t *Target) Reach(ctx context.Context) error {
	limit := reachTimeout
	if t.Config.Timeout > 0 {
		limit = min(limit, t.Config.Timeout)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	client, err := rest.HTTPClientFor(guard.Config(t.Config))
	if err != nil {
		return fmt.Errorf("connection to %s: %w", t.Config.Host, err)
	}
	base, _, err := rest.DefaultServerUrlFor(t.Config)
	if err != nil {
		return fmt.Errorf("connection to %s: %w", t.Config.Host, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base.JoinPath("version").String(), nil)
	if err != nil {
		return fmt.Errorf("connection to %s: %w", t.Config.Host, err)
	}
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("%s: %w", t.Context, err)
	}
	if answer.StatusCode == http.StatusUnauthorized {
		return errors.Join(fmt.Errorf("%s: %w", t.Context, errLogin), answer.Body.Close())
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if errors.Is(err, guard.ErrTooLarge) {
		return errors.Join(fmt.Errorf("%s: version of the server: %w", t.Context, err), answer.Body.Close())
	}
	return answer.Body.Close()
}
