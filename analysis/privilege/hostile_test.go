package privilege

import (
	"fmt"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// The tests here take hours where cost is not in proportion to what is read.

// words gives many different words, and those of a way among them.
func words5000(others ...string) []string {
	list := make([]string, 0, 5000)
	for i := range 5000 - len(others) {
		list = append(list, fmt.Sprint("x", i))
	}
	return append(list, others...)
}

// TestHugeRule holds that a rule with thousands of words in each list costs no product of them, in whatever it is part of: a
// role that anybody binds, one of everybody's, and one that Kubernetes ships.
func TestHugeRule(t *testing.T) {
	huge := rbacv1.PolicyRule{Verbs: words5000("create", "get"), APIGroups: words5000("", "apps"), Resources: words5000("secrets", "pods/exec")}
	named := *huge.DeepCopy()
	named.ResourceNames = words5000("db")
	same := rbacv1.PolicyRule{Verbs: repeat("get", 5000), APIGroups: repeat("", 5000), Resources: repeat("secrets", 5000), ResourceNames: repeat("db", 5000)}
	urls := rbacv1.PolicyRule{Verbs: words5000("get"), NonResourceURLs: words5000("/api/*")}
	table, _ := stock.For(37)
	discovery := table.ClusterRole("system:discovery").DeepCopy()
	discovery.Rules = append(discovery.Rules, huge, named, urls)
	wild := *huge.DeepCopy()
	wild.Verbs = append(wild.Verbs, "*")
	b := shipped(newCourt(t), 37, true).put(wide("huge", huge, named, same, urls), wide("wild", wild), discovery,
		bindWide("a", "huge", user("eve")), bindWide("b", "huge", group("system:authenticated")), bind("shop", "c", "ClusterRole", "huge", group("system:unauthenticated")), bindWide("d", "wild", user("eve")))
	for _, want := range []string{"LP06 ClusterRoleBinding/a high", "LP09 ClusterRoleBinding/a high", "LP31 ClusterRoleBinding/a high", "LP04 ClusterRoleBinding/b high", "LP03 shop/RoleBinding/c high", "LP05 ClusterRole/wild high",
		"LP28 ClusterRole/system:discovery high", "LP04 ClusterRoleBinding/system:discovery high"} {
		if id, object, _ := strings.Cut(want, " "); b.find(id, strings.Fields(object)[0]) == nil {
			t.Errorf("no %s in %v", want, b.short())
		}
	}
	for _, f := range b.out.findings {
		for _, e := range f.Proof.Evidence() {
			if len(e.Value) > 2*longest {
				t.Errorf("%s says %d bytes of one rule", f.ID, len(e.Value))
			}
		}
	}
}

func repeat(word string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = word
	}
	return list
}

// TestManyBindingsOfAHugeRule holds that what is said of a role is said once for all of its bindings.
func TestManyBindingsOfAHugeRule(t *testing.T) {
	huge := rbacv1.PolicyRule{Verbs: words5000("create", "get"), APIGroups: words5000("", "apps"), Resources: words5000("secrets", "pods/exec", "deployments")}
	b := newCourt(t).complete("v1.37.2")
	b.take(model.Put(recordOf(t, wide("huge", huge))))
	for i := range 4000 {
		b.take(model.Put(recordOf(t, bind(fmt.Sprint("n", i), "b", "ClusterRole", "huge", user(fmt.Sprint("u", i))))))
	}
	b.flush()
	total := 0
	for _, f := range b.out.findings {
		total += len(f.Proof.Evidence())
	}
	if len(b.out.findings) < 12000 || total < 36000 {
		t.Errorf("%d findings, %d lines", len(b.out.findings), total)
	}
}

