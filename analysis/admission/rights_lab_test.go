package admission

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/analysis/catalogue"
	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/model"
	"canopy/model/cluster"
)

// rightsFound is what the analyser finds on RBAC objects.
type rightsFound map[string]*model.Finding

func (r rightsFound) Put(f *model.Finding) { r[f.ID] = f }
func (r rightsFound) Drop(id string)       { delete(r, id) }

// rightsOf judges the RBAC objects of a cluster.
func rightsOf(t testing.TB, objects ...runtime.Object) (rightsFound, *cluster.Cluster) {
	t.Helper()
	edges, err := catalogue.Edges()
	if err != nil {
		t.Fatal(err)
	}
	c, access, judge, found := clusterOf(t), rbac.New(), privilege.New(theRules(t), edges), rightsFound{}
	judge.Server(testServer, c, access)
	from := clusterOf(t, objects...)
	for _, gk := range from.Kinds() {
		for r := range from.All(gk) {
			if d, ok := c.Apply(model.Put(r)); ok {
				changed := access.Update(c, d)
				judge.Update(d, access, &changed)
			}
		}
	}
	judge.Flush(c, access, found)
	return found, c
}

// rulesOn lists the rules of the findings on an object.
func (r rightsFound) rulesOn(object string) []string {
	rules := map[string]bool{}
	for _, f := range r {
		if f.Object.String() == object {
			rules[f.Rule.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(rules))
}

// rightRules are the rules on what a role gives.
func rightRules() []string {
	list := []string{"LP01"}
	for _, n := range strings.Fields("06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 29 30 31 32 33 34") {
		list = append(list, "LP"+n)
	}
	return list
}

// randomRules makes rules of what the ways of edges need, most often whole, else with something missing, more or by name.
// The first edge is one of a given rule, left as it is where whole is set.
func randomRules(d dice, edges []*model.Edge, rule string, whole bool) []rbacv1.PolicyRule {
	edges = slices.DeleteFunc(slices.Clone(edges), func(e *model.Edge) bool { return len(e.Ways) == 0 })
	first := slices.DeleteFunc(slices.Clone(edges), func(e *model.Edge) bool { return e.Rule != rule })
	var list []rbacv1.PolicyRule
	for i := range 1 + d.IntN(3) {
		e := edges[d.IntN(len(edges))]
		if i == 0 && len(first) > 0 {
			e = pick(d, first...)
		}
		way := &e.Ways[d.IntN(len(e.Ways))]
		for whole && i == 0 && !open(way, privilege.MinorOf(testServer)) {
			way = &e.Ways[d.IntN(len(e.Ways))]
		}
		for _, n := range way.Needs {
			r := rbacv1.PolicyRule{Verbs: slices.Clone(n.Verbs), APIGroups: []string{n.Group}, Resources: slices.Clone(n.Resources)}
			if n.Any() {
				r.APIGroups, r.Resources = []string{pick(d, "", "apps", "*")}, []string{pick(d, "pods", "*", "deployments")}
			}
			change := d.IntN(12)
			if whole && i == 0 {
				change = -1
			}
			switch change {
			case 0:
				r.Verbs = r.Verbs[:1]
			case 1:
				r.Verbs = []string{pick(d, "*", "get", "create", "patch", "deletecollection", "watch")}
			case 2:
				r.APIGroups = []string{pick(d, "*", "", "other.io")}
			case 3:
				r.Resources = []string{pick(d, "*", "*/status", "*/exec", "configmaps", r.Resources[0]+"/x")}
			case 4, 5:
				r.ResourceNames = []string{pick(d, "a", "default", "coredns", "cluster-info", "view", "kubernetes.io/kube-apiserver-client")}
			case 6:
				r.ResourceNames = slices.Clone(n.Names)
			case 7:
				r.Verbs, r.ResourceNames = append(r.Verbs, "create", "deletecollection"), []string{"a"}
			case 8:
				continue
			}
			list = append(list, r)
		}
	}
	switch d.IntN(12) {
	case 0:
		list = append(list, rbacv1.PolicyRule{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}})
	case 1:
		list = append(list, rbacv1.PolicyRule{Verbs: []string{"get"}, NonResourceURLs: []string{"/metrics"}})
	}
	return list
}

// TestLabRights compares the policies of a real API server with our own judge of RBAC on random roles: what may be bound, and what
// may be written into a role. An answer has room for a few warnings only, so that it goes by a few rules at a time.
func TestLabRights(t *testing.T) {
	n := 33
	if os.Getenv("CANOPY_LONG") != "" {
		n = 600
	}
	s := newServer(t)
	places := []string{"shop", "kube-system"}
	s.namespace("shop")
	s.make(aRole("kube-system", "all", permit("*", "*", "*")))
	edges, err := catalogue.Edges()
	if err != nil {
		t.Fatal(err)
	}
	d := dice{rand.New(rand.NewPCG(7, 8))}
	var objects []runtime.Object
	type trial struct {
		object any
		like   string
	}
	var trials []trial
	for i := range n {
		name := fmt.Sprint("r", i)
		rules := randomRules(d, edges, rightRules()[i%len(rightRules())], i < len(rightRules()))
		all := &rbacv1.ClusterRole{ObjectMeta: meta("", name), Rules: rules}
		s.make(all)
		bind := &rbacv1.ClusterRoleBinding{ObjectMeta: meta("", name), RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: name},
			Subjects: []rbacv1.Subject{{APIGroup: model.GroupRBAC, Kind: "User", Name: "all-" + name}}}
		again := all.DeepCopy()
		again.Name = "new"
		objects = append(objects, all, bind)
		trials = append(trials, trial{bind, "ClusterRoleBinding/" + name}, trial{again, "ClusterRoleBinding/" + name})
		for _, ns := range places {
			own := &rbacv1.Role{ObjectMeta: meta(ns, name), Rules: slices.DeleteFunc(slices.Clone(rules), func(r rbacv1.PolicyRule) bool { return len(r.NonResourceURLs) > 0 })}
			s.make(own)
			objects = append(objects, own)
			again := own.DeepCopy()
			again.Name = "new"
			trials = append(trials, trial{again, ns + "/RoleBinding/role-" + name})
			for _, kind := range []string{"Role", "ClusterRole"} {
				b := &rbacv1.RoleBinding{ObjectMeta: meta(ns, strings.ToLower(kind)+"-"+name), RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: kind, Name: name},
					Subjects: []rbacv1.Subject{{APIGroup: model.GroupRBAC, Kind: "User", Name: ns + kind + name}}}
				objects = append(objects, b)
				if ns == "shop" || kind == "Role" && i%4 == 0 {
					trials = append(trials, trial{b, ns + "/RoleBinding/" + b.Name})
				}
			}
		}
	}
	objects = append(objects, &corev1.Namespace{ObjectMeta: meta("", "shop")}, &corev1.Namespace{ObjectMeta: meta("", "kube-system")})
	judged, c := rightsOf(t, objects...)
	shown := map[string]int{}
	for chunk := range slices.Chunk(rightRules(), 11) {
		var findings []*model.Finding
		for _, rule := range chunk {
			for _, o := range []string{"ClusterRoleBinding/x", "shop/RoleBinding/x", "kube-system/RoleBinding/x"} {
				findings = append(findings, found(t, rule, o))
			}
		}
		g := guardOf(t, c, testServer, findings...)
		s.guard(g, false)
		s.ready(g)
		for _, one := range trials {
			s.warned()
			if _, err := s.create(one.object, true); err != nil && !apierrors.IsAlreadyExists(err) {
				t.Fatal(err)
			}
			got := rulesIn(g, strings.Join(s.warned(), "\n"))
			want := judged.rulesOn(one.like)
			if slices.Contains(want, "LP01") {
				// Of what grants all no more is said, while every policy refuses it.
				got = slices.DeleteFunc(got, func(r string) bool { return r != "LP01" })
			}
			want = slices.DeleteFunc(want, func(r string) bool { return !slices.Contains(chunk, r) })
			for _, r := range want {
				shown[r]++
			}
			if !slices.Equal(got, want) {
				text, _ := yaml.Marshal(one.object)
				for _, o := range objects {
					if m, ok := o.(metav1.Object); ok && strings.HasSuffix(one.like, m.GetName()) {
						more, _ := yaml.Marshal(o)
						text = append(append(text, "---\n"...), more...)
						break
					}
				}
				t.Fatalf("%s: the server says %v, we %v\n%s", one.like, got, want, text)
			}
		}
		s.remove(g)
	}
	for _, r := range rightRules() {
		if shown[r] == 0 {
			t.Errorf("%s is never shown", r)
		}
	}
}

