package main

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"canopy/cmd/canopy/canarytest"
	"canopy/k8s/labtest"
	"canopy/model"
)

// evidenceWorld is a real API server with the kinds of scanners and policies, images that run, and credentials everywhere.
type evidenceWorld struct {
	t         *testing.T
	lab       *labtest.Lab
	client    dynamic.Interface
	namespace string
	// start is when it was made; the command lines are told a moment after it.
	start   time.Time
	planted *canarytest.Planted
	custom  *model.Kind
}

func newEvidenceWorld(t *testing.T) *evidenceWorld {
	t.Helper()
	lab := labtest.Private(t)
	client, err := dynamic.NewForConfig(lab.Config(labtest.Admin))
	if err != nil {
		t.Fatal(err)
	}
	w := &evidenceWorld{t: t, lab: lab, client: client, namespace: lab.Namespace(t), start: time.Now().UTC().Truncate(time.Second)}
	w.custom = &model.Kind{Group: canarytest.CustomGroup, Version: "v1", Kind: canarytest.CustomKind, Resource: canarytest.CustomResource, Namespaced: true}
	for _, name := range []string{"VulnerabilityReport", "VulnerabilityManifest", "Certificate", "ClusterPolicy", "K8sAllowedRepos"} {
		w.define(model.KindByName(name))
	}
	w.define(w.custom)
	w.demand()
	w.images()
	w.planted = canarytest.Plant(canarytest.NewValues(t), w.namespace)
	w.plant()
	return w
}

// now is the flag that fixes the time.
func (w *evidenceWorld) now() string {
	return "--now=" + w.start.Add(5*time.Minute).Format(time.RFC3339)
}

// run runs a command line in this process as a user who reads everything.
func (w *evidenceWorld) run(args ...string) ran {
	w.t.Helper()
	return runAs(w.t, w.lab, labtest.Canopy, append(args, w.now())...)
}

// must decodes the JSON that a command line prints.
func (w *evidenceWorld) must(into any, args ...string) string {
	w.t.Helper()
	r := w.run(args...)
	if r.code != 0 {
		w.t.Fatalf("canopy %v: exit status %d: %s", args, r.code, r.err)
	}
	if err := json.Unmarshal([]byte(r.out), into); err != nil {
		w.t.Fatalf("canopy %v: %v: %s", args, err, r.out)
	}
	return r.out
}

// define installs the definition of a kind.
func (w *evidenceWorld) define(k *model.Kind) {
	w.t.Helper()
	scope := "Cluster"
	if k.Namespaced {
		scope = "Namespaced"
	}
	w.create(model.KindByName("CustomResourceDefinition"), map[string]any{
		"metadata": map[string]any{"name": k.Resource + "." + k.Group},
		"spec": map[string]any{"group": k.Group, "scope": scope, "names": map[string]any{"plural": k.Resource, "singular": strings.ToLower(k.Kind), "kind": k.Kind, "listKind": k.Kind + "List"},
			"versions": []any{map[string]any{"name": k.Version, "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}},
	})
}

// create makes an object, in the namespace where its kind has any, as soon as the server serves the kind.
func (w *evidenceWorld) create(k *model.Kind, o map[string]any) {
	w.t.Helper()
	o["apiVersion"], o["kind"] = k.GVK().GroupVersion().String(), k.Kind
	u := &unstructured.Unstructured{}
	// What goes through JSON has the types of JSON.
	data, err := json.Marshal(o)
	if err == nil {
		err = u.UnmarshalJSON(data)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	var into dynamic.ResourceInterface = w.client.Resource(k.GVR())
	if k.Namespaced {
		into = w.client.Resource(k.GVR()).Namespace(w.namespace)
	}
	for range 200 {
		if _, err = into.Create(w.t.Context(), u, metav1.CreateOptions{}); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatalf("%s %s: %v", k.Kind, u.GetName(), err)
}

// demand has Kyverno's policy demand signatures, and a webhook that lets everything pass in Kyverno's place, before there are pods.
func (w *evidenceWorld) demand() {
	w.t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		var review struct {
			Request struct{ UID string } `json:"request"`
		}
		_ = json.NewDecoder(r.Body).Decode(&review)
		out.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(out, `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":%q,"allowed":true}}`, review.Request.UID)
	}))
	w.t.Cleanup(server.Close)
	url, fail, none := server.URL+"/validate", admissionv1.Fail, admissionv1.SideEffectClassNone
	hook := &admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "kyverno-resource-mutating-webhook-cfg"}, Webhooks: []admissionv1.MutatingWebhook{{
		Name: "mutate.kyverno.svc-fail", FailurePolicy: &fail, SideEffects: &none, AdmissionReviewVersions: []string{"v1"},
		ClientConfig: admissionv1.WebhookClientConfig{URL: &url, CABundle: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})},
		Rules: []admissionv1.RuleWithOperations{{Operations: []admissionv1.OperationType{admissionv1.Create, admissionv1.Update},
			Rule: admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods", "pods/ephemeralcontainers"}}}},
	}}}
	if _, err := w.lab.Client(labtest.Admin).AdmissionregistrationV1().MutatingWebhookConfigurations().Create(w.t.Context(), hook, metav1.CreateOptions{}); err != nil {
		w.t.Fatal(err)
	}
	w.create(model.KindByName("ClusterPolicy"), map[string]any{"metadata": map[string]any{"name": "signed"}, "spec": map[string]any{
		"validationFailureAction": "Enforce", "background": false, "rules": []any{map[string]any{
			"name": "signed", "match": map[string]any{"any": []any{map[string]any{"resources": map[string]any{"kinds": []any{"Pod"}}}}},
			"verifyImages": []any{map[string]any{"imageReferences": []any{"registry.example/shop/*"}, "failureAction": "Enforce", "mutateDigest": true, "required": true,
				"attestors": []any{map[string]any{"entries": []any{map[string]any{"keys": map[string]any{"publicKeys": "k8s://kyverno/key"}}}}}}},
		}}}})
	w.create(model.KindByName("K8sAllowedRepos"), map[string]any{"metadata": map[string]any{"name": "repos"}, "spec": map[string]any{"parameters": map[string]any{"repos": []any{"registry.example"}}}})
	// The server counts in seconds, and a pod of the same second could be older.
	time.Sleep(1100 * time.Millisecond)
}

