package image

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/record"
)

func text(f *model.Finding) string {
	if f == nil {
		return ""
	}
	var s strings.Builder
	for _, e := range f.Proof.Evidence() {
		fmt.Fprintf(&s, "%s %s: %s\n", e.Object, e.Path, e.Value)
	}
	return s.String()
}

// IM08: what runs and was not scanned, and beside it what was, what waits, and what has ended.
func TestUnscanned(t *testing.T) {
	b := newCourt(t, Options{})
	for _, name := range []string{"web", "ok", "old", "waits", "done"} {
		b.put(deployment("shop", name)...)
	}
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA), pod("shop", "web", "web-b", "n2", "nginx:1.29", nginxA))
	b.put(pod("shop", "ok", "ok-a", "n1", "redis:7", "docker.io/library/redis@<B>"), pod("shop", "old", "old-a", "n1", "app:1", "docker.io/library/app@<C>"))
	b.put(pod("shop", "waits", "waits-a", "n1", "app:2", ""))
	done := pod("shop", "done", "done-a", "n1", "nginx:1.29", nginxA)
	done.Status.Phase = corev1.PodSucceeded
	b.put(done)
	b.take(model.Put(report(t, "r", "trivy of=B under=none")))
	b.take(model.Put(report(t, "s", "trivy of=C under=none age=40h")))
	b.flush()
	if got := b.ids("IM08"); !slices.Equal(got, []string{"shop/Deployment/old", "shop/Deployment/web"}) {
		t.Fatalf("not scanned: %v", got)
	}
	web, old := b.of("IM08", ref("Deployment", "shop", "web")), b.of("IM08", ref("Deployment", "shop", "old"))
	if web.Severity != model.High || web.Pods != 2 || web.Verdict != model.Yes || old.Severity != model.Medium {
		t.Errorf("web %v of %d pods, %v; old %v", web.Severity, web.Pods, web.Verdict, old.Severity)
	}
	if want := "shop/Deployment/web spec.template.spec.containers[0].image: nginx:1.29 (sha256:aaaaaaaaaaaa): no-evidence: no report names"; !strings.HasPrefix(text(web), want) {
		t.Errorf("got %s", text(web))
	}
	// Without any scanner it is less that this one was left out.
	b.take(model.Drop(report(t, "r", "trivy").Ref()))
	b.take(model.Drop(report(t, "s", "trivy").Ref()))
	b.flush()
	if f := b.of("IM08", ref("Deployment", "shop", "web")); f.Severity != model.Medium || len(b.ids("IM08")) != 3 {
		t.Errorf("%v of %v", f.Severity, b.ids("IM08"))
	}
	// What cannot be read may hold it.
	b.cover("VulnerabilityReport.aquasecurity.github.io", model.Denied, "")
	b.flush()
	f := b.of("IM08", ref("Deployment", "shop", "web"))
	if f.Verdict != model.Unknown || !strings.Contains(f.Reason, "VulnerabilityReport denied: not allowed") || !strings.Contains(text(f), "cannot be read") {
		t.Errorf("denied: %v %q\n%s", f.Verdict, f.Reason, text(f))
	}
	b.cover("VulnerabilityReport.aquasecurity.github.io", model.Complete, "shop")
	b.flush()
	if f := b.of("IM08", ref("Deployment", "shop", "web")); f.Verdict != model.Yes {
		t.Errorf("seen in the namespace: %v %q", f.Verdict, f.Reason)
	}
}