// TestManySubjects holds that a binding may have many subjects, and one of Kubernetes' own may be given many.
func TestManySubjects(t *testing.T) {
	var subjects []rbacv1.Subject
	for i := range 50000 {
		switch i % 5 {
		case 0:
			subjects = append(subjects, user(fmt.Sprint("user", i)))
		case 1:
			subjects = append(subjects, group(fmt.Sprint("group", i)))
		case 2:
			subjects = append(subjects, rbacv1.Subject{Kind: "Group", Name: fmt.Sprint("system:serviceaccounts:n", i)})
		case 3:
			subjects = append(subjects, rbacv1.Subject{Kind: "Robot", Name: fmt.Sprint("r", i)})
		default:
			subjects = append(subjects, sa(fmt.Sprint("n", i%400), fmt.Sprint("sa", i)))
		}
	}
	table, _ := stock.For(37)
	admin := table.ClusterRoleBinding("cluster-admin").DeepCopy()
	admin.Subjects = append(admin.Subjects, subjects...)
	b := shipped(newCourt(t), 37, true).put(wide("r", rule("create", "secrets"), rule("create", "pods")), wide("s", rule("get", "secrets")))
	b.put(bindWide("all", "r", subjects...), bind("n1", "some", "ClusterRole", "r", subjects...), bindWide("others", "s", subjects...), bindWide("everybody", "s", group("system:authenticated")), admin)
	if f := b.find("LP01", "ClusterRoleBinding/cluster-admin"); f == nil || len(f.Proof.Evidence()) < 40000 {
		t.Errorf("got %+v", f)
	}
	if f := b.find("LP24", "ClusterRoleBinding/all"); f == nil || len(f.Proof.Evidence()) != 20000 {
		t.Errorf("got %+v", f)
	}
	if f := b.find("LP31", "n1/RoleBinding/some"); f == nil || len(f.Proof.Evidence()) < 40000 {
		t.Errorf("got %+v", f)
	}
	if reach := b.a.Reach(nil); reach.Len() < 40000 {
		t.Errorf("%d subjects come to hold the cluster", reach.Len())
	}
	b.drop(admin).drop(bindWide("all", "r"))
	if b.find("LP01", "ClusterRoleBinding/cluster-admin") != nil || b.find("LP24", "ClusterRoleBinding/all") != nil {
		t.Error("what is gone is found")
	}
}

// TestOpeningsOfMany holds that what is opened is told for many subjects, each with a binding of its own that is needed too, and for
// many names.
func TestOpeningsOfMany(t *testing.T) {
	const n = 10000
	b := newCourt(t).complete("v1.37.2")
	var names []string
	var subjects []rbacv1.Subject
	b.take(model.Put(recordOf(t, wide("second", rule("get", "secrets")))))
	for i := range n {
		names, subjects = append(names, fmt.Sprint("name", i)), append(subjects, user(fmt.Sprint("user", i)))
		b.take(model.Put(recordOf(t, bind("shop", fmt.Sprint("own", i), "ClusterRole", "second", subjects[i]))))
	}
	b.put(wide("first", rule("create", "secrets"), rule("*", "*:*", names...)), bind("shop", "b", "ClusterRole", "first", subjects...), bindWide("b", "first", subjects...),
		wide("users", rule("impersonate", "users")), bindWide("users", "users", subjects...))
	list, _ := b.a.Openings(b.access, nearRef)
	with, exec, groups := 0, 0, 0
	for i := range list {
		switch o := &list[i]; {
		case o.Edge.ID == "S-03" && len(o.With) == 1 && len(o.Who) == 1:
			with++
		case o.Edge.ID == "W-07":
			exec = len(o.Names)
		}
	}
	list, _ = b.a.Openings(b.access, wideRef)
	for i := range list {
		if o := &list[i]; o.Edge.ID == "M-02" && o.Resource == "groups" && len(o.With) == 0 {
			groups = len(o.Names)
		}
	}
	if with != n || exec != n || groups != n {
		t.Errorf("%d openings with another binding, exec into %d pods, acting as %d groups", with, exec, groups)
	}
}

