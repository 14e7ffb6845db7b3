package signature

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"canopy/model/record"
)

func definition(name, version string) string {
	return `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: ` + name + `},
  spec: {versions: [{name: v1old, served: false}, {name: ` + version + `, served: true}]}}`
}

// TestProposals reads each proposal with the reader of its kind: it demands signatures in the namespace, and only tells.
func TestProposals(t *testing.T) {
	ivpols, cpols, cips := "imagevalidatingpolicies.policies.kyverno.io", "clusterpolicies.kyverno.io", "clusterimagepolicies.policy.sigstore.dev"
	keyless := strings.Replace(imagePolicy("", "registry.example/**"), "{key: {data: k}}",
		"{keyless: {url: u, identities: [{issuer: https://issuer.example, subjectRegExp: ci@.*}]}}", 1)
	for _, test := range []struct {
		name      string
		setup     []string
		kind      string
		installed bool
		has, not  []string
		needs     []string
		sated     bool
	}{
		{name: "nothing", kind: "ImageValidatingPolicy", has: []string{missing}, needs: []string{"installed first", missing, "which images"}},
		{name: "newer kyverno", setup: []string{definition(ivpols, "v1alpha1")}, kind: "ImageValidatingPolicy", installed: true,
			has: []string{"policies.kyverno.io/v1alpha1"}, needs: []string{missing}},
		{name: "newer kyverno with an older policy", setup: []string{definition(ivpols, "v1"), definition(cpols, "v1"), clusterPolicy("", "", "")}, kind: "ImageValidatingPolicy",
			installed: true, has: []string{"data: k", "registry.example/*", "policies.kyverno.io/v1\n"}, not: []string{missing}, sated: true},
		{name: "older kyverno", setup: []string{definition(cpols, "v1"), clusterPolicy("", "", "")}, kind: "ClusterPolicy", installed: true,
			has: []string{"publicKeys: k", "registry.example/*", "mutateDigest: false"}, sated: true},
		{name: "sigstore", setup: []string{definition(cips, "v1beta1"), keyless}, kind: "ClusterImagePolicy", installed: true,
			has: []string{"https://issuer.example", "ci@.*", "registry.example/**"}, needs: []string{"policy.sigstore.dev/include=true on shop", "no-match-policy"}, not: []string{missing}},
		{name: "kyverno beside a policy of sigstore", setup: []string{definition(ivpols, "v1"), keyless}, kind: "ImageValidatingPolicy", installed: true,
			has: []string{"ci@.*"}, not: []string{"registry.example/**", missing}, needs: []string{"which images"}},
		{name: "an identity without a subject is nobody's", setup: []string{definition(cips, "v1beta1"), strings.Replace(keyless, "subjectRegExp: ci@.*", "a: b", 1)},
			kind: "ClusterImagePolicy", installed: true, has: []string{missing}, needs: []string{missing}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			for _, text := range test.setup {
				w.policy(early, text)
			}
			p := Propose(w.c, []string{"shop", "shop"})
			if p.Kind != test.kind || p.Installed != test.installed || test.sated != (p.Needs == "") {
				t.Errorf("%+v", p)
			}
			for _, s := range test.has {
				if !strings.Contains(p.Document, s) {
					t.Errorf("lacks %q:\n%s", s, p.Document)
				}
			}
			for _, s := range test.not {
				if strings.Contains(p.Document, s) {
					t.Errorf("has %q:\n%s", s, p.Document)
				}
			}
			for _, s := range test.needs {
				if !strings.Contains(p.Needs, s) {
					t.Errorf("does not need %q: %s", s, p.Needs)
				}
			}
			u := &unstructured.Unstructured{}
			if err := yaml.Unmarshal([]byte(p.Document), &u.Object); err != nil {
				t.Fatal(err)
			}
			r, err := record.Make(u)
			if err != nil {
				t.Fatal(err)
			}
			rules := rulesOf(r)
			if len(rules) != 1 || rules[0].refuses || rules[0].vague != "" {
				t.Fatalf("read as %+v:\n%s", rules, p.Document)
			}
			if rules[0].concerns(named("shop")) != yes || test.kind != "ClusterImagePolicy" && rules[0].concerns(named("other")) != no {
				t.Errorf("it is about other namespaces:\n%s", p.Document)
			}
			if again := Propose(w.c, []string{"shop"}); again != p {
				t.Error("not the same again")
			}
		})
	}
}

func named(namespace string) *place {
	return &place{namespace: namespace, known: true, labels: map[string]string{nameLabel: namespace}}
}
