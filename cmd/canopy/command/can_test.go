package command

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
