package remedy

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/analysis/catalogue"
	"canopy/analysis/rbac/stock"
	"canopy/analysis/rollout"
	"canopy/model"
)

// Every rule that the catalogue says has YAML gets a document that closes it, of the class of breakage or worse; every
// other rule gets a reason and steps. A rule of which there is neither fails, and so does one of a family that nobody thought of.
func TestCatalogueIsKept(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules.Sorted() {
		if family := rule.ID[:2]; !slices.Contains([]string{"IM", "LP", "NW", "PS", "SE", "VP"}, family) {
			t.Errorf("%s: of a family that this test does not know: give it an offender, or a reason", rule.ID)
			continue
		}
		if judges(rule.ID) {
			grantIsFixed(t, rule)
			continue
		}
		if segmented(rule.ID) {
			segmentIsFixed(t, rule)
			continue
		}
		if rule.ID == "LP23" || rule.ID == "SE04" {
			secretIsFixed(t, rule)
			continue
		}
		if rule.ID == "VP10" || rule.ID == "VP11" {
			budgetIsFixed(t, rule)
			continue
		}
		tpl := good()
		offend := offences()[rule.ID]
		if rule.ID == "IM06" {
			movedIsFixed(t, rule)
			continue
		}
		object := ref("Deployment", "web")
		switch {
		case offend != nil:
			offend(&tpl)
		case rule.ID == "PS26":
			object = ref("Namespace", "shop")
		case rule.Fix == "yaml":
			t.Errorf("%s: no offence to test the fix with", rule.ID)
		}
		f := &model.Finding{ID: model.FindingID(rule.ID, object), Rule: rule, Object: object, Verdict: model.Yes}
		fix := fixOne(t, holding(t, owned("Deployment", tpl), namespaceShop(), witness()), f)
		if rule.Fix != "yaml" {
			if len(fix.Documents) > 0 {
				t.Errorf("%s: there is a document, and the catalogue knows of none", rule.ID)
			}
			toldWhy(t, fix, f)
			continue
		}
		sound(t, fix)
		n := len(fix.Documents)
		if n == 0 || len(fix.Documents[n-1].Closes) != 1 {
			t.Errorf("%s: %+v", rule.ID, fix)
			continue
		}
		if got := fix.Documents[n-1].Breakage; parseBreakage(got) < parseBreakage(rule.Breakage) {
			t.Errorf("%s: breakage %s, the catalogue says %s", rule.ID, got, rule.Breakage)
		}
	}
}

// toldWhy checks that a finding without a document has a reason, and steps that are more than the name of the rule.
func toldWhy(t *testing.T, fix *Fix, f *model.Finding) {
	t.Helper()
	for _, n := range fix.Notes {
		if n.Finding != f.ID {
			continue
		}
		if len(n.Reason) < 20 || len(n.Steps) == 0 || slices.ContainsFunc(n.Steps, func(s string) bool { return len(s) < 10 }) {
			t.Errorf("%s: %q %q", f.ID, n.Reason, n.Steps)
		}
		return
	}
	t.Errorf("%s: no word of it", f.ID)
}

// sound checks what holds for every document: it is read strictly, its text means what its step does, it names what may break, and
// editing it without a change changes nothing.
func sound(t *testing.T, fix *Fix) {
	t.Helper()
	for i := range fix.Documents {
		d := &fix.Documents[i]
		if err := rollout.Check(d.Step); err != nil {
			t.Errorf("%s: %v\n%s", d.says(), err, d.YAML)
		}
		if d.Breakage != harmless.String() && len(d.Evidence) == 0 {
			t.Errorf("%s: breakage %s, and nobody says why", d.says(), d.Breakage)
		}
		same, err := fix.Edit(i, d.YAML)
		if err != nil || same.Documents[i].Edited || !slices.Equal(same.Documents[i].Closes, d.Closes) {
			t.Errorf("%s: its own text is another: %v\n%s", d.says(), err, d.YAML)
		}
		if len(d.about)+len(d.means) == 0 {
			t.Errorf("%s: for no finding", d.says())
		}
	}
}

