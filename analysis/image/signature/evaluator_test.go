package signature

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/record"
)

func TestUpdateTellsWhomItConcerns(t *testing.T) {
	w := newWorld(t)
	expect := func(what, namespace string, changed bool) func(string, bool) {
		return func(n string, c bool) {
			t.Helper()
			if n != namespace && c || c != changed {
				t.Errorf("%s: %q %v", what, n, c)
			}
		}
	}
	if w.e.Any() {
		t.Error("demands without policies")
	}
	expect("a namespace without policies", "shop", false)(w.put(early, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{"a": "b"}}}))
	expect("a policy", "", true)(w.policy(middle, clusterPolicy("", "", "")))
	if !w.e.Any() {
		t.Error("no demand with a policy")
	}
	expect("its status", "", false)(w.policy(middle, strings.Replace(clusterPolicy("", "", ""), "spec:", "status: {ready: true, rulecount: {verifyimages: 1}}, spec:", 1)))
	expect("its action", "", true)(w.policy(middle, clusterPolicy("validationFailureAction: Enforce,", "", "")))
	own := strings.Replace(clusterPolicy("", "", ""), "kind: ClusterPolicy, metadata: {name: signed}", "kind: Policy, metadata: {name: signed, namespace: shop}", 1)
	expect("a policy of a namespace", "shop", true)(w.policy(middle, own))
	expect("a policy without signatures", "", false)(w.policy(middle, `{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: o}, spec: {rules: [{name: r, validate: {}}]}}`))
	expect("a namespace", "shop", true)(w.put(early, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{"c": "d"}}}))
	expect("another webhook", "", false)(w.put(early, &admissionv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: "x"}, Webhooks: []admissionv1.ValidatingWebhook{{Name: "x.example"}},
	}))
	expect("a verifier nobody asks", "", false)(w.policy(early, verifier))
	k := model.KindByName("ValidatingWebhookConfiguration")
	kyvernoHook(w)
	expect("a webhook that goes", "", true)(w.apply(model.Drop(k.Ref("", "kyverno-resource-validating-webhook-cfg"))))
	expect("a policy that goes", "", true)(w.apply(model.Drop(model.OptionalKind(policyKinds[0]).Ref("", "signed"))))
	for _, gk := range policyKinds {
		if !Concerns(gk) {
			t.Errorf("%v does not count", gk)
		}
	}
	if Concerns(schema.GroupKind{Kind: "Pod"}) {
		t.Error("pods are the business of whoever asks")
	}
}

func TestWhatIsNotSeenIsUnknown(t *testing.T) {
	for _, gk := range policyKinds {
		w := newWorld(t)
		w.cover(gk, model.Denied, "forbidden")
		a := w.ask(w.pod(late, pinned))
		if a.Verdict != Unknown || !strings.Contains(a.Reason, "forbidden") || !strings.Contains(a.Reason, gk.Kind) {
			t.Errorf("%v denied: %+v", gk, a)
		}
		if d := w.e.Demands(w.c, "shop"); !strings.Contains(d.Doubt, "forbidden") || len(d.Policies) > 0 {
			t.Errorf("%v denied: %+v", gk, d)
		}
		w.cover(gk, model.Absent, model.NotServed)
		if a := w.ask(w.pod(late, pinned)); a.Verdict != NotRequired {
			t.Errorf("%v not served: %+v", gk, a)
		}
		w.cover(gk, model.Loading, "")
		if a := w.ask(w.pod(late, pinned)); a.Verdict != Unknown || !strings.Contains(a.Reason, "still being read") {
			t.Errorf("%v loading: %+v", gk, a)
		}
	}
	w := newWorld(t)
	w.policy(middle, clusterPolicy("", "", ""))
	w.cover(validates, model.Denied, "forbidden")
	if a := w.ask(w.pod(late, pinned, noting(pass))); a.Verdict != Unknown || !strings.Contains(a.Reason, "forbidden") {
		t.Errorf("webhooks denied: %+v", a)
	}
	w = newWorld(t)
	kyvernoHook(w)
	w.policy(middle, clusterPolicy("", `, namespaceSelector: {matchLabels: {team: a}}`, ""))
	p := w.pod(late, pinned, noting(pass), func(p *corev1.Pod) { p.Namespace = "unseen" })
	if a := w.ask(p); a.Verdict != Unknown || !strings.Contains(a.Reason, "labels of the namespace") {
		t.Errorf("namespace not seen: %+v", a)
	}
	// Kubernetes' own namespaces are left out by Kyverno unless it is told otherwise.
	w.policy(middle, clusterPolicy("", "", ""))
	if d := w.e.Demands(w.c, "kube-system"); len(d.Policies) > 0 || !strings.Contains(d.Doubt, "leaves this namespace out") {
		t.Errorf("kube-system: %+v", d)
	}
}

