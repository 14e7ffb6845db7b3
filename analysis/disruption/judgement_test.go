package disruption

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"canopy/model"
)

const web = "selector: {matchLabels: {app: web}}"

// TestBudgets holds which budgets are found to block every drain, and which owners to have none.
func TestBudgets(t *testing.T) {
	job := pod("run", "app: web", "n1", owned("batch/v1", "Job", "migrate"), "")
	for _, s := range []struct {
		name string
		put  []string
		want []string
		says string
	}{
		{"maxUnavailable 0", []string{set("Deployment", "web", 3, "web"), pdb("b", "maxUnavailable: 0, "+web, "")}, []string{"VP10 shop/PodDisruptionBudget/b"}, "maxUnavailable is 0"},
		{"maxUnavailable 0%", []string{set("Deployment", "web", 3, "web"), pdb("b", "maxUnavailable: 0%, "+web, "")}, []string{"VP10 shop/PodDisruptionBudget/b"}, "maxUnavailable is 0%"},
		{"maxUnavailable 1% is rounded up", []string{set("Deployment", "web", 3, "web"), pdb("b", "maxUnavailable: 1%, "+web, "")}, nil, ""},
		{"minAvailable 100%", []string{set("StatefulSet", "web", 3, "web"), pdb("b", "minAvailable: 100%, "+web, "")}, []string{"VP10 shop/PodDisruptionBudget/b"}, "minAvailable is 100%"},
		{"minAvailable is rounded up", []string{set("Deployment", "web", 3, "web"), pdb("b", "minAvailable: 70%, "+web, "")}, []string{"VP10 shop/PodDisruptionBudget/b"}, "minAvailable is 70%, which of 3 replicas, rounded up, is 3"},
		{"minAvailable leaves one", []string{set("Deployment", "web", 3, "web"), pdb("b", "minAvailable: 66%, "+web, "")}, nil, ""},
		{"minAvailable is the number of replicas", []string{set("ReplicaSet", "web", 2, "web"), pdb("b", "minAvailable: 2, "+web, "")}, []string{"VP10 shop/PodDisruptionBudget/b"}, "minAvailable is 2, and it selects 2 replicas"},
		{"minAvailable is one less", []string{set("Deployment", "web", 2, "web"), pdb("b", "minAvailable: 1, "+web, "")}, nil, ""},
		{"a single replica", []string{set("Deployment", "web", 1, "web"), pdb("b", "minAvailable: 1, "+web, "")}, []string{"VP10 shop/PodDisruptionBudget/b"}, "minAvailable is 1, and it selects 1 replica"},
		{"a budget of nothing", []string{set("Deployment", "web", 1, "web"), pdb("b", "maxUnavailable: 0, selector: {matchLabels: {app: none}}", "")}, nil, ""},
		{"no pods are wanted", []string{set("Deployment", "web", 0, "web"), pdb("b", "maxUnavailable: 0, "+web, "")}, nil, ""},
		{"null selects nothing", []string{set("Deployment", "web", 2, "web"), pdb("b", "maxUnavailable: 0", "")}, []string{"VP11 shop/Deployment/web"}, ""},
		{"empty selects all", []string{set("Deployment", "web", 2, "web"), pdb("b", "maxUnavailable: 0, selector: {}", "")}, []string{"VP10 shop/PodDisruptionBudget/b"}, "maxUnavailable is 0"},
		{"an invalid selector selects nothing", []string{set("Deployment", "web", 2, "web"), pdb("b", "maxUnavailable: 0, selector: {matchExpressions: [{key: app, operator: In}]}", "")}, []string{"VP11 shop/Deployment/web"}, ""},
		{"an expression", []string{set("Deployment", "web", 2, "web"), pdb("b", "maxUnavailable: 0, selector: {matchExpressions: [{key: app, operator: In, values: [db, web]}]}", "")}, []string{"VP10 shop/PodDisruptionBudget/b"}, "maxUnavailable is 0"},
		{"neither limit", []string{set("Deployment", "web", 2, "web"), pdb("b", web, "")}, []string{"VP10 shop/PodDisruptionBudget/b"}, "neither minAvailable nor maxUnavailable is set, and without them it allows none"},
		{"two budgets", []string{set("Deployment", "web", 3, "web"), pdb("a", "maxUnavailable: 1, "+web, ""), pdb("b", "maxUnavailable: 1, selector: {}", "")},
			[]string{"VP10 shop/PodDisruptionBudget/a", "VP10 shop/PodDisruptionBudget/b"}, "every pod that it selects is selected by shop/PodDisruptionBudget/b too, and the API evicts no pod of two budgets"},
		{"two budgets of an owner that wants none", []string{set("Deployment", "web", 0, "web"), pdb("a", "maxUnavailable: 1, "+web, ""), pdb("b", "maxUnavailable: 1, selector: {}", "")}, nil, ""},
		{"the sum of two owners", []string{set("Deployment", "web", 2, "web"), set("Deployment", "two", 2, "web"), pdb("b", "minAvailable: 3, "+web, "")}, nil, ""},
		{"a Job has no scale", []string{set("Deployment", "web", 3, "web"), job, pdb("b", "maxUnavailable: 1, "+web, "")},
			[]string{"VP10 shop/PodDisruptionBudget/b"}, "shop/Job/migrate has no number of replicas, so its controller cannot work out a maxUnavailable and allows none"},
		{"a number needs no scale", []string{set("Deployment", "web", 3, "web"), job, pdb("b", "minAvailable: 1, "+web, "")}, nil, ""},
		{"bare pods count for a number", []string{pod("p", "app: web", "n1", "", ""), pod("q", "app: web", "n1", "", ""), pdb("b", "minAvailable: 1, "+web, "")}, nil, ""},
		{"and for nothing else", []string{pod("p", "app: web", "n1", "", ""), pod("q", "app: web", "n1", "", ""), pdb("b", "minAvailable: 10%, "+web, "")},
			[]string{"VP10 shop/PodDisruptionBudget/b"}, "no controller owns its pods, and only a number in minAvailable counts such"},
		{"a kind that is not read", []string{pod("p", "app: web", "n1", owned("a.io/v1", "App", "x"), ""), pdb("b", "minAvailable: 50%, "+web, "")},
			[]string{"VP10 shop/PodDisruptionBudget/b depends"}, "minAvailable is 50%, which of 1 replica, rounded up, is 1"},
		{"whose scale the status tells", []string{pod("p", "app: web", "n1", owned("a.io/v1", "App", "x"), ""), pdb("b", "minAvailable: 50%, "+web, "expectedPods: 4, desiredHealthy: 2, currentHealthy: 1")}, nil, ""},
		{"a sync that fails", []string{set("Deployment", "web", 3, "web"), pdb("b", "maxUnavailable: 1, "+web, "conditions: [{type: DisruptionAllowed, status: 'False', reason: SyncFailed, message: no scale}]")},
			[]string{"VP10 shop/PodDisruptionBudget/b"}, "its controller fails: no scale"},
		{"pods that are away for now", []string{set("Deployment", "web", 3, "web"), pdb("b", "maxUnavailable: 1, "+web, "expectedPods: 3, desiredHealthy: 2, currentHealthy: 2, disruptionsAllowed: 0")}, nil, ""},
		{"no budget", []string{set("Deployment", "web", 2, "web"), set("StatefulSet", "db", 2, "db"), set("ReplicationController", "rc", 2, "x"), set("Deployment", "one", 1, "one")},
			[]string{"VP11 shop/Deployment/web", "VP11 shop/ReplicationController/rc", "VP11 shop/StatefulSet/db"}, ""},
		{"a budget elsewhere", []string{set("Deployment", "web", 2, "web"), strings.Replace(pdb("b", "maxUnavailable: 1, "+web, ""), "name: b", "name: b, namespace: other", 1)}, []string{"VP11 shop/Deployment/web"}, ""},
		{"a budget by a label of its pods alone", []string{set("StatefulSet", "web", 2, "web"), pod("web-0", "app: web, apps.kubernetes.io/pod-index: '0'", "n1", owned("apps/v1", "StatefulSet", "web"), ""), pdb("b", "minAvailable: 0, selector: {matchLabels: {apps.kubernetes.io/pod-index: '0'}}", "")}, nil, ""},
		{"the ReplicaSet of a Deployment", []string{set("Deployment", "web", 2, "web"), strings.Replace(set("ReplicaSet", "web-1", 2, "web"), "name: web-1", "name: web-1"+owned("apps/v1", "Deployment", "web"), 1), pdb("b", "minAvailable: 2, "+web, "")},
			[]string{"VP10 shop/PodDisruptionBudget/b"}, "minAvailable is 2, and it selects 2 replicas"},
	} {
		t.Run(s.name, func(t *testing.T) {
			b := newCourt(t).put(s.put...)
			if got := b.short(); !slices.Equal(got, s.want) {
				t.Errorf("got %v, want %v\n%s", got, s.want, b.text())
			}
			if list := b.a.Budgets(b.c); s.says != "" && (len(list) == 0 || list[0].Says != s.says || !list[0].Never) {
				t.Errorf("got %+v, want %q", list, s.says)
			}
		})
	}
}

