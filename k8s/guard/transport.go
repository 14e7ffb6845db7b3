// Package guard keeps a server, which may be hostile or only misconfigured, within bounds: it may not send requests, and
// with them credentials, elsewhere, nor answer without end.
package guard

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"k8s.io/client-go/rest"
)

var (
	// ErrRedirect is what every error for a redirect to another server wraps.
	ErrRedirect = errors.New("redirects to another server are refused")
	// ErrTooLarge is what every error for an answer without bounds wraps.
	ErrTooLarge = errors.New("the answer of the server is too large")
	// ErrEndless is what every error for a list wraps that does not come to an end.
	ErrEndless = errors.New("the list of the server does not end")
)

// Of finds the error of this package in a chain, without what HTTP clients write around it; nil where there is none.
func Of(err error) error {
	var e *guardError
	if errors.As(err, &e) {
		return e
	}
	return nil
}

type guardError struct {
	kind error
	text string
}

func (e *guardError) Error() string { return e.text }
func (e *guardError) Unwrap() error { return e.kind }

func fail(kind error, format string, args ...any) error {
	return &guardError{kind, kind.Error() + ": " + fmt.Sprintf(format, args...)}
}

// Config copies a configuration so that every client made from it is guarded.
func Config(config *rest.Config) *rest.Config {
	config = rest.CopyConfig(config)
	config.Wrap(func(below http.RoundTripper) http.RoundTripper { return &transport{below} })
	return config
}

type transport struct{ below http.RoundTripper }

// WrappedRoundTripper lets client-go find the transport below, to close its idle connections.
func (t *transport) WrappedRoundTripper() http.RoundTripper { return t.below }

func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := t.below.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if err := redirect(request.URL, answer); err != nil {
		return nil, errors.Join(err, answer.Body.Close())
	}
	switch limit := limitOf(request); {
	case answer.StatusCode == http.StatusSwitchingProtocols:
	case limit > 0:
		answer.Body = &bounded{ReadCloser: answer.Body, left: limit, limit: limit}
	case strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json"):
		// Frames of protobuf are bounded by client-go.
		answer.Body = &framed{ReadCloser: answer.Body}
	}
	return answer, nil
}

// redirect refuses an answer that leads to another scheme, host or port. HTTP clients would follow it, some of them with
// credentials.
func redirect(from *url.URL, answer *http.Response) error {
	if answer.StatusCode < 300 || answer.StatusCode > 399 {
		return nil
	}
	location := answer.Header.Get("Location")
	if location == "" {
		return nil
	}
	to, err := from.Parse(location)
	if err != nil {
		return fail(ErrRedirect, "the server redirects to no address that is understood")
	}
	if to.Scheme != from.Scheme || !strings.EqualFold(to.Hostname(), from.Hostname()) || port(to) != port(from) {
		return fail(ErrRedirect, "%s redirects to %s", from.Host, brief(to.Scheme+"://"+to.Host))
	}
	return nil
}

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}

func brief(s string) string {
	if len(s) > 200 {
		s = s[:200]
	}
	return fmt.Sprintf("%q", s)
}
