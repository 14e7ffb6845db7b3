package live

import (
	"net/http"
	"sync/atomic"
)

// peer is a transport that looks at the certificate which the server has shown, as it comes with every answer.
type peer struct {
	http.RoundTripper
	// until is when that certificate ends, in seconds since 1970; zero before the first answer, and without TLS.
	until atomic.Int64
	// changed holds a token once until has changed.
	changed chan struct{}
}

func newPeer(inner http.RoundTripper) *peer {
	return &peer{RoundTripper: inner, changed: make(chan struct{}, 1)}
}

// RoundTrip makes a request.
func (p *peer) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := p.RoundTripper.RoundTrip(request)
	if err == nil && answer.TLS != nil && len(answer.TLS.PeerCertificates) > 0 {
		until := answer.TLS.PeerCertificates[0].NotAfter.Unix()
		if p.until.Swap(until) != until {
			select {
			case p.changed <- struct{}{}:
			default:
			}
		}
	}
	return answer, err
}

// WrappedRoundTripper lets client-go find the transport inside.
func (p *peer) WrappedRoundTripper() http.RoundTripper { return p.RoundTripper }

// CloseIdleConnections lets the client close what the transport inside has open.
func (p *peer) CloseIdleConnections() {
	if c, ok := p.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
