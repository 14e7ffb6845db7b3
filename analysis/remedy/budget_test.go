package remedy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/analysis/catalogue"
	"canopy/analysis/disruption"
	"canopy/analysis/rollout"
	"canopy/model"
	"canopy/model/cluster"
)

// replicated is a Deployment of so many replicas, whose pods have a label app.
func replicated(name string, n int32, app string) *appsv1.Deployment {
	tpl := good()
	tpl.Labels = map[string]string{"app": app}
	d := owned("Deployment", tpl).(*appsv1.Deployment)
	d.Name, d.Spec.Replicas = name, &n
	return d
}

// tiedTo binds what an owner makes to one node by its name.
func tiedTo(node string, d *appsv1.Deployment) *appsv1.Deployment {
	d.Spec.Template.Spec.NodeSelector = map[string]string{corev1.LabelHostname: node}
	return d
}

func aBudget(name string, spec policyv1.PodDisruptionBudgetSpec, app string) *policyv1.PodDisruptionBudget {
	spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": app}}
	return &policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop"}, Spec: spec}
}

// aPod is a pod that nothing makes anew.
func aPod(name, app string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop", Labels: map[string]string{"app": app}}, Spec: good().Spec, Status: corev1.PodStatus{Phase: corev1.PodRunning}}
}

type heldFindings map[string]*model.Finding

func (h heldFindings) Put(f *model.Finding) { h[f.ID] = f }
func (h heldFindings) Drop(id string)       { delete(h, id) }

// judgedBudgets gives what the analyser itself finds on budgets and their lack, sorted.
func judgedBudgets(t testing.TB, c *cluster.Cluster) []*model.Finding {
	t.Helper()
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	a := disruption.New(rules, model.FixedClock(time.Unix(1_800_000_000, 0)))
	for _, gk := range c.Kinds() {
		for _, r := range c.Sorted(gk) {
			a.Update(c, cluster.Delta{Ref: r.Ref(), New: r})
		}
	}
	held := heldFindings{}
	a.Flush(c, held)
	var list []*model.Finding
	for _, id := range slices.Sorted(maps.Keys(held)) {
		list = append(list, held[id])
	}
	return list
}

// carriedOut applies a fix in memory.
func carriedOut(t testing.TB, c *cluster.Cluster, fix *Fix) {
	t.Helper()
	changes, _, err := rollout.Expand(c, fix.Plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range changes {
		c.Apply(ch)
	}
}

// TestBudgetsAreLoosened goes through what a budget may say, and has the analyser judge what becomes of it.
func TestBudgetsAreLoosened(t *testing.T) {
	number, share := func(n int32) *intstr.IntOrString { return ptr(intstr.FromInt32(n)) }, func(s string) *intstr.IntOrString { return ptr(intstr.FromString(s)) }
	least := func(v *intstr.IntOrString) policyv1.PodDisruptionBudgetSpec {
		return policyv1.PodDisruptionBudgetSpec{MinAvailable: v}
	}
	most := func(v *intstr.IntOrString) policyv1.PodDisruptionBudgetSpec {
		return policyv1.PodDisruptionBudgetSpec{MaxUnavailable: v}
	}
	for name, tc := range map[string]struct {
		spec     policyv1.PodDisruptionBudgetSpec
		objects  []runtime.Object
		patch    string
		breakage string
		says     string
	}{
		"none away":           {most(number(0)), []runtime.Object{replicated("web", 3, "web")}, `{"maxUnavailable":1}`, "likely-safe", "one of 3 pods may be away at a time"},
		"none of a hundred":   {most(share("0%")), []runtime.Object{replicated("web", 3, "web")}, `{"maxUnavailable":1}`, "likely-safe", "ALLOWED DISRUPTIONS"},
		"all stay":            {least(number(3)), []runtime.Object{replicated("web", 3, "web")}, `{"minAvailable":2}`, "likely-safe", "an autoscaler takes replicas away"},
		"more stay":           {least(number(9)), []runtime.Object{replicated("web", 3, "web")}, `{"minAvailable":2}`, "likely-safe", ""},
		"the hundredth":       {least(share("100%")), []runtime.Object{replicated("web", 3, "web")}, `{"maxUnavailable":1,"minAvailable":null}`, "likely-safe", ""},
		"rounded up":          {least(share("90%")), []runtime.Object{replicated("web", 3, "web")}, `{"maxUnavailable":1,"minAvailable":null}`, "likely-safe", ""},
		"only one":            {least(number(1)), []runtime.Object{replicated("web", 1, "web")}, `{"maxUnavailable":1,"minAvailable":null}`, "needs-evidence", "it is away when its node is emptied"},
		"only one, none away": {most(number(0)), []runtime.Object{replicated("web", 1, "web")}, `{"maxUnavailable":1}`, "needs-evidence", "only a second replica changes that"},
		"tied to its node":    {least(number(1)), []runtime.Object{tiedTo("n5", replicated("web", 1, "web"))}, `{"maxUnavailable":1,"minAvailable":null}`, "outage", "once its node is drained it is away until that node is back"},
		"two owners":          {least(number(3)), []runtime.Object{replicated("web", 1, "web"), replicated("api", 2, "web")}, `{"minAvailable":2}`, "likely-safe", ""},
		"bare pods":           {most(number(0)), []runtime.Object{aPod("a", "web"), aPod("b", "web")}, `{"maxUnavailable":null,"minAvailable":1}`, "likely-safe", "of such a budget only minAvailable as a number works"},
		"one bare pod":        {least(number(1)), []runtime.Object{aPod("a", "web")}, `{"minAvailable":0}`, "needs-evidence", "takes it away for good"},
		"says nothing":        {policyv1.PodDisruptionBudgetSpec{}, []runtime.Object{replicated("web", 2, "web")}, `{"maxUnavailable":1}`, "likely-safe", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := seen(t, append(tc.objects, aBudget("web", tc.spec, "web"))...)
			findings := slices.DeleteFunc(judgedBudgets(t, c), func(f *model.Finding) bool { return f.Rule.ID != "VP10" })
			if len(findings) != 1 {
				t.Fatalf("%d findings", len(findings))
			}
			fix := fixOne(t, c, findings...)
			sound(t, fix)
			if len(fix.Documents) != 1 || len(fix.Notes) != 0 || !slices.Equal(fix.Documents[0].Closes, []string{findings[0].ID}) {
				t.Fatalf("%+v", fix)
			}
			d := fix.Documents[0]
			var body struct{ Spec json.RawMessage }
			if err := json.Unmarshal(d.Step.Body, &body); err != nil || string(body.Spec) != tc.patch {
				t.Errorf("%v %s, want %s", err, body.Spec, tc.patch)
			}
			if told := strings.Join(d.Evidence, "\n"); d.Breakage != tc.breakage || !strings.Contains(told, tc.says) {
				t.Errorf("%s, without %q:\n%s", d.Breakage, tc.says, told)
			}
			carriedOut(t, c, fix)
			for _, f := range judgedBudgets(t, c) {
				if f.Rule.ID == "VP10" {
					t.Errorf("it goes on: %v", f.Proof.Evidence())
				}
			}
		})
	}
}

