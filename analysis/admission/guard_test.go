package admission

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

// every makes a finding of each rule on each kind of object that it may be on.
func every(t testing.TB) []*model.Finding {
	var findings []*model.Finding
	for _, rule := range theRules(t).Sorted() {
		for _, o := range objectsFor(rule.ID, "shop") {
			findings = append(findings, found(t, rule.ID, o))
		}
	}
	return findings
}

func withWeb() runtime.Object {
	d := deploymentOf(goodPod("shop", "p"))
	d.Spec.Template.Spec.AutomountServiceAccountToken = nil
	d.Spec.Template.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "DB_PASSWORD", Value: plainPassword}}
	return d
}

// plainPassword is none of anything.
const plainPassword = "vR7-tqX2_mKw9-LpZ4"

// TestEveryRuleHasAGuardOrAReason goes through the catalogue.
func TestEveryRuleHasAGuardOrAReason(t *testing.T) {
	g := guardOf(t, clusterOf(t, withWeb()), testServer, every(t)...)
	guarded, reasons := map[string]bool{}, map[string]string{}
	for _, p := range g.Policies {
		for _, r := range p.Rules {
			guarded[r] = guarded[r] || !p.Mutating
		}
	}
	for _, r := range g.Without {
		reasons[r.Rule] += r.Text
		if strings.ContainsAny(r.Text, "\n\t") || len(r.Text) < 60 {
			t.Errorf("%s: %q", r.Rule, r.Text)
		}
	}
	// These are about what admission cannot see.
	never := strings.Fields("IM03 IM05 IM06 IM08 IM09 IM10 LP24 LP25 LP27 NW01 NW02 NW03 NW06 NW07 NW10 NW13 NW14 NW15 NW16 NW17 NW18 NW19 NW20 NW21 PS29 SE03 SE05 SE06 SE07 SE08 VP01 VP02 VP03 VP04 VP05 VP06 VP07 VP08 VP09 VP11")
	for _, r := range theRules(t).Sorted() {
		if want := !slices.Contains(never, r.ID); want != guarded[r.ID] {
			t.Errorf("%s: guarded %t, want %t: %s", r.ID, guarded[r.ID], want, reasons[r.ID])
		}
		if !guarded[r.ID] && reasons[r.ID] == "" {
			t.Errorf("%s has neither a guard nor a reason", r.ID)
		}
	}
	if !slices.IsSortedFunc(g.Without, func(a, b Reason) int { return strings.Compare(a.Rule, b.Rule) }) {
		t.Error("reasons are not sorted")
	}
}

// TestShape holds what every document has to be.
func TestShape(t *testing.T) {
	g := guardOf(t, clusterOf(t, withWeb()), testServer, every(t)...)
	names := map[string]bool{}
	mutating := 0
	for _, p := range g.Policies {
		if p.Mutating {
			mutating++
		}
		if len(p.Documents) != 2 || len(p.Evidence) < 2 {
			t.Fatalf("%v: %d documents, %q", p.Rules, len(p.Documents), p.Evidence)
		}
		policy, binding := p.Documents[0], p.Documents[1]
		name := policy.Step.Ref.Name
		if names[name] || len(validation.IsDNS1123Subdomain(name)) > 0 || !strings.HasPrefix(name, "canopy-"+strings.ToLower(p.Rules[0])) {
			t.Errorf("name %s", name)
		}
		names[name] = true
		bound := name
		if len(p.Namespaces) == 1 {
			bound += "-in-" + p.Namespaces[0]
		}
		if binding.Step.Ref.Name != bound || len(p.Namespaces) > 1 {
			t.Errorf("%s is bound by %s in %v", name, binding.Step.Ref.Name, p.Namespaces)
		}
		for _, d := range append(slices.Clone(p.Documents), p.Enforce) {
			if len(d.YAML) == 0 && p.Mutating {
				continue
			}
			var a, b any
			if err := json.Unmarshal(d.Step.Body, &a); err != nil {
				t.Fatal(err)
			}
			if err := yaml.Unmarshal(d.YAML, &b); err != nil || !cmp.Equal(a, b) {
				t.Errorf("%s: %v %s", name, err, cmp.Diff(a, b))
			}
			if d.Step.Ref.Group != model.GroupAdmission || d.Step.Ref.Version != "v1" {
				t.Errorf("%+v", d.Step.Ref)
			}
			strict(t, d)
		}
		if p.Mutating {
			continue
		}
		vap := strictPolicy(t, policy)
		v := vap.Spec.Validations[0]
		if len(vap.Spec.Validations) != 1 || *v.Reason != metav1.StatusReasonForbidden || strings.ContainsAny(v.Message, "\n") || !strings.HasSuffix(v.Message, ".") || !strings.HasPrefix(v.Message, p.Rules[0]+": ") {
			t.Errorf("%s: %+v", name, v)
		}
		if got, want := actions(t, binding), "[Warn Audit]"; got != want || binding.Step.Verb != model.Create || policy.Step.Verb != model.Create {
			t.Errorf("%s: %s", name, got)
		}
		onlySystem := !slices.ContainsFunc(p.Namespaces, func(n string) bool { return !ofTheSystem(n) }) && len(p.Namespaces) > 0
		if got := actions(t, p.Enforce); got != "[Deny Audit]" || p.Enforce.Step.Verb != model.Patch || p.Enforce.Step.Ref != binding.Step.Ref {
			t.Errorf("%s: %s %+v (%t)", name, got, p.Enforce.Step.Ref, onlySystem)
		}
	}
	if mutating != 3 {
		t.Errorf("%d mutating policies", mutating)
	}
}