// digestOf gives images digests that are told apart at a glance.
func digestOf(letters string) string { return "sha256:" + strings.Repeat(letters, 32) }

// images makes a pod for each verdict, whose status says what a kubelet would, and the reports.
func (w *evidenceWorld) images() {
	w.t.Helper()
	age := func(d time.Duration) string { return w.start.Add(-d).Format(time.RFC3339) }
	w.pod("scanned", digestOf("11"), map[string]string{"kyverno.io/verify-images": `{"registry.example/shop/scanned@` + digestOf("11") + `":"pass"}`})
	w.pod("stale", digestOf("22"), nil)
	w.pod("other", digestOf("33"), nil)
	w.pod("failed", digestOf("44"), nil)
	w.pod("silent", digestOf("55"), nil)
	w.pod("zeroed", digestOf("66"), nil)
	w.trivy("scanned", digestOf("11"), age(time.Hour), 3)
	w.trivy("stale", digestOf("22"), age(72*time.Hour), 0)
	w.trivy("other", digestOf("ee"), age(time.Hour), 0)
	w.kubescape("failed", digestOf("44"), "too-large")
	w.kubescape("zeroed", digestOf("66"), "ready")
}

// pod makes a pod that runs the image of its name.
func (w *evidenceWorld) pod(name, digest string, annotations map[string]string) {
	w.t.Helper()
	pods := w.lab.Client(labtest.Admin).CoreV1().Pods(w.namespace)
	image := "registry.example/shop/" + name + ":1"
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: annotations}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: image}}}}
	made, err := pods.Create(w.t.Context(), p, metav1.CreateOptions{})
	if err != nil {
		w.t.Fatal(err)
	}
	made.Status.Phase = corev1.PodRunning
	made.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "app", Image: image, ImageID: "registry.example/shop/" + name + "@" + digest, Ready: true,
		State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Now()}}}}
	if _, err := pods.UpdateStatus(w.t.Context(), made, metav1.UpdateOptions{}); err != nil {
		w.t.Fatal(err)
	}
}

