package capture

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"os/exec"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
	"canopy/model/record"
)

// recordOf gives the one record of a source.
func recordOf(t testing.TB, s *Source) model.Record {
	t.Helper()
	if len(s.objects) != 1 {
		t.Fatalf("%d objects, problems %v", len(s.objects), s.Problems())
	}
	for _, o := range s.objects {
		return o.record
	}
	return nil
}

func typed[T runtime.Object](t testing.TB, s *Source) T {
	t.Helper()
	r, ok := recordOf(t, s).(*record.Typed[T])
	if !ok {
		t.Fatalf("record is %T", recordOf(t, s))
	}
	return r.Object
}

// TestVersions reads every older version of a kind as its successor and keeps what the file said.
func TestVersions(t *testing.T) {
	template := `{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}`
	tests := []struct{ apiVersion, kind, body, ref, written string }{
		{"extensions/v1beta1", "Deployment", `"spec":{"template":` + template + `}`, "apps/v1", "extensions/v1beta1"},
		{"apps/v1beta1", "Deployment", `"spec":{"template":` + template + `}`, "apps/v1", "apps/v1beta1"},
		{"apps/v1beta2", "Deployment", `"spec":{"template":` + template + `}`, "apps/v1", "apps/v1beta2"},
		{"apps/v1", "Deployment", `"spec":{"template":` + template + `}`, "apps/v1", ""},
		{"extensions/v1beta1", "DaemonSet", `"spec":{"template":` + template + `}`, "apps/v1", "extensions/v1beta1"},
		{"apps/v1beta2", "DaemonSet", `"spec":{"template":` + template + `}`, "apps/v1", "apps/v1beta2"},
		{"extensions/v1beta1", "ReplicaSet", `"spec":{"template":` + template + `}`, "apps/v1", "extensions/v1beta1"},
		{"apps/v1beta1", "StatefulSet", `"spec":{"template":` + template + `}`, "apps/v1", "apps/v1beta1"},
		{"batch/v1beta1", "CronJob", `"spec":{"jobTemplate":{"spec":{"template":` + template + `}}}`, "batch/v1", "batch/v1beta1"},
		{"batch/v2alpha1", "CronJob", `"spec":{"jobTemplate":{"spec":{"template":` + template + `}}}`, "batch/v1", "batch/v2alpha1"},
		{"extensions/v1beta1", "Ingress", `"spec":{"backend":{"serviceName":"s","servicePort":80}}`, "networking.k8s.io/v1", "extensions/v1beta1"},
		{"networking.k8s.io/v1beta1", "Ingress", `"spec":{}`, "networking.k8s.io/v1", "networking.k8s.io/v1beta1"},
		{"networking.k8s.io/v1beta1", "IngressClass", `"spec":{"controller":"c"}`, "networking.k8s.io/v1", "networking.k8s.io/v1beta1"},
		{"extensions/v1beta1", "NetworkPolicy", `"spec":{"podSelector":{}}`, "networking.k8s.io/v1", "extensions/v1beta1"},
		{"policy/v1beta1", "PodDisruptionBudget", `"spec":{}`, "policy/v1", "policy/v1beta1"},
		{"policy/v1beta1", "PodSecurityPolicy", `"spec":{"privileged":true}`, "policy/v1beta1", ""},
		{"extensions/v1beta1", "PodSecurityPolicy", `"spec":{"privileged":true}`, "policy/v1beta1", "extensions/v1beta1"},
		{"rbac.authorization.k8s.io/v1beta1", "Role", `"rules":[]`, "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1"},
		{"rbac.authorization.k8s.io/v1alpha1", "ClusterRoleBinding", `"roleRef":{"name":"x"},"subjects":[{"kind":"User","name":"*","apiVersion":"rbac.authorization.k8s.io/v1alpha1"}]`, "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1alpha1"},
		{"admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", `"webhooks":[{"name":"w"}]`, "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"},
		{"admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", `"webhooks":[{"name":"w"}]`, "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"},
		{"admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicy", `"spec":{}`, "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1alpha1"},
		{"admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy", `"spec":{}`, "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"},
		{"discovery.k8s.io/v1beta1", "EndpointSlice", `"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"topology":{"topology.kubernetes.io/zone":"z"}}]`, "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"},
		{"certificates.k8s.io/v1beta1", "CertificateSigningRequest", `"spec":{"request":"","usages":["client auth"]}`, "certificates.k8s.io/v1", "certificates.k8s.io/v1beta1"},
		{"storage.k8s.io/v1beta1", "StorageClass", `"provisioner":"p"`, "storage.k8s.io/v1", "storage.k8s.io/v1beta1"},
		{"node.k8s.io/v1alpha1", "RuntimeClass", `"spec":{"runtimeHandler":"h"}`, "node.k8s.io/v1", "node.k8s.io/v1alpha1"},
		{"node.k8s.io/v1beta1", "RuntimeClass", `"handler":"h"`, "node.k8s.io/v1", "node.k8s.io/v1beta1"},
		{"apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", `"spec":{"group":"a.b","version":"v1","names":{"kind":"X","plural":"xs"}}`, "apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"},
		{"apiregistration.k8s.io/v1beta1", "APIService", `"spec":{}`, "apiregistration.k8s.io/v1", "apiregistration.k8s.io/v1beta1"},
		{"autoscaling/v1", "HorizontalPodAutoscaler", `"spec":{"targetCPUUtilizationPercentage":50}`, "autoscaling/v2", "autoscaling/v1"},
		{"autoscaling/v2beta1", "HorizontalPodAutoscaler", `"spec":{"metrics":[{"type":"Resource","resource":{"name":"cpu","targetAverageUtilization":50}}]}`, "autoscaling/v2", "autoscaling/v2beta1"},
		{"autoscaling/v2beta2", "HorizontalPodAutoscaler", `"spec":{}`, "autoscaling/v2", "autoscaling/v2beta2"},
		{"scheduling.k8s.io/v1beta1", "PriorityClass", `"value":1`, "scheduling.k8s.io/v1", "scheduling.k8s.io/v1beta1"},
		{"example.com/v1beta1", "Thing", `"spec":{}`, "example.com/v1beta1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.apiVersion+" "+tt.kind, func(t *testing.T) {
			s := openText(t, "f.json", `{"apiVersion":"`+tt.apiVersion+`","kind":"`+tt.kind+`","metadata":{"name":"x"},`+tt.body+`}`)
			r := recordOf(t, s)
			if got := r.Ref().APIVersion(); got != tt.ref {
				t.Errorf("read as %s, want %s", got, tt.ref)
			}
			if got := writtenAs(r); got != tt.written {
				t.Errorf("written as %q, want %q", got, tt.written)
			}
			u, err := s.Get(context.Background(), r.Ref())
			if err != nil || u.GetAPIVersion() != tt.ref || u.GetKind() != tt.kind {
				t.Errorf("whole: %v %v", u, err)
			}
			for _, p := range s.Problems() {
				if !strings.Contains(p.Message, "Policy") {
					t.Error(p)
				}
			}
			if w, ok := r.(*record.Workload); ok && w.Kind.Group == "apps" && tt.apiVersion != "apps/v1" && tt.apiVersion != "apps/v1beta2" &&
				(w.Selector == nil || w.Selector.MatchLabels["app"] != "x") {
				t.Errorf("selector %v", w.Selector)
			}
		})
	}
}

