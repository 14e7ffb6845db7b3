package main

import (
	"context"
	"encoding/json"
	"fmt"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// readPrize reads the prize as whoever the attacker is.
func readPrize(a *attacker) error { return a.seizes() }

// listPrize lists the one Secret that may be listed.
func listPrize(a *attacker) error {
	return a.settled(func() error {
		list, err := a.client.CoreV1().Secrets(a.vault).List(a.ctx, metav1.ListOptions{FieldSelector: "metadata.name=prize"})
		if err != nil {
			return err
		}
		if len(list.Items) != 1 {
			return fmt.Errorf("%d Secrets: %w", len(list.Items), errNothing)
		}
		return a.prized(&list.Items[0])
	})
}

// watchPrize watches instead.
func watchPrize(a *attacker) error {
	events, err := a.client.CoreV1().Secrets(a.vault).Watch(a.ctx, metav1.ListOptions{FieldSelector: "metadata.name=prize"})
	if err != nil {
		return err
	}
	defer events.Stop()
	event, ok := <-events.ResultChan()
	if secret, is := event.Object.(*corev1.Secret); ok && is {
		return a.prized(secret)
	}
	return fmt.Errorf("%+v: %w", event, errNothing)
}

// mint has the server write a token of the victim into a Secret.
func mint(a *attacker) error {
	secrets := a.client.CoreV1().Secrets(a.ns)
	_, err := secrets.Create(a.ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: "minted", Annotations: map[string]string{corev1.ServiceAccountNameKey: "victim"}},
		Type:       corev1.SecretTypeServiceAccountToken,
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	return a.readsToken("minted")
}

// readsToken waits until a Secret holds a token, and uses it.
func (a *attacker) readsToken(name string) error {
	var refusal error
	var token string
	err := a.waits("a token in "+name, func(ctx context.Context) bool {
		secret, err := a.client.CoreV1().Secrets(a.ns).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			refusal = err
			return true
		}
		token = string(secret.Data[corev1.ServiceAccountTokenKey])
		return token != "" || secret.Type != corev1.SecretTypeServiceAccountToken
	})
	switch {
	case err != nil:
		return err
	case refusal != nil:
		return refusal
	case token == "":
		return fmt.Errorf("no token in %s: %w", name, errNothing)
	}
	v := a.withToken(token)
	return v.becomes(nil)
}

