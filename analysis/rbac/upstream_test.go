package rbac

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

// The files of testdata hold the rows of the tables by which Kubernetes tests its own evaluator; each says from where. The
// numbers of rows stand here, so that none gets lost.

func read[T any](t *testing.T, name string, want int, count func(T) int) T {
	t.Helper()
	var rows T
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalStrict(data, &rows); err != nil {
		t.Fatal(err)
	}
	if n := count(rows); n != want {
		t.Fatalf("%s has %d rows, Kubernetes %d", name, n, want)
	}
	return rows
}

// world is what the tables write of roles and bindings.
type world struct {
	Roles []struct {
		Kind, Namespace, Name string
		Rules                 []rbacv1.PolicyRule
	}
	Bindings []struct {
		Namespace, Role string
		Subjects        []string
	}
}

func (w *world) objects() []runtime.Object {
	var list []runtime.Object
	for _, r := range w.Roles {
		meta := metav1.ObjectMeta{Namespace: r.Namespace, Name: r.Name}
		if r.Kind == "Role" {
			list = append(list, &rbacv1.Role{ObjectMeta: meta, Rules: r.Rules})
		} else {
			list = append(list, &rbacv1.ClusterRole{ObjectMeta: meta, Rules: r.Rules})
		}
	}
	for i, b := range w.Bindings {
		kind, name, _ := strings.Cut(b.Role, "/")
		role := rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: name}
		meta := metav1.ObjectMeta{Namespace: b.Namespace, Name: fmt.Sprint("b", i)}
		if b.Namespace == "" {
			list = append(list, &rbacv1.ClusterRoleBinding{ObjectMeta: meta, RoleRef: role, Subjects: subjects(b.Subjects)})
		} else {
			list = append(list, &rbacv1.RoleBinding{ObjectMeta: meta, RoleRef: role, Subjects: subjects(b.Subjects)})
		}
	}
	return list
}

// subjects reads User:alice, Group:dev and ServiceAccount:shop/web.
func subjects(words []string) []rbacv1.Subject {
	var list []rbacv1.Subject
	for _, w := range words {
		s := rbacv1.Subject{APIGroup: rbacv1.GroupName}
		s.Kind, s.Name, _ = strings.Cut(w, ":")
		if s.Kind == rbacv1.ServiceAccountKind {
			s.APIGroup = ""
			if namespace, name, ok := strings.Cut(s.Name, "/"); ok {
				s.Namespace, s.Name = namespace, name
			}
		}
		list = append(list, s)
	}
	return list
}

// ask reads "verb resource.group/subresource" or "verb /path".
func ask(t *testing.T, words string) Attributes {
	t.Helper()
	verb, what, ok := strings.Cut(words, " ")
	if !ok {
		t.Fatalf("%q is no request", words)
	}
	if strings.HasPrefix(what, "/") {
		return Attributes{Verb: verb, URL: what}
	}
	at := Attributes{Verb: verb}
	what, at.Subresource, _ = strings.Cut(what, "/")
	at.Resource, at.Group, _ = strings.Cut(what, ".")
	return at
}

func TestUpstreamRuleMatches(t *testing.T) {
	type row struct {
		Name            string
		Rule            rbacv1.PolicyRule
		Allowed, Denied []string
	}
	rows := read(t, "rulematches.yaml", 70, func(rows []row) (n int) {
		for _, r := range rows {
			n += len(r.Allowed) + len(r.Denied)
		}
		return n
	})
	for _, r := range rows {
		// By itself, and through a binding.
		b := newBench(t).complete()
		b.put(clusterRole("r", nil, r.Rule), clusterBinding("r", group("dev")))
		check := func(list []string, want bool) {
			for _, words := range list {
				at := ask(t, words)
				if _, _, got := Match(&r.Rule, &at); got != want {
					t.Errorf("%s: %s: %v", r.Name, words, got)
				}
				if got := b.a.Allows(User{Groups: []string{"dev"}}, &at); got != want {
					t.Errorf("%s: %s: through a binding %v", r.Name, words, got)
				}
			}
		}
		check(r.Allowed, true)
		check(r.Denied, false)
	}
}

func TestUpstreamResourceMatches(t *testing.T) {
	type row struct {
		Name                  string
		Rule                  []string
		Resource, Subresource string
		Want                  bool
	}
	for _, r := range read(t, "resourcematches.yaml", 12, func(rows []row) int { return len(rows) }) {
		rule := rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: r.Rule}
		at := Attributes{Verb: "get", Resource: r.Resource, Subresource: r.Subresource}
		if r.Subresource != "" {
			at.Resource = strings.TrimSuffix(r.Resource, "/"+r.Subresource)
		}
		if at.Combined() != r.Resource {
			t.Fatalf("%s: the row asks for %s, the test for %s", r.Name, r.Resource, at.Combined())
		}
		if _, _, got := Match(&rule, &at); got != r.Want {
			t.Errorf("%s: %v", r.Name, got)
		}
	}
}

