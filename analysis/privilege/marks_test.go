package privilege_test

import (
	"slices"
	"testing"

	"canopy/analysis/privilege"
	"canopy/analysis/rbac"
	"canopy/model"
)

// TestTogether holds steps that want two permissions: they must meet in a namespace, and stand beside the one at fault.
func TestTogether(t *testing.T) {
	marks, err := privilege.NewMarks()
	if err != nil {
		t.Fatal(err)
	}
	permission := func(verb, namespace string) rbac.Permission {
		return rbac.Permission{Verb: verb, Group: model.GroupRBAC, Resource: "roles", Namespace: namespace}
	}
	for name, c := range map[string]struct {
		have []rbac.Permission
		want int
	}{
		"both in one namespace":       {[]rbac.Permission{permission("escalate", "a"), permission("update", "a")}, 1},
		"one in each of two":          {[]rbac.Permission{permission("escalate", "a"), permission("update", "b")}, 0},
		"one of them cluster-wide":    {[]rbac.Permission{permission("escalate", "*"), permission("update", "b")}, 1},
		"one only":                    {[]rbac.Permission{permission("escalate", "a")}, 0},
		"for requests without a name": {[]rbac.Permission{permission("escalate", "a"), {Verb: "update", Group: model.GroupRBAC, Resource: "roles", Namespace: "a", Unnamed: true}}, 0},
	} {
		var granted []rbac.Granted
		for _, p := range c.have {
			granted = append(granted, rbac.Granted{Permission: p})
		}
		var found []string
		for p, list := range marks.Together(granted, 37) {
			for _, e := range list {
				if e.ID == "R-04" {
					found = append(found, p.Verb+" "+p.Namespace)
				}
			}
		}
		if len(found) != c.want {
			t.Errorf("%s: R-04 is open by %q", name, found)
		}
	}
	all := rbac.Permission{Verb: "*", Group: "*", Resource: "*", Namespace: "*"}
	if list := marks.Together([]rbac.Granted{{Permission: all}}, 37)[all]; !slices.ContainsFunc(list, func(e *model.Edge) bool { return e.ID == "R-04" }) {
		t.Error("all permissions do not open R-04")
	}
	if list := marks.Alone(&rbac.Permission{Verb: "create", Resource: "pods/exec", Namespace: "a"}, 37); len(list) != 1 || list[0].ID != "W-07" {
		t.Errorf("create pods/exec opens %v", list)
	}
}

// TestLike holds that permissions which are alike open the same.
func TestLike(t *testing.T) {
	marks, err := privilege.NewMarks()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []rbac.Permission{
		{Verb: "create", Resource: "pods/exec"}, {Verb: "*", Group: "*", Resource: "*"}, {Verb: "update", Resource: "configmaps"}, {Verb: "get", Resource: "secrets", Name: "x"},
	} {
		for _, minor := range []int{0, 31, 37} {
			for _, ns := range []string{"a", "shop", "default"} {
				p.Namespace = ns
				like := marks.Like(p)
				if got, want := marks.Alone(&like, minor), marks.Alone(&p, minor); !slices.Equal(got, want) {
					t.Errorf("%+v opens %v, what is like it %v", p, want, got)
				}
			}
			p.Namespace = "kube-system"
			like := marks.Like(p)
			if got, want := marks.Alone(&like, minor), marks.Alone(&p, minor); !slices.Equal(got, want) {
				t.Errorf("%+v opens %v, what is like it %v", p, want, got)
			}
		}
	}
}
