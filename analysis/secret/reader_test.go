package secret

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// law is RBAC of a small cluster.
func law(t testing.TB, objects ...runtime.Object) *rbac.Analyser {
	t.Helper()
	c, access := cluster.New(), rbac.New()
	for _, o := range objects {
		r, err := record.Make(o)
		if err != nil {
			t.Fatal(err)
		}
		if d, ok := c.Apply(model.Put(r)); ok {
			access.Update(c, d)
		}
	}
	return access
}

func ref(namespace, name string) model.Ref {
	return model.Ref{Version: "v1", Kind: "Secret", Namespace: namespace, Name: name}
}

func TestReaders(t *testing.T) {
	rule := func(names []string, verbs ...string) []rbacv1.PolicyRule {
		return []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"secrets"}, ResourceNames: names, Verbs: verbs}}
	}
	meta := func(namespace, name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: namespace, Name: name}
	}
	access := law(t,
		&rbacv1.ClusterRole{ObjectMeta: meta("", "all"), Rules: rule(nil, "*")},
		&rbacv1.ClusterRole{ObjectMeta: meta("", "writes"), Rules: rule(nil, "create")},
		&rbacv1.Role{ObjectMeta: meta("shop", "one"), Rules: rule([]string{"db"}, "get")},
		&rbacv1.ClusterRoleBinding{ObjectMeta: meta("", "dev"), RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: "all"}, Subjects: []rbacv1.Subject{{Kind: "Group", Name: "dev"}}},
		&rbacv1.ClusterRoleBinding{ObjectMeta: meta("", "w"), RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: "writes"}, Subjects: []rbacv1.Subject{{Kind: "User", Name: "writer"}}},
		&rbacv1.RoleBinding{ObjectMeta: meta("shop", "web"), RoleRef: rbacv1.RoleRef{Kind: "Role", Name: "one"}, Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Name: "web"}, {Kind: "Group", Name: "dev"}}},
		&rbacv1.RoleBinding{ObjectMeta: meta("shop", "ops"), RoleRef: rbacv1.RoleRef{Kind: "ClusterRole", Name: "all"}, Subjects: []rbacv1.Subject{{Kind: "User", Name: "eve"}}})
	var got []string
	for _, r := range Readers(access, ref("shop", "db")) {
		got = append(got, fmt.Sprint(r.Subject, " ", r.Verbs, " wide=", r.Wide, " everywhere=", r.Everywhere, " via ", r.Via))
	}
	want := []string{
		"sa:shop/web [get] wide=false everywhere=false via [shop/RoleBinding/web]",
		"group:dev [get list watch] wide=true everywhere=true via [ClusterRoleBinding/dev shop/RoleBinding/web]",
		"user:eve [get list watch] wide=true everywhere=false via [shop/RoleBinding/ops]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	counts := countReaders(access, []model.Ref{ref("shop", "db"), ref("shop", "other"), ref("back", "db")})
	if counts[ref("shop", "db")] != (Count{3, 3}) || counts[ref("shop", "other")] != (Count{2, 2}) || counts[ref("back", "db")] != (Count{1, 1}) {
		t.Errorf("got %v", counts)
	}
}

// countReaders counts the readers of some Secrets anew.
func countReaders(access *rbac.Analyser, secrets []model.Ref) map[model.Ref]Count {
	all := newCrowds(access)
	counts := make(map[model.Ref]Count, len(secrets))
	for _, ref := range secrets {
		counts[ref] = all.count(ref)
	}
	return counts
}

// TestCountWords holds what is said of readers.
func TestCountWords(t *testing.T) {
	for n, want := range map[Count]string{
		{}: "0 may get", {1, 1}: "1 may get", {9, 7}: "7 may get, 2 list or watch only", {2, 0}: "2 may list or watch only",
	} {
		if got := n.Words(); got != want {
			t.Errorf("%+v: %q, want %q", n, got, want)
		}
	}
}

// TestReadersAgreeWithWhoCan compares with what package rbac answers, verb by verb, in random clusters.
func TestReadersAgreeWithWhoCan(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for range 150 {
		var objects []runtime.Object
		rules := func() (l []rbacv1.PolicyRule) {
			for range r.IntN(3) {
				p := rbacv1.PolicyRule{APIGroups: []string{pick("", "", "*", "apps")}, Resources: []string{pick("secrets", "secrets", "*", "pods")}, Verbs: []string{pick("get", "list", "watch", "*", "create"), pick("get", "update")}}
				if r.IntN(2) == 0 {
					p.ResourceNames = []string{pick("a", "b"), pick("a", "c")}
				}
				l = append(l, p)
			}
			return l
		}
		for i := range 3 {
			objects = append(objects, &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("r", i)}, Rules: rules()}, &rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: pick("shop", "back"), Name: fmt.Sprint("r", i)}, Rules: rules()})
		}
		for i := range 6 {
			subjects := []rbacv1.Subject{{Kind: pick("User", "Group"), Name: pick("x", "y")}, {Kind: "ServiceAccount", Name: pick("x", "y", "z"), Namespace: pick("", "shop")}}
			role := rbacv1.RoleRef{Kind: "ClusterRole", Name: fmt.Sprint("r", r.IntN(4))}
			meta := metav1.ObjectMeta{Name: fmt.Sprint("b", i)}
			if i < 2 {
				objects = append(objects, &rbacv1.ClusterRoleBinding{ObjectMeta: meta, RoleRef: role, Subjects: subjects})
				continue
			}
			role.Kind, meta.Namespace = pick("ClusterRole", "Role"), pick("shop", "back")
			objects = append(objects, &rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: role, Subjects: subjects})
		}
		access := law(t, objects...)
		var all []model.Ref
		for _, namespace := range []string{"shop", "back"} {
			for _, name := range []string{"a", "b", "c", "d"} {
				all = append(all, ref(namespace, name))
			}
		}
		counts := countReaders(access, all)
		for _, secret := range all {
			want := map[model.Subject][]string{}
			for _, verb := range []string{"get", "list", "watch"} {
				for _, h := range access.WhoCan(rbac.Attributes{Verb: verb, Resource: "secrets", Name: secret.Name, Namespace: secret.Namespace}) {
					want[h.Subject] = append(want[h.Subject], verb)
				}
			}
			list := Readers(access, secret)
			if len(list) != len(want) || counts[secret] != Counted(list) {
				t.Fatalf("%v: %d readers, counted %+v, want %v", secret, len(list), counts[secret], want)
			}
			for _, reader := range list {
				if !slices.Equal(reader.Verbs, want[reader.Subject]) {
					t.Fatalf("%v: %v may %v, want %v", secret, reader.Subject, reader.Verbs, want[reader.Subject])
				}
			}
		}
	}
}