// A scan that grows old, and an image that does, are judged anew at their time without a change.
func TestTime(t *testing.T) {
	b := newCourt(t, Options{MaxImageAge: 30 * 24 * time.Hour})
	if s, ok := b.a.State("IM09"); !ok || s.Verdict != model.Unknown {
		t.Errorf("without a scan that tells: %+v, %v", s, ok)
	}
	b.put(deployment("shop", "web")...)
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA))
	b.take(model.Put(report(t, "r", "trivy of=A built=29")))
	b.flush()
	if len(b.ids("IM08")) != 0 || len(b.ids("IM09")) != 0 || !b.a.Next().Equal(now.Add(23*time.Hour)) {
		t.Fatalf("%v, %v, next %v", b.ids("IM08"), b.ids("IM09"), b.a.Next())
	}
	if _, ok := b.a.State("IM09"); ok {
		t.Error("a scan tells, and the rule says that none does")
	}
	b.clock.at = b.a.Next()
	b.a.Tick()
	b.flush()
	if len(b.ids("IM08")) != 1 || len(b.ids("IM09")) != 0 || !b.a.Next().Equal(now.Add(24*time.Hour)) {
		t.Fatalf("%v, %v, next %v", b.ids("IM08"), b.ids("IM09"), b.a.Next())
	}
	b.clock.at = b.a.Next()
	b.a.Tick()
	b.flush()
	if f := b.of("IM09", ref("Deployment", "shop", "web")); f == nil || f.Severity != model.Medium || !strings.Contains(text(f), "built 2026-10-28") || !b.a.Next().IsZero() {
		t.Errorf("%s, next %v", text(f), b.a.Next())
	}
	// Builds that are the same whenever they are made say 1980.
	b.take(model.Put(report(t, "r", "trivy of=A built=17000")))
	b.flush()
	if len(b.ids("IM09")) != 0 {
		t.Errorf("of 1980: %v", b.ids("IM09"))
	}
}

// IM06: one tag, several images; and what only looks so.
func TestMovedTag(t *testing.T) {
	redisA, redisB := "docker.io/library/redis@<A>", "docker.io/library/redis@<B>"
	for _, c := range []struct {
		name     string
		a, b     [3]string // node, spec, imageID
		nodes    []*corev1.Node
		scan     string
		want     bool
		verdict  model.Verdict
		contains string
	}{
		{"two digests", [3]string{"n1", "redis:7", redisA}, [3]string{"n1", "docker.io/library/redis:7", redisB}, []*corev1.Node{node("n1", "amd64", "containerd://2")}, "", true, model.Yes, "on amd64"},
		{"one digest", [3]string{"n1", "redis:7", redisA}, [3]string{"n1", "redis:7", redisA}, []*corev1.Node{node("n1", "amd64", "containerd://2")}, "", false, 0, ""},
		{"two tags", [3]string{"n1", "redis:7", redisA}, [3]string{"n1", "redis:8", redisB}, []*corev1.Node{node("n1", "amd64", "containerd://2")}, "", false, 0, ""},
		{"pinned", [3]string{"n1", "redis:7@<A>", redisA}, [3]string{"n1", "redis:7@<B>", redisB}, []*corev1.Node{node("n1", "amd64", "containerd://2")}, "", false, 0, ""},
		{"two architectures", [3]string{"n1", "redis:7", redisA}, [3]string{"n2", "redis:7", redisB}, []*corev1.Node{node("n1", "amd64", "cri-o://1"), node("n2", "arm64", "cri-o://1")}, "", false, 0, ""},
		{"unknown machines", [3]string{"n1", "redis:7", redisA}, [3]string{"n2", "redis:7", redisB}, nil, "", true, model.Depends, "redis:7 is"},
		{"two runtimes", [3]string{"n1", "redis:7", redisA}, [3]string{"n2", "redis:7", redisB}, []*corev1.Node{node("n1", "amd64", "cri-o://1"), node("n2", "amd64", "containerd://2")}, "", true, model.Depends, "amd64"},
		{"a node knows both as one", [3]string{"n1", "redis:7", redisA}, [3]string{"n1", "redis:7", redisB}, []*corev1.Node{node("n1", "amd64", "containerd://2", "docker.io/library/redis@<A> docker.io/library/redis@<B>")}, "", false, 0, ""},
		{"a scan knows both as one", [3]string{"n1", "redis:7", redisA}, [3]string{"n1", "redis:7", redisB}, []*corev1.Node{node("n1", "amd64", "containerd://2")}, "file of=A:index of=B:manifest", false, 0, ""},
		{"a configuration and an index", [3]string{"n1", "redis:7", redisA}, [3]string{"n1", "redis:7", "<B>"}, []*corev1.Node{node("n1", "amd64", "containerd://2")}, "", false, 0, ""},
		{"two configurations", [3]string{"n1", "redis:7", "<A>"}, [3]string{"n1", "redis:7", "<B>"}, []*corev1.Node{node("n1", "amd64", "containerd://2")}, "", true, model.Yes, "sha256:bbb"},
		{"not run yet", [3]string{"n1", "redis:7", redisA}, [3]string{"n1", "redis:7", ""}, []*corev1.Node{node("n1", "amd64", "containerd://2")}, "", false, 0, ""},
	} {
		b := newCourt(t, Options{})
		b.put(deployment("shop", "web")...)
		b.put(deployment("data", "db")...)
		b.put(pod("shop", "web", "web-a", c.a[0], c.a[1], c.a[2]), pod("data", "db", "db-a", c.b[0], c.b[1], c.b[2]))
		b.flush()
		for _, n := range c.nodes {
			b.put(n)
			b.flush()
		}
		if c.scan != "" {
			b.take(model.Put(report(t, "r", c.scan)))
			b.flush()
		}
		f := b.of("IM06", ref("Deployment", "data", "db"))
		if (f != nil) != c.want || len(b.ids("IM06")) != map[bool]int{true: 2}[c.want] {
			t.Errorf("%s: %v", c.name, b.ids("IM06"))
		} else if f != nil && (f.Verdict != c.verdict || !strings.Contains(text(f), c.contains) || (f.Verdict == model.Yes) != (f.Reason == "")) {
			t.Errorf("%s: %v %q\n%s", c.name, f.Verdict, f.Reason, text(f))
		}
	}
}