// TestManyBindingsOfOneSubject holds that a subject may be bound in many namespaces, and many times in one, each time by half
// of what a way needs.
func TestManyBindingsOfOneSubject(t *testing.T) {
	for _, tt := range []struct {
		name  string
		where func(i int) string
	}{
		{"in many namespaces", func(i int) string { return fmt.Sprint("n", i) }},
		{"in one namespace", func(int) string { return "shop" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newCourt(t).complete("v1.37.2").put(wide("first", rule("create", "secrets,persistentvolumeclaims")), wide("second", rule("create", "pods"), rule("get", "secrets")))
			const n = 4000
			for i := range n {
				b.take(model.Put(recordOf(t, bind(tt.where(i), fmt.Sprint("a", i), "ClusterRole", "first", sa("shop", "web")))))
				b.take(model.Put(recordOf(t, bind(tt.where(i), fmt.Sprint("b", i), "ClusterRole", "second", sa("shop", "web")))))
			}
			b.flush()
			if got := b.count("LP31"); got != n {
				t.Errorf("%d findings of LP31", got)
			}
			// One more at a time, and a group that all are in.
			for i := range 100 {
				b.put(bind(tt.where(i), "more", "ClusterRole", "second", sa("shop", "web"))).drop(bind(tt.where(i), "more", "ClusterRole", "second"))
			}
			b.put(bindWide("crowd", "second", group("system:serviceaccounts")))
			for i := range n {
				b.take(model.Drop(model.KindByName("RoleBinding").Ref(tt.where(i), fmt.Sprint("b", i))))
			}
			if b.flush(); b.count("LP31") != n {
				t.Errorf("%d findings of LP31 by the group", b.count("LP31"))
			}
			if b.drop(bindWide("crowd", "second")); b.count("LP31") != 0 {
				t.Errorf("%d findings of LP31 at last", b.count("LP31"))
			}
		})
	}
}

func (b *court) count(rule string) int {
	n := 0
	for _, f := range b.out.findings {
		if f.Rule.ID == rule {
			n++
		}
	}
	return n
}

// TestHostileNames holds that names of whatever characters are judged as they are.
func TestHostileNames(t *testing.T) {
	for _, evil := range []string{"a\x1b[31mb\n", "system:serviceaccount:", "system:serviceaccount::", "system:serviceaccounts:", "a/b", "*", strings.Repeat("long", 5000), "\u202e", "\xff"} {
		role := wide(evil, rule("get", "secrets", evil), rule("create", "pods"), rbacv1.PolicyRule{Verbs: []string{evil}, APIGroups: []string{evil}, Resources: []string{evil, "*/" + evil, evil + "/"}})
		role.Labels = map[string]string{"rbac.authorization.k8s.io/aggregate-to-view": "true"}
		objects := []runtime.Object{role, local(evil, evil, rule("*", "*:*")),
			&rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{Name: evil}, RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: evil}, Subjects: []rbacv1.Subject{user(evil), group(evil), sa(evil, evil), sa("", evil), {Kind: evil, Name: evil}, {}}},
			&rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: evil, Name: evil}, RoleRef: rbacv1.RoleRef{Kind: "Role", Name: evil}, Subjects: []rbacv1.Subject{user(evil), group(evil), sa(evil, evil)}},
			&rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: evil, Name: "b"}, RoleRef: rbacv1.RoleRef{Kind: evil, Name: evil}, Subjects: []rbacv1.Subject{user(evil)}}}
		b := newCourt(t).complete("v1.37.2").put(objects...)
		if b.count("LP01")+b.count("LP07") != 2 || b.count("LP01") == 0 || b.count("LP24") != 3 {
			t.Errorf("%.20q: %.2000q", evil, b.short())
		}
		if reach := b.a.Reach(nil); reach.Len() == 0 {
			t.Errorf("%.20q: nobody comes to hold the cluster", evil)
		} else {
			for s := range reach.each {
				if len(reach.Of(s)) == 0 {
					t.Errorf("%.20q: %.20s has no way", evil, s)
				}
			}
		}
		if b.drop(objects...); len(b.out.findings) > 0 {
			t.Errorf("%.20q leaves %d findings", evil, len(b.out.findings))
		}
	}
}
