package stock

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func TestEveryStockObjectIsUnchanged(t *testing.T) {
	for _, minor := range Minors() {
		table, _ := For(minor)
		for _, o := range table.Objects() {
			if state, d := judgeObject(table, o); state != Unchanged || !reflect.DeepEqual(d, Difference{}) {
				t.Errorf("1.%d: %s is %s: %+v", minor, nameOf(o), state, d)
			}
			shuffled := shuffle(o)
			if state, d := judgeObject(table, shuffled); state != Unchanged || !reflect.DeepEqual(d, Difference{}) {
				t.Errorf("1.%d: %s in another order is %s: %+v", minor, nameOf(o), state, d)
			}
		}
	}
}

// shuffle gives an object that means the same: other order, doubles, single grants, empty lists, no groups.
func shuffle(o runtime.Object) runtime.Object {
	r := rand.New(rand.NewPCG(1, 2))
	mix := func(words []string) []string {
		if len(words) == 0 {
			return []string{}
		}
		words = append(slices.Clone(words), words[0])
		r.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		return words
	}
	rules := func(rules []rbacv1.PolicyRule) []rbacv1.PolicyRule {
		mixed := []rbacv1.PolicyRule{}
		for _, rule := range rules {
			for _, v := range mix(rule.Verbs) {
				mixed = append(mixed, rbacv1.PolicyRule{Verbs: []string{v}, APIGroups: mix(rule.APIGroups), Resources: mix(rule.Resources),
					ResourceNames: mix(rule.ResourceNames), NonResourceURLs: mix(rule.NonResourceURLs)})
			}
		}
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		return mixed
	}
	subjects := func(subjects []rbacv1.Subject) []rbacv1.Subject {
		mixed := append(slices.Clone(subjects), subjects...)
		slices.Reverse(mixed)
		for i := range mixed {
			mixed[i].APIGroup = ""
		}
		return mixed
	}
	o = o.DeepCopyObject()
	switch o := o.(type) {
	case *rbacv1.ClusterRole:
		o.Rules, o.Labels["team"] = rules(o.Rules), "a"
	case *rbacv1.Role:
		o.Rules = rules(o.Rules)
	case *rbacv1.ClusterRoleBinding:
		o.Subjects, o.RoleRef.APIGroup = subjects(o.Subjects), ""
	case *rbacv1.RoleBinding:
		o.Subjects, o.RoleRef.APIGroup = subjects(o.Subjects), ""
	}
	return o
}

// TestUpgrades holds that what an upgrade leaves is never taken for somebody's change: the object of an earlier version, and what an API server makes of it at
// each later start, which is the sum of the versions.
func TestUpgrades(t *testing.T) {
	minors := Minors()
	kept, changed := 0, 0
	for i, minor := range minors {
		table, _ := For(minor)
		// A cluster made with each earlier version, upgraded through all versions up to this one.
		for first := range minors[:i+1] {
			cluster := map[string]runtime.Object{}
			for _, m := range minors[first : i+1] {
				step, _ := For(m)
				for _, o := range step.Objects() {
					cluster[nameOf(o)] = upgrade(cluster[nameOf(o)], o)
				}
			}
			for name, o := range cluster {
				state, d := judgeObject(table, o)
				if want := expected(table, o); state != want || len(d.Added)+len(d.AddedSubjects) > 0 {
					t.Fatalf("1.%d made with 1.%d: %s is %s, not %s: %+v", minor, minors[first], name, state, want, d)
				}
				if state == Earlier {
					kept++
				}
			}
			old, _ := For(minors[first])
			for _, o := range old.Objects() {
				state, d := judgeObject(table, o)
				if state != Unchanged && state != Earlier || len(d.Added)+len(d.AddedSubjects) > 0 {
					t.Fatalf("1.%d: %s of 1.%d is %s: %+v", minor, nameOf(o), minors[first], state, d)
				}
				if state == Earlier {
					changed++
				}
			}
		}
	}
	if kept < 20 || changed < 20 {
		t.Errorf("only %d objects kept something and %d were of an earlier version: the test says nothing", kept, changed)
	}
}

