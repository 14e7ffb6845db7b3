package capture

import (
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"k8s.io/client-go/kubernetes/scheme"
)

var update = flag.Bool("update", false, "write the table of kinds anew")

// TestKindNames compares the table of the kinds of Kubernetes with the types of client-go.
func TestKindNames(t *testing.T) {
	groups := map[string]map[string]bool{}
	for gvk := range scheme.Scheme.AllKnownTypes() {
		group := gvk.Group
		if group == "" {
			group = "core"
		}
		if groups[group] == nil {
			groups[group] = map[string]bool{}
		}
		groups[group][gvk.Kind] = true
	}
	var all []string
	for name := range groups["core"] {
		if !slices.ContainsFunc(slices.Collect(maps.Values(groups)), func(g map[string]bool) bool { return !g[name] }) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	lines := []string{"* " + strings.Join(all, " ")}
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		maps.DeleteFunc(groups[group], func(name string, _ bool) bool { return slices.Contains(all, name) })
		lines = append(lines, strings.Join(append([]string{group}, slices.Sorted(maps.Keys(groups[group]))...), " "))
	}
	slices.Sort(lines[1:])
	want := strings.Join(lines, "\n") + "\n"
	if *update {
		must(os.WriteFile("kinds.txt", []byte(want), 0o644))
	} else if kindNames != want {
		t.Errorf("kinds.txt differs from client-go; run with -update.\ngot  %s\nwant %s", kindNames, want)
	}
	for gvk := range scheme.Scheme.AllKnownTypes() {
		if !kubernetes()[gvk.Group][gvk.Kind] {
			t.Errorf("%s is not known", gvk)
		}
	}
}
