package privilege

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// shipped is a new cluster of a minor version, with the accounts of its controllers or without.
func shipped(b *court, minor int, accounts bool) *court {
	table, _ := stock.For(minor)
	b.complete(fmt.Sprintf("v1.%d.0", minor)).put(table.Objects()...)
	if accounts {
		for _, o := range table.Objects() {
			var subjects []rbacv1.Subject
			switch t := o.(type) {
			case *rbacv1.ClusterRoleBinding:
				subjects = t.Subjects
			case *rbacv1.RoleBinding:
				subjects = t.Subjects
			}
			for _, s := range subjects {
				if s.Kind == "ServiceAccount" {
					b.put(account(s.Namespace, s.Name))
				}
			}
		}
	}
	return b
}

// TestShippedIsClean holds that what Kubernetes ships is no finding, in any version, whether its controllers have made their
// accounts or not, and while the version is not known.
func TestShippedIsClean(t *testing.T) {
	law := newCourt(t)
	for _, minor := range stock.Minors() {
		for _, accounts := range []bool{false, true} {
			b := shipped(law.again(), minor, accounts)
			if len(b.out.findings) > 0 {
				t.Errorf("1.%d, accounts %t:\n%s", minor, accounts, b.text())
			}
			if len(b.a.bindings) < 50 || len(b.a.roles) < 70 {
				t.Errorf("1.%d: %d bindings, %d roles", minor, len(b.a.bindings), len(b.a.roles))
			}
		}
	}
	// An upgrade leaves what the version before shipped.
	b := shipped(law.again(), 29, true)
	if b.serve("v1.37.2"); len(b.out.findings) > 0 {
		t.Errorf("after an upgrade:\n%s", b.text())
	}
	if b := shipped(law.again(), 37, true).serve(""); len(b.out.findings) > 0 {
		t.Errorf("version unknown:\n%s", b.text())
	}
}

// TestShippedReach holds that on a new cluster nobody but the control plane comes to hold the cluster.
func TestShippedReach(t *testing.T) {
	b := shipped(newCourt(t), 37, true)
	reach := b.a.Reach(nil)
	for s := range reach.each {
		if _, ok := b.a.system[s]; !ok {
			t.Errorf("%s: %v", s, reach.Of(s))
		}
	}
	if way := reach.Of(model.Subject{Kind: model.AccountSubject, Namespace: "kube-system", Name: "clusterrole-aggregation-controller"}); len(way) != 1 || !slices.Contains(way[0].Edges, "R-05") {
		t.Errorf("the controller that escalates: %v", way)
	}
}