const policy = `{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: signed}, spec: {validationFailureAction: Enforce, rules: [
  {name: r, match: {any: [{resources: {kinds: [Pod], namespaces: [shop]}}]}, verifyImages: [{imageReferences: ["*"], attestors: [{entries: [{keys: {publicKeys: k}}]}]}]}]}}`

// webhooks is the configuration by which Kyverno is asked about pods.
func webhooks() *admissionv1.ValidatingWebhookConfiguration {
	fail := admissionv1.Fail
	return &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "kyverno-resource-validating-webhook-cfg"}, Webhooks: []admissionv1.ValidatingWebhook{{
		Name: "validate.kyverno.svc-fail", FailurePolicy: &fail,
		ClientConfig: admissionv1.WebhookClientConfig{Service: &admissionv1.ServiceReference{Namespace: "kyverno", Name: "kyverno-svc"}},
		Rules: []admissionv1.RuleWithOperations{{Operations: []admissionv1.OperationType{"CREATE", "UPDATE"},
			Rule: admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}}}},
	}}}
}

// IM05: nobody demands signatures; some namespaces are not reached; a check has failed.
func TestUnsigned(t *testing.T) {
	b := newCourt(t, Options{})
	b.flush()
	if len(b.found) != 0 {
		t.Errorf("of an empty cluster: %v", b.found)
	}
	for _, ns := range []string{"shop", "data", "idle"} {
		b.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}})
	}
	for _, kind := range []string{"ClusterPolicy.kyverno.io", "Policy.kyverno.io", "ImageValidatingPolicy.policies.kyverno.io", "NamespacedImageValidatingPolicy.policies.kyverno.io",
		"ClusterImagePolicy.policy.sigstore.dev", "RatifyVerification.constraints.gatekeeper.sh", "Verifier.config.ratify.deislabs.io",
		"ValidatingWebhookConfiguration.admissionregistration.k8s.io", "MutatingWebhookConfiguration.admissionregistration.k8s.io", "Namespace"} {
		b.cover(kind, model.Complete, "")
	}
	b.put(deployment("shop", "web")...)
	b.put(deployment("data", "db")...)
	b.put(pod("shop", "web", "web-a", "n1", "nginx:1.29", nginxA), pod("data", "db", "db-a", "n1", "redis:7", "docker.io/library/redis@<B>"), pod("idle", "x", "x-a", "n1", "redis:7", ""))
	b.flush()
	if f := b.of("IM05", model.ClusterRef()); len(b.ids("IM05")) != 1 || f == nil || f.Pods != 2 || f.Verdict != model.Yes {
		t.Fatalf("without policies: %v %+v", b.ids("IM05"), f)
	}
	b.cover("ClusterPolicy.kyverno.io", model.Denied, "")
	b.flush()
	if f := b.of("IM05", model.ClusterRef()); f == nil || f.Verdict != model.Unknown || !strings.Contains(f.Reason, "ClusterPolicy denied") {
		t.Errorf("denied: %+v", f)
	}
	b.cover("ClusterPolicy.kyverno.io", model.Complete, "")
	b.put(webhooks())
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(policy), &u.Object); err != nil {
		t.Fatal(err)
	}
	b.put(u)
	b.flush()
	if got := b.ids("IM05"); !slices.Equal(got, []string{"Namespace/data"}) {
		t.Errorf("with a policy of one namespace: %v", got)
	}
	b.take(model.Put(&record.Signature{Meta: record.OwnMeta("ImageSignature", "", "s"), Digest: digest("A"), Failed: "no matching signatures"}))
	b.flush()
	f := b.of("IM05", ref("Deployment", "shop", "web"))
	if got := b.ids("IM05"); !slices.Equal(got, []string{"Namespace/data", "shop/Deployment/web"}) || !strings.Contains(text(f), "no matching signatures") {
		t.Errorf("with a check that has failed: %v\n%s", got, text(f))
	}
	if i, ok := b.a.Image(digest("A"), nil); !ok || !i.Signature.Refuted || !slices.Contains(i.Hygiene, "IM05") {
		t.Errorf("the image says %+v %v", i.Signature, i.Hygiene)
	}
	b.take(model.Drop(model.OptionalKind(u.GroupVersionKind().GroupKind()).Ref("", "signed")))
	b.flush()
	if got := b.ids("IM05"); !slices.Equal(got, []string{"Cluster/cluster"}) {
		t.Errorf("without it again: %v", got)
	}
}

