package main

import (
	"fmt"
	"net/http"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// asKubelet asks a kubelet by a verb: at its own port, where it asks the API server who that is and whether it may, as k8s.io/kubernetes/
// pkg/kubelet/server/auth.go does, and by way of the API server's proxy, which dials no node of this machine but lets the request pass.
func asKubelet(method, verb string) func(*attacker) error {
	return func(a *attacker) error {
		who, err := a.admin.AuthenticationV1().TokenReviews().Create(a.ctx, &authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: a.config.BearerToken}}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		answer, err := a.admin.AuthorizationV1().SubjectAccessReviews().Create(a.ctx, &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
			User: who.Status.User.Username, Groups: who.Status.User.Groups,
			ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: verb, Version: "v1", Resource: "nodes", Subresource: "proxy", Name: a.machine.name},
		}}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		status, text, err := a.sends(method, "/api/v1/nodes/"+a.machine.name+"/proxy/run/"+a.ns+"/runner/main?cmd=id", nil)
		if apierrors.IsForbidden(err) != !answer.Status.Allowed {
			return fmt.Errorf("the proxy says %d %s (%w), and a kubelet would hear %+v", status, text, err, answer.Status)
		}
		a.t.Logf("the proxy says %d %s", status, text)
		if err != nil {
			return err
		}
		v, err := a.inside(a.ns, "runner")
		if err != nil {
			return err
		}
		return v.becomes(nil)
	}
}

func nodeSchemes() []scheme {
	return []scheme{
		{name: "commands through the kubelet", hops: "N-01", objects: runner, held: []right{{"", "get nodes/proxy {node}"}}, walk: asKubelet(http.MethodGet, "get"), near: []neighbour{
			{"another subresource", may(0, "get nodes,nodes/log,nodes/metrics,nodes/stats {node}")},
			{"a binding of one namespace", at(0, "ns")},
			{"another name", may(0, "get nodes/proxy play")},
			{"another verb", may(0, "list,watch nodes/proxy {node}")},
		}},
		{name: "the kubelet by other methods", hops: "N-02", objects: runner, held: []right{{"", "create nodes/proxy"}}, walk: asKubelet(http.MethodPost, "create"), near: []neighbour{
			{"a binding of one namespace", at(0, "ns")},
		}},
	}
}