// TestTampering changes one thing of what Kubernetes ships, and puts it back.
func TestTampering(t *testing.T) {
	table, _ := stock.For(37)
	law := newCourt(t)
	role := func(name string, change func(*rbacv1.ClusterRole)) runtime.Object {
		r := table.ClusterRole(name).DeepCopy()
		change(r)
		return r
	}
	binding := func(name string, change func(*rbacv1.ClusterRoleBinding)) runtime.Object {
		r := table.ClusterRoleBinding(name).DeepCopy()
		change(r)
		return r
	}
	feeder := wide("sneaky", rule("get", "configmaps"), rule("get,list", "secrets"))
	feeder.Labels = map[string]string{"rbac.authorization.k8s.io/aggregate-to-view": "true"}
	viewers := bind("shop", "viewers", "ClusterRole", "view", user("eve"))
	basic := len(table.ClusterRole("system:basic-user").Rules)
	for _, tt := range []struct {
		name    string
		objects []runtime.Object
		want    []string
		// lines are of the evidence of these.
		lines []string
	}{
		{"a verb added to a rule", these(role("system:node-proxier", func(r *rbacv1.ClusterRole) {
			i := slices.IndexFunc(r.Rules, func(p rbacv1.PolicyRule) bool { return slices.Contains(p.Resources, "nodes") })
			r.Rules[i].Verbs = append(r.Rules[i].Verbs, "patch")
		})), []string{"LP28 ClusterRole/system:node-proxier high", "LP29 ClusterRoleBinding/system:node-proxier info"}, []string{`"added: patch nodes"`}},
		{"a rule for nothing added", these(role("system:node-proxier", func(r *rbacv1.ClusterRole) { r.Rules = append(r.Rules, rule("get", "limitranges")) })),
			[]string{"LP28 ClusterRole/system:node-proxier high"}, []string{fmt.Sprintf("rules[%d] = \"added: get limitranges\"", len(table.ClusterRole("system:node-proxier").Rules))}},
		{"two rules added that say much the same", these(role("system:node-proxier", func(r *rbacv1.ClusterRole) {
			r.Rules = append([]rbacv1.PolicyRule{rule("get", "limitranges")}, append(r.Rules, rule("get", "podtemplates"))...)
		})), []string{"LP28 ClusterRole/system:node-proxier high"}, []string{`rules[0] = "added: get limitranges"`, fmt.Sprintf("rules[%d] = \"added: get podtemplates\"", len(table.ClusterRole("system:node-proxier").Rules)+1)}},
		{"a rule taken away", these(role("system:node-proxier", func(r *rbacv1.ClusterRole) { r.Rules = r.Rules[1:] })), []string{"LP28 ClusterRole/system:node-proxier low"}, []string{"missing: "}},
		{"everybody reads Secrets", these(role("system:basic-user", func(r *rbacv1.ClusterRole) { r.Rules = append(r.Rules, rule("get,list", "secrets")) })),
			[]string{"LP04 ClusterRoleBinding/system:basic-user high", "LP06 ClusterRoleBinding/system:basic-user critical", "LP28 ClusterRole/system:basic-user high"},
			[]string{fmt.Sprintf("rules[%d] = \"get,list secrets (S-01, S-02)\"", basic), `subjects[0] = "group:system:authenticated"`}},
		{"what was added goes together with what was there", these(
			role("system:controller:generic-garbage-collector", func(r *rbacv1.ClusterRole) { r.Rules = append(r.Rules, rule("create", "secrets")) })),
			[]string{"LP28 ClusterRole/system:controller:generic-garbage-collector high", "LP31 ClusterRoleBinding/system:controller:generic-garbage-collector info"}, []string{"(S-03)", "create secrets"}},
		{"all rights added", these(role("system:basic-user", func(r *rbacv1.ClusterRole) { r.Rules = append(r.Rules, rule("*", "*:*")) })),
			[]string{"LP01 ClusterRoleBinding/system:basic-user critical", "LP04 ClusterRoleBinding/system:basic-user high", "LP28 ClusterRole/system:basic-user high"}, nil},
		{"a subject added", these(account("ops", "operator"), binding("cluster-admin", func(b *rbacv1.ClusterRoleBinding) { b.Subjects = append(b.Subjects, sa("ops", "operator")) })),
			[]string{"LP01 ClusterRoleBinding/cluster-admin critical", "LP28 ClusterRoleBinding/cluster-admin high"}, []string{`subjects[1] = "sa:ops/operator"`, `subjects[1] = "added: sa:ops/operator"`}},
		{"a group added that a binding writes without its API group", these(binding("cluster-admin", func(b *rbacv1.ClusterRoleBinding) {
			b.Subjects = append([]rbacv1.Subject{{Kind: "Group", Name: "dev"}}, b.Subjects...)
		})), []string{"LP01 ClusterRoleBinding/cluster-admin critical", "LP28 ClusterRoleBinding/cluster-admin high"}, []string{`subjects[0] = "added: group:dev"`}},
		{"a subject added that is not there", these(binding("system:controller:job-controller", func(b *rbacv1.ClusterRoleBinding) { b.Subjects = append(b.Subjects, sa("ops", "lost")) })),
			[]string{"LP07 ClusterRoleBinding/system:controller:job-controller high", "LP17 ClusterRoleBinding/system:controller:job-controller medium", "LP20 ClusterRoleBinding/system:controller:job-controller high",
				"LP24 ClusterRoleBinding/system:controller:job-controller medium", "LP28 ClusterRoleBinding/system:controller:job-controller high", "LP30 ClusterRoleBinding/system:controller:job-controller high"}, nil},
		{"a subject taken away", these(binding("cluster-admin", func(b *rbacv1.ClusterRoleBinding) { b.Subjects = nil })), []string{"LP28 ClusterRoleBinding/cluster-admin low"}, []string{"missing: group:system:masters"}},
		{"another role", these(binding("system:discovery", func(b *rbacv1.ClusterRoleBinding) { b.RoleRef.Name = "view" })),
			[]string{"LP04 ClusterRoleBinding/system:discovery high", "LP28 ClusterRoleBinding/system:discovery high"}, []string{`roleRef.name = "changed: ClusterRole view"`}},
		{"a subject and a rule added", these(account("ops", "operator"), role("system:node-proxier", func(r *rbacv1.ClusterRole) { r.Rules = append(r.Rules, rule("get", "secrets")) }),
			binding("system:node-proxier", func(b *rbacv1.ClusterRoleBinding) { b.Subjects = append(b.Subjects, sa("ops", "operator")) })),
			[]string{"LP06 ClusterRoleBinding/system:node-proxier high", "LP28 ClusterRole/system:node-proxier high", "LP28 ClusterRoleBinding/system:node-proxier high"}, []string{"user:system:kube-proxy", "sa:ops/operator"}},
		{"a foreign role that feeds view", these(feeder, viewers), []string{"LP06 shop/RoleBinding/viewers medium"}, []string{`ClusterRole/sneaky rules[1] = "get,list secrets (S-01, S-02)"`}},
		{"view, bound as anybody may", these(viewers), nil, nil},
		{"edit, bound as anybody may", these(namespace("shop", "restricted"), bind("shop", "editors", "ClusterRole", "edit", user("eve"))), editor("shop/RoleBinding/editors"), nil},
		{"a role of the system, bound by somebody", these(bindWide("mine", "system:node-proxier", user("eve"))), nil, nil},
		{"a controller's role, bound by somebody", these(bindWide("mine", "system:controller:clusterrole-aggregation-controller", user("eve"))), []string{"LP08 ClusterRoleBinding/mine critical"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := shipped(law.again(), 37, true).put(tt.objects...)
			if got := b.short(); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q\n%s", got, tt.want, b.text())
			}
			for _, line := range tt.lines {
				if !strings.Contains(b.text(), line) {
					t.Errorf("no line with %s:\n%s", line, b.text())
				}
			}
			b.drop(tt.objects...).put(table.Objects()...)
			if len(b.out.findings) > 0 {
				t.Errorf("once it is put back:\n%s", b.text())
			}
		})
	}
}