// TestMeaningOfOldVersions holds what would change its meaning were it read as the newer version.
func TestMeaningOfOldVersions(t *testing.T) {
	in := openText(t, "f", `{"apiVersion":"extensions/v1beta1","kind":"Ingress","metadata":{"name":"x"},"spec":{"backend":{"serviceName":"d","servicePort":"web"},"rules":[{"http":{"paths":[{"path":"/","backend":{"serviceName":"s","servicePort":80}}]}}]}}`)
	ingress := typed[*networkingv1.Ingress](t, in)
	path := ingress.Spec.Rules[0].HTTP.Paths[0]
	if path.Backend.Service.Name != "s" || path.Backend.Service.Port.Number != 80 || *path.PathType != "ImplementationSpecific" || ingress.Spec.DefaultBackend.Service.Port.Name != "web" {
		t.Errorf("ingress %+v", ingress.Spec)
	}
	hooks := typed[*admissionv1.ValidatingWebhookConfiguration](t, openText(t, "f", `{"apiVersion":"admissionregistration.k8s.io/v1beta1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"x"},"webhooks":[{"name":"w"}]}`))
	if w := hooks.Webhooks[0]; *w.FailurePolicy != admissionv1.Ignore || *w.TimeoutSeconds != 30 {
		t.Errorf("webhook %+v", w)
	}
	budget := typed[*policyv1.PodDisruptionBudget](t, openText(t, "f", `{"apiVersion":"policy/v1beta1","kind":"PodDisruptionBudget","metadata":{"name":"x"},"spec":{"selector":{}}}`))
	if len(budget.Spec.Selector.MatchExpressions) != 1 {
		t.Errorf("budget %+v", budget.Spec)
	}
	binding := typed[*rbacv1.ClusterRoleBinding](t, openText(t, "f", `{"apiVersion":"rbac.authorization.k8s.io/v1alpha1","kind":"ClusterRoleBinding","metadata":{"name":"x"},"roleRef":{"kind":"ClusterRole","name":"x"},"subjects":[{"kind":"User","name":"*"}]}`))
	if s := binding.Subjects[0]; s.Kind != "Group" || s.Name != "system:authenticated" || s.APIGroup != rbacv1.GroupName {
		t.Errorf("subject %+v", s)
	}
}