func TestGivenProofs(t *testing.T) {
	good := &record.Signature{Digest: digestA, Verified: true, Identity: "ci@example.com", At: 7}
	other := &record.Signature{Digest: digestB, Verified: true}
	bad := &record.Signature{Digest: digestA, Failed: "no matching signatures", At: 9}
	demanding := newWorld(t)
	kyvernoHook(demanding)
	demanding.policy(middle, clusterPolicy("validationFailureAction: Enforce,", "", ""))
	for _, test := range []struct {
		name    string
		w       *world
		given   []*record.Signature
		want    Verdict
		refuted bool
		reason  string
	}{
		{"verified, not demanded", newWorld(t), []*record.Signature{good}, Verified, false, "ci@example.com"},
		{"verified", demanding, []*record.Signature{nil, bad, good}, Verified, false, "cosign"},
		{"of another digest", demanding, []*record.Signature{other}, Unproven, false, "nothing on the pod"},
		{"failed", demanding, []*record.Signature{bad}, Unproven, true, "no matching signatures"},
		{"failed, not demanded", newWorld(t), []*record.Signature{bad}, NotRequired, false, "no matching signatures"},
	} {
		a := test.w.ask(test.w.pod(late, pinned), test.given...)
		if a.Verdict != test.want || a.Refuted != test.refuted || !strings.Contains(a.Reason, test.reason) {
			t.Errorf("%s: %+v", test.name, a)
		}
	}
}

// TestEphemeralContainers holds that what was admitted with the pod proves nothing of what came later by another way.
func TestEphemeralContainers(t *testing.T) {
	w := newWorld(t)
	gatekeeperHook(w, func(h *admissionv1.ValidatingWebhook) { h.Rules[0].Resources = []string{"pods"} })
	w.policy(early, verifier)
	w.policy(middle, constraint(""))
	if a := w.ask(w.pod(late, pinned)); a.Verdict != Verified {
		t.Fatalf("%+v", a)
	}
	a := w.ask(w.pod(late, pinned, func(p *corev1.Pod) {
		p.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "e", Image: pinned}}}
	}))
	if a.Verdict != Unproven || !strings.Contains(a.Reason, "ephemeral") {
		t.Errorf("%+v", a)
	}
}