// upgrade does as the reconciliation of API servers does: it adds and takes nothing away.
func upgrade(have, want runtime.Object) runtime.Object {
	if have == nil {
		return want.DeepCopyObject()
	}
	switch have := have.(type) {
	case *rbacv1.ClusterRole:
		have.Rules = append(have.Rules, want.(*rbacv1.ClusterRole).Rules...)
	case *rbacv1.Role:
		have.Rules = append(have.Rules, want.(*rbacv1.Role).Rules...)
	case *rbacv1.ClusterRoleBinding:
		have.Subjects = append(have.Subjects, want.(*rbacv1.ClusterRoleBinding).Subjects...)
	case *rbacv1.RoleBinding:
		have.Subjects = append(have.Subjects, want.(*rbacv1.RoleBinding).Subjects...)
	}
	return have
}

// expected is Unchanged where the object grants what the table's own does, by Kubernetes' own comparison.
func expected(table *Table, o runtime.Object) State {
	same := false
	switch o := o.(type) {
	case *rbacv1.ClusterRole:
		s := table.ClusterRole(o.Name)
		same = s != nil && (s.AggregationRule != nil || equivalent(s.Rules, o.Rules))
	case *rbacv1.Role:
		s := table.Role(o.Namespace, o.Name)
		same = s != nil && equivalent(s.Rules, o.Rules)
	case *rbacv1.ClusterRoleBinding:
		s := table.ClusterRoleBinding(o.Name)
		same = s != nil && len(otherSubjects(o.Subjects, s.Subjects)) == 0
	case *rbacv1.RoleBinding:
		s := table.RoleBinding(o.Namespace, o.Name)
		same = s != nil && len(otherSubjects(o.Subjects, s.Subjects)) == 0
	}
	if same {
		return Unchanged
	}
	return Earlier
}

