package proposal

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"canopy/model/mask"
)

// TestMaskedText refuses what was copied from a screen or a capture, with the line, and reads the rest.
func TestMaskedText(t *testing.T) {
	p := read(t, holding(t, web), `apiVersion: v1
kind: ConfigMap
metadata:
  name: c
  annotations:
    note/it: "see <masked>"
data:
  fine: "masked"
  password: <masked>
---
apiVersion: v1
kind: Secret
metadata: {name: s}
data:
  key: PG1hc2tlZD4=
---
apiVersion: v1
kind: Secret
metadata: {name: t}
stringData:
  key: "user:<masked>"
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
      - name: app
        env:
        - name: A
          value: <masked>
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: fine}
`)
	want := []string{
		"1:9: data.password: holds <masked>: that is Canopy's mask, not a value",
		"1:6: metadata.annotations[note/it]: holds <masked>: that is Canopy's mask, not a value",
		"2:15: data.key: holds <masked>: that is Canopy's mask, not a value",
		"3:21: stringData.key: holds <masked>: that is Canopy's mask, not a value",
		"4:33: spec.template.spec.containers[0].env[0].value: holds <masked>: that is Canopy's mask, not a value",
	}
	if d := cmp.Diff(want, told(p)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"create shop/ServiceAccount/fine"}, steps(p)); d != "" {
		t.Error(d)
	}
	// A Secret with values becomes a step with masks, which no writer takes.
	p = read(t, holding(t, web), "apiVersion: v1\nkind: Secret\nmetadata: {name: new}\ndata: {k: aGlkZGVu}\n")
	if len(p.Problems) > 0 || len(p.Masked) != 1 || mask.Gate(p.Plan) == nil {
		t.Errorf("%v %+v", told(p), p)
	}
	// Many are not told one by one.
	text := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: many}\ndata:\n" + strings.Repeat("  a: <masked>\n", 1)
	for i := range 30 {
		text += "  k" + strings.Repeat("x", i) + ": <masked>\n"
	}
	if p = read(t, holding(t, web), text); len(p.Problems) != maxProblems+1 || !strings.Contains(p.Problems[maxProblems].Text, "11 more") {
		t.Error(told(p))
	}
}
