package rbac

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"canopy/analysis/privilege"
	access "canopy/analysis/rbac"
	"canopy/model"
)

// TestFoldLosesNothing sums random permissions up: each is in one row and no other, rows have keys of their own, and no two
// rows about the same thing share a namespace.
func TestFoldLosesNothing(t *testing.T) {
	edges, err := privilege.NewMarks()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for range 200 {
		seen := map[access.Permission]bool{}
		var granted []access.Granted
		for range 1 + r.IntN(60) {
			p := access.Permission{Verb: pick("get", "list", "*", "odd verb", "get,list"), Namespace: pick("*", "a", "b", "a,b", "")}
			if r.IntN(5) == 0 {
				p.URL, p.Namespace = pick("/a", "/b", "*", "/a*"), ""
			} else {
				p.Group, p.Resource = pick("", "apps", "*", "a.b"), pick("pods", "pods/exec", "*", "a.b", "*/scale", "x")
				p.Name = pick("", "", "n", "n m")
				p.Unnamed = p.Name == "" && r.IntN(9) == 0
			}
			if !seen[p] {
				seen[p] = true
				granted = append(granted, access.Granted{Permission: p, Via: []access.Grant{{Binding: model.KindByName("RoleBinding").Ref("a", fmt.Sprint(r.IntN(3)))}}})
			}
		}
		f := &folder{edges: edges, minor: 37, alone: map[access.Permission][]*model.Edge{}, label: func(o model.Ref) string { return pick2(o.Name) }}
		keys := map[string]bool{}
		places := map[string][]string{}
		for _, row := range f.fold(granted) {
			if keys[row.key] {
				t.Fatalf("two rows have the key %q", row.key)
			}
			keys[row.key] = true
			for _, g := range row.granted {
				if !seen[g.Permission] {
					t.Fatalf("%+v is in two rows, or in none", g.Permission)
				}
				delete(seen, g.Permission)
				if ns := g.Namespace; ns != "" && !slices.Contains(row.namespaces, ns) {
					t.Fatalf("%+v is in the row %q", g.Permission, row.key)
				}
			}
			if row.urls {
				continue
			}
			thing := thingOf(&row.granted[0].Permission).key()
			for _, ns := range row.namespaces {
				if slices.Contains(places[thing], ns) {
					t.Fatalf("%s stands twice for %s", ns, thing)
				}
				places[thing] = append(places[thing], ns)
			}
		}
		if len(seen) > 0 {
			t.Fatalf("no row has %v", seen)
		}
	}
}

func pick2(name string) string {
	if name == "0" {
		return isStock
	}
	return ""
}
