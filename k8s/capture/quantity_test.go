package capture

import (
	"strings"
	"testing"
)

// TestBoundlessQuantity refuses quantities that nobody could ever compare or write, by their fields, and takes what only looks like one.
func TestBoundlessQuantity(t *testing.T) {
	pod := func(resources, rest string) string {
		return `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"` + rest + `},"spec":{"containers":[{"name":"a","image":"x","resources":` + resources + `}]}}`
	}
	for _, c := range []struct{ text, says string }{
		{pod(`{"limits":{"cpu":"1e2147483647"}}`, ""), "spec.containers[0].resources.limits.cpu"},
		{pod(`{"requests":{"example.com/x":"1E-999"}}`, ""), "spec.containers[0].resources.requests[example.com/x]"},
		{pod(`{"limits":{"memory":1e300}}`, ""), "spec.containers[0].resources.limits.memory"},
		{"apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {capacity: {cpu: 9.e+5000}}\n", "status.capacity.cpu"},
		{"apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {pods: \"1e1000\"}}\n", "spec.hard.pods"},
		{pod(`{"limits":{"cpu":"1e3","memory":"12E"}}`, ""), ""},
		{pod(`{}`, `,"labels":{"build":"1e2147483647"}`), ""},
		{`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"limits":"none","x":"7e123456"}}`, ""},
	} {
		s := openText(t, "f", "apiVersion: v1\nkind: Namespace\nmetadata: {name: sound}\n---\n"+c.text)
		var said []string
		for _, p := range s.Problems() {
			said = append(said, p.String())
		}
		got := strings.Join(said, "\n")
		if (c.says == "") != (got == "") || !strings.Contains(got, c.says) || len(s.objects) != map[bool]int{true: 1, false: 2}[c.says != ""] {
			t.Errorf("%s:\n%q, want %q; %d objects", c.text, got, c.says, len(s.objects))
		}
	}
}