func strict(t *testing.T, d Document) {
	t.Helper()
	into := map[string]any{"ValidatingAdmissionPolicy": &admissionv1.ValidatingAdmissionPolicy{}, "ValidatingAdmissionPolicyBinding": &admissionv1.ValidatingAdmissionPolicyBinding{},
		"MutatingAdmissionPolicy": &admissionv1.MutatingAdmissionPolicy{}, "MutatingAdmissionPolicyBinding": &admissionv1.MutatingAdmissionPolicyBinding{}}[d.Step.Ref.Kind]
	if err := yaml.UnmarshalStrict(d.YAML, into); err != nil {
		t.Errorf("%s: %v", d.Step.Ref, err)
	}
}

func strictPolicy(t *testing.T, d Document) *admissionv1.ValidatingAdmissionPolicy {
	t.Helper()
	p := &admissionv1.ValidatingAdmissionPolicy{}
	if err := yaml.UnmarshalStrict(d.YAML, p); err != nil {
		t.Fatal(err)
	}
	return p
}

func bindingIn(t *testing.T, d Document) *admissionv1.ValidatingAdmissionPolicyBinding {
	t.Helper()
	b := &admissionv1.ValidatingAdmissionPolicyBinding{}
	if err := yaml.UnmarshalStrict(d.YAML, b); err != nil {
		t.Fatal(err)
	}
	return b
}

func actions(t *testing.T, d Document) string {
	return fmt.Sprint(bindingIn(t, d).Spec.ValidationActions)
}

// namespacesIn lists those that a binding selects.
func namespacesIn(t *testing.T, d Document) []string {
	t.Helper()
	names, plain := namespacesOf(bindingIn(t, d).Spec.MatchResources)
	if !plain {
		t.Errorf("%s is limited otherwise", d.Step.Ref)
	}
	return names
}

func TestOrderOfFindingsDoesNotCount(t *testing.T) {
	findings := every(t)
	c := clusterOf(t, withWeb())
	want := guardOf(t, c, testServer, findings...)
	rng := rand.New(rand.NewPCG(1, 1))
	for range 5 {
		rng.Shuffle(len(findings), func(i, j int) { findings[i], findings[j] = findings[j], findings[i] })
		if !reflect.DeepEqual(want, guardOf(t, c, testServer, findings...)) {
			t.Fatal("another order, another guard")
		}
	}
	if _, err := Make(c, testServer, []*model.Finding{{ID: "x"}}); err == nil {
		t.Error("a finding without rule is no error")
	}
	if _, err := Make(c, testServer, []*model.Finding{nil}); err == nil {
		t.Error("no finding is no error")
	}
	if g := guardOf(t, c, testServer); len(g.Policies)+len(g.Without) != 0 {
		t.Error("a guard of nothing")
	}
}

// TestServerVersions holds what a server's age decides.
func TestServerVersions(t *testing.T) {
	c := clusterOf(t, withWeb())
	findings := []*model.Finding{found(t, "PS09", "shop/Deployment/web"), found(t, "NW05", "shop/Deployment/web")}
	for server, want := range map[string]struct {
		kinds   int
		reasons int
		tells   string
	}{
		"v1.29.6": {0, 2, "this server is v1.29.6"},
		"v1.30.0": {1, 2, "It takes Kubernetes 1.30 or later; this server is v1.30.0"},
		"v1.35.9": {2, 1, "it takes Kubernetes 1.36 or later; this server is v1.35.9"},
		"v1.36.0": {3, 1, "It takes Kubernetes 1.36 or later; this server is v1.36.0"},
		"":        {2, 1, "it takes Kubernetes 1.36 or later; the version of this server is not known"},
		"odd":     {2, 1, "It takes Kubernetes 1.30 or later; the version of this server is not known"},
	} {
		g := guardOf(t, c, server, findings...)
		var text []string
		for _, p := range g.Policies {
			text = append(text, p.Evidence...)
		}
		for _, r := range g.Without {
			text = append(text, r.Text)
		}
		if len(g.Policies) != want.kinds || len(g.Without) != want.reasons || !strings.Contains(strings.Join(text, "\n"), want.tells) {
			t.Errorf("%s: %d policies, %v\n%s", server, len(g.Policies), g.Without, strings.Join(text, "\n"))
		}
	}
}

