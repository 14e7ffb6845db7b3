package command

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"canopy/analysis/manifest"
	"canopy/cmd/canopy/output"
)

var update = flag.Bool("update", false, "write the golden files anew")

const rights = "testdata/rights.yaml"

// TestCan asks questions of every kind, and holds verdict, exit status and a part of what is said.
func TestCan(t *testing.T) {
	for _, c := range []struct{ args, verdict, says string }{
		// Groups that every account is in; another namespace; a binding of a user.
		{"sa:shop/web create pods/exec -n ops", "yes", "RoleBinding ops/exec subject 1 (group:system:serviceaccounts) → Role ops/exec rule 1 (create pods/exec)"},
		{"sa:shop/web create pods/exec -n shop", "no", "RBAC only"},
		{"user:alice create pods/exec -n ops", "yes", "RoleBinding ops/exec subject 0 (direct)"},
		{"user:bob create pods/exec -n ops", "no", "what groups a user is in is known to the authenticator alone"},
		{"group:system:serviceaccounts list po -n ops", "yes", "rule 0 (list pods)"},
		{"group:system:serviceaccounts:shop list Pod -n ops", "yes", "(group:system:serviceaccounts)"},
		{"user:system:serviceaccount:shop:web list pods -n ops", "yes", "sa:shop/web may list pods in namespace ops"},
		// All namespaces at once is no namespace.
		{"sa:shop/web create pods/exec", "no", "but granted in namespace ops: ask with -n"},
		{"sa:shop/web create pods/exec -n ops -A", "no", "in all namespaces"},
		// pods is not pods/exec, and the group counts.
		{"sa:shop/web get pods/exec -n ops", "no", "RBAC only"},
		{"sa:shop/web get pods.apps -n ops", "no", "RBAC only"},
		// Names.
		{"sa:shop/web get secrets -n ops", "no", "but granted for the name db alone: ask with the name"},
		{"sa:shop/web get secrets", "no", "but granted for the name ops/db alone: ask with the name"},
		{"sa:shop/web get secrets db -n ops", "yes", "ClusterRole one-secret rule 0 (get secrets)"},
		{"sa:shop/web get secrets db", "no", "but granted in namespace ops: ask with -n"},
		{"sa:shop/web get secrets dbs -n ops", "no", "RBAC only"},
		// A RoleBinding gives nothing of the cluster, but its own namespace.
		{"sa:shop/web get nodes", "no", "RBAC only"},
		{"sa:shop/web get nodes -n shop", "no", "may not get nodes"},
		{"sa:shop/web delete namespaces shop", "yes", "RoleBinding shop/own-namespace"},
		{"sa:shop/web delete ns shop", "yes", "RoleBinding shop/own-namespace"},
		{"sa:shop/web get namespaces", "no", "but granted for the name shop alone"},
		{"sa:shop/web delete namespaces ops", "no", "RBAC only"},
		{"group:dev get nodes n1", "yes", "ClusterRoleBinding nodes"},
		// URLs.
		{"group:dev get /metrics", "yes", "rule 1 (get /metrics)"},
		{"group:dev get /debug/pprof/heap", "yes", "rule 1 (get /debug/*)"},
		{"group:dev post /metrics", "no", "RBAC only"},
		{"sa:shop/web get /metrics", "no", "RBAC only"},
		{"user:carol get /metrics --group dev", "yes", "(group:dev)"},
		// A role that nobody has filled in, and a resource that a cluster defines.
		{"sa:ops/operator update widgets -n shop", "yes", "ClusterRole all-widgets, which gathers ClusterRole widgets rule 0 (* widgets)"},
		{"sa:ops/operator update widgets.example.com/status", "yes", "rule 0 (* widgets/status)"},
		{"sa:ops/operator update Widget", "yes", "in all namespaces"},
		// A dangling binding grants nothing.
		{"user:bob get pods -n ops", "no", "RBAC only"},
		// Who passes every authorizer, and who is in the group.
		{"group:system:masters delete nodes", "yes", "removing bindings does not revoke it"},
		{"user:carol delete nodes --group system:masters", "yes", "removing bindings does not revoke it"},
		{"user:root escalate clusterroles", "yes", "rule 0 (* *)"},
		// What other authorizers decide.
		{"user:system:node:n1 get secrets -n ops", "unknown", "the Node authorizer decides"},
		// Several namespaces: the worst counts.
		{"sa:shop/web list pods -n ops -n shop", "no", "may list pods in 1 of 2 namespaces"},
		{"user:root list pods -n ops -n shop", "yes", "may list pods in 2 of 2 namespaces"},
		{"user:system:node:n1 get pods -n shop -n ops", "unknown", "0 of 2"},
	} {
		args := append([]string{"can", "-f", rights}, strings.Fields(c.args)...)
		want := map[string]int{"yes": 0, "no": 1, "unknown": 3}[c.verdict]
		r := canopy(t, "", args...)
		if r.code != want || !strings.HasPrefix(r.out, c.verdict+": ") || !strings.Contains(r.out, c.says) {
			t.Errorf("canopy can %s: exit status %d, want %d and %q:\n%s%s", c.args, r.code, want, c.says, r.out, r.err)
		}
		var a output.Answer
		again := canopy(t, "", append(args, "-o", "json")...)
		if err := json.Unmarshal([]byte(again.out), &a); err != nil || again.code != want || a.Verdict != c.verdict {
			t.Errorf("canopy can %s -o json: exit status %d, %v: %s", c.args, again.code, err, again.out)
		}
		if a.Via == nil || (a.Verdict == "yes") != (a.Reason == "") && !strings.Contains(a.Reason, "system:masters") {
			t.Errorf("canopy can %s: %+v", c.args, a)
		}
	}
}

