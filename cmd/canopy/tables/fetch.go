package tables

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultTimeout is how long an address may take to answer in full.
const DefaultTimeout = 60 * time.Second

const maxRedirects = 5

// isAddress tells what is fetched from what is a file.
func isAddress(from string) bool {
	scheme, _, ok := strings.Cut(from, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// fetch reads what an address answers. Nothing but the request is sent: no cookies, no credentials, no name of this program's user.
func fetch(ctx context.Context, from string, o *Options) (*gathered, error) {
	at, err := url.Parse(from)
	if err != nil {
		return nil, err
	}
	if err := checkAddress(at); err != nil {
		return nil, fmt.Errorf("%s: %w", at.Redacted(), err)
	}
	timeout := o.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	ctx, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "canopy")
	transport := o.transport(at)
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return fmt.Errorf("more than %d redirects", maxRedirects)
		}
		if next.URL.Host != at.Host || next.URL.Scheme != at.Scheme {
			return fmt.Errorf("it leads on to %s://%s, and only the same host by the same scheme is followed: give that address where it is meant", next.URL.Scheme, next.URL.Host)
		}
		return checkAddress(next.URL)
	}}
	answer, err := client.Do(request)
	if err != nil {
		return nil, late(ctx, timeout, err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: it answered %s", from, answer.Status)
	}
	if answer.ContentLength > maxTotal {
		return nil, over(from, "it is larger", maxTotal)
	}
	g, err := stream(ctx, from, answer.Body, lastModified(answer.Header))
	if err != nil {
		return nil, late(ctx, timeout, err)
	}
	return g, nil
}

// lastModified is when the server says that what it gives was last written; zero where it does not say.
func lastModified(h http.Header) time.Time {
	t, err := http.ParseTime(h.Get("Last-Modified"))
	if err != nil {
		return time.Time{}
	}
	return t
}

// late says that the time was over, where it was.
func late(ctx context.Context, limit time.Duration, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no whole answer within %s: %w", limit, err)
	}
	return err
}

// checkAddress refuses what anybody on the way could change, and what would put a password into messages.
func checkAddress(at *url.URL) error {
	switch {
	case at.Hostname() == "":
		return errors.New("it names no host")
	case at.User != nil:
		return errors.New("it holds credentials: fetch the file with a tool that keeps them, and give the file")
	case at.Scheme == "https":
		return nil
	case at.Scheme == "http" && loopback(at.Hostname()):
		return nil
	case at.Scheme == "http":
		return errors.New("http can be changed on the way: use https; http is for this machine alone")
	}
	return fmt.Errorf("scheme %q is not known", at.Scheme)
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// transport connects as the environment says: HTTPS_PROXY and NO_PROXY hold, as for other programs. What goes by http goes to this machine
// alone, whatever a name resolves to.
func (o *Options) transport(at *url.URL) *http.Transport {
	dialer := &net.Dialer{Timeout: 15 * time.Second}
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSClientConfig: o.TLS, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 15 * time.Second, DisableKeepAlives: true,
		// What is compressed is unpacked here, within bounds.
		DisableCompression: true,
	}
	if at.Scheme == "http" {
		t.Proxy = nil
		t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			if ip, ok := conn.RemoteAddr().(*net.TCPAddr); !ok || !ip.IP.IsLoopback() {
				return nil, errors.Join(fmt.Errorf("%s is not on this machine", address), conn.Close())
			}
			return conn, nil
		}
	}
	return t
}

// input reads standard input.
func input(ctx context.Context, in io.Reader) (*gathered, error) {
	if in == nil {
		return nil, errors.New("standard input is not at hand")
	}
	return stream(ctx, "-", in, time.Time{})
}