func TestChangedRoles(t *testing.T) {
	table, _ := For(37)
	type change struct {
		role  string
		edit  func(*rbacv1.ClusterRole)
		state State
		want  Difference
	}
	for name, c := range map[string]change{
		"a verb more": {"system:kube-dns", func(r *rbacv1.ClusterRole) { r.Rules[0].Verbs = append(r.Rules[0].Verbs, "delete") }, Changed,
			Difference{Added: []rbacv1.PolicyRule{{Verbs: []string{"delete"}, APIGroups: []string{""}, Resources: []string{"endpoints", "services"}}}}},
		"two resources more": {"system:kube-dns", func(r *rbacv1.ClusterRole) { r.Rules[0].Resources = append(r.Rules[0].Resources, "secrets", "pods") }, Changed,
			Difference{Added: []rbacv1.PolicyRule{{Verbs: []string{"list", "watch"}, APIGroups: []string{""}, Resources: []string{"pods", "secrets"}}}}},
		"all verbs": {"system:node-bootstrapper", func(r *rbacv1.ClusterRole) { r.Rules[0].Verbs = []string{"*"} }, Changed,
			Difference{Added: []rbacv1.PolicyRule{{Verbs: []string{"*"}, APIGroups: []string{"certificates.k8s.io"}, Resources: []string{"certificatesigningrequests"}}}}},
		"no names any more": {"system:certificates.k8s.io:kubelet-serving-approver", func(r *rbacv1.ClusterRole) { r.Rules[0].ResourceNames = nil }, Changed,
			Difference{Added: []rbacv1.PolicyRule{{Verbs: []string{"approve"}, APIGroups: []string{"certificates.k8s.io"}, Resources: []string{"signers"}}}}},
		"a path more": {"system:monitoring", func(r *rbacv1.ClusterRole) {
			r.Rules = append(r.Rules, rbacv1.PolicyRule{Verbs: []string{"get"}, NonResourceURLs: []string{"/debug/*", "/healthz/etcd"}})
		}, Changed, Difference{Added: []rbacv1.PolicyRule{{Verbs: []string{"get"}, NonResourceURLs: []string{"/debug/*"}}}}},
		"a rule less": {"system:auth-delegator", func(r *rbacv1.ClusterRole) { r.Rules = r.Rules[1:] }, Changed,
			Difference{Removed: []rbacv1.PolicyRule{{Verbs: []string{"create"}, APIGroups: []string{"authentication.k8s.io"}, Resources: []string{"tokenreviews"}}}}},
		"no rules": {"system:node-bootstrapper", func(r *rbacv1.ClusterRole) { r.Rules = nil }, Changed,
			Difference{Removed: []rbacv1.PolicyRule{{Verbs: []string{"create", "get", "list", "watch"}, APIGroups: []string{"certificates.k8s.io"}, Resources: []string{"certificatesigningrequests"}}}}},
		"what it had in 1.31": {"system:controller:expand-controller", func(r *rbacv1.ClusterRole) {
			r.Rules = append(r.Rules, rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"secrets"}})
		}, Earlier, Difference{}},
		"more than it had in 1.31": {"system:controller:expand-controller", func(r *rbacv1.ClusterRole) {
			r.Rules = append(r.Rules, rbacv1.PolicyRule{Verbs: []string{"get", "list"}, APIGroups: []string{""}, Resources: []string{"secrets"}})
		}, Changed, Difference{Added: []rbacv1.PolicyRule{{Verbs: []string{"list"}, APIGroups: []string{""}, Resources: []string{"secrets"}}}}},
		"rules of an aggregated role": {"view", func(r *rbacv1.ClusterRole) { r.Rules = table.ClusterRole("cluster-admin").Rules }, Unchanged, Difference{}},
		"another selector": {"view", func(r *rbacv1.ClusterRole) {
			r.AggregationRule.ClusterRoleSelectors[0].MatchLabels = map[string]string{"x": "y"}
		}, Changed, Difference{Aggregation: true}},
		"a selector more":                          {"view", addSelector, Changed, Difference{Aggregation: true}},
		"no aggregation any more":                  {"view", func(r *rbacv1.ClusterRole) { r.AggregationRule = nil }, Changed, Difference{Aggregation: true}},
		"an empty aggregation":                     {"system:kube-dns", func(r *rbacv1.ClusterRole) { r.AggregationRule = &rbacv1.AggregationRule{} }, Unchanged, Difference{}},
		"aggregation of what was none":             {"system:kube-dns", func(r *rbacv1.ClusterRole) { r.AggregationRule = &rbacv1.AggregationRule{}; addSelector(r) }, Changed, Difference{Aggregation: true}},
		"feeds another role":                       {"system:kube-dns", func(r *rbacv1.ClusterRole) { r.Labels[aggregateTo+"view"] = "true" }, Changed, Difference{Labels: true}},
		"feeds no role any more":                   {"system:aggregate-to-view", func(r *rbacv1.ClusterRole) { delete(r.Labels, aggregateTo+"view") }, Changed, Difference{Labels: true}},
		"the label of aggregation has another end": {"view", func(r *rbacv1.ClusterRole) { r.Labels[aggregateTo+"edit"] = "false" }, Changed, Difference{Labels: true}},
		"no label of the bootstrap":                {"system:kube-dns", func(r *rbacv1.ClusterRole) { r.Labels = nil }, Unchanged, Difference{}},
	} {
		role := table.ClusterRole(c.role).DeepCopy()
		c.edit(role)
		if state, d := judgeObject(table, role); state != c.state || !reflect.DeepEqual(d, c.want) {
			t.Errorf("%s: %s is %s: %+v", name, c.role, state, d)
		}
	}
	for i, o := range table.Objects() {
		if state, _ := judgeObject(table, o); state != Unchanged {
			t.Errorf("object %d of the table was changed by the test", i)
		}
	}
}

func addSelector(r *rbacv1.ClusterRole) {
	r.AggregationRule.ClusterRoleSelectors = append(r.AggregationRule.ClusterRoleSelectors, metav1.LabelSelector{MatchLabels: map[string]string{"x": "y"}})
}