// TestWhoCan does the same for the question the other way round. The holders of all of the cluster are in every answer.
func TestWhoCan(t *testing.T) {
	always := "group:system:masters user:root"
	for _, c := range []struct{ args, want string }{
		{"create pods/exec -n ops", "group:system:serviceaccounts user:alice"},
		{"create pods/exec", "group:system:serviceaccounts user:alice"},
		{"create pods/exec -n shop", ""},
		{"create pods/exec -n shop -n ops", "group:system:serviceaccounts user:alice"},
		{"create pods/exec -n ops --expand", "sa:ops/operator sa:shop/web user:alice"},
		{"get secrets", ""},
		{"get secrets db", "sa:shop/web"},
		{"get secrets db -n shop", ""},
		{"get nodes", "group:dev"},
		{"get nodes -n shop", "group:dev"},
		{"get /metrics", "group:dev"},
		{"get namespaces shop", "sa:shop/web"},
		{"get namespaces", ""},
		{"update widgets -n shop", "sa:ops/operator"},
		{"sing songs", ""},
	} {
		args := append([]string{"who-can", "-f", rights, "-o", "json", "--strict"}, strings.Fields(c.args)...)
		r := canopy(t, "", args...)
		var h output.Holders
		if err := json.Unmarshal([]byte(r.out), &h); err != nil || r.code != 0 || !h.Complete || len(h.Bypass) != 1 {
			t.Fatalf("canopy who-can %s: exit status %d, %v: %s%s", c.args, r.code, err, r.out, r.err)
		}
		got := map[string]bool{}
		for _, s := range h.Subjects {
			got[s.Subject.String()] = true
			if len(s.Via) == 0 || len(s.Namespaces) == 0 {
				t.Errorf("canopy who-can %s: %+v", c.args, s)
			}
		}
		want := map[string]bool{}
		for _, s := range strings.Fields(always + " " + c.want) {
			want[s] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("canopy who-can %s (-want +got):\n%s", c.args, diff)
		}
	}
}

