package record

import (
	"encoding/json"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestTrimmed drops ciphertext and templates of values, and keeps what they are for.
func TestTrimmed(t *testing.T) {
	for _, c := range []struct{ manifest, keep string }{
		{`
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: s}
spec:
  encryptedData: {keep-password: DROP}
  template: {type: keep-type, metadata: {name: keep-name, annotations: {a: DROP}}, data: {keep-config: "{{ DROP }}"}}
status: {conditions: [{type: keep-Synced}]}
`, "keep-password keep-type keep-name keep-config keep-Synced"},
		{`
apiVersion: isindir.github.com/v1alpha3
kind: SopsSecret
metadata: {name: s}
spec:
  secretTemplates: [{name: keep-name, type: keep-type, data: {keep-a: DROP}, stringData: {keep-b: DROP}, annotations: {x: DROP}}]
sops: {mac: DROP, age: [{enc: DROP}]}
`, "keep-name keep-type keep-a keep-b"},
		{`
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: s}
spec:
  secretStoreRef: {name: keep-store}
  target: {name: keep-target, template: {data: {keep-config: "{{ DROP }}"}, templateFrom: [{literal: DROP}]}}
  data: [{secretKey: keep-key, remoteRef: {key: keep-remote}}]
`, "keep-store keep-target keep-config keep-key keep-remote"},
		{`
apiVersion: external-secrets.io/v1
kind: ClusterExternalSecret
metadata: {name: s}
spec: {externalSecretSpec: {target: {template: {data: {keep-config: DROP}}}}}
`, "keep-config"},
		{`
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: c}
spec: {secretName: keep-secret, issuerRef: {name: keep-issuer}, dnsNames: [keep.example], keystores: {jks: {password: DROP, passwordSecretRef: {name: keep-store}}}, secretTemplate: {annotations: {x: DROP}}}
status: {notAfter: keep-date}
`, "keep-secret keep-issuer keep.example keep-store keep-date"},
		{`
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: p}
spec: {rules: [{name: keep-rule, verifyImages: [{imageReferences: ["*"]}]}]}
status: {autogen: {rules: [{name: DROP}]}, ready: true}
`, "keep-rule ready"},
		{"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: s}\nspec: {encryptedData: [DROP], template: 1}\n", ""},
	} {
		r, err := Make(untyped(t, c.manifest))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := json.Marshal(r.(*Custom).Body)
		if strings.Contains(string(body), "DROP") {
			t.Errorf("kept: %s", body)
		}
		for _, k := range strings.Fields(c.keep) {
			if !strings.Contains(string(body), k) {
				t.Errorf("%s is gone from %s", k, body)
			}
		}
	}
}

// TestStatusesUnderAnotherTemplate keeps what has run where that is what will run.
func TestStatusesUnderAnotherTemplate(t *testing.T) {
	spec := func(images ...string) corev1.PodSpec {
		s := corev1.PodSpec{InitContainers: []corev1.Container{{Name: "init", Image: "busybox:1"}}}
		for i, image := range images {
			s.Containers = append(s.Containers, corev1.Container{Name: string(rune('a' + i)), Image: image})
		}
		return s
	}
	template := func(s corev1.PodSpec) Template {
		made, err := MakeTemplate(nil, &s)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	id := "docker.io/library/nginx@" + sumA
	p := podRecord(t, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "n"}, Spec: spec("nginx:1", "nginx:1", "nginx:1"), Status: corev1.PodStatus{
		InitContainerStatuses: []corev1.ContainerStatus{{Name: "init", ImageID: "docker.io/library/busybox@" + sumB}},
		ContainerStatuses:     []corev1.ContainerStatus{{Name: "a", ImageID: id}, {Name: "b", ImageID: id}, {Name: "c", ImageID: id}, {Name: "gone", ImageID: id}},
		EphemeralContainerStatuses: []corev1.ContainerStatus{
			{Name: "debug", ImageID: id}}}})
	kept := func(images ...string) string {
		var names []string
		q := p.WithTemplate(template(spec(images...)))
		for _, c := range q.Containers {
			if c.ImageID == "" {
				t.Error("a status without what runs")
			}
			names = append(names, c.Name)
		}
		return strings.Join(names, " ")
	}
	for _, c := range []struct {
		images []string
		want   string
	}{
		{[]string{"nginx:1", "nginx:2", "nginx:1@" + sumA}, "init a c"},
		{[]string{"nginx@" + sumB, "mirror.example/nginx@" + sumA}, "init b"},
		{[]string{"nginx"}, "init"},
	} {
		if got := kept(c.images...); got != c.want {
			t.Errorf("%v: %q, want %q", c.images, got, c.want)
		}
	}
	if len(p.Containers) != 6 {
		t.Error("the pod itself was changed")
	}
}
