package remedy

import (
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac/stock"
)

func TestStockObjectsArePutBack(t *testing.T) {
	table, _ := stock.For(37)
	role := func(name string, change func(*rbacv1.ClusterRole)) *rbacv1.ClusterRole {
		r := table.ClusterRole(name).DeepCopy()
		change(r)
		return r
	}
	binding := func(name string, change func(*rbacv1.ClusterRoleBinding)) *rbacv1.ClusterRoleBinding {
		b := table.ClusterRoleBinding(name).DeepCopy()
		change(b)
		return b
	}
	const roles, bindings = "LP28/rbac.authorization.k8s.io/ClusterRole//", "LP28/rbac.authorization.k8s.io/ClusterRoleBinding//"
	for name, tc := range map[string]struct {
		object runtime.Object
		ids    []string
		steps  string
		says   []string
		lost   string
	}{
		"a rule was added": {
			role("system:node-proxier", func(r *rbacv1.ClusterRole) { r.Rules = append(r.Rules, permit("list", "", "configmaps")) }),
			[]string{roles + "system:node-proxier"}, "patch ClusterRole system:node-proxier",
			[]string{"removes: list configmaps, from user:system:kube-proxy", "at its start the API server puts back what is missing"}, "user:system:kube-proxy list configmaps",
		},
		"and is a finding of who holds the role": {
			role("system:node-proxier", func(r *rbacv1.ClusterRole) { r.Rules = append(r.Rules, permit("get", "", "secrets")) }),
			[]string{"LP06/rbac.authorization.k8s.io/ClusterRoleBinding//system:node-proxier"}, "patch ClusterRole system:node-proxier",
			[]string{"removes: get secrets, from user:system:kube-proxy"}, "user:system:kube-proxy get secrets",
		},
		"a verb was added to a rule": {
			role("system:node-proxier", func(r *rbacv1.ClusterRole) { r.Rules[1].Verbs = append(r.Rules[1].Verbs, "patch") }),
			[]string{roles + "system:node-proxier"}, "patch ClusterRole system:node-proxier", []string{"removes: patch nodes"}, "user:system:kube-proxy patch nodes",
		},
		"rules are missing, and its annotation keeps the server away": {
			role("system:node-proxier", func(r *rbacv1.ClusterRole) {
				r.Rules = nil
				r.Annotations = map[string]string{rbacv1.AutoUpdateAnnotationKey: "false"}
			}),
			[]string{roles + "system:node-proxier"}, "patch ClusterRole system:node-proxier", []string{"puts back: ", "is false: the API server does not put back"}, "",
		},
		"it gathers other roles": {
			role("view", func(r *rbacv1.ClusterRole) {
				r.AggregationRule.ClusterRoleSelectors = append(r.AggregationRule.ClusterRoleSelectors, metav1.LabelSelector{MatchLabels: map[string]string{"evil": "yes"}})
			}),
			[]string{roles + "view"}, "patch ClusterRole view (merge)", []string{"it gathers the rules of no other roles"}, "",
		},
		"it gathers none any more": {
			role("view", func(r *rbacv1.ClusterRole) { r.AggregationRule = nil }),
			[]string{roles + "view"}, "patch ClusterRole view (merge)", []string{"it gathers again"}, "",
		},
		"it feeds another": {
			role("system:node-proxier", func(r *rbacv1.ClusterRole) { r.Labels[aggregateTo+"view"] = "true" }),
			[]string{roles + "system:node-proxier"}, "patch ClusterRole system:node-proxier (merge)", []string{"removes: its rules from the roles that gather by " + aggregateTo + "view=true"}, "",
		},
		"somebody was added": {
			binding("system:node-proxier", func(b *rbacv1.ClusterRoleBinding) { b.Subjects = append(b.Subjects, user("mallory")) }),
			[]string{bindings + "system:node-proxier"}, "patch ClusterRoleBinding system:node-proxier",
			[]string{"removes: ClusterRole system:node-proxier, in the whole cluster, from user:mallory"}, "*",
		},
		"somebody was added to all rights": {
			binding("cluster-admin", func(b *rbacv1.ClusterRoleBinding) { b.Subjects = append(b.Subjects, user("mallory")) }),
			[]string{bindings + "cluster-admin", "LP01/rbac.authorization.k8s.io/ClusterRoleBinding//cluster-admin"}, "patch ClusterRoleBinding cluster-admin",
			[]string{"from user:mallory"}, "*",
		},
		"its subjects are gone": {
			binding("system:node-proxier", func(b *rbacv1.ClusterRoleBinding) { b.Subjects = nil }),
			[]string{bindings + "system:node-proxier"}, "patch ClusterRoleBinding system:node-proxier", []string{"puts back: user:system:kube-proxy"}, "",
		},
		"it names another role": {
			binding("system:node-proxier", func(b *rbacv1.ClusterRoleBinding) { b.RoleRef.Name = "cluster-admin" }),
			[]string{bindings + "system:node-proxier"}, "delete ClusterRoleBinding system:node-proxier; create ClusterRoleBinding system:node-proxier",
			[]string{"between this step and the next nobody holds what it is for"}, "*",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := world(t, tc.object, aClusterRole("evil"))
			fix, next := ended(t, c, tc.ids...)
			if got := verbs(fix); got != tc.steps {
				t.Errorf("steps: %s, want %s", got, tc.steps)
			}
			all := text(fix)
			for _, want := range tc.says {
				if !strings.Contains(all, want) {
					t.Errorf("no %q in\n%s", want, all)
				}
			}
			if got := says(lost(granted(c, strangers(c)), granted(next, strangers(c)))); got != tc.lost && tc.lost != "*" {
				t.Errorf("lost: %s, want %s", got, tc.lost)
			}
			for id, f := range judged(t, next) {
				if judged(t, c)[id] == nil && f.Rule.ID != "LP05" {
					t.Errorf("%s begins", id)
				}
			}
		})
	}
}

