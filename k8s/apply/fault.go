package apply

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	"canopy/k8s/guard"
	"canopy/model"
)

// fault is what went wrong with a request, in words that a person understands.
type fault struct {
	cause   model.Cause
	message string
	// untestable tells that the server will not say before it is done.
	untestable bool
}

// statedError is what was found out here, perhaps after an error of the server.
type statedError struct {
	fault
	err error
}

func (e *statedError) Error() string { return e.message }
func (e *statedError) Unwrap() error { return e.err }

func state(cause model.Cause, message string) error {
	return &statedError{fault: fault{cause: cause, message: message}}
}

// notThere is what a server says of an object that it does not hold.
func notThere(t target) error {
	return apierrors.NewNotFound(schema.GroupResource{Group: t.kind.Group, Resource: t.kind.Resource}, t.name)
}

// sameUID tells that an object is not the one that a deletion is for.
func sameUID(step model.Step, u *unstructured.Unstructured) error {
	if step.Verb == model.Delete && step.UID != "" && u.GetUID() != step.UID {
		return state(model.CauseChanged, "Another object of the same name has come in its place; it stays.")
	}
	return nil
}

const exportInstead = "Export the fix, and let somebody apply it who may."

// faultOf reads an error of a request. The words that tell refusals apart are those of Kubernetes' own admission; a webhook
// may choose the code of its refusal, a policy too.
func faultOf(err error) fault {
	if g := guard.Of(err); g != nil {
		return fault{cause: model.CauseOther, message: g.Error() + "."}
	}
	var stated *statedError
	if errors.As(err, &stated) {
		return stated.fault
	}
	if errors.Is(err, errUnserved) {
		return fault{cause: model.CauseUnserved, message: sentence(err.Error())}
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return connectionFault(err)
	}
	s := status.Status()
	text := s.Message
	switch {
	case s.Code == http.StatusUnauthorized:
		return fault{cause: model.CauseForbidden, message: "The server does not accept the credentials (401); they may have expired. Log in again."}
	case strings.Contains(text, ": User \"") && strings.Contains(text, "\" cannot "):
		return fault{cause: model.CauseForbidden, message: "You may not do this. " + exportInstead + says(s)}
	case strings.Contains(text, "attempting to grant RBAC permissions not currently held"):
		return fault{cause: model.CauseForbidden, message: "Whoever grants permissions must hold all of them, or may use the verb escalate or bind on the role; you do neither. " + exportInstead + says(s)}
	case strings.Contains(text, "does not support dry run"):
		return fault{model.CauseRefused, "A webhook takes no dry run, so nobody can say before it is done whether it agrees." + says(s), true}
	case strings.Contains(text, "failed calling webhook"):
		return fault{cause: model.CauseRefused, message: "A webhook that has to agree does not answer. Mend it, or what its failurePolicy covers, first." + says(s)}
	case strings.Contains(text, "admission webhook ") && strings.Contains(text, " denied the request"):
		return fault{cause: model.CauseRefused, message: "An admission webhook refuses it." + says(s)}
	case strings.Contains(text, "ValidatingAdmissionPolicy '"), strings.Contains(text, "MutatingAdmissionPolicy '"):
		return fault{cause: model.CauseRefused, message: "An admission policy refuses it." + says(s)}
	case strings.Contains(text, "violates PodSecurity"):
		return fault{cause: model.CauseRefused, message: "Pod Security of the namespace refuses it." + says(s)}
	case overQuota(err):
		return fault{cause: model.CauseRefused, message: "A quota of the namespace has no room for it." + says(s)}
	}
	return byCode(err, s)
}