// TestDefaults holds the defaults that verdicts hang on.
func TestDefaults(t *testing.T) {
	pod := func(spec string) *corev1.PodSpec {
		r := recordOf(t, openText(t, "f", "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: "+spec+"\n"))
		return r.(*record.Pod).Spec()
	}
	p := pod(`{hostNetwork: true, serviceAccount: old, containers: [{name: c, image: "i", ports: [{containerPort: 80}]}], volumes: [{name: e}, {name: h, hostPath: {path: /}}]}`)
	c := p.Containers[0]
	if c.Ports[0].Protocol != "TCP" || c.Ports[0].HostPort != 80 || c.ImagePullPolicy != "Always" || p.ServiceAccountName != "old" ||
		p.DNSPolicy != "ClusterFirst" || p.RestartPolicy != "Always" || p.Volumes[0].EmptyDir == nil || *p.Volumes[1].HostPath.Type != "" || p.SecurityContext == nil {
		t.Errorf("pod %+v", p)
	}
	if len(p.Volumes) != 2 || p.AutomountServiceAccountToken != nil || c.SecurityContext != nil {
		t.Errorf("admission was played: %+v", p)
	}
	for image, want := range map[string]corev1.PullPolicy{"a": "Always", "a:latest": "Always", "a:1": "IfNotPresent", "r:5000/a": "Always", "r:5000/a:1": "IfNotPresent", "a@sha256:00": "IfNotPresent"} {
		if got := pod(`{containers: [{name: c, image: "` + image + `"}]}`).Containers[0].ImagePullPolicy; got != want {
			t.Errorf("%s: %s", image, got)
		}
	}
	policy := typed[*networkingv1.NetworkPolicy](t, openText(t, "f", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x}\nspec: {podSelector: {}, egress: [{ports: [{port: 53}]}]}\n"))
	if fmt.Sprint(policy.Spec.PolicyTypes) != "[Ingress Egress]" || *policy.Spec.Egress[0].Ports[0].Protocol != "TCP" {
		t.Errorf("policy %+v", policy.Spec)
	}
	policy = typed[*networkingv1.NetworkPolicy](t, openText(t, "f", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x}\nspec: {podSelector: {}}\n"))
	if fmt.Sprint(policy.Spec.PolicyTypes) != "[Ingress]" {
		t.Errorf("policy %+v", policy.Spec)
	}
	service := typed[*corev1.Service](t, openText(t, "f", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 80}]}\n"))
	if service.Spec.Type != "ClusterIP" || service.Spec.Ports[0].Protocol != "TCP" || service.Spec.Ports[0].TargetPort.IntVal != 80 {
		t.Errorf("service %+v", service.Spec)
	}
	binding := typed[*rbacv1.RoleBinding](t, openText(t, "f", "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x}\nroleRef: {kind: Role, name: r}\nsubjects: [{kind: Group, name: g}, {kind: ServiceAccount, name: s}]\n"))
	if binding.RoleRef.APIGroup != rbacv1.GroupName || binding.Subjects[0].APIGroup != rbacv1.GroupName || binding.Subjects[1].APIGroup != "" {
		t.Errorf("binding %+v", binding)
	}
	deployment := recordOf(t, openText(t, "f", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {spec: {containers: [{name: c, image: i}]}}}\n")).(*record.Workload)
	if deployment.Replicas != 1 || deployment.Template.Decode().Spec.Containers[0].ImagePullPolicy != "Always" {
		t.Errorf("deployment %+v", deployment)
	}
	namespace := recordOf(t, openText(t, "f", "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n")).(*record.Typed[*corev1.Namespace])
	if namespace.Labels.Get(corev1.LabelMetadataName) != "x" {
		t.Errorf("namespace %+v", namespace)
	}
}

// TestScalars holds that YAML is read as kubectl reads it.
func TestScalars(t *testing.T) {
	tests := map[string]string{"yes": "true", "off": "false", "0644": "420", "0x10": "16", "1_000": "1000", "1.50": "1.5", "~": "null", "": "null",
		"'yes'": `"yes"`, "2026-01-01": `"2026-01-01"`, "!!str 5": `"5"`, "|\n  a\n  b": `"a\nb\n"`, `"\t\u0007\""`: `"\u0009\u0007\""`, "1e3": "1000", "0o14": "12", "é": `"é"`}
	l := Limits{}.withDefaults()
	for in, want := range tests {
		root, err := parseYAML([]byte("a: " + in + "\n"))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		w := jsonWriter{limits: &l}
		if err := w.node(root, 0); err != nil || string(w.out) != `{"a":`+want+"}" {
			t.Errorf("%s: %s %v", in, w.out, err)
		}
	}
}

// TestProblems holds how a bad document is named, and what becomes of the coverage.
func TestProblems(t *testing.T) {
	head := podA + "---\n" + podB + "---\n"
	tests := []struct {
		name, text, want string
		skipped          bool
		partial          string
	}{
		{"wrong type", head + "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\nspec:\n  replicas: many\n  template: {}\n", "f:16: document 3: spec.replicas: got a string, want a whole number", true, "Deployment"},
		{"wrong type in json", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"z"}}` + "\n" + `{"apiVersion":"v1","kind":"Service",` + "\n" + `"metadata":{"name":"x"},` + "\n" + `"spec":{"ports":{}}}`, "f:4: document 2: spec.ports: got a object, want a list", true, "Service"},
		{"env number", head + "apiVersion: v1\nkind: Pod\nmetadata: {name: d}\nspec:\n  containers:\n  - name: c\n    env:\n    - name: SIZE\n      value: 5\n", "f:19: document 3: spec.containers[0].env[0].value: got a number, want a string", true, "Pod"},
		{"syntax", head + "apiVersion: v1\nkind: Pod\n  metadata: {}\n", "f:13: document 3: mapping values are not allowed", true, "Deployment"},
		{"unknown field", head + "apiVersion: v1\nkind: Pod\nmetadata: {name: d}\nspec: {contaners: []}\n", `f:11: document 3: unknown field "spec.contaners"`, false, ""},
		{"duplicate key", head + "apiVersion: v1\nkind: Pod\nmetadata: {name: d}\nmetadata: {name: e}\n", `f:14: document 3: the key "metadata" stands twice`, false, "Pod"},
		{"duplicate object", head + podA, "f:11: document 3: shop/Pod/a stands twice", false, "Pod"},
		{"in a list", "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(podA, "\n", "\n  ") + "\n- apiVersion: v1\n  kind: Service\n  metadata: {name: s}\n  spec: {ports: 5}\n", "f:12: document 1: spec.ports: got a number, want a list", true, "Service"},
		{"quantity", head + "apiVersion: v1\nkind: Pod\nmetadata: {name: d}\nspec: {containers: [{name: c, resources: {limits: {cpu: lots}}}]}\n", "f:11: document 3: quantities", true, "Pod"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := openText(t, "f", tt.text)
			if len(s.Problems()) != 1 {
				t.Fatalf("problems %v", s.Problems())
			}
			p := s.Problems()[0]
			p.File = filepath.Base(p.File)
			if !strings.HasPrefix(p.String(), tt.want) || p.Skipped != tt.skipped {
				t.Errorf("got %s (skipped %v), want %s", p, p.Skipped, tt.want)
			}
			for _, c := range s.coverage {
				want := model.Complete
				if tt.partial == "Deployment" && tt.name == "syntax" || tt.partial == c.Kind.Kind {
					want = model.Partial
				}
				if c.State != want {
					t.Errorf("coverage of %s: %s %s", c.Kind, c.State, c.Reason)
				}
			}
		})
	}
}

// TestHostile reads names and values that an attacker chose: they are data, or a bad document, and never a crash.
func TestHostile(t *testing.T) {
	for name, value := range map[string]string{"escape": "\x1b[2Jcleared", "bidi": "a\u202eb", "zero": "a\u0000b", "long": strings.Repeat("x", mib), "quote": `"';--`, "surrogate": "\ufffd"} {
		data, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "x", "labels": map[string]any{"l": value}},
			"spec": map[string]any{"containers": []any{map[string]any{"name": value, "image": value}}}})
		must(err)
		r := recordOf(t, openText(t, "f", string(data))).(*record.Pod)
		if r.Labels.Get("l") != value || r.Spec().Containers[0].Image != value {
			t.Errorf("%s is changed", name)
		}
	}
	r := recordOf(t, openText(t, "f", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","labels":{"l":"`+"\xff\xfe"+`"}}}`)).(*record.Pod)
	if r.Labels.Get("l") != "\ufffd\ufffd" {
		t.Errorf("%q", r.Labels.Get("l"))
	}
}

// TestPodSecurityFixtures reads every pod of the Pod Security library without a problem.
func TestPodSecurityFixtures(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission").Output()
	if err != nil {
		t.Skip(err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "test", "testdata")
	var paths []string
	must(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".yaml" {
			paths = append(paths, path)
		}
		return err
	}))
	s, err := Open(context.Background(), paths, Options{Limits: Limits{Problems: 10000}})
	if err != nil {
		t.Fatal(err)
	}
	pods := len(s.objects)
	for _, p := range s.Problems() {
		if !strings.Contains(p.Message, "stands twice") {
			t.Error(p)
		}
		pods++
	}
	if pods != len(paths) || pods < 4000 {
		t.Errorf("%d pods of %d files", pods, len(paths))
	}
}

func TestNames(t *testing.T) {
	s := openText(t, "f", "apiVersion: v1\nkind: Pod\nmetadata: {generateName: job-}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: n1, namespace: odd}\n")
	again := openText(t, "other", "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n---\napiVersion: v1\nkind: Pod\nmetadata: {generateName: job-}\n")
	if fmt.Sprint(refs(s)) != fmt.Sprint(refs(again)) || !strings.HasPrefix(refs(s)[1], "default/Pod/job-") || refs(s)[0] != "Node/n1" {
		t.Errorf("%v %v", refs(s), refs(again))
	}
	crd := "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: xs.a.b}\nspec: {group: a.b, scope: Namespaced, names: {kind: X, plural: exes}, versions: [{name: v1, storage: true}]}\n"
	s = openText(t, "f", "apiVersion: a.b/v1\nkind: X\nmetadata: {name: x}\n---\n"+crd)
	if got := refs(s); len(got) != 2 || got[1] != "default/X/x" {
		t.Errorf("%v %v", got, s.Problems())
	}
	kinds, _ := s.Kinds(context.Background())
	if k := kinds[len(kinds)-1]; k.Resource != "exes" || !k.Namespaced {
		t.Errorf("%+v", k)
	}
}