func TestChangedBindings(t *testing.T) {
	table, _ := For(37)
	ref := refOf("ClusterRoleBinding", "", "cluster-admin")
	admins := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "cluster-admin"}
	masters := rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: "Group", Name: "system:masters"}
	eve := rbacv1.Subject{Kind: "ServiceAccount", Namespace: "shop", Name: "eve"}
	if state, d := table.JudgeBinding(ref, admins, []rbacv1.Subject{eve, masters, eve}); state != Changed || !reflect.DeepEqual(d, Difference{AddedSubjects: []rbacv1.Subject{eve}}) {
		t.Errorf("a subject more: %s, %+v", state, d)
	}
	if state, d := table.JudgeBinding(ref, admins, nil); state != Changed || !reflect.DeepEqual(d, Difference{RemovedSubjects: []rbacv1.Subject{masters}}) {
		t.Errorf("no subjects: %s, %+v", state, d)
	}
	// An account of another namespace is another one; a namespace that a group was given says nothing.
	binding := refOf("ClusterRoleBinding", "", "system:controller:job-controller")
	job := rbacv1.RoleRef{Kind: "ClusterRole", Name: "system:controller:job-controller"}
	if state, d := table.JudgeBinding(binding, job, []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: "shop", Name: "job-controller"}}); state != Changed || len(d.AddedSubjects) != 1 || len(d.RemovedSubjects) != 1 {
		t.Errorf("an account of another namespace: %s, %+v", state, d)
	}
	if state, d := table.JudgeBinding(ref, admins, []rbacv1.Subject{{Kind: "Group", Namespace: "shop", Name: "system:masters"}}); state != Unchanged {
		t.Errorf("a group with a namespace: %s, %+v", state, d)
	}
	// A binding that leads to another role, as one made anew under an old name.
	view := refOf("ClusterRoleBinding", "", "system:basic-user")
	state, d := table.JudgeBinding(view, rbacv1.RoleRef{Kind: "ClusterRole", Name: "cluster-admin"}, table.ClusterRoleBinding("system:basic-user").Subjects)
	if state != Changed || !reflect.DeepEqual(d, Difference{RoleRef: &admins}) {
		t.Errorf("another role: %s, %+v", state, d)
	}
	// 1.31 added a subject: a binding without it is an earlier one, in a version that had it not it is unchanged.
	leader := refOf("RoleBinding", "kube-system", "system::leader-locking-kube-controller-manager")
	old, _ := For(30)
	before := old.RoleBinding(leader.Namespace, leader.Name)
	added := rbacv1.Subject{Kind: "ServiceAccount", Namespace: "kube-system", Name: "leader-election-controller"}
	if state, d := table.JudgeBinding(leader, before.RoleRef, before.Subjects); state != Earlier || !reflect.DeepEqual(d, Difference{RemovedSubjects: []rbacv1.Subject{added}}) {
		t.Errorf("the subjects of 1.30: %s, %+v", state, d)
	}
	if state, d := old.JudgeBinding(leader, before.RoleRef, append(slices.Clone(before.Subjects), added)); state != Changed || !reflect.DeepEqual(d, Difference{AddedSubjects: []rbacv1.Subject{added}}) {
		t.Errorf("a subject of 1.31 in 1.30: %s, %+v", state, d)
	}
}

func TestWhatIsNotStock(t *testing.T) {
	table, _ := For(37)
	old, _ := For(30)
	rules := table.ClusterRole("cluster-admin").Rules
	marks := map[string]string{"kubernetes.io/bootstrapping": "rbac-defaults"}
	other := refOf("ClusterRole", "", "cluster-admin")
	other.Group = "example.com"
	for i, state := range []State{
		first(table.JudgeRole(refOf("ClusterRole", "", "system:foo"), rules, nil, marks)),
		first(table.JudgeRole(refOf("Role", "shop", "view"), rules, nil, marks)),
		first(table.JudgeRole(refOf("Role", "shop", "system:controller:token-cleaner"), rules, nil, marks)),
		first(table.JudgeRole(other, rules, nil, marks)),
		first(table.JudgeRole(refOf("ClusterRoleBinding", "", "cluster-admin"), rules, nil, marks)),
		first(table.JudgeBinding(refOf("ClusterRoleBinding", "", "system:foo"), rbacv1.RoleRef{Kind: "ClusterRole", Name: "view"}, nil)),
		first(table.JudgeBinding(refOf("ClusterRole", "", "cluster-admin"), rbacv1.RoleRef{Kind: "ClusterRole", Name: "view"}, nil)),
		first(old.JudgeRole(refOf("ClusterRole", "", "system:controller:selinux-warning-controller"), rules, nil, marks)),
	} {
		if state != NotStock {
			t.Errorf("case %d is %s", i, state)
		}
	}
}

func first(s State, _ Difference) State { return s }

func TestStateText(t *testing.T) {
	if got := fmt.Sprint(NotStock, Unchanged, Earlier, Changed); got != "not stock unchanged earlier changed" {
		t.Error(got)
	}
}
