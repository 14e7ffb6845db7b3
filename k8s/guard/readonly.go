package guard

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"k8s.io/client-go/rest"
)

// ErrWrite is what every error wraps for a request that was not sent, since it could change the cluster.
var ErrWrite = errors.New("a request that could change the cluster was not sent")

// bodyLimit bounds what is read of a deletion's options.
const bodyLimit = mib

// ReadOnly copies a configuration so that every client made from it is guarded, and can read and no more: it gets, lists
// and watches, and asks what the user is and may do. Whatever else is asked of it fails before it is sent.
func ReadOnly(config *rest.Config) *rest.Config {
	return filtered(config, func(r *http.Request) error {
		if reads(r) {
			return nil
		}
		return fail(ErrWrite, "%s %s", r.Method, brief(r.URL.Path))
	})
}

// Rehearsal copies a configuration so that every client made from it is guarded, and can besides reading make such writes
// only as the server is told not to keep. Any other fails before it is sent.
func Rehearsal(config *rest.Config) *rest.Config {
	return filtered(config, func(r *http.Request) error {
		if reads(r) {
			return nil
		}
		return rehearses(r)
	})
}

func filtered(config *rest.Config, allow func(*http.Request) error) *rest.Config {
	config = Config(config)
	config.Wrap(func(below http.RoundTripper) http.RoundTripper { return &filter{below, allow} })
	return config
}

// filter sends only what is allowed.
type filter struct {
	below http.RoundTripper
	allow func(*http.Request) error
}

// WrappedRoundTripper lets client-go find the transport below, to close its idle connections.
func (f *filter) WrappedRoundTripper() http.RoundTripper { return f.below }

func (f *filter) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := f.allow(request); err != nil {
		if request.Body != nil {
			// A round tripper closes the body, on errors too.
			err = errors.Join(err, request.Body.Close())
		}
		return nil, err
	}
	return f.below.RoundTrip(request)
}

// reads tells a request that changes nothing.
func reads(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		// A connection into a pod opens with a GET.
		return !connects(r)
	case http.MethodPost:
		return selfReview(r.URL.Path)
	}
	return false
}

// connects tells a request that reaches through the server: to a process in a pod, or to what stands behind a proxy.
func connects(r *http.Request) bool {
	if r.Header.Get("Upgrade") != "" {
		return true
	}
	_, below := resource(r.URL.Path)
	for _, sub := range []string{"exec", "attach", "portforward", "proxy"} {
		if below == sub {
			return true
		}
	}
	return false
}

// selfReview tells a question about the user's own rights or name, which stores nothing.
func selfReview(path string) bool {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	i := slices.Index(parts, "apis")
	if i < 0 || len(parts)-i != 4 {
		return false
	}
	switch parts[i+1] + "/" + parts[i+3] {
	case "authorization.k8s.io/selfsubjectaccessreviews", "authorization.k8s.io/selfsubjectrulesreviews",
		"authentication.k8s.io/selfsubjectreviews":
		return true
	}
	return false
}

// resource gives the name of an object that a path leads to, and the subresource of it; "" for what is not there. The server
// may stand below a path of its own.
func resource(path string) (name, below string) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	i := slices.IndexFunc(parts, func(p string) bool { return p == "api" || p == "apis" })
	if i < 0 {
		return "", ""
	}
	skip := 2
	if parts[i] == "apis" {
		skip = 3
	}
	rest := parts[min(i+skip, len(parts)):]
	if len(rest) > 3 && rest[0] == "namespaces" {
		rest = rest[2:]
	} else if len(rest) == 3 && rest[0] == "namespaces" && rest[2] != "status" && rest[2] != "finalize" {
		rest = rest[2:]
	}
	if len(rest) > 1 {
		name = rest[1]
	}
	if len(rest) > 2 {
		below = rest[2]
	}
	return name, below
}

// rehearses tells why a write is none that the server keeps nothing of; nil where it is one. The flag counts only for what
// the server itself stores: subresources such as a token or a proxy need not heed it.
func rehearses(r *http.Request) error {
	dry := r.URL.Query()["dryRun"]
	name, below := resource(r.URL.Path)
	switch {
	case len(dry) != 1 || dry[0] != "All":
		return fail(ErrWrite, "%s %s would not be a dry run", r.Method, brief(r.URL.Path))
	case below != "" || r.Header.Get("Upgrade") != "":
		return fail(ErrWrite, "%s %s is not known to heed a dry run", r.Method, brief(r.URL.Path))
	case r.Method == http.MethodPost && name == "", (r.Method == http.MethodPatch || r.Method == http.MethodPut) && name != "":
		return nil
	case r.Method == http.MethodDelete && name != "":
		return deletion(r)
	}
	return fail(ErrWrite, "%s %s", r.Method, brief(r.URL.Path))
}

// deletion looks into the options of a deletion: a server that is sent any reads them in place of those in the address.
func deletion(r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	if r.GetBody == nil {
		return fail(ErrWrite, "the options of DELETE %s cannot be looked at", brief(r.URL.Path))
	}
	copied, err := r.GetBody()
	if err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(copied, bodyLimit))
	if err = errors.Join(err, copied.Close()); err != nil || len(body) == 0 {
		return err
	}
	var options struct {
		DryRun []string `json:"dryRun"`
	}
	if err := json.Unmarshal(body, &options); err != nil || len(options.DryRun) != 1 || options.DryRun[0] != "All" {
		return fail(ErrWrite, "the options of DELETE %s would not be a dry run", brief(r.URL.Path))
	}
	return nil
}
