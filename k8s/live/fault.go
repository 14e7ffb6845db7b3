package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	"canopy/k8s/guard"
)

// faultKind sorts what can go wrong with a request by what is to be done about it.
type faultKind uint8

const (
	// faultNone is no fault.
	faultNone faultKind = iota
	// faultBroken: the server cannot be reached, or is ill. It is asked again soon.
	faultBroken
	// faultBusy: the server asks for patience (429).
	faultBusy
	// faultLogin: the credentials are not accepted, or cannot be had (401).
	faultLogin
	// faultDenied: the user may not do this (403).
	faultDenied
	// faultUnwatched: the user may list this but not watch it.
	faultUnwatched
	// faultAbsent: the server does not know the kind (404).
	faultAbsent
	// faultExpired: the resourceVersion is too old (410) or too new; the reflector lists anew.
	faultExpired
	// faultRefused: the server does not do what was asked, such as to stream a list or to answer with a Table.
	faultRefused
)

// fault is what went wrong with a request.
type fault struct {
	kind faultKind
	// reason is for people.
	reason string
	// wait is how long the server asks to be left alone; zero where it does not.
	wait time.Duration
}

// transient tells that the same request may be made again after a pause.
func (f fault) transient() bool {
	return f.kind == faultBroken || f.kind == faultBusy || f.kind == faultLogin
}

// faultOf reads an error of client-go. The status codes are those of apimachinery's api/errors.
func faultOf(err error) fault {
	if err == nil {
		return fault{}
	}
	if expired(err) {
		return fault{kind: faultExpired, reason: "what was read is too old to go on from; reading anew"}
	}
	if g := guard.Of(err); g != nil {
		return fault{kind: faultRefused, reason: g.Error()}
	}
	if errors.Is(err, errNoTable) {
		return fault{kind: faultRefused, reason: err.Error()}
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		if s := err.Error(); strings.Contains(s, "getting credentials") || strings.Contains(s, "no Auth Provider found") {
			return fault{kind: faultLogin, reason: "not logged in: " + guard.Brief(s)}
		}
		return fault{kind: faultBroken, reason: connection(err)}
	}
	s := status.Status()
	switch s.Code {
	case http.StatusUnauthorized:
		return fault{kind: faultLogin, reason: "not logged in: the server does not accept the credentials (401); they may have expired"}
	case http.StatusForbidden:
		return fault{kind: faultDenied, reason: guard.Brief(s.Message)}
	case http.StatusNotFound:
		return fault{kind: faultAbsent, reason: "not served by this server"}
	case http.StatusTooManyRequests:
		return fault{faultBusy, "the server is busy (429) and asks for patience", delay(s)}
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusUnprocessableEntity:
		return fault{kind: faultRefused, reason: fmt.Sprintf("the server refuses the request (%d): %s", s.Code, guard.Brief(s.Message))}
	}
	return fault{faultBroken, fmt.Sprintf("the server answers with an error (%d): %s", s.Code, guard.Brief(s.Message)), delay(s)}
}

func delay(s metav1.Status) time.Duration {
	if s.Details == nil || s.Details.RetryAfterSeconds <= 0 {
		return 0
	}
	return time.Duration(min(s.Details.RetryAfterSeconds, 300)) * time.Second
}

// expired tells that a list or watch cannot go on from its resourceVersion: it was compacted, or the server's data went
// back in time, as after a restored backup. See isExpiredError and isTooLargeResourceVersionError in client-go's
// reflector.go.
func expired(err error) bool {
	return apierrors.IsResourceExpired(err) || apierrors.IsGone(err) ||
		apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge)
}

// connection puts an error of the network into words.
func connection(err error) string {
	switch {
	case utilnet.IsConnectionRefused(err):
		return "the server cannot be reached: connection refused"
	case errors.Is(err, io.EOF), utilnet.IsProbableEOF(err), utilnet.IsConnectionReset(err), utilnet.IsHTTP2ConnectionLost(err):
		return "the connection was lost"
	case errors.Is(err, context.DeadlineExceeded), utilnet.IsTimeout(err):
		return "the server does not answer in time"
	}
	return "the server cannot be reached: " + guard.Brief(err.Error())
}
