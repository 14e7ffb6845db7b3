package live

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/k8s/guard"
)

func endless() error {
	var p guard.Pages
	_ = p.Next("a")
	return p.Next("a")
}

func TestFaultOf(t *testing.T) {
	pods := schema.GroupResource{Resource: "pods"}
	tooNew := apierrors.NewTimeoutError("too new", 1)
	tooNew.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: metav1.CauseTypeResourceVersionTooLarge}}
	for _, c := range []struct {
		err    error
		kind   faultKind
		reason string
		wait   time.Duration
	}{
		{nil, faultNone, "", 0},
		{apierrors.NewUnauthorized("x"), faultLogin, "not logged in", 0},
		{errors.New(`Get "https://x": getting credentials: exec: executable aws not found`), faultLogin, "not logged in", 0},
		{apierrors.NewForbidden(pods, "", errors.New("no")), faultDenied, "forbidden", 0},
		{apierrors.NewNotFound(pods, ""), faultAbsent, "not served", 0},
		{apierrors.NewTooManyRequests("x", 7), faultBusy, "429", 7 * time.Second},
		{apierrors.NewTooManyRequests("x", 1<<30), faultBusy, "429", 300 * time.Second},
		{apierrors.NewResourceExpired("old"), faultExpired, "", 0},
		{apierrors.NewGenericServerResponse(410, "get", pods, "", "", 0, true), faultExpired, "", 0},
		{tooNew, faultExpired, "", 0},
		{fmt.Errorf("wrapped: %w", apierrors.NewInvalid(schema.GroupKind{}, "", nil)), faultRefused, "refuses", 0},
		{apierrors.NewInternalError(errors.New("ill")), faultBroken, "500", 0},
		{apierrors.NewServiceUnavailable("ill"), faultBroken, "503", 0},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, faultBroken, "connection refused", 0},
		{io.ErrUnexpectedEOF, faultBroken, "lost", 0},
		{errors.New("x509: unknown authority"), faultBroken, "unknown authority", 0},
		{fmt.Errorf("%w: got x", errNoTable), faultRefused, "not read", 0},
		{fmt.Errorf("Get: %w", endless()), faultRefused, "does not end", 0},
		{apierrors.NewInternalError(errors.New(strings.Repeat("x", 5000))), faultBroken, "… (", 0},
	} {
		f := faultOf(c.err)
		if f.kind != c.kind || !strings.Contains(f.reason, c.reason) || f.wait != c.wait || len(f.reason) > 450 {
			t.Errorf("%v: %+v", c.err, f)
		}
	}
}

func TestBackoff(t *testing.T) {
	var b backoff
	p := Pause{time.Second, 5 * time.Second}
	for _, want := range []time.Duration{1, 2, 4, 5, 5} {
		if got := b.next(p); got < want*time.Second || got > want*time.Second*4/3 {
			t.Errorf("pause %v, want %v s and up to a third more", got, int(want))
		}
	}
	b.reset()
	if got := b.next(p); got >= 2*time.Second {
		t.Errorf("after success: %v", got)
	}
}