// TestEvidenceNamesWhoWouldBeRefused holds that all owners are named, those of findings apart, and that the pods of the
// system are never refused.
func TestEvidenceNamesWhoWouldBeRefused(t *testing.T) {
	owner := func(ns, name string, bad bool) *appsv1.Deployment {
		d := deploymentOf(goodPod(ns, "p"))
		d.Name, d.Spec.Template.Spec.HostPID = name, bad
		return d
	}
	naked := goodPod("shop", "naked")
	naked.Spec.HostPID = true
	done := naked.DeepCopy()
	done.Name, done.Status.Phase = "done", corev1.PodSucceeded
	static := naked.DeepCopy()
	static.Name, static.Annotations = "static", map[string]string{corev1.MirrorPodAnnotationKey: "x"}
	set := &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "good-1", OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "Deployment", Name: "good", Controller: new(true)}}},
		Spec: appsv1.ReplicaSetSpec{Replicas: new(int32(1)), Template: owner("shop", "x", true).Spec.Template}}
	c := clusterOf(t, owner("shop", "web", true), owner("shop", "api", true), owner("shop", "good", false), set, naked, done, static, owner("other", "web", true), owner("kube-system", "agent", true))
	g := guardOf(t, c, testServer, found(t, "PS02", "shop/Deployment/web"), found(t, "PS02", "kube-system/Deployment/x"))
	text := strings.Join(g.Policies[0].Evidence, "\n")
	for _, want := range []string{
		"Fix these before it refuses, or their next pod does not start: 1 (shop/Deployment/web)",
		"It would also refuse the next pod of what no finding here is about: 3 (kube-system/Deployment/agent, shop/Deployment/api, shop/Pod/naked)",
		"In kube-system it only ever warns",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("not told: %s\n%s", want, text)
		}
	}
	if got := namespacesIn(t, g.Policies[0].Documents[1]); !slices.Equal(got, []string{"kube-system", "shop"}) {
		t.Errorf("warned in %v", got)
	}
	if got := namespacesIn(t, g.Policies[0].Enforce); !slices.Equal(got, []string{"shop"}) {
		t.Errorf("refused in %v", got)
	}
	g = guardOf(t, c, testServer, found(t, "PS09", "kube-system/Deployment/x"))
	if len(g.Policies) != 1 || len(g.Policies[0].Enforce.YAML) > 0 || len(g.Policies[0].Documents) != 2 {
		t.Errorf("%+v", g.Policies)
	}
	if text := strings.Join(guardOf(t, c, testServer, found(t, "PS03", "shop/Deployment/web")).Policies[0].Evidence, "\n"); !strings.Contains(text, "It would refuse no pod of what is there now") {
		t.Error(text)
	}
	// Roles of the system may be guarded: nothing stops for it.
	if g := guardOf(t, c, testServer, found(t, "LP06", "kube-system/RoleBinding/x")); len(g.Policies) != 3 || len(g.Policies[0].Enforce.YAML) == 0 {
		t.Errorf("%+v", g.Policies)
	}
}

// TestGuardThatIsThereAlready holds that a second guard leaves what the first one does, and adds the rest.
func TestGuardThatIsThereAlready(t *testing.T) {
	c := clusterOf(t)
	first := guardOf(t, c, "v1.35.0", found(t, "PS02", "shop/Deployment/web"))
	for _, d := range []Document{first.Policies[0].Documents[0], first.Policies[0].Enforce} {
		o := map[string]runtime.Object{"ValidatingAdmissionPolicy": &admissionv1.ValidatingAdmissionPolicy{}, "ValidatingAdmissionPolicyBinding": &admissionv1.ValidatingAdmissionPolicyBinding{}}[d.Step.Ref.Kind]
		if err := yaml.Unmarshal(d.YAML, o); err != nil {
			t.Fatal(err)
		}
		put(t, c, o)
	}
	p := guardOf(t, c, "v1.35.0", found(t, "PS02", "shop/Deployment/web"), found(t, "PS02", "shop2/Deployment/web")).Policies[0]
	if p.Documents[0].Step.Verb != model.Patch || len(p.Documents) != 2 {
		t.Errorf("%+v", p.Documents)
	}
	b := p.Documents[1]
	if got := namespacesIn(t, b); !slices.Equal(got, []string{"shop2"}) || b.Step.Ref.Name == first.Policies[0].Enforce.Step.Ref.Name || b.Step.Verb != model.Create || p.Enforce.Step.Ref != b.Step.Ref {
		t.Errorf("%v %s", got, b.YAML)
	}
	if text := strings.Join(p.Evidence, "\n"); !strings.Contains(text, "It is bound already, and stays so, by canopy-ps02-hostpid") {
		t.Error(text)
	}
	p = guardOf(t, c, "v1.35.0", found(t, "PS02", "shop/Deployment/web")).Policies[0]
	if len(p.Documents) != 1 || len(p.Enforce.YAML) > 0 {
		t.Errorf("%+v", p)
	}
}

