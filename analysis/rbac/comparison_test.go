package rbac

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"canopy/analysis/rbac/stock"
	"canopy/model"
)

// TestPermissionSetIsAnyOf compares the set with a look at each of its permissions.
func TestPermissionSetIsAnyOf(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 7))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	random := func() Permission {
		p := Permission{Verb: pick("*", "get", "list"), Group: pick("*", "", "apps"), Resource: pick("*", "pods", "pods/exec", "*/exec", "pods/*"), Namespace: pick("*", "shop", "ops"), Name: pick("", "", "web")}
		switch r.IntN(5) {
		case 0:
			p = Permission{Verb: p.Verb, URL: pick("*", "/a", "/a/*", "/a*", "/b")}
		case 1:
			p.Name, p.Unnamed = "", true
		}
		return p
	}
	covered := 0
	for range 20000 {
		list := make([]Permission, r.IntN(5))
		for i := range list {
			list[i] = random()
		}
		p := random()
		want := slices.ContainsFunc(list, func(o Permission) bool { return o.Covers(&p) })
		if got := newPermissionSet(list).covers(&p); got != want {
			t.Fatalf("%+v in %+v: %v", p, list, got)
		}
		if want {
			covered++
		}
	}
	if covered < 1000 {
		t.Errorf("only %d of 20000 were covered", covered)
	}
}

func TestDifference(t *testing.T) {
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/read", "get,list pods"), roleObject("ClusterRole/all", "* pods"), roleObject("ClusterRole/logs", "get pods/log", "get /metrics"),
		bound("", "a", "ClusterRole/read", "User:alice"), bound("shop", "b", "ClusterRole/all", "User:alice"), bound("", "c", "ClusterRole/logs", "User:alice"),
		bound("", "d", "ClusterRole/all", "User:bob"), bound("", "e", "ClusterRole/logs", "User:bob"), bound("", "f", "ClusterRole/logs", "User:carol"))
	words := func(list []Granted) (all []string) {
		for _, g := range list {
			all = append(all, fmt.Sprint(g.Verb, " ", g.Resource, g.URL, " ", g.Namespace))
		}
		return all
	}
	for _, tt := range []struct {
		a, b         string
		onlyA, onlyB []string
		common       int
	}{
		// Alice: get, list pods everywhere, * pods in shop, get pods/log, get /metrics. Bob: * pods everywhere and the latter two.
		{"alice", "bob", nil, []string{"* pods *"}, 5},
		{"alice", "carol", []string{"get pods *", "list pods *", "* pods shop"}, nil, 2},
		{"bob", "carol", []string{"* pods *"}, nil, 2},
		{"alice", "alice", nil, nil, 5},
		{"alice", "nobody", []string{"get pods *", "list pods *", "get pods/log *", "* pods shop", "get /metrics "}, nil, 0},
	} {
		for _, turned := range []bool{false, true} {
			x, y := tt.a, tt.b
			if turned {
				x, y = y, x
			}
			d := b.a.Difference(User{Name: x}, User{Name: y}, nil)
			onlyA, onlyB := d.OnlyA, d.OnlyB
			if turned {
				onlyA, onlyB = onlyB, onlyA
			}
			if !slices.Equal(words(onlyA), tt.onlyA) || !slices.Equal(words(onlyB), tt.onlyB) || d.Common != tt.common {
				t.Errorf("%s and %s: only the first %q, only the second %q, common %d", x, y, words(onlyA), words(onlyB), d.Common)
			}
		}
	}
}

func TestMatrix(t *testing.T) {
	d := withWidgets(t)
	b := newBench(t).complete()
	b.put(roleObject("ClusterRole/read", "get,list secrets"), roleObject("ClusterRole/all", "* *.*"), roleObject("ClusterRole/one", "get secrets db", "create secrets", "swim secrets"),
		bound("", "a", "ClusterRole/read", "User:alice"), bound("shop", "a", "ClusterRole/one", "User:alice"), bound("ops", "a", "ClusterRole/all", "User:bob"), bound("", "b", "ClusterRole/one", "User:carol"))
	row := func(m Matrix, namespace string) string {
		for _, r := range m.Rows {
			if r.Namespace != namespace {
				continue
			}
			text := ""
			for i, c := range r.Cells {
				if !c.None() {
					text += fmt.Sprint(m.Verbs[i], " ", c.Granted, "+", c.Named, "/", c.Of, " ")
				}
			}
			return text
		}
		return "no row"
	}
	m := b.a.Matrix(User{Name: "alice"}, d, "", "secrets", []string{"data"})
	if got := fmt.Sprint(m.Verbs); got != "[get list watch create update patch delete swim]" {
		t.Errorf("columns %s", got)
	}
	for namespace, want := range map[string]string{"*": "get 1+0/1 list 1+0/1 ", "data": "get 1+0/1 list 1+0/1 ", "shop": "get 1+0/1 list 1+0/1 create 1+0/1 swim 1+0/1 ", "ops": "no row"} {
		if got := row(m, namespace); got != want {
			t.Errorf("alice, secrets in %s: %s", namespace, got)
		}
	}
	if got := row(b.a.Matrix(User{Name: "carol"}, d, "", "secrets", nil), "*"); got != "get 0+1/1 create 1+0/1 swim 1+0/1 " {
		t.Errorf("carol, secrets: %s", got)
	}
	// All resources: what a question for each gives.
	for _, who := range []string{"alice", "bob", "carol", "sa:kube-system/x", "group:system:masters"} {
		s, err := model.ParseSubject(who)
		if err != nil {
			s = model.Subject{Kind: model.UserSubject, Name: who}
		}
		u := UserOf(s)
		m := b.a.Matrix(u, d, "", "", []string{"data", "shop", "ops"})
		if len(m.Rows) != 4 || m.Rows[0].Namespace != "*" {
			t.Fatalf("%s: rows %+v", who, m.Rows)
		}
		for _, r := range m.Rows {
			for i, verb := range m.Verbs {
				if verb == "swim" {
					continue // no resource has it but in a rule
				}
				granted, of := 0, 0
				for _, res := range d.All() {
					if r.Namespace != "*" && !res.Namespaced {
						continue
					}
					at := Attributes{Verb: verb, Group: res.Group, Namespace: r.Namespace}
					at.Resource, at.Subresource, _ = cut(res.Resource)
					if !slices.Contains(res.Verbs, verb) {
						continue
					}
					of++
					if b.a.Allows(u, &at) {
						granted++
					}
				}
				if c := r.Cells[i]; c.Granted != granted || c.Of != of || c.All() != (granted == of && of > 0) {
					t.Errorf("%s, %s in %s: %+v, want %d of %d", who, verb, r.Namespace, c, granted, of)
				}
			}
		}
	}
	if m := b.a.Matrix(UserOf(model.Subject{Kind: model.GroupSubject, Name: Masters}), NewDiscovery(stock.Resources()), "", "", nil); !m.Rows[0].Cells[0].All() {
		t.Errorf("system:masters: %+v", m.Rows)
	}
}