// trivy makes a report as trivy-operator does.
func (w *evidenceWorld) trivy(name, digest, at string, critical int) {
	w.t.Helper()
	const l = "trivy-operator."
	w.create(model.KindByName("VulnerabilityReport"), map[string]any{
		"metadata": map[string]any{"name": "pod-" + name + "-app", "labels": map[string]any{l + "container.name": "app", l + "resource.kind": "Pod", l + "resource.name": name, l + "resource.namespace": w.namespace}},
		"report": map[string]any{"updateTimestamp": at, "scanner": map[string]any{"name": "Trivy", "vendor": "Aqua Security", "version": "0.70.0"}, "registry": map[string]any{"server": "registry.example"},
			"artifact": map[string]any{"repository": "shop/" + name, "tag": "1", "digest": digest}, "os": map[string]any{"family": "debian", "name": "12"},
			"summary":         map[string]any{"criticalCount": critical, "highCount": 0, "mediumCount": 0, "lowCount": 0, "unknownCount": 0, "noneCount": 0},
			"vulnerabilities": []any{map[string]any{"vulnerabilityID": "CVE-2026-1", "resource": "libssl", "installedVersion": "1", "severity": "CRITICAL", "title": strings.Repeat("long ", 1000)}}},
	})
}

// kubescape makes a manifest as a list of kubescape's storage shows it: its specs are of zeroes, whatever was found.
func (w *evidenceWorld) kubescape(name, digest, status string) {
	w.t.Helper()
	const l = "kubescape.io/"
	w.create(model.KindByName("VulnerabilityManifest"), map[string]any{
		"metadata": map[string]any{"name": "registry.example-shop-" + name + "-1",
			"labels":      map[string]any{l + "workload-kind": "Pod", l + "workload-name": name, l + "workload-namespace": w.namespace, l + "workload-container-name": "app", l + "context": "non-filtered"},
			"annotations": map[string]any{l + "image-id": "registry.example/shop/" + name + "@" + digest, l + "image-tag": "registry.example/shop/" + name + ":1", l + "status": status}},
		"spec": map[string]any{"metadata": map[string]any{"withRelevancy": false, "tool": map[string]any{"name": "", "version": "", "databaseVersion": ""}, "report": map[string]any{"createdAt": nil}},
			"payload": map[string]any{"matches": nil, "source": nil, "distro": map[string]any{"name": "", "version": "", "idLike": nil}, "descriptor": map[string]any{"name": "", "version": ""}}},
	})
}

// plant makes the objects with credentials, and a certificate of which cert-manager says when it ends.
func (w *evidenceWorld) plant() {
	w.t.Helper()
	for _, list := range [][]canarytest.Object{w.planted.Objects, w.planted.Custom, w.planted.Events} {
		for _, o := range list {
			kind, _ := o["kind"].(string)
			k := model.KindByName(kind)
			if kind == canarytest.CustomKind {
				k = w.custom
			}
			w.create(k, o)
		}
	}
	w.create(model.KindByName("Secret"), map[string]any{"metadata": map[string]any{"name": "site"}, "type": "Opaque", "stringData": map[string]any{"x": w.planted.Values.Of("the Secret of a Certificate", "")}})
	w.create(model.KindByName("Certificate"), map[string]any{"metadata": map[string]any{"name": "site"}, "spec": map[string]any{"secretName": "site", "dnsNames": []any{"site.example"}},
		"status": map[string]any{"notAfter": w.start.Add(20 * 24 * time.Hour).Format(time.RFC3339)}})
}

// limited is the kubeconfig of a user who reads all that Kubernetes itself has, and no reports or policies.
func (w *evidenceWorld) limited() string {
	w.t.Helper()
	const user = "no-reports"
	admin := w.lab.Client(labtest.Admin).RbacV1()
	groups := []string{"", "apps", "batch", "autoscaling", "policy", "networking.k8s.io", rbacv1.GroupName, "apiextensions.k8s.io", "admissionregistration.k8s.io", "apiregistration.k8s.io", "discovery.k8s.io",
		"storage.k8s.io", "certificates.k8s.io", "coordination.k8s.io", "node.k8s.io", "scheduling.k8s.io", "flowcontrol.apiserver.k8s.io", "resource.k8s.io", "events.k8s.io"}
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: user}, Rules: []rbacv1.PolicyRule{{APIGroups: groups, Resources: []string{"*"}, Verbs: []string{"get", "list", "watch"}}}}
	if _, err := admin.ClusterRoles().Create(w.t.Context(), role, metav1.CreateOptions{}); err != nil {
		w.t.Fatal(err)
	}
	binding := &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: user}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: user},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: user}}}
	if _, err := admin.ClusterRoleBindings().Create(w.t.Context(), binding, metav1.CreateOptions{}); err != nil {
		w.t.Fatal(err)
	}
	return kubeconfigOf(w.t, w.lab.ShortLivedConfig(user, nil, time.Hour))
}