// TestUpdatesEqualAFreshStart makes many changes and compares with an evaluator that hears of what is left all at once.
func TestUpdatesEqualAFreshStart(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 11))
	w := newWorld(t)
	one := func(n int) func() {
		at := int64(early + dice.IntN(2000))
		action := []string{"", "validationFailureAction: Enforce,"}[dice.IntN(2)]
		return []func(){
			func() { w.policy(at, clusterPolicy(action, []string{"", ", namespaces: [shop]"}[dice.IntN(2)], "")) },
			func() {
				w.policy(at, strings.Replace(clusterPolicy(action, "", ""), "kind: ClusterPolicy, metadata: {name: signed}", "kind: Policy, metadata: {name: signed, namespace: shop}", 1))
			},
			func() { w.policy(at, imagePolicy([]string{"", "mode: warn,"}[dice.IntN(2)], "**")) },
			func() { w.policy(at, constraint("")) },
			func() { w.policy(at, verifier) },
			func() { kyvernoHook(w) }, func() { sigstoreHook(w) }, func() { gatekeeperHook(w) },
			func() {
				w.put(early, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{"policy.sigstore.dev/include": fmt.Sprint(dice.IntN(2) == 0)}}})
			},
			func() {
				var refs []model.Ref
				for _, gk := range append(policyKinds[:], validates, verifiers) {
					for r := range w.c.All(gk) {
						refs = append(refs, r.Ref())
					}
				}
				if len(refs) > 0 {
					w.apply(model.Drop(refs[dice.IntN(len(refs))]))
				}
			},
		}[n]
	}
	for i := range 400 {
		w.ask(w.pod(late, pinned))
		one(dice.IntN(10))()
		fresh := New()
		for _, gk := range append(append([]schema.GroupKind{}, policyKinds[:]...), namespaces, validates, mutates, verifiers) {
			for r := range w.c.All(gk) {
				fresh.Update(w.c, deltaOf(r))
			}
		}
		p := w.pod(int64(early+dice.IntN(3000)), pinned, noting(pass))
		got, d := w.ask(p), w.e.Demands(w.c, "shop")
		again := &world{t: t, c: w.c, e: fresh}
		if want := again.ask(p); !reflect.DeepEqual(got, want) {
			t.Fatalf("step %d:\n%+v\nafresh\n%+v", i, got, want)
		}
		if want := fresh.Demands(w.c, "shop"); !reflect.DeepEqual(d, want) {
			t.Fatalf("step %d:\n%+v\nafresh\n%+v", i, d, want)
		}
	}
}

// TestTypesOfContainers holds that a policy which names types of containers proves nothing of others.
func TestTypesOfContainers(t *testing.T) {
	w := newWorld(t)
	p := w.pod(late, pinned, func(p *corev1.Pod) { p.Spec.InitContainers = []corev1.Container{{Name: "i", Image: pinned}} })
	r, err := reference.Parse(pinned)
	if err != nil {
		t.Fatal(err)
	}
	if got := typesOf(&Question{Pod: p, Reference: r}); !slices.Equal(got, []string{ordinary, inits}) {
		t.Fatalf("%v", got)
	}
	one := claim{reached: &reached{rule: &rule{only: []string{ordinary}}}}
	if one.includes(inits) || !one.includes(ordinary) || one.includes(volumes) {
		t.Error("types are mixed up")
	}
	one.only = nil
	if !one.includes(ephemerals) || one.includes(volumes) {
		t.Error("a policy of all containers is about those, and no volume")
	}
}

// TestChangedReferenceProvesNothing holds that what is proven of the digest that a spec pins is proven of what runs only where that is
// known to be the same image.
func TestChangedReferenceProvesNothing(t *testing.T) {
	w := newWorld(t)
	kyvernoHook(w)
	w.policy(middle, clusterPolicy("validationFailureAction: Enforce,", "", ""))
	r, err := reference.Parse("registry.example/app@" + digestB)
	if err != nil {
		t.Fatal(err)
	}
	noted := w.pod(late, "registry.example/app@"+digestB, noting(`{"registry.example/app@`+digestB+`": "pass"}`))
	proof := []*record.Signature{{Digest: digestB, Verified: true}}
	for _, pinned := range []bool{false, true} {
		for name, q := range map[string]Question{
			"a note":  {Namespace: "shop", Pod: noted, Reference: r, Digest: digestA, Pinned: pinned},
			"a proof": {Namespace: "shop", Pod: w.pod(late, "registry.example/app@"+digestB), Reference: r, Digest: digestA, Pinned: pinned, Given: proof},
		} {
			if a := w.e.Answer(w.c, q); (a.Verdict == Verified) != pinned {
				t.Errorf("%s, pinned %v: %+v", name, pinned, a)
			}
		}
	}
}
