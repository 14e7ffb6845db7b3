package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// attacker is somebody with credentials, and with no others.
type attacker struct {
	*stage
	t      *testing.T
	config *rest.Config
	client kubernetes.Interface
	ctx    context.Context
}

// attacker gives the one that begins the walk.
func (g *stage) attacker(t *testing.T) *attacker { return g.holder(t, g.config) }

func (g *stage) holder(t *testing.T, config *rest.Config) *attacker {
	config = rest.CopyConfig(config)
	config.QPS, config.Burst = 500, 1000
	return &attacker{stage: g, t: t, config: config, client: kubernetes.NewForConfigOrDie(config), ctx: t.Context()}
}

// withToken is the attacker with a token that it has just gained, impersonating the one whose requests are in the name of somebody else.
func (a *attacker) withToken(token string) *attacker { return a.holder(a.t, withToken(a.lab, token)) }

func (a *attacker) impersonating(user string, groups ...string) *attacker {
	config := rest.CopyConfig(a.config)
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: groups}
	return a.holder(a.t, config)
}

// victim is the user name of the account that may read the prize.
func (a *attacker) victim() string { return "system:serviceaccount:" + a.ns + ":victim" }

// is fails where the server takes the attacker for anybody else.
func (a *attacker) is(user string) error {
	review, err := a.client.AuthenticationV1().SelfSubjectReviews().Create(a.ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err == nil && review.Status.UserInfo.Username != user {
		err = fmt.Errorf("it is %s and not %s: %w", review.Status.UserInfo.Username, user, errNothing)
	}
	return err
}

// settled tries again what is refused, for as long as the authorizer may need to hear of a change. What is to stay refused is given less time.
func (a *attacker) settled(try func() error) error {
	patience := 10 * time.Second
	if a.near {
		patience = time.Second / 2
	}
	err := try()
	for end := time.Now().Add(patience); apierrors.IsForbidden(err) && time.Now().Before(end); err = try() {
		time.Sleep(20 * time.Millisecond)
	}
	return err
}

// seizes reads the prize.
func (a *attacker) seizes() error {
	return a.settled(func() error {
		secret, err := a.client.CoreV1().Secrets(a.vault).Get(a.ctx, "prize", metav1.GetOptions{})
		if err != nil {
			return err
		}
		return a.prized(secret)
	})
}

func (a *attacker) prized(s *corev1.Secret) error {
	if string(s.Data["value"]) != "prize of "+a.ns {
		return fmt.Errorf("%s/%s holds %q: %w", s.Namespace, s.Name, s.Data["value"], errNothing)
	}
	return nil
}

// becomes the victim, and reads the prize.
func (a *attacker) becomes(err error) error {
	if err == nil {
		err = a.is(a.victim())
	}
	if err == nil {
		err = a.seizes()
	}
	return err
}

// rules fails where the attacker may not do everything.
func (a *attacker) rules() error {
	return a.settled(func() error {
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
			ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "*", Group: "*", Resource: "*"},
		}}
		answer, err := a.client.AuthorizationV1().SelfSubjectAccessReviews().Create(a.ctx, review, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		if !answer.Status.Allowed {
			return apierrors.NewForbidden(authorizationv1.Resource("everything"), "", errors.New(answer.Status.Reason))
		}
		_, err = a.client.CoreV1().Secrets("kube-system").List(a.ctx, metav1.ListOptions{})
		return err
	})
}

// sends a request with headers and gives the status of the answer and its beginning.
func (a *attacker) sends(method, path string, headers map[string]string) (int, string, error) {
	config := rest.CopyConfig(a.config)
	// Connections are not upgraded in HTTP/2.
	config.NextProtos = []string{"http/1.1"}
	transport, err := rest.TransportFor(config)
	if err != nil {
		return 0, "", err
	}
	request, err := http.NewRequestWithContext(a.ctx, method, config.Host+path, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	if response.StatusCode == http.StatusForbidden {
		err = apierrors.NewForbidden(corev1.Resource("requests"), path, errors.New(string(text)))
	}
	return response.StatusCode, string(text), err
}