// TestBudgetsThatOnlyPeopleMend holds that two budgets on one pod are both named, with what to do.
func TestBudgetsThatOnlyPeopleMend(t *testing.T) {
	one := policyv1.PodDisruptionBudgetSpec{MaxUnavailable: ptr(intstr.FromInt32(1))}
	c := seen(t, replicated("web", 2, "web"), aPod("web-0", "web"), aBudget("web", one, "web"), aBudget("chart", one, "web"))
	findings := judgedBudgets(t, c)
	if len(findings) != 2 {
		t.Fatalf("%d findings", len(findings))
	}
	fix := fixOne(t, c, findings...)
	if len(fix.Documents) != 0 || len(fix.Notes) != 2 {
		t.Fatalf("%+v", fix)
	}
	for _, n := range fix.Notes {
		told := strings.Join(n.Steps, "\n")
		for _, want := range []string{"kubectl delete poddisruptionbudget.v1.policy web --namespace shop", "kubectl delete poddisruptionbudget.v1.policy chart --namespace shop", "pod web-0 has the labels app=web"} {
			if !strings.Contains(told, want) {
				t.Errorf("%s: no %q in\n%s", n.Finding, want, told)
			}
		}
	}
	// A manifest has no pods, and says the same.
	c = seen(t, replicated("web", 2, "web"), aBudget("web", one, "web"), aBudget("chart", one, "web"))
	if fix := fixOne(t, c, judgedBudgets(t, c)...); len(fix.Notes) != 2 || !strings.Contains(fix.Notes[0].Reason, "two budgets select one pod") {
		t.Errorf("%+v", fix)
	}
	// Gone meanwhile, and not seen.
	stale := finding("VP10", ref("PodDisruptionBudget", "calm"))
	c = seen(t, replicated("web", 2, "web"), aBudget("calm", one, "web"))
	if fix := fixOne(t, c, stale, finding("VP10", ref("PodDisruptionBudget", "nowhere"))); len(fix.Documents) != 0 || len(fix.Notes) != 2 ||
		!strings.Contains(fix.Notes[0].Reason, "does not hold") || !strings.Contains(fix.Notes[1].Reason, "was not seen") {
		t.Errorf("%+v", fix)
	}
	failing := aBudget("web", one, "web")
	failing.Status.Conditions = []metav1.Condition{{Type: policyv1.DisruptionAllowedCondition, Status: metav1.ConditionFalse, Reason: policyv1.SyncFailedReason, Message: "no scale\x1b[31m"}}
	if fix := fixOne(t, seen(t, replicated("web", 2, "web"), failing), finding("VP10", ref("PodDisruptionBudget", "web"))); len(fix.Documents) != 0 || !strings.HasSuffix(fix.Notes[0].Reason, "allows nothing: no scale?[31m") {
		t.Errorf("%+v", fix)
	}
}