// TestStatusIsTold holds that a budget tells its status where it has one, and that nothing is known of how many it allows where it has none.
func TestStatusIsTold(t *testing.T) {
	b := newCourt(t).put(set("Deployment", "web", 4, "web"), pdb("a", "maxUnavailable: 25%, "+web, ""), pdb("b", "maxUnavailable: 1, selector: {matchLabels: {app: none}}", "expectedPods: 4, desiredHealthy: 3, currentHealthy: 4, disruptionsAllowed: 1"))
	list := b.a.Budgets(b.c)
	if a := list[0]; a.Allowed != -1 || a.Wanted != 3 || a.Expected != 4 || a.Healthy != 0 || a.Never {
		t.Errorf("%+v", a)
	}
	if a := list[1]; a.Allowed != 1 || a.Wanted != 3 || a.Expected != 4 || a.Healthy != 4 || a.Never {
		t.Errorf("%+v", a)
	}
}

// TestUnseenBudgets holds that an owner is not said to have no budget where budgets were not seen.
func TestUnseenBudgets(t *testing.T) {
	b := newCourt(t).put(set("Deployment", "web", 2, "web"))
	for _, s := range []struct {
		state  model.CoverState
		reason string
		want   []string
	}{
		{model.Denied, "no right", nil}, {model.Partial, "cut", []string{"VP11 shop/Deployment/web unknown"}}, {model.Absent, "the dump has none", nil},
		{model.Absent, model.NotServed, []string{"VP11 shop/Deployment/web"}}, {model.Complete, "", []string{"VP11 shop/Deployment/web"}},
	} {
		b.cover("PodDisruptionBudget", s.state, s.reason)
		b.flush()
		if got := b.short(); !slices.Equal(got, s.want) {
			t.Errorf("%s: got %v, want %v", s.state, got, s.want)
		}
	}
}

// TestManyBudgetsAtOnce holds that budgets which come together select what they would have selected one by one.
func TestManyBudgetsAtOnce(t *testing.T) {
	together, apart := newCourt(t), newCourt(t)
	for i := range few + 4 {
		app := fmt.Sprint("app-", i%7)
		texts := []string{set("Deployment", fmt.Sprint("d", i), 2, app), pdb(fmt.Sprint("b", i), "maxUnavailable: 1, selector: {matchLabels: {app: "+app+"}}", "")}
		apart.put(texts...)
		for _, text := range texts {
			together.take(model.Put(read(t, text)[0]))
		}
	}
	together.flush()
	if got, want := together.text(), apart.text(); got != want || len(apart.out.findings) == 0 {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