// TestHostileNames holds that no name of a capture breaks out of an expression or a selector.
func TestHostileNames(t *testing.T) {
	evil := "a'] || true || ['\\\n\x1b[31m\u202e"
	d := deploymentOf(goodPod("shop", "p"))
	d.Spec.Template.Spec.ServiceAccountName, d.Spec.Template.Spec.AutomountServiceAccountToken = evil, nil
	class := &networkingv1.IngressClass{ObjectMeta: meta("", evil), Spec: networkingv1.IngressClassSpec{Controller: "other"}}
	odd := deploymentOf(goodPod("shop", "p"))
	odd.Name, odd.Spec.Template.Spec.Containers[0].SecurityContext = evil, nil
	c := clusterOf(t, d, class, odd)
	bad := found(t, "PS02", "shop/Deployment/web")
	bad.Object.Namespace = evil
	bad.ID = model.FindingID("PS02", bad.Object)
	stock := found(t, "LP28", "ClusterRole/view")
	stock.Object.Name = evil
	g := guardOf(t, c, testServer, bad, stock, found(t, "LP22", "shop/Deployment/web"), found(t, "PS24", "shop/Deployment/web"), found(t, "NW12", "shop/Ingress/i"))
	for _, p := range g.Policies {
		for _, doc := range append(p.Documents, p.Enforce) {
			if strings.ContainsAny(string(doc.YAML), "\x1b\u202e") || strings.Contains(string(doc.Step.Body), `\u001b`) {
				t.Errorf("%s", doc.YAML)
			}
		}
	}
	if got := quote(evil); got != `'a\'] || true || [\'\\\u000A\u001B[31m\u202E'` {
		t.Error(got)
	}
	if got := quote("\U000E0041é\xff"); got != `'\U000E0041é\uFFFD'` {
		t.Error(got)
	}
	reasons := map[string]string{}
	for _, r := range g.Without {
		reasons[r.Rule] = r.Text
		if strings.ContainsAny(r.Text, "\x1b\u202e\n") {
			t.Errorf("%q", r.Text)
		}
	}
	if reasons["PS02"] == "" || reasons["LP28"] == "" || reasons["LP22"] == "" {
		t.Errorf("%v", reasons)
	}
	for _, p := range g.Policies {
		for _, e := range p.Evidence {
			if strings.ContainsAny(e, "\x1b\u202e\n") {
				t.Errorf("%q", e)
			}
		}
	}
}

// TestGuardsOfPlaces makes guards one after the other, from files, so that the second knows nothing of the first: the policies
// say the same, and the bindings have names of their own.
func TestGuardsOfPlaces(t *testing.T) {
	c := clusterOf(t, withWeb())
	all := every(t)
	here := map[string]string{}
	for _, p := range guardOf(t, c, testServer, all...).Policies {
		here[p.Documents[0].Step.Ref.Name] = string(p.Documents[0].Step.Body)
	}
	moved := make([]*model.Finding, 0, len(all))
	for _, f := range all {
		if f.Object.Namespace != "shop" {
			continue
		}
		g := *f
		g.Object.Namespace = "other"
		g.ID = model.FindingID(g.Rule.ID, g.Object)
		moved = append(moved, &g)
	}
	both := 0
	for _, p := range guardOf(t, c, testServer, moved...).Policies {
		name := p.Documents[0].Step.Ref.Name
		if was, ok := here[name]; ok {
			both++
			if was != string(p.Documents[0].Step.Body) {
				t.Errorf("%s says something else for another namespace", name)
			}
		}
		if len(p.Documents) > 1 && len(p.Namespaces) > 0 && p.Documents[1].Step.Ref.Name != name+"-in-other" {
			t.Errorf("%s is bound by %s", name, p.Documents[1].Step.Ref.Name)
		}
	}
	if both < 30 {
		t.Errorf("only %d policies are the same", both)
	}
}