// grantIsFixed holds a rule about RBAC to the same. Its objects break it in the whole cluster.
func grantIsFixed(t *testing.T, rule *model.Rule) {
	t.Helper()
	table, _ := stock.For(37)
	tampered := table.ClusterRole("system:node-proxier").DeepCopy()
	tampered.Rules = append(tampered.Rules, permit("steal", "", "everything"))
	object := ref("ClusterRoleBinding", "b")
	reader := aClusterRole("r", permit("get", "", "pods"))
	objects, special := map[string][]runtime.Object{
		"LP01": {bindAll("b", "cluster-admin", user("ann"))},
		"LP02": {reader, bindAll("b", "r", groupOf("system:masters"))},
		"LP03": {reader, bindAll("b", "r", groupOf("system:unauthenticated"))},
		"LP04": {reader, bindAll("b", "r", groupOf("system:authenticated"))},
		"LP05": {aClusterRole("b", permit("*", "", "pods"))},
		"LP24": {reader, bindAll("b", "r", sa("gone"))},
		"LP28": {tampered},
	}[rule.ID]
	switch rule.ID {
	case "LP05":
		object = ref("ClusterRole", "b")
	case "LP28":
		object = ref("ClusterRole", "system:node-proxier")
	}
	if !special {
		science, err := newScience()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range science.by[rule.ID] {
			if len(e.Ways) > 0 {
				objects = []runtime.Object{aClusterRole("r", rulesOf(&e.Ways[0])["least"]...), bindAll("b", "r", user("ann"))}
				break
			}
		}
	}
	fix, _ := ended(t, world(t, objects...), model.FindingID(rule.ID, object))
	sound(t, fix)
	last := fix.Documents[len(fix.Documents)-1]
	if rule.Fix != "yaml" || parseBreakage(last.Breakage) < parseBreakage(rule.Breakage) {
		t.Errorf("%s: %s, breakage %s; the catalogue says %s, %s", rule.ID, last.Command, last.Breakage, rule.Fix, rule.Breakage)
	}
}

func secretIsFixed(t *testing.T, rule *model.Rule) {
	t.Helper()
	object := ref("Secret", "token")
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "token", Namespace: "shop"}, Type: corev1.SecretTypeServiceAccountToken}
	if rule.ID == "SE04" {
		secret.Annotations = map[string]string{corev1.LastAppliedConfigAnnotation: "{}"}
	}
	fix := fixOne(t, holding(t, secret), &model.Finding{ID: model.FindingID(rule.ID, object), Rule: rule, Object: object, Verdict: model.Yes})
	sound(t, fix)
	if len(fix.Documents) != 1 || len(fix.Documents[0].Closes) != 1 || parseBreakage(fix.Documents[0].Breakage) < parseBreakage(rule.Breakage) {
		t.Errorf("%s: %+v", rule.ID, fix)
	}
}

// movedIsFixed: of the images that run under one tag, one is taken.
func movedIsFixed(t *testing.T, rule *model.Rule) {
	t.Helper()
	tpl := good()
	offences()["IM02"](&tpl)
	object := ref("Deployment", "web")
	fix := fixOne(t, holding(t, moving(tpl)...), &model.Finding{ID: model.FindingID(rule.ID, object), Rule: rule, Object: object, Verdict: model.Yes})
	sound(t, fix)
	if len(fix.Documents) != 1 || len(fix.Documents[0].Closes) != 1 || parseBreakage(fix.Documents[0].Breakage) < parseBreakage(rule.Breakage) {
		t.Errorf("%s: %+v", rule.ID, fix)
	}
}

// budgetIsFixed holds a rule about budgets to the same, as the analyser itself sees it.
func budgetIsFixed(t *testing.T, rule *model.Rule) {
	t.Helper()
	objects := []runtime.Object{replicated("web", 3, "web")}
	if rule.ID == "VP10" {
		objects = append(objects, aBudget("web", policyv1.PodDisruptionBudgetSpec{MaxUnavailable: ptr(intstr.FromInt32(0))}, "web"))
	}
	c := seen(t, objects...)
	findings := judgedBudgets(t, c)
	if len(findings) != 1 || findings[0].Rule.ID != rule.ID {
		t.Fatalf("%s: %v", rule.ID, findings)
	}
	fix := fixOne(t, c, findings...)
	sound(t, fix)
	if len(fix.Documents) != 1 || len(fix.Documents[0].Closes) != 1 || parseBreakage(fix.Documents[0].Breakage) < parseBreakage(rule.Breakage) {
		t.Errorf("%s: %+v", rule.ID, fix)
	}
}
