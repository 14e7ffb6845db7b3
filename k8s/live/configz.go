package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"canopy/k8s/guard"
)

// mayProxyNodes asks the server whether the user may get nodes/proxy.
func (c *clients) mayProxyNodes(ctx context.Context) (allowed bool, reason string, err error) {
	body, err := json.Marshal(map[string]any{
		"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
		"spec": map[string]any{"resourceAttributes": map[string]any{"verb": "get", "version": "v1", "resource": "nodes", "subresource": "proxy"}},
	})
	if err != nil {
		return false, "", err
	}
	data, err := c.discovery.Post().AbsPath("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews").
		SetHeader("Content-Type", "application/json").Body(body).MaxRetries(0).Do(ctx).Raw()
	if err != nil {
		return false, "", err
	}
	var review struct {
		Status struct {
			Allowed bool   `json:"allowed"`
			Reason  string `json:"reason"`
		} `json:"status"`
	}
	if err := json.Unmarshal(data, &review); err != nil {
		return false, "", err
	}
	return review.Status.Allowed, review.Status.Reason, nil
}

// kubelets gives a client that can ask kubelets for their configuration, and nothing else. All other clients of a source refuse to reach
// through the server, so this one has a connection of its own.
func (c *clients) kubelets() (rest.Interface, error) {
	config := dynamic.ConfigFor(c.asked)
	config.GroupVersion, config.APIPath = &schema.GroupVersion{Version: "v1"}, "/api"
	config.Wrap(func(below http.RoundTripper) http.RoundTripper { return &configzOnly{below} })
	client, err := rest.RESTClientFor(config)
	if err != nil {
		return nil, fmt.Errorf("connection to %s: %w", config.Host, err)
	}
	return client, nil
}

// configzOnly sends a request only where it asks a kubelet for its configuration, and bounds the answer, which is the node's word. By the
// permission that this takes one could also run commands in pods.
type configzOnly struct{ below http.RoundTripper }

// WrappedRoundTripper lets client-go find the transport below, to close its idle connections.
func (t *configzOnly) WrappedRoundTripper() http.RoundTripper { return t.below }

func (t *configzOnly) RoundTrip(request *http.Request) (*http.Response, error) {
	if !asksConfigz(request) {
		err := fmt.Errorf("%w: %s %s", guard.ErrWrite, request.Method, guard.Brief(request.URL.Path))
		if request.Body != nil {
			err = errors.Join(err, request.Body.Close())
		}
		return nil, err
	}
	answer, err := t.below.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	answer.Body = &smallBody{ReadCloser: answer.Body, left: configLimit}
	return answer, nil
}

// asksConfigz tells GET …/api/v1/nodes/NAME/proxy/configz. The server may stand below a path of its own.
func asksConfigz(r *http.Request) bool {
	parts := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	n := len(parts) - 6
	if n < 0 || r.Method != http.MethodGet || r.URL.RawQuery != "" || r.Header.Get("Upgrade") != "" || r.Body != nil && r.Body != http.NoBody {
		return false
	}
	name := parts[n+3]
	return strings.Join(parts[n:n+3], "/") == "api/v1/nodes" && strings.Join(parts[n+4:], "/") == "proxy/configz" &&
		name != "" && name != "." && name != ".." && !strings.Contains(name, "%")
}

// smallBody ends an answer that is over its limit.
type smallBody struct {
	io.ReadCloser
	left int64
}

func (b *smallBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errConfigSize
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errConfigSize
	}
	return n, err
}