// editor lists what the role edit shows in a namespace that takes no privileged pods and has no strong account.
func editor(binding string) []string {
	var list []string
	for _, r := range []string{"LP06 medium", "LP07 medium", "LP08 high", "LP09 medium", "LP10 low", "LP13 medium", "LP17 low", "LP18 low", "LP20 medium", "LP30 medium", "LP31 medium"} {
		id, severity, _ := strings.Cut(r, " ")
		list = append(list, id+" "+binding+" "+severity)
	}
	return list
}

// TestShippedLabels holds that a role which is made to feed another one is told, and one that is made to gather.
func TestShippedLabels(t *testing.T) {
	table, _ := stock.For(37)
	law := newCourt(t)
	for name, change := range map[string]func(*rbacv1.ClusterRole){
		"metadata.labels": func(r *rbacv1.ClusterRole) {
			r.Labels["rbac.authorization.k8s.io/aggregate-to-view"] = "true"
		},
		"aggregationRule": func(r *rbacv1.ClusterRole) {
			r.AggregationRule = &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"a": "b"}}}}
		},
	} {
		r := table.ClusterRole("system:node-proxier").DeepCopy()
		change(r)
		b := shipped(law.again(), 37, true).put(r)
		f := b.find("LP28", "ClusterRole/system:node-proxier")
		if f == nil || f.Severity != model.High || f.Proof.Evidence()[0].Path != name {
			t.Errorf("%s:\n%s", name, b.text())
		}
	}
}
