package stock

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

func refOf(kind, namespace, name string) model.Ref {
	return model.Ref{Group: model.GroupRBAC, Version: "v1", Kind: kind, Namespace: namespace, Name: name}
}

// judgeObject judges an object by its kind.
func judgeObject(t *Table, o runtime.Object) (State, Difference) {
	switch o := o.(type) {
	case *rbacv1.ClusterRole:
		return t.JudgeRole(refOf("ClusterRole", "", o.Name), o.Rules, o.AggregationRule, o.Labels)
	case *rbacv1.Role:
		return t.JudgeRole(refOf("Role", o.Namespace, o.Name), o.Rules, nil, o.Labels)
	case *rbacv1.ClusterRoleBinding:
		return t.JudgeBinding(refOf("ClusterRoleBinding", "", o.Name), o.RoleRef, o.Subjects)
	case *rbacv1.RoleBinding:
		return t.JudgeBinding(refOf("RoleBinding", o.Namespace, o.Name), o.RoleRef, o.Subjects)
	}
	panic("no RBAC object")
}

func nameOf(o runtime.Object) string {
	m := o.(metav1.Object)
	return o.GetObjectKind().GroupVersionKind().Kind + " " + m.GetNamespace() + "/" + m.GetName()
}

func TestNearestTable(t *testing.T) {
	if got := Minors(); !slices.Equal(got, []int{29, 30, 31, 32, 33, 34, 35, 36, 37}) {
		t.Errorf("minors are %v", got)
	}
	for minor, want := range map[int]int{-1: 29, 0: 37, 12: 29, 29: 29, 33: 33, 37: 37, 99: 37} {
		table, of := For(minor)
		if version, date := table.Source(); of != want || !strings.HasPrefix(version, "v1."+strconv.Itoa(want)+".") || len(date) != 10 {
			t.Errorf("For(%d) is of %d, from %s of %s; want %d", minor, of, version, date, want)
		}
		if again, _ := For(minor); again != table {
			t.Errorf("For(%d) is decoded twice", minor)
		}
	}
}

func TestCounts(t *testing.T) {
	table, _ := For(37)
	counts, aggregated := map[string]int{}, 0
	objects := table.Objects()
	for _, o := range objects {
		counts[o.GetObjectKind().GroupVersionKind().Kind]++
		if r, ok := o.(*rbacv1.ClusterRole); ok && r.AggregationRule != nil {
			aggregated++
		}
	}
	want := map[string]int{"ClusterRole": 73, "ClusterRoleBinding": 54, "Role": 7, "RoleBinding": 7}
	if !reflect.DeepEqual(counts, want) || aggregated != 3 {
		t.Errorf("there are %v, %d aggregated", counts, aggregated)
	}
	if !slices.IsSortedFunc(objects, func(a, b runtime.Object) int { return refOfObject(a).Compare(refOfObject(b)) }) {
		t.Error("the objects are not sorted as references are")
	}
}

func refOfObject(o runtime.Object) model.Ref {
	m := o.(metav1.Object)
	return refOf(o.GetObjectKind().GroupVersionKind().Kind, m.GetNamespace(), m.GetName())
}

// TestChecksums holds that each table gives back what Kubernetes' own code gave to the generator, which wrote the checksum of that.
func TestChecksums(t *testing.T) {
	for _, minor := range Minors() {
		table, _ := For(minor)
		var texts []string
		for _, o := range table.Objects() {
			m := o.(metav1.Object)
			var content []any
			switch o := o.(type) {
			case *rbacv1.ClusterRole:
				content = []any{o.Rules, o.AggregationRule}
			case *rbacv1.Role:
				content = []any{o.Rules}
			case *rbacv1.ClusterRoleBinding:
				content = []any{o.RoleRef, o.Subjects}
			case *rbacv1.RoleBinding:
				content = []any{o.RoleRef, o.Subjects}
			}
			text, err := json.Marshal([]any{o.GetObjectKind().GroupVersionKind().Kind, m.GetNamespace(), m.GetName(), m.GetLabels(), m.GetAnnotations(), content})
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(text))
		}
		slices.Sort(texts)
		sum := sha256.Sum256([]byte(strings.Join(texts, "\n")))
		if got := hex.EncodeToString(sum[:8]); got != table.of.digest {
			t.Errorf("1.%d: the objects have the checksum %s, not %s", minor, got, table.of.digest)
		}
	}
}

