package image

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

// TestSigningOfSome holds that a policy about some images silences nothing about others, and that one which only tells refuses nobody.
func TestSigningOfSome(t *testing.T) {
	for _, c := range []struct {
		action string
		want   []string
	}{
		{"Audit", []string{"Namespace/shop", "shop/Deployment/web"}},
		{"Enforce", []string{"shop/Deployment/web"}},
	} {
		t.Run(c.action, func(t *testing.T) {
			b := newCourt(t, Options{})
			b.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
			for _, kind := range []string{"ClusterPolicy.kyverno.io", "Policy.kyverno.io", "Namespace", "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
				"MutatingWebhookConfiguration.admissionregistration.k8s.io"} {
				b.cover(kind, model.Complete, "")
			}
			b.put(deployment("shop", "web")...)
			b.put(deployment("shop", "own")...)
			b.put(pod("shop", "web", "web-a", "n", "nginx:1.29", nginxA), pod("shop", "own", "own-a", "n", "registry.example/app:1", "registry.example/app@<B>"))
			u, hooks := &unstructured.Unstructured{}, webhooks()
			text1 := strings.NewReplacer(`["*"]`, `["registry.example/*"]`, "Enforce", c.action).Replace(policy)
			if err := yaml.Unmarshal([]byte(text1), &u.Object); err != nil {
				t.Fatal(err)
			}
			b.put(u, hooks)
			b.flush()
			if got := b.ids("IM05"); !slices.Equal(got, c.want) {
				t.Fatalf("got %v", got)
			}
			f := b.of("IM05", ref("Deployment", "shop", "web"))
			if f.Severity != model.Medium || !strings.Contains(text(f), "no policy demands its signature here") || strings.Contains(text(f), "registry.example/app") {
				t.Errorf("%v\n%s", f.Severity, text(f))
			}
			if f := b.of("IM05", ref("Namespace", "", "shop")); f != nil && (f.Severity != model.Medium || !strings.Contains(text(f), "none of the policies that demand signatures refuses") || !strings.Contains(text(f), "gets past: images other than registry.example/*")) {
				t.Errorf("%v\n%s", f.Severity, text(f))
			}
			list := b.a.Signing()
			if len(list) != 1 || list[0].Namespace != "shop" || list[0].Pods != 2 || list[0].Enforced != (c.action == "Enforce") || len(list[0].Policies) != 1 ||
				!slices.ContainsFunc(list[0].Escapes, func(s string) bool { return strings.Contains(s, "registry.example/*") }) {
				t.Errorf("%+v", list)
			}
			b.take(model.Drop(model.OptionalKind(u.GroupVersionKind().GroupKind()).Ref("", "signed")))
			b.flush()
			if got := b.ids("IM05"); !slices.Equal(got, []string{"Cluster/cluster"}) || len(b.a.Signing()) != 0 {
				t.Errorf("without it: %v", got)
			}
		})
	}
}