// What an upgrade left of an earlier version is no change, and stays.
func TestWhatAnUpgradeLeftStays(t *testing.T) {
	old, _ := stock.For(27)
	now, _ := stock.For(37)
	checked := 0
	for _, o := range old.Objects() {
		before, ok := o.(*rbacv1.ClusterRole)
		if !ok || before.AggregationRule != nil || before.Name == "cluster-admin" {
			continue
		}
		ref := ref("ClusterRole", before.Name)
		shipped := now.ClusterRole(before.Name)
		if shipped == nil {
			continue
		}
		mixed := shipped.DeepCopy()
		for _, r := range before.Rules {
			if _, d := now.JudgeRole(ref, []rbacv1.PolicyRule{r}, nil, nil); len(d.Added) == 0 {
				mixed.Rules = append(mixed.Rules, r)
			}
		}
		mixed.Rules = append(mixed.Rules, permit("steal", "", "everything"))
		c := world(t, mixed)
		fix, next := ended(t, c, "LP28/rbac.authorization.k8s.io/ClusterRole//"+before.Name)
		rules, _, _ := roleOf(next, ref)
		if len(rules) != len(mixed.Rules)-1 {
			t.Errorf("%s has %d rules, want %d\n%s", before.Name, len(rules), len(mixed.Rules)-1, text(fix))
		}
		if checked++; checked == 5 {
			return
		}
	}
	t.Error("too few roles")
}

// The version of the server says what it is put back to.
func TestStockOfTheServersVersion(t *testing.T) {
	table, _ := stock.For(30)
	r := table.ClusterRole("system:node-proxier").DeepCopy()
	r.Rules = append(r.Rules, permit("get", "", "configmaps"))
	c := world(t, r)
	for server, want := range map[string]string{"v1.30.4": "Kubernetes v1.30", "": "the version of the server is not known"} {
		fix, err := ForServer(c, server, findingsOf(t, c, "LP28/rbac.authorization.k8s.io/ClusterRole//system:node-proxier"))
		if err != nil || !strings.Contains(text(fix), want) {
			t.Errorf("%q: %v\n%s", server, err, text(fix))
		}
	}
}