// requestsToken asks for a token of an account.
func (a *attacker) requestsToken(account string) (*attacker, error) {
	request, err := a.client.CoreV1().ServiceAccounts(a.ns).CreateToken(a.ctx, account, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	return a.withToken(request.Status.Token), nil
}

// answered wants the prize in the answer to a request that is not for reading. It is a dry run: it leaves nothing but a line in the audit log.
func answered(method, name string) func(*attacker) error {
	return func(a *attacker) error {
		request := a.client.CoreV1().RESTClient().Verb(method).Namespace(a.vault).Resource("secrets").Param("dryRun", "All")
		if name != "" {
			request = request.Name(name)
		}
		switch {
		case method == "PATCH":
			request = request.SetHeader("Content-Type", string(types.MergePatchType)).Body([]byte("{}"))
		case name != "":
			// An object that waits for a finalizer is given back, not a word of success.
			request = request.Param("propagationPolicy", string(metav1.DeletePropagationForeground))
		}
		text, err := request.DoRaw(a.ctx)
		var status metav1.Status
		if err != nil {
			if json.Unmarshal(text, &status) == nil && status.Code != 0 {
				return &apierrors.StatusError{ErrStatus: status}
			}
			return err
		}
		var answer struct {
			corev1.Secret
			Items []corev1.Secret `json:"items"`
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
		for i := range answer.Items {
			if answer.Items[i].Name == "prize" {
				answer.Secret = answer.Items[i]
			}
		}
		return a.prized(&answer.Secret)
	}
}

// bait is a Secret with a token of the victim, and one of the attacker's that tells that the controller has come round.
const bait = `
apiVersion: v1
kind: Secret
metadata: {namespace: "{ns}", name: token, annotations: {kubernetes.io/service-account.name: victim}}
type: kubernetes.io/service-account-token
---
apiVersion: v1
kind: Secret
metadata: {namespace: "{ns}", name: tick, annotations: {kubernetes.io/service-account.name: attacker}}
type: kubernetes.io/service-account-token
`

func secretSchemes() []scheme {
	return []scheme{
		{name: "a Secret by name", hops: "S-01", held: []right{{"vault", "get secrets prize"}}, walk: readPrize, near: []neighbour{
			{"another verb", may(0, "update secrets prize")},
			{"another name", may(0, "get secrets prizes")},
			{"another resource", may(0, "get configmaps prize")},
			{"another group", may(0, "get secrets.apps prize")},
			{"another namespace", at(0, "ns")},
		}},
		{name: "the one Secret that may be listed", hops: "S-02", held: []right{{"vault", "list secrets prize"}}, walk: listPrize, near: []neighbour{
			{"another name", may(0, "list secrets prizes")},
			{"another verb", may(0, "create secrets prize")},
		}},
		{name: "the one Secret that may be watched", hops: "S-02", held: []right{{"vault", "watch secrets prize"}}, walk: watchPrize, near: []neighbour{
			{"another name", may(0, "watch secrets prizes")},
		}},
		{name: "a patch that answers with the Secret", hops: "S-01", held: []right{{"vault", "patch secrets prize"}}, walk: answered("PATCH", "prize"), near: []neighbour{
			{"another name", may(0, "patch secrets prizes")},
			{"another verb", may(0, "update secrets prize")},
		}},
		{name: "a deletion that answers with the Secret", hops: "S-01", held: []right{{"vault", "delete secrets prize"}}, walk: answered("DELETE", "prize"), near: []neighbour{
			{"another name", may(0, "delete secrets prizes")},
		}},
		{name: "a deletion that answers with all Secrets", hops: "S-02", held: []right{{"vault", "deletecollection secrets"}}, walk: answered("DELETE", ""), near: []neighbour{
			{"a name, which such a request has not", may(0, "deletecollection secrets prize")},
		}},
		{name: "Secrets that the server writes a token into", hops: "S-03 S-01", held: []right{{"ns", "create,get secrets"}}, walk: mint, near: []neighbour{
			{"another verb", may(0, "patch,update,get secrets")},
		}},
		{name: "a Secret that the server writes a token into", hops: "S-03 S-01", open: "missing-data", held: []right{{"ns", "create secrets; get secrets minted"}}, walk: mint, near: []neighbour{
			{"nothing to read it by", may(0, "create secrets; update secrets minted")},
			{"nothing to create it by", may(0, "patch secrets; get secrets minted")},
			{"a name, which a request to create has not", may(0, "create secrets minted; get secrets minted")},
		}},
		{name: "a token of an account that is named", hops: "S-05 S-01", held: []right{{"ns", "create serviceaccounts/token victim"}},
			walk: func(a *attacker) error {
				v, err := a.requestsToken("victim")
				if err != nil {
					return err
				}
				return v.becomes(nil)
			}, near: []neighbour{
				{"another name", may(0, "create serviceaccounts/token attacker")},
				{"the account in place of its subresource", may(0, "create serviceaccounts victim")},
				{"subresources of all kinds and none", may(0, "create serviceaccounts/* victim")},
				{"another verb", may(0, "get,update serviceaccounts/token victim")},
				{"another namespace", at(0, "vault")},
			}},
		{name: "a Secret that holds a token", hops: "S-01 I-08 S-01", objects: bait, held: []right{{"ns", "get secrets token"}}, walk: func(a *attacker) error {
			return a.readsToken("token")
		}, near: []neighbour{
			{"another type", instead("name: victim}}\ntype: kubernetes.io/service-account-token", "name: victim}}\ntype: Opaque")},
			{"another account", instead("name: victim", "name: attacker")},
		}},
	}
}