// ready waits until all policies of a guard on RBAC warn, by what breaks each of them.
func (s *server) ready(g *Guard) {
	s.Helper()
	all := permit("*", "*", "*")
	for suffix, o := range map[string]any{
		"-roles": aRole("kube-system", "probe", all), "-clusterroles": aClusterRole("probe", all), "-cluster-bindings": bindAll("probe", "cluster-admin", user("u")),
		"-bindings": bind("kube-system", "probe", "ClusterRole", "cluster-admin", user("u")), "-bindings-to-roles": bind("kube-system", "probe", "Role", "all", user("u")),
	} {
		n := 0
		for i := range g.Policies {
			name := g.Policies[i].Documents[0].Step.Ref.Name
			if strings.HasSuffix(name, suffix) && !strings.HasSuffix(name, "-to"+suffix) && !strings.HasSuffix(name, "-cluster"+suffix) {
				n++
			}
		}
		s.until(fmt.Sprint(n, " warnings of policies", suffix), func() bool {
			s.warned()
			if _, err := s.create(o, true); err != nil {
				s.Fatal(err)
			}
			return len(policiesIn(strings.Join(s.warned(), "\n"))) == n
		})
	}
}

// remove takes a guard away, and waits until nothing warns any more.
func (s *server) remove(g *Guard) {
	s.Helper()
	for i := range g.Policies {
		for _, d := range slices.Backward(g.Policies[i].Documents) {
			ref := d.Step.Ref
			if err := s.of(model.KindOf(ref.GroupKind()).GVK(), "").Delete(context.Background(), ref.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
				s.Fatal(err)
			}
		}
	}
}
