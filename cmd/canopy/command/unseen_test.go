package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUnseenAccess reads captures that lack what could grant.
func TestUnseenAccess(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pod := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"ops","uid":"1","resourceVersion":"1"}}`
	service := `{"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"ops","uid":"2","resourceVersion":"1"}}`
	all := write("all.json", `{"apiVersion":"v1","kind":"List","items":[`+pod+`,`+service+`]}`)
	bindings := write("bindings.json", `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",
		"metadata":{"name":"b","namespace":"ops","uid":"3","resourceVersion":"1"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"},
		"subjects":[{"kind":"User","name":"alice","apiGroup":"rbac.authorization.k8s.io"}]}]}`)
	bad := write("bad.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: ops}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x, namespace: ops}\nsubjects: 1\n")
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"can sa:ops/a get pods -n ops -f " + all, 3, "not every ClusterRoleBinding was seen: absent, kubectl get all does not hold this kind"},
		{"can sa:ops/a get nodes -f " + all, 3, "not every ClusterRoleBinding was seen"},
		{"can sa:ops/a -f " + all, 0, "there may be more: not every ClusterRoleBinding was seen"},
		{"can sa:ops/a --strict -f " + all, 3, "there may be more"},
		{"can user:alice get pods -n ops -f " + bindings, 3, "ClusterRole edit, bound by ops/RoleBinding/b, was not seen: absent"},
		{"can user:bob get pods -n ops -f " + bad, 3, "not every RoleBinding of namespace ops was seen: partial"},
		{"can user:bob get nodes -f " + bad, 1, "RBAC only"},
		{"can user:alice get pods -n ops -f " + rights + " -f " + bad, 0, "yes: "},
		{"can user:bob get pods -n ops -n shop -f " + bad, 3, "unknown: user:bob may get pods in 0 of 2 namespaces"},
		{"who-can get pods -n ops -f " + all, 0, "there may be more: not every ClusterRoleBinding was seen"},
		{"who-can get pods -n ops --strict -f " + all, 3, "there may be more"},
		{"who-can get nodes --strict -f " + bad, 0, "no subject may get nodes"},
		{"who-can get pods --strict -f " + bad, 3, "there may be more: not every RoleBinding was seen"},
	} {
		r := canopy(t, "", strings.Fields(c.args)...)
		if r.code != c.code || !strings.Contains(r.out, c.says) {
			t.Errorf("canopy %s: exit status %d, want %d and %q:\n%s%s", c.args, r.code, c.code, c.says, r.out, r.err)
		}
		if strict := strings.Contains(c.args, "--strict") && c.code == 3; strings.Contains(r.err, "--strict") != strict {
			t.Errorf("canopy %s: %s", c.args, r.err)
		}
	}
	// A provider with an authorizer of its own makes a no unknown, but for accounts.
	node := write("node.yaml", "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {nodeInfo: {kubeletVersion: v1.37.1-eks-1234}}\n")
	for subject, want := range map[string]int{"user:bob": 3, "group:dev": 3, "sa:ops/a": 1, "group:system:serviceaccounts:ops": 1, "user:root": 0} {
		r := canopy(t, "", "can", subject, "delete", "pods", "-n", "ops", "-f", rights, "-f", node)
		if r.code != want || (want == 3) != strings.Contains(r.out, "an EKS access entry may grant more") {
			t.Errorf("%s: exit status %d: %s", subject, r.code, r.out)
		}
	}
	if r := canopy(t, "", "who-can", "get", "pods", "--strict", "-f", rights, "-f", node); r.code != 3 || !strings.Contains(r.out, "an EKS access entry may grant more") {
		t.Errorf("exit status %d: %s", r.code, r.out)
	}
}