// IM10: pull secrets that are not there, by whom they are named; and lists whose entries go on.
func TestPulls(t *testing.T) {
	b := newCourt(t, Options{})
	b.cover("Secret", model.Complete, "")
	names := func(list ...string) (refs []corev1.LocalObjectReference) {
		for _, n := range list {
			refs = append(refs, corev1.LocalObjectReference{Name: n})
		}
		return refs
	}
	spec := func(pulls ...string) corev1.PodSpec {
		return corev1.PodSpec{ImagePullSecrets: names(pulls...), Containers: []corev1.Container{{Name: "app", Image: "x:1"}}}
	}
	single := func(name string, pulls ...string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, Spec: spec(pulls...)}
	}
	b.put(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "there"}}, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "data", Name: "gone"}})
	b.put(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "default"}, ImagePullSecrets: names("there", "lost")})
	b.put(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "unused"}, ImagePullSecrets: names("lost")})
	b.put(single("good", "there"), single("bad", "there", "gone"), single("written", "there", "lost"))
	b.put(&appsv1.Deployment{ObjectMeta: owned("shop", "web", "", "", ""), Spec: appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{Spec: spec("gone")}}})
	b.put(&appsv1.Deployment{ObjectMeta: owned("shop", "ok", "", "", ""), Spec: appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{Spec: spec()}}})
	for _, name := range []string{"web", "ok"} {
		b.put(deployment("shop", name)[1], pod("shop", name, name+"-a", "n1", "x:1", ""))
		p := pod("shop", name, name+"-b", "n1", "x:1", "")
		p.Spec.ImagePullSecrets = names("lost", "gone")
		b.put(p)
	}
	b.flush()
	want := []string{"shop/Deployment/web", "shop/Pod/bad", "shop/ServiceAccount/default"}
	if got := b.ids("IM10"); !slices.Equal(got, want) {
		t.Fatalf("got %v", got)
	}
	if got := text(b.of("IM10", ref("Pod", "shop", "bad"))); got != "shop/Pod/bad spec.imagePullSecrets[1].name: gone\n" {
		t.Errorf("got %s", got)
	}
	b.put(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "gone"}})
	b.flush()
	if got := b.ids("IM10"); !slices.Equal(got, want[2:]) {
		t.Errorf("with the secret: %v", got)
	}
	b.cover("Secret", model.Denied, "")
	b.flush()
	if f := b.of("IM10", ref("ServiceAccount", "shop", "default")); f == nil || f.Verdict != model.Unknown || !strings.Contains(f.Reason, "Secret denied") {
		t.Errorf("denied: %+v", f)
	}
	repos := func(name, list string) {
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte("{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K8sAllowedRepos, metadata: {name: "+name+"}, spec: {parameters: {repos: "+list+"}}}"), &u.Object); err != nil {
			t.Fatal(err)
		}
		b.put(u)
	}
	repos("closed", "[registry.example/, \"registry.example/app:\", registry.example/app@"+digest("A")+"]")
	repos("open", "[registry.example/, registry.example]")
	repos("odd", "[1, {a: b}]")
	b.flush()
	constraint := model.OptionalKind(constraints).Ref("", "open")
	if got := b.ids("IM10"); !slices.Equal(got, []string{"K8sAllowedRepos/open", "shop/ServiceAccount/default"}) || text(b.of("IM10", constraint)) != "K8sAllowedRepos/open spec.parameters.repos[1]: registry.example\n" {
		t.Errorf("got %v", got)
	}
}