// TestBudgetIsGiven holds which budget an owner gets, and when none.
func TestBudgetIsGiven(t *testing.T) {
	other := aBudget("web", policyv1.PodDisruptionBudgetSpec{MaxUnavailable: ptr(intstr.FromInt32(1))}, "other")
	managed := replicated("web", 3, "web")
	managed.Annotations = map[string]string{"meta.helm.sh/release-name": "shop"}
	for name, tc := range map[string]struct {
		objects  []runtime.Object
		is, says string
	}{
		"plain":         {[]runtime.Object{replicated("web", 3, "web")}, "web", "a drain takes one of 3 pods at a time"},
		"name taken":    {[]runtime.Object{replicated("web", 3, "web"), other}, "web-2", "3 pods"},
		"managed":       {[]runtime.Object{managed}, "web", "Helm release shop keeps the workload"},
		"shared":        {[]runtime.Object{replicated("web", 3, "web"), aPod("lone", "web")}, "", "no labels of its selector tell its pods from those of shop/Pod/lone"},
		"shared to be":  {[]runtime.Object{replicated("web", 3, "web"), replicated("api", 0, "web")}, "", "no labels of its selector tell its pods from those of shop/Deployment/api"},
		"guarded after": {[]runtime.Object{replicated("web", 3, "web"), aBudget("late", policyv1.PodDisruptionBudgetSpec{}, "web")}, "", "shop/PodDisruptionBudget/late selects its pods"},
		"not seen":      {nil, "", "the workload was not seen"},
	} {
		t.Run(name, func(t *testing.T) {
			c := seen(t, append(tc.objects, namespaceShop())...)
			f := finding("VP11", ref("Deployment", "web"))
			fix := fixOne(t, c, f)
			if tc.is == "" {
				if len(fix.Documents) != 0 || len(fix.Notes) != 1 || !strings.Contains(fix.Notes[0].Reason, tc.says) || !strings.Contains(strings.Join(fix.Notes[0].Steps, "\n"), "canopy scan") && !strings.Contains(strings.Join(fix.Notes[0].Steps, "\n"), "kubectl create poddisruptionbudget web --namespace shop --selector") {
					t.Errorf("%+v", fix)
				}
				return
			}
			sound(t, fix)
			if len(fix.Documents) != 1 || !slices.Equal(fix.Documents[0].Closes, []string{f.ID}) || fix.Documents[0].Breakage != "none" {
				t.Fatalf("%+v", fix)
			}
			d := fix.Documents[0]
			want := fmt.Sprintf(`{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":%q,"namespace":"shop"},"spec":{"selector":{"matchLabels":{"app":"web"}},"maxUnavailable":1}}`, tc.is)
			if string(d.Step.Body) != want || d.Step.Verb != model.Create || !strings.Contains(strings.Join(d.Evidence, "\n"), tc.says) {
				t.Errorf("%s\n%s", d.Step.Body, strings.Join(d.Evidence, "\n"))
			}
			carriedOut(t, c, fix)
			if left := judgedBudgets(t, c); len(left) != 0 {
				t.Errorf("left: %v", left[0].ID)
			}
		})
	}
	// Two owners of one name are told apart, and unknown budgets are told.
	set := owned("StatefulSet", good()).(*appsv1.StatefulSet)
	set.Spec.Replicas, set.Spec.Template.Labels = ptr(int32(2)), map[string]string{"app": "set"}
	set.Spec.Selector = &metav1.LabelSelector{MatchLabels: set.Spec.Template.Labels}
	c := holding(t, replicated("web", 2, "web"), set)
	unsure := finding("VP11", ref("Deployment", "web"))
	unsure.Verdict, unsure.Reason = model.Unknown, "PodDisruptionBudgets partial"
	fix := fixOne(t, c, unsure, finding("VP11", ref("StatefulSet", "web")))
	if len(fix.Documents) != 2 || fix.Documents[0].Step.Ref.Name == fix.Documents[1].Step.Ref.Name || fix.Documents[0].Breakage != "needs-evidence" {
		t.Errorf("%+v", fix)
	}
	if told := strings.Join(fix.Documents[0].Evidence, "\n"); !strings.Contains(told, "two on one pod keep it from being evicted") || !strings.Contains(told, "PodDisruptionBudgets partial") {
		t.Error(told)
	}
}