func TestLookUps(t *testing.T) {
	table, _ := For(37)
	if r := table.ClusterRole("cluster-admin"); r == nil || len(r.Rules) != 2 || r.Rules[0].Verbs[0] != "*" {
		t.Errorf("cluster-admin is %v", r)
	}
	if r := table.ClusterRole("view"); r == nil || r.AggregationRule == nil || r.Labels[aggregateTo+"edit"] != "true" {
		t.Errorf("view is %v", r)
	}
	if b := table.ClusterRoleBinding("cluster-admin"); b == nil || b.RoleRef.Name != "cluster-admin" || b.Subjects[0].Name != "system:masters" || b.Subjects[0].APIGroup != rbacv1.GroupName {
		t.Errorf("the binding cluster-admin is %v", b)
	}
	if r := table.Role("kube-system", "extension-apiserver-authentication-reader"); r == nil || r.Rules[0].APIGroups[0] != "" || !slices.Equal(r.Rules[0].ResourceNames, []string{"extension-apiserver-authentication"}) {
		t.Errorf("the Role is %v", r)
	}
	if b := table.RoleBinding("kube-public", "system:controller:bootstrap-signer"); b == nil || b.Subjects[0].APIGroup != "" || b.Subjects[0].Namespace != "kube-system" {
		t.Errorf("the RoleBinding is %v", b)
	}
	if table.ClusterRole("nothing") != nil || table.Role("", "view") != nil || table.RoleBinding("kube-public", "nothing") != nil || table.ClusterRoleBinding("view") != nil {
		t.Error("there is what is not stock")
	}
	older, _ := For(30)
	if older.ClusterRole("system:controller:selinux-warning-controller") != nil || table.ClusterRole("system:controller:selinux-warning-controller") == nil {
		t.Error("a role of 1.33 is in the wrong table")
	}
}

func TestEarlierRulesAndSubjects(t *testing.T) {
	newest, _ := For(37)
	oldest, _ := For(29)
	ref := refOf("ClusterRole", "", "system:controller:expand-controller")
	secrets := func(rules []rbacv1.PolicyRule) bool {
		return slices.ContainsFunc(rules, func(r rbacv1.PolicyRule) bool { return slices.Contains(r.Resources, "secrets") })
	}
	if secrets(newest.ClusterRole(ref.Name).Rules) || !secrets(newest.EarlierRules(ref)) || !secrets(oldest.ClusterRole(ref.Name).Rules) {
		t.Error("what the expand controller had before 1.32 is not among its earlier rules, or among its present ones")
	}
	if got, want := oldest.EarlierRules(ref), oldest.ClusterRole(ref.Name).Rules; !reflect.DeepEqual(got, want) {
		t.Errorf("the earlier rules of the oldest table are %v, its own %v", got, want)
	}
	binding := refOf("RoleBinding", "kube-system", "system::leader-locking-kube-controller-manager")
	if a, b := len(oldest.EarlierSubjects(binding)), len(newest.EarlierSubjects(binding)); a != 2 || b != 3 {
		t.Errorf("the earlier subjects are %d and %d", a, b)
	}
	if newest.EarlierRules(refOf("ClusterRole", "", "nothing")) != nil || newest.EarlierSubjects(refOf("RoleBinding", "", "nothing")) != nil {
		t.Error("what is not stock has an earlier version")
	}
	if oldest.EarlierRules(refOf("ClusterRole", "", "system:controller:selinux-warning-controller")) != nil {
		t.Error("an earlier version knows rules of a later one")
	}
}

func TestResources(t *testing.T) {
	list := Resources()
	if !slices.IsSortedFunc(list, func(a, b Resource) int {
		return strings.Compare(a.Group+"\x00"+a.Resource, b.Group+"\x00"+b.Resource)
	}) {
		t.Error("they are not sorted")
	}
	by := map[string]Resource{}
	for _, r := range list {
		if _, twice := by[r.Group+"/"+r.Resource]; twice || r.Version == "" || r.Kind == "" || len(r.Verbs) == 0 {
			t.Errorf("%+v is twice, or not whole", r)
		}
		by[r.Group+"/"+r.Resource] = r
	}
	if r := by["/pods/exec"]; r.Kind != "PodExecOptions" || !r.Namespaced || r.Version != "v1" || !slices.Equal(r.Verbs, []string{"create", "get"}) {
		t.Errorf("pods/exec is %+v", r)
	}
	if r := by["autoscaling/horizontalpodautoscalers"]; r.Version != "v2" {
		t.Errorf("the preferred version of HorizontalPodAutoscalers is %q", r.Version)
	}
	// Every built-in kind that Canopy reads is served, at the version Canopy reads it at.
	for _, k := range model.Kinds() {
		if r := by[k.Group+"/"+k.Resource]; r.Kind != k.Kind || r.Namespaced != k.Namespaced || r.Version != k.Version {
			t.Errorf("%s: %+v, but the built-in table has %+v", k.Resource, r, k)
		}
	}
}

// BenchmarkDecode is what the first question costs; before it nothing is decoded.
func BenchmarkDecode(b *testing.B) {
	for b.Loop() {
		decode(objectsFile)
	}
}

func BenchmarkMake(b *testing.B) {
	table, _ := For(37)
	for b.Loop() {
		table.make()
	}
}
