package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"canopy/cmd/canopy/output"
)

const oneSecret = `
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop}
type: Opaque
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {spec: {containers: [{name: c, image: "a:1", envFrom: [{secretRef: {name: db}}]}]}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: get, namespace: shop}
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [db], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: get, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: get}
subjects: [{kind: User, name: ann, apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: list}
rules: [{apiGroups: [""], resources: [secrets], verbs: [list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: list}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: list}
subjects: [{kind: Group, name: dev, apiGroup: rbac.authorization.k8s.io}]
`

// TestOneSecret holds who reads a Secret, by which verbs and bindings, in text and JSON.
func TestOneSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "one.yaml")
	if err := os.WriteFile(file, []byte(oneSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		says []string
	}{
		{"secrets shop/db", 0, []string{"2 subjects can read it by RBAC: 1 may get, 1 list or watch only", "user:ann", "shop/RoleBinding/get", "group:dev", "ClusterRoleBinding/list", "mounted by  Deployment/web", "spec.template.spec.containers[0].envFrom[0].secretRef.name"}},
		{"secrets shop/Secret/db", 0, []string{"2 subjects"}},
		{"secrets db -n shop", 0, []string{"2 subjects"}},
		{"secrets secret/db -n shop", 0, []string{"2 subjects"}},
		{"secrets", 0, []string{"1 Secret, metadata only: no value was read\n", "1+1", "READERS 7+2", "Deployment/web"}},
		{"secrets --strict", 0, nil},
		{"secrets db", 2, []string{"want NAMESPACE/NAME"}},
		{"secrets shop/none", 2, []string{"no Secret shop/none"}},
		{"secrets one.yaml", 2, []string{"did you mean -f one.yaml"}},
	} {
		r := canopy(t, "", append(strings.Fields(c.args), "-f", file, now)...)
		if r.code != c.code {
			t.Errorf("canopy %s: exit status %d, want %d: %s", c.args, r.code, c.code, r.err)
		}
		for _, says := range c.says {
			if !strings.Contains(r.out+r.err, says) {
				t.Errorf("canopy %s does not say %q:\n%s%s", c.args, says, r.out, r.err)
			}
		}
	}
	var d output.Secrets
	if err := json.Unmarshal([]byte(must(t, "secrets", "shop/db", "-o", "json", "-f", file, now)), &d); err != nil {
		t.Fatal(err)
	}
	s := d.Secrets[0]
	if len(d.Secrets) != 1 || *s.Readers != 2 || *s.MayGet != 1 || len(s.ReadBy) != 2 || s.ReadBy[1].Subject.Name != "ann" && s.ReadBy[0].Subject.Name != "ann" || len(s.MountedBy) != 1 {
		t.Errorf("%+v", s)
	}
}

// TestUnlooked holds that an answer says where nobody has looked.
func TestUnlooked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rollout.yaml")
	rollout := "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r, namespace: t}\nspec: {template: {spec: {containers: [{name: c, image: 'a:1'}]}}}\n"
	if err := os.WriteFile(file, []byte(rollout), 0o600); err != nil {
		t.Fatal(err)
	}
	r := canopy(t, "", "secrets", "--strict", "-f", file, now)
	if r.code != 3 || !strings.Contains(r.out, "Rollout partial: kind not evaluated: its pod templates are not judged") || !strings.Contains(r.out, "not looked at: custom resources (Rollout): --custom-resources does") {
		t.Errorf("exit status %d:\n%s", r.code, r.out)
	}
	if r := canopy(t, "", "secrets", "--custom-resources", "-f", file, now); strings.Contains(r.out, "not looked at") {
		t.Errorf("they were looked at:\n%s", r.out)
	}
}