// TestWhoCanIsCan asks of every holder whether it can, by the other command.
func TestWhoCanIsCan(t *testing.T) {
	for _, question := range []string{"create pods/exec -n ops", "get secrets db -n ops", "get nodes", "get /debug/x", "delete namespaces shop", "patch widgets/status -n ops"} {
		for _, expand := range []string{"", " --expand"} {
			var h output.Holders
			decodeInto(t, must(t, strings.Fields("who-can -f "+rights+" -o json "+question+expand)...), &h)
			if len(h.Subjects) < 3 {
				t.Errorf("%s: %d subjects", question, len(h.Subjects))
			}
			for _, s := range h.Subjects {
				var a output.Answer
				decodeInto(t, must(t, strings.Fields("can "+s.Subject.String()+" -f "+rights+" -o json "+question)...), &a)
				if diff := cmp.Diff(a.Via, s.Via); diff != "" {
					t.Errorf("%s: %s (-can +who-can):\n%s", question, s.Subject, diff)
				}
			}
		}
	}
}

func decodeInto(t *testing.T, text string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatal(err)
	}
}

// TestAccessGolden holds the bytes of every form.
func TestAccessGolden(t *testing.T) {
	for name, args := range map[string]string{
		"list.table":    "can sa:shop/web",
		"list.wide":     "can sa:ops/operator -o wide",
		"list.json":     "can sa:shop/nobody -o json -n ops",
		"list.yaml":     "can group:dev -o yaml",
		"expand.table":  "can sa:ops/operator --expand",
		"masters.table": "can group:system:masters",
		"none.table":    "can user:nobody",
		"yes.table":     "can sa:shop/web create pods/exec -n ops",
		"yes.json":      "can sa:shop/web create pods/exec -n ops -o json",
		"ascii.table":   "can sa:shop/web create pods/exec -n ops --ascii",
		"no.table":      "can sa:shop/web get secrets",
		"no.json":       "can sa:shop/web get secretz -o json",
		"several.table": "can sa:shop/web list pods -n ops -n shop",
		"several.wide":  "can sa:shop/web list pods -n ops -n shop -o wide",
		"several.json":  "can sa:shop/web list pods -n ops -n shop -o json",
		"who.table":     "who-can create pods/exec",
		"who.wide":      "who-can create pods/exec --expand -o wide",
		"who.json":      "who-can get secrets -n ops -o json",
		"nobody.table":  "who-can sing /songs -f testdata/sound.yaml",
	} {
		fields := strings.Fields(args)
		if !strings.Contains(args, "-f ") {
			fields = append(fields, "-f", rights)
		}
		r := canopy(t, "", fields...)
		if again := canopy(t, "", fields...); again != r {
			t.Errorf("%s differs between two runs", args)
		}
		got := "$ canopy " + args + "\n" + r.out + fmt.Sprintf("exit status %d\n", r.code) + r.err
		path := filepath.Join("testdata", "access", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func grantFields() fields {
	place := fields{"file": "", "line": 0}
	return fields{
		"binding": ref(), "subject": 0, "match": "", "role": ref(), "rule": 0, "verb": "", "resource": "", "aggregatedFrom?": ref(),
		"subjectAt?": place, "ruleAt?": place,
	}
}

func TestAccessContract(t *testing.T) {
	fields{
		"subject": "", "complete": nil, "groups": []string{}, "reason?": "",
		"permissions": []fields{{"verb": "", "group": "", "resource": "", "name?": "", "namespace?": "", "url?": "", "via": []fields{grantFields()}}},
	}.check(t, "", decode(t, must(t, "can", "sa:ops/operator", "-o", "json", "-f", rights)))
	answer := decode(t, must(t, "can", "sa:ops/operator", "get", "widgets", "-n", "shop", "-o", "json", "-f", rights)).(map[string]any)
	fields{"verdict": "", "reason": "", "via": []fields{grantFields()}}.check(t, "", answer)
	if len(answer) != 3 {
		t.Errorf("an answer has %d fields: %v", len(answer), answer)
	}
	fields{
		"subjects": []fields{{"subject": "", "namespaces": []string{}, "via": []fields{grantFields()}}}, "bypass": []string{}, "complete": nil,
	}.check(t, "", decode(t, must(t, "who-can", "get", "widgets", "-o", "json", "-f", rights)))
}

// TestAccessUsage holds what is said of questions that are none, and what is doubted of others.
func TestAccessUsage(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		told string
	}{
		{"can", 2, "name a subject: sa:NAMESPACE/NAME, user:NAME or group:NAME"},
		{"can web", 2, `subject "web": want sa:NAMESPACE/NAME, user:NAME or group:NAME`},
		{"can sa:web", 2, "a service account is sa:NAMESPACE/NAME"},
		{"can get pods", 2, "Name a resource or a URL after the verb"},
		{"can sa:a/b get", 2, "Name a resource or a URL after the verb"},
		{"can sa:a/b get pods a b", 2, "5 words are too many"},
		{"can sa:a/b get /metrics x", 2, "a URL has no name"},
		{"can sa:a/b get /api/v1/pods", 2, "is the path of a resource"},
		{"can sa:a/b get pods --expand", 2, "--expand is for the list"},
		{"can sa:a/b get pods --strict", 2, "--strict is for the list"},
		{"can sa:a/b --group dev", 2, "only a user is in groups that cannot be known"},
		{"can user:a --group=", 2, "--group"},
		{"can user:a -o sarif", 2, "want table, wide, json, yaml"},
		{"who-can", 2, "name a verb and a resource"},
		{"who-can get", 2, "Name a resource or a URL after the verb"},
		{"who-can get pods a b", 2, "4 words are too many"},
		{"who-can get /a b", 2, "a URL has no name"},
		{"who-can get pods -o csv", 2, "want table, wide, json, yaml"},
		{"who-can get pods -f testdata/nowhere.yaml", 2, "nowhere.yaml"},
		{"can sa:shop/web get pots -n ops -f " + rights, 1, "no such resource: pots"},
		{"can sa:shop/web fetch pods -n ops -f " + rights, 1, `pods have no verb "fetch"`},
		{"can sa:shop/nobody get pods -n ops -f " + rights, 0, "there is no service account shop/nobody"},
		{"can sa:void/web get pods -n ops -f " + rights, 0, `there is no namespace "void"`},
		{"can group:system:serviceaccounts:void -f " + rights, 0, `there is no namespace "void"`},
		{"can user:alice get pods -n void -f " + rights, 1, `there is no namespace "void"`},
		{"can user:alice get nodes -n ops -f " + rights, 1, "nodes belong to no namespace: ops is ignored"},
		{"who-can get secrets -f " + rights, 0, "1 more may for single objects alone: ask with the name, such as db"},
		{"who-can get pods -n void -f " + rights, 0, `there is no namespace "void"`},
	} {
		r := canopy(t, "", strings.Fields(c.args)...)
		if r.code != c.code || !strings.Contains(r.err, c.told) || strings.Count(r.err, "\n") != 1 || (r.out == "") != (c.code == 2) {
			t.Errorf("canopy %s: exit status %d, want %d; standard error %q, want %q", c.args, r.code, c.code, r.err, c.told)
		}
	}
}

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

// TestJungle asks of the cluster of the demo.
func TestJungle(t *testing.T) {
	const jungle = "../demo/jungle"
	var h output.Holders
	decodeInto(t, must(t, "who-can", "create", "pods/exec", "-n", "ops", "-f", jungle, "-o", "json"), &h)
	found := false
	for _, s := range h.Subjects {
		if s.Subject.String() != "group:system:serviceaccounts" {
			continue
		}
		g := s.Via[0]
		found = len(s.Via) == 1 && g.Binding.Name == "ops-exec" && g.Role.Name == "ops-exec" && g.Rule == 0 && len(s.Namespaces) == 1 && s.Namespaces[0] == "ops" &&
			g.RuleAt != nil && strings.HasSuffix(g.RuleAt.File, "32-ops.yaml") && g.RuleAt.Line > 0 && g.SubjectAt.Line > g.RuleAt.Line
	}
	if !found || !h.Complete {
		t.Errorf("%+v", h)
	}
	// Expanded, every account of the cluster is in it, and the group is not.
	var all output.Holders
	decodeInto(t, must(t, "who-can", "create", "pods/exec", "-n", "ops", "--expand", "-f", jungle, "-o", "json"), &all)
	for _, s := range all.Subjects {
		if name := s.Subject.String(); name == "group:system:serviceaccounts" {
			t.Errorf("the group is in the list: %s", name)
		}
	}
	if len(all.Subjects) < 20 {
		t.Errorf("%d subjects", len(all.Subjects))
	}
	r := canopy(t, "", "can", "sa:shop/api", "create", "pods/exec", "-n", "ops", "-f", jungle)
	if r.code != 0 || !strings.Contains(r.out, "RoleBinding ops/ops-exec subject 0 (group:system:serviceaccounts) → Role ops/ops-exec rule 0 (create pods/exec)") || !strings.Contains(r.out, "32-ops.yaml:") {
		t.Error(r)
	}
}

func TestEdgeSheets(t *testing.T) {
	list := must(t, "rules", "--edges")
	if strings.Count(list, "\n") < 60 || !strings.Contains(list, "W-07") || strings.Contains(list, "PS01") {
		t.Error(list)
	}
	for _, args := range []string{"rules W-07", "rules w-07", "rules --edges W-07"} {
		out := must(t, strings.Fields(args)...)
		for _, word := range []string{"create pods/exec", "get pods/exec (before Kubernetes 1.35", "condition", "attack", "seen", "fix", "LP09", "MITRE"} {
			if !strings.Contains(out, word) {
				t.Errorf("%s: no %q in\n%s", args, word, out)
			}
		}
	}
	edge := []fields{{
		"id": "", "title": "", "from": "", "to": "", "scope": "", "class": "", "condition": "", "attack": "", "defence": "", "remedy": "",
		"mitre": []string{}, "ms": []string{},
	}}
	fields{"edges": edge}.check(t, "", decode(t, must(t, "rules", "--edges", "-o", "json")))
	fields{"edges": edge}.check(t, "", decode(t, must(t, "rules", "I-01", "-o", "json")))
	if page := must(t, "rules", "--edges", "-o", "markdown"); !strings.HasPrefix(page, "# Steps of attack\n") || !strings.Contains(page, "\n## W-07\n") {
		t.Error(page[:200])
	}
	for args, told := range map[string]string{
		"rules X-99": `edge "X-99": no such edge; canopy rules --edges lists them`, "rules --edges PS01": "no such edge", "rules XX99": "no such rule",
	} {
		if r := canopy(t, "", strings.Fields(args)...); r.code != 2 || !strings.Contains(r.err, told) {
			t.Error(args, r)
		}
	}
	if rules := must(t, "rules", "-o", "json"); strings.Contains(rules, `"W-07"`) {
		t.Error("the list of rules has edges in it")
	}
}

// TestAccessCompletion completes verbs and resources by the built-in table, and how subjects begin.
func TestAccessCompletion(t *testing.T) {
	for args, want := range map[string]string{
		"can|":                  "sa:",
		"can|sa:a/b|":           "impersonate",
		"can|sa:a/b|create|":    "pods/exec",
		"who-can|":              "get",
		"who-can|get|":          "deployments.apps/scale",
		"who-can|approve|":      "signers.certificates.k8s.io",
		"rules|":                "W-07",
		"can|sa:a/b|get|pods|x": ":",
	} {
		out := must(t, append([]string{"__complete"}, strings.Split(args, "|")...)...)
		if !strings.Contains("\n"+out, "\n"+want) {
			t.Errorf("%s: no %q among %s", args, want, out)
		}
	}
}