func TestUpstreamAuthorizer(t *testing.T) {
	type request struct {
		User    string
		Groups  []string
		Ask, In string
	}
	type row struct {
		Name string
		world
		Allowed, Denied []request
	}
	rows := read(t, "authorizer.yaml", 34, func(rows []row) (n int) {
		for _, r := range rows {
			n += len(r.Allowed) + len(r.Denied)
		}
		return n
	})
	for _, r := range rows {
		b := newBench(t).complete()
		b.put(r.objects()...)
		check := func(list []request, want model.Verdict) {
			for _, q := range list {
				at := ask(t, q.Ask)
				at.Namespace = q.In
				if got := b.a.Can(b.c, User{q.User, q.Groups}, at, Provider{}); got.Verdict != want || (want == model.Yes) != (len(got.Via) > 0) {
					t.Errorf("%s: %+v: %+v", r.Name, q, got)
				}
				if got := b.a.Allows(User{q.User, q.Groups}, &at); got != (want == model.Yes) {
					t.Errorf("%s: %+v: allowed is %v", r.Name, q, got)
				}
			}
		}
		check(r.Allowed, model.Yes)
		check(r.Denied, model.No)
	}
}

func TestUpstreamAppliesTo(t *testing.T) {
	type row struct {
		Name            string
		Subjects        []string
		User, Namespace string
		Groups          []string
		Want            bool
		Index           int
	}
	pods := rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}
	for _, r := range read(t, "appliesto.yaml", 9, func(rows []row) int { return len(rows) }) {
		b := newBench(t).complete()
		b.put(clusterRole("r", nil, pods))
		if r.Namespace == "" {
			b.put(clusterBinding("r", subjects(r.Subjects)...))
		} else {
			b.put(roleBinding(r.Namespace, "ClusterRole", "r", subjects(r.Subjects)...))
		}
		got := b.a.Can(b.c, User{r.User, r.Groups}, Attributes{Verb: "get", Resource: "pods", Namespace: r.Namespace}, Provider{})
		if (got.Verdict == model.Yes) != r.Want || r.Want && (len(got.Via) != 1 || got.Via[0].Subject != r.Index) {
			t.Errorf("%s: %+v", r.Name, got)
		}
	}
}

func TestUpstreamRuleResolver(t *testing.T) {
	type file struct {
		world
		Rows []struct {
			User, Namespace string
			Groups          []string
			Rules           []rbacv1.PolicyRule
		}
	}
	f := read(t, "resolver.yaml", 4, func(f file) int { return len(f.Rows) })
	b := newBench(t).complete()
	b.put(f.objects()...)
	for i, r := range f.Rows {
		var got []rbacv1.PolicyRule
		for bound := range b.a.of(User{r.User, r.Groups}.keys(), r.Namespace) {
			for one := range bound.role.each {
				got = append(got, *one.PolicyRule)
			}
		}
		byText := func(x, y rbacv1.PolicyRule) int { return strings.Compare(x.String(), y.String()) }
		slices.SortFunc(got, byText)
		slices.SortFunc(r.Rules, byText)
		if !equality.Semantic.DeepEqual(got, r.Rules) {
			t.Errorf("row %d: %v, want %v", i, got, r.Rules)
		}
	}
}

func TestUpstreamCovers(t *testing.T) {
	type row struct {
		Name                    string
		Owner, Servant, Missing []rbacv1.PolicyRule
		Covered                 bool
	}
	for _, r := range read(t, "covers.yaml", 23, func(rows []row) int { return len(rows) }) {
		covered, missing := Covers(r.Owner, r.Servant)
		var want []Permission
		for i := range r.Missing {
			for p := range atoms(&r.Missing[i], "", nil) {
				want = append(want, p)
			}
		}
		if covered != r.Covered || !slices.Equal(missing, want) {
			t.Errorf("%s: %v, missing %v, want %v", r.Name, covered, missing, want)
		}
	}
}

func TestUpstreamURLCovers(t *testing.T) {
	type row struct {
		Owner, Asked string
		Want         bool
	}
	for _, r := range read(t, "urlcovers.yaml", 14, func(rows []row) int { return len(rows) }) {
		if _, got := pickURL([]string{r.Owner}, r.Asked); got != r.Want {
			t.Errorf("%q of %q: %v", r.Asked, r.Owner, got)
		}
	}
}

func TestUpstreamSubjectLocator(t *testing.T) {
	type row struct {
		Name string
		world
		Rows []struct {
			Ask, In string
			Who     []string
		}
	}
	rows := read(t, "locator.yaml", 6, func(rows []row) (n int) {
		for _, r := range rows {
			n += len(r.Rows)
		}
		return n
	})
	for _, r := range rows {
		b := newBench(t).complete()
		b.put(r.objects()...)
		for _, q := range r.Rows {
			at := ask(t, q.Ask)
			// To the API server * is a namespace that has no bindings. WhoCan means any by it, so that it is asked for another such.
			if at.Namespace = q.In; at.Namespace == "*" {
				at.Namespace = "none"
			}
			var got []string
			for _, h := range b.a.WhoCan(at) {
				got = append(got, h.Subject.String())
			}
			slices.Sort(got)
			slices.Sort(q.Who)
			if !slices.Equal(got, q.Who) {
				t.Errorf("%s: %s in %q: %v, want %v", r.Name, q.Ask, q.In, got, q.Who)
			}
		}
	}
}