// A compromised release of trivy is told whatever was scanned, by its tag in any registry.
func TestCompromised(t *testing.T) {
	for image, want := range map[string]bool{
		"aquasec/trivy:0.69.4": true, "ghcr.io/aquasecurity/trivy:0.69.5": true, "registry.example/mirror/aquasec/trivy:v0.69.6-amd64": true,
		"aquasec/trivy:0.69.3": false, "aquasec/trivy:0.69.7": false, "aquasec/trivy:0.69.40": false, "aquasec/trivy-operator:0.69.4": false, "aquasec/trivy": false,
	} {
		b := newCourt(t, Options{})
		b.put(deployment("shop", "web")...)
		b.put(pod("shop", "web", "web-a", "n1", image, "docker.io/aquasec/trivy@<A>"))
		b.take(model.Put(report(t, "r", "trivy of=A")))
		b.flush()
		f := b.of("IM08", ref("Deployment", "shop", "web"))
		if (f != nil) != want || want && (f.Severity != model.Critical || f.Verdict != model.Yes || !strings.Contains(text(f), "CVE-2026-33634")) {
			t.Errorf("%s: %+v", image, f)
		}
		if i, _ := b.a.Image(digest("A"), nil); (len(i.Warnings) > 0) != want || slices.Contains(i.Hygiene, "IM08") != want {
			t.Errorf("%s: %v %v", image, i.Warnings, i.Hygiene)
		}
	}
}

func TestState(t *testing.T) {
	allow, err := reference.ParseAllow([]string{"registry.example"})
	if err != nil {
		t.Fatal(err)
	}
	without, with := newCourt(t, Options{}), newCourt(t, Options{Allow: allow})
	if s, ok := without.a.State("IM03"); !ok || s.Verdict != model.Unknown || !strings.Contains(s.Reason, "--registry-allow") {
		t.Errorf("without a list: %+v", s)
	}
	if _, ok := with.a.State("IM03"); ok {
		t.Error("with a list")
	}
	with.cover("VulnerabilityReport.aquasecurity.github.io", model.Loading, "")
	if s, ok := with.a.State("IM08"); !ok || !s.Loading {
		t.Errorf("while reports load: %+v", s)
	}
	with.cover("VulnerabilityReport.aquasecurity.github.io", model.Complete, "")
	if _, ok := with.a.State("IM08"); ok {
		t.Error("once they have")
	}
}
