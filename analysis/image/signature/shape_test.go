package signature

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
	"canopy/model/record"
)

// FuzzPolicy holds that no body of a policy makes anything panic, whatever its shape, and that what is asked has an answer with a
// reason.
func FuzzPolicy(f *testing.F) {
	for _, text := range []string{
		`{"spec":{"rules":[{"match":{"any":[{"resources":{"kinds":["Pod"],"selector":{"matchLabels":{"a":"b"}}}}]},"verifyImages":[{"imageReferences":["*"],"attestors":[{}]}]}]}}`,
		`{"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["*"],"apiVersions":["*"],"operations":["*"],"resources":["*"]}]},"validations":[{"expression":"verifyImageSignatures"}]}}`,
		`{"spec":{"images":[{"glob":"**"}],"authorities":[{"key":{}}],"match":[{"resource":"pods","version":"v1"}]}}`,
		`{"spec":{"match":{"kinds":[{"apiGroups":[""],"kinds":["Pod"]}],"namespaces":["*"]}},"status":{"conditions":[{"type":"Ready","status":"False"}]}}`,
		`{"spec":{"rules":{"verifyImages":1},"match":"x","images":null,"validations":{"a":[]}}}`,
		`{"spec":[]}`, `{"spec":{"rules":[{"verifyImages":[{"attestors":[1],"imageReferences":[1]}],"match":{"any":[1],"all":{}},"preconditions":7,"exclude":[]}]}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var body map[string]any
		if json.Unmarshal([]byte(text), &body) != nil {
			return
		}
		w := newWorld(t)
		kyvernoHook(w)
		w.policy(early, verifier)
		for i, gk := range policyKinds {
			k := model.OptionalKind(gk)
			u := &unstructured.Unstructured{Object: map[string]any{}}
			for key, v := range body {
				u.Object[key] = v
			}
			u.Object["metadata"] = map[string]any{"name": "p"}
			u.SetGroupVersionKind(k.GVK())
			if k.Namespaced {
				u.SetNamespace("shop")
			}
			r, err := record.Make(u)
			if err != nil {
				t.Fatal(err)
			}
			w.apply(model.Put(r))
			if p, ok := r.(*record.Custom); ok {
				sampleOf(p)
			}
			if a := w.ask(w.pod(late, pinned, noting(pass))); a.Verdict == "" || a.Reason == "" {
				t.Errorf("%d: %+v", i, a)
			}
			w.e.Demands(w.c, "shop")
		}
		if p := Propose(w.c, []string{"shop"}); p.Document == "" {
			t.Error("no document")
		}
	})
}

// TestGlobTakesItsTimeOnly holds that a hostile pattern costs no more than its length times that of the name.
func TestGlobTakesItsTimeOnly(t *testing.T) {
	start := time.Now()
	if glob(strings.Repeat("*a", 1000)+"b", strings.Repeat("a", 2000), false) {
		t.Error("matches")
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestGlob(t *testing.T) {
	for _, test := range []struct {
		pattern, s string
		parts      bool
		want       bool
	}{
		{"*", "", false, true},
		{"*", "a/b", false, true},
		{"*", "a/b", true, false},
		{"**", "a/b", true, true},
		{"a/*", "a/b:1", true, true},
		{"a/*", "a/b/c", true, false},
		{"a/**/c", "a/b/x/c", true, true},
		{"a.b", "axb", true, false},
		{"a?c", "abc", false, true},
		{"a?c", "abc", true, false},
		{"registry.example/*", "registry.example.evil/app", false, false},
		{"", "", false, true},
		{"", "a", false, false},
		{"a*a", "a", false, false},
	} {
		if got := glob(test.pattern, test.s, test.parts); got != test.want {
			t.Errorf("%q of %q is %v", test.pattern, test.s, got)
		}
	}
}

func TestKindsOfPods(t *testing.T) {
	for kind, want := range map[string]bool{
		"Pod": true, "*": true, "v1/Pod": true, "*/Pod": true, "*/*": true, "Pod/*": true, "*/v1/Pod": true, "P*": true,
		"Deployment": false, "apps/v1/Deployment": false, "Pod/ephemeralcontainers": false, "Deployment/*": false, "PodDisruptionBudget": false, "apps/v1/Pod": false,
	} {
		if ofPods(kind) != want {
			t.Errorf("%s: %v", kind, !want)
		}
	}
}

func TestExpressions(t *testing.T) {
	for expression, want := range map[string]string{
		plainExpression: ordinary,
		"images.initContainers.map(image,\n  verifyAttestationSignatures(image, attestations.sbom, [attestors.a, attestors[\"b-c\"]])).all(e, e > 0)": inits,
		"(images.containers + images.initContainers + images.ephemeralContainers).all(i, verifyImageSignatures(i, [attestors.ci]) > 0)":               ordinary + "," + inits + "," + ephemerals,
		plainExpression + " || true": "",
		"images.containers.map(i, verifyImageSignatures('x', [attestors.a])).all(e, e > 0)":  "",
		"images.containers.map(i, verifyImageSignatures(j, [attestors.a])).all(e, e > 0)":    "",
		"images.containers.map(i, verifyImageSignatures(i, [attestors.a])).all(e, f > 0)":    "",
		"images.containers.map(i, verifyImageSignatures(i, [attestors.a])).all(e, e >= 0)":   "",
		"images.containers.map(i, verifyImageSignatures(i, [])).all(e, e > 0)":               "",
		"images.containers.map(i, verifyImageSignatures(i, [attestors.a])).exists(e, e > 0)": "",
	} {
		if got := strings.Join(verifiedTypes(expression), ","); got != want {
			t.Errorf("%s: %q", expression, got)
		}
	}
}

func TestExcepts(t *testing.T) {
	for body, want := range map[string]bool{
		`{"spec":{"policyRefs":[{"name":"signed","kind":"ImageValidatingPolicy"}]}}`:  true,
		`{"spec":{"exceptions":[{"policyName":"shop/signed","ruleNames":["r"]}]}}`:    true,
		`{"spec":{"exceptions":[{"policyName":"unsigned"}],"policyRefs":["signed"]}}`: false,
		`{"spec":[]}`: false,
	} {
		e := &record.Custom{}
		if err := json.Unmarshal([]byte(body), &e.Body); err != nil {
			t.Fatal(err)
		}
		if excepts(e, "signed") != want {
			t.Errorf("%s: %v", body, !want)
		}
	}
}
