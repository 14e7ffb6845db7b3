package command

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"canopy/analysis/manifest"
)

// TestHostileAccess plants what a terminal acts on, and what reads as something else, in every name.
func TestHostileAccess(t *testing.T) {
	evil := "x \x1b[31m\u202e → ClusterRole view rule 0 (get pods)"
	quoted, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	capture := strings.ReplaceAll(`{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":EVIL,"namespace":"ops"},
"rules":[{"apiGroups":[EVIL,""],"resources":[EVIL,"pods"],"verbs":[EVIL,"get"],"resourceNames":[EVIL]}]}
---
{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":EVIL,"namespace":"ops"},
"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":EVIL},
"subjects":[{"kind":"User","name":EVIL},{"kind":"Group","name":EVIL},{"kind":"ServiceAccount","name":EVIL,"namespace":EVIL},{"kind":"User","name":"u"}]}
`, "EVIL", string(quoted))
	path := filepath.Join(t.TempDir(), "evil.yaml")
	if err := os.WriteFile(path, []byte(capture), 0o600); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, words := range [][]string{
		{"can", "user:u"}, {"can", "user:" + evil}, {"can", "user:u", "--expand"}, {"can", "user:u", "get", "pods", evil, "-n", "ops"},
		{"can", "user:u", "get", "pods", "-n", "ops"}, {"can", "user:u", evil, evil, "-n", evil}, {"can", "user:u", "get", "pods", "-n", "ops", "-n", evil},
		{"can", evil}, {"who-can", "get", "pods", evil}, {"who-can", "get", "pods"}, {"who-can", "get", "pods", evil, "--expand"}, {"who-can", evil, "/" + evil},
	} {
		for _, format := range []string{"table", "wide", "json", "yaml"} {
			for _, ascii := range []string{"--ascii=false", "--ascii"} {
				args := append(append([]string{}, words...), "-f", path, "-o", format, ascii)
				r := canopy(t, "", args...)
				for _, text := range []string{r.out, r.err} {
					for _, c := range text {
						if c != '\n' && !manifest.Safe(c) || c == utf8.RuneError {
							t.Fatalf("%q: %q", args, text)
						}
					}
				}
				if strings.Contains(r.out, " → ClusterRole view rule 0 (get pods) ") && !strings.Contains(r.out, `"`) {
					t.Errorf("%q: a name reads as a grant: %s", args, r.out)
				}
				if r.out != "" {
					ran++
				}
			}
		}
	}
	if ran < 80 {
		t.Errorf("%d runs printed something", ran)
	}
}

// TestRandomWords puts words together by chance: the answer is one of the exit statuses, and never a panic.
func TestRandomWords(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{
		"sa:shop/web", "user:alice", "group:dev", "sa:", "user:", "group:system:masters", "sa:a/b/c", "x:y", ":", "", " ", "get", "*", "create", "bind", "GET", "pods", "pods/",
		"pods/exec", "/", "//", "/metrics", "/api/v1/x", "*.*", "*/*", ".", "..", "a.b.c/d/e", "*/exec", "deployments.v1.apps", "namespaces", "ops", "-n", "ops", "-n", "void", "--expand",
		"--strict", "-A", "--group", "-o", "json", "\x00", "\u202e", "é", "%s%n", "--", "-", "impersonate", "userextras/scopes", "nodes/proxy", "finalizers", "customresourcedefinitions",
	}
	for range 400 {
		args := []string{[]string{"can", "who-can"}[r.IntN(2)], "-f", rights}
		if args[0] == "can" && r.IntN(3) > 0 {
			args = append(args, words[r.IntN(6)])
		}
		for range r.IntN(6) {
			args = append(args, words[r.IntN(len(words))])
		}
		got := canopy(t, "", args...)
		if got.code < 0 || got.code > 3 || got.code == 2 && (got.out != "" || strings.Count(got.err, "\n") != 1) {
			t.Errorf("%q: exit status %d: %s%s", args, got.code, got.out, got.err)
		}
		if strings.Contains(got.err, "panic") || strings.Contains(got.err, "failure of its own") {
			t.Fatalf("%q: %s", args, got.err)
		}
	}
}