func byCode(err error, s metav1.Status) fault {
	switch {
	case s.Code == http.StatusForbidden:
		return fault{cause: model.CauseRefused, message: "Admission refuses it." + says(s)}
	case unserved(err):
		return fault{cause: model.CauseUnserved, message: "The server does not serve this kind." + says(s)}
	case apierrors.IsNotFound(err):
		return fault{cause: model.CauseMissing, message: "It, or something that it needs, is not there." + says(s)}
	case apierrors.IsAlreadyExists(err):
		return fault{cause: model.CauseExists, message: "There is such an object already." + says(s)}
	case apierrors.IsConflict(err):
		return fault{cause: model.CauseConflict, message: "Somebody else wrote it at the same moment." + says(s)}
	case testFailed(s):
		return fault{cause: model.CauseChanged, message: "The fields that it changes are not as it expects: somebody has changed them since."}
	case s.Code == http.StatusUnprocessableEntity && immutable(s.Message):
		return fault{cause: model.CauseInvalid, message: "That cannot be changed once the object exists: it has to be deleted and made anew." + says(s)}
	case s.Code == http.StatusUnprocessableEntity, s.Code == http.StatusBadRequest, s.Code == http.StatusUnsupportedMediaType,
		s.Code == http.StatusMethodNotAllowed, s.Code == http.StatusRequestEntityTooLarge, s.Code == http.StatusNotAcceptable:
		return fault{cause: model.CauseInvalid, message: "The server does not take it." + says(s)}
	case s.Code == http.StatusTooManyRequests:
		return fault{cause: model.CauseOther, message: "The server is busy (429). Try again later." + says(s)}
	case s.Code >= http.StatusInternalServerError:
		return fault{cause: model.CauseLost, message: fmt.Sprintf("The server answers with an error of its own (%d).%s", s.Code, says(s))}
	}
	return fault{cause: model.CauseOther, message: fmt.Sprintf("The server does not do it (%d).%s", s.Code, says(s))}
}

// says quotes a server, no longer than a person reads.
func says(s metav1.Status) string {
	text := strings.TrimSpace(withoutObjects(s.Message))
	if text == "" {
		return ""
	}
	return fmt.Sprintf(" The server says: %q", guard.Brief(text))
}

// withoutObjects cuts whole objects out of a server's words: it quotes the one that it could not read, with all its values.
func withoutObjects(text string) string {
	const mark = "Invalid value: "
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, mark)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString(mark)
		quoted, err := strconv.QuotedPrefix(after)
		if err == nil && strings.HasPrefix(quoted, `"{`) {
			b.WriteString("an object")
			after = after[len(quoted):]
		}
		text = after
	}
}

// sentence makes words one: with a capital and a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// unserved tells an address that a server does not know from an object that is not there.
func unserved(err error) bool {
	return apierrors.IsNotFound(err) && apierrors.HasStatusCause(err, metav1.CauseTypeUnexpectedServerResponse)
}

func overQuota(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), "exceeded quota:")
}

// testFailed tells that a JSON patch does not fit: a test does not hold, or what it changes is not there. The server says no
// more than this.
func testFailed(s metav1.Status) bool {
	return s.Code == http.StatusUnprocessableEntity && s.Details != nil && s.Details.Kind == "" && len(s.Details.Causes) == 0 &&
		strings.HasPrefix(s.Message, "the server rejected our request due to an error in our request")
}

func immutable(text string) bool {
	for _, words := range []string{"field is immutable", "cannot change roleRef", "updates to statefulset spec for fields other than",
		"pod updates may not change fields other than"} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// busy tells that a server asks for patience, and did nothing.
func busy(err error) bool { return apierrors.IsTooManyRequests(err) }

// lost tells that nobody knows whether a request was carried out.
func lost(err error) bool { return err != nil && faultOf(err).cause == model.CauseLost }

func connectionFault(err error) fault {
	f := fault{cause: model.CauseLost, message: "The server cannot be reached: " + guard.Brief(err.Error())}
	switch {
	case errors.Is(err, context.Canceled):
		f.message = "It was stopped."
	case errors.Is(err, errWhole):
		f = fault{cause: model.CauseOther, message: sentence(err.Error())}
	case utilnet.IsConnectionRefused(err):
		f.message = "The server cannot be reached: the connection is refused."
	case errors.Is(err, context.DeadlineExceeded), utilnet.IsTimeout(err):
		f.message = "The server does not answer in time."
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), utilnet.IsProbableEOF(err), utilnet.IsConnectionReset(err), utilnet.IsHTTP2ConnectionLost(err):
		f.message = "The connection was lost."
	case strings.Contains(err.Error(), "getting credentials"):
		f = fault{cause: model.CauseForbidden, message: "Not logged in: " + guard.Brief(err.Error())}
	}
	return f
}
