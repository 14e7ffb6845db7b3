package metrics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"canopy/k8s/guard"
	"canopy/model"
)

// failure is why there is nothing new, and what could be done.
type failure struct {
	state  model.UsageState
	reason string
	// whole tells that it holds for all that this API serves.
	whole bool
}

// errorLimit bounds what is read of an answer that says no.
const errorLimit = 64 << 10

const install = "Install it (https://github.com/kubernetes-sigs/metrics-server), or another server of that API; canopy asks again by itself"

const look = "look at `kubectl get apiservice v1beta1.metrics.k8s.io` and at the pods and logs of metrics-server, mostly in kube-system"

// refused says what an answer that is no list means.
func refused(answer *http.Response, what resource) *failure {
	said := words(answer)
	switch answer.StatusCode {
	case http.StatusNotFound:
		return &failure{model.UsageAbsent, "metrics-server is not installed: nobody serves " + v1beta1.GroupName + " in this cluster. " + install, true}
	case http.StatusForbidden:
		return forbidden(what)
	case http.StatusUnauthorized:
		return &failure{model.UsageForbidden, "the API server does not accept the credentials of this user any more: log in anew", true}
	case http.StatusTooManyRequests:
		return &failure{model.UsageUnavailable, "the API server has too much to do for metrics, and is asked more seldom: " + said, true}
	}
	return &failure{model.UsageUnavailable, fmt.Sprintf("metrics-server is registered but does not answer (%d: %s): %s", answer.StatusCode, said, look),
		answer.StatusCode != http.StatusInternalServerError}
}

// forbidden says what this user may not, and which rule would permit it.
func forbidden(what resource) *failure {
	return &failure{model.UsageForbidden, fmt.Sprintf("this user may not list %s of %s: that takes a ClusterRole with the rule "+
		"apiGroups: [%s], resources: [nodes, pods], verbs: [list], and a ClusterRoleBinding", what, v1beta1.GroupName, v1beta1.GroupName), false}
}

// neither says that nobody serves metrics, and that this user may not list them either: an API server looks at that first.
func neither() *failure {
	return &failure{model.UsageAbsent, "metrics-server is not installed: nobody serves " + v1beta1.GroupName + " in this cluster, and this user may not list it either. " + install, true}
}

// unreached says why there was no answer at all.
func unreached(err error) *failure {
	if known := guard.Of(err); known != nil {
		return broken(known)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &failure{model.UsageUnavailable, fmt.Sprintf("metrics-server is registered but did not answer within %s: %s", patience, look), true}
	}
	var at *url.Error
	if errors.As(err, &at) {
		// The address stands in the screen's head anyway.
		err = at.Err
	}
	return &failure{model.UsageUnavailable, "the API server, which is asked for metrics, is not reached: " + guard.Brief(err.Error()), true}
}

// broken says that what came is no answer.
func broken(err error) *failure {
	if known := guard.Of(err); known != nil {
		err = known
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return unreached(err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = errors.New("it ends too early")
	}
	return &failure{model.UsageUnavailable, "the answer of metrics-server cannot be read: " + guard.Brief(err.Error()) + "; " + look, false}
}

// words gives what a server says in an answer that is no list: the message of a Status, else its text.
func words(answer *http.Response) string {
	body, err := io.ReadAll(io.LimitReader(answer.Body, errorLimit))
	if err != nil && len(body) == 0 {
		return http.StatusText(answer.StatusCode)
	}
	text := string(body)
	var status metav1.Status
	if json.Unmarshal(body, &status) == nil {
		text = status.Message
	}
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || !utf8.ValidString(text) {
		return http.StatusText(answer.StatusCode)
	}
	return guard.Brief(text)
}
