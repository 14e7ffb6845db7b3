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
	check := func(text, says string) {
		t.Helper()
		s := openText(t, "f", "apiVersion: v1\nkind: Namespace\nmetadata: {name: sound}\n---\n"+text)
		var said []string
		for _, p := range s.Problems() {
			said = append(said, p.String())
		}
		got := strings.Join(said, "\n")
		if (says == "") != (got == "") || !strings.Contains(got, says) || len(s.objects) != map[bool]int{true: 1, false: 2}[says != ""] {
			t.Errorf("%s:\n%q, want %q; %d objects", text, got, says, len(s.objects))
		}
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
		{"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: Deployment, name: d}, maxReplicas: 2, " +
			"metrics: [{type: External, external: {metric: {name: m}, target: {type: Value, value: 1e999}}}]}\n", "spec.metrics[0].external.target.value"},
		{"apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\nspec: {limits: [{type: Container, default: {cpu: \"1e999\"}}]}\n", "spec.limits[0].default.cpu"},
		{pod(`{}`, `,"annotations":{"limits":"1e999"}`), ""},
		{`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"limits":"1e999","value":"1e999"}}`, ""},
	} {
		check(c.text, c.says)
	}
	// Texts that people give variables, headers and parameters hold digests, and whoever wants to hide a workload writes what he likes.
	for _, value := range []string{"sha256:e76d1351c914e351aa", "7e123456", "1e999", "0f7e123b1e4567", "1E-999"} {
		check(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"a","image":"x","env":[{"name":"BUILD","value":"`+value+
			`"}],"livenessProbe":{"httpGet":{"port":80,"httpHeaders":[{"name":"X","value":"`+value+`"}]}}}],"securityContext":{"sysctls":[{"name":"a.b","value":"`+value+`"}]}}}`, "")
		check(`{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"s"},"provisioner":"x","parameters":{"limits":"`+value+`","value":"`+value+`"}}`, "")
	}
}
