package command

import (
	"encoding/json"
	"strings"
	"testing"

	"canopy/analysis/engine"
	"canopy/analysis/remedy"
	"canopy/cmd/canopy/output"
	"canopy/model"
)

// TestPathsRun goes the whole way: flags, manifests, the graph, exit status.
func TestPathsRun(t *testing.T) {
	home(t, "")
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"paths", 0, "2 paths to cluster-admin, of 3 sources"},
		{"paths --limit 1", 0, "1 more: --limit 0 prints all"},
		{"paths --from internet --to cluster-admin", 0, "shop/Service/web"},
		{"paths --from internet --to cluster-admin", 0, "testdata/paths.yaml:106"},
		{"paths --from internet --to cluster-admin", 0, "cut here: ops/RoleBinding/ops-exec: "},
		{"paths --from shop/Deployment/quiet --to cluster-admin", 1, "no path from shop/Deployment/quiet to cluster-admin"},
		{"paths --from ops/Pod/operator-1-a --to ops/Secret/key", 0, "ops/Pod/operator-1-a is part of ops/Deployment/operator"},
		{"paths --from sa:shop/web --to ops/Secret/key --routes 1", 0, "route 1 of 1: sa:shop/web → ops/Secret/key"},
		{"paths -n shop", 0, "1 path from shop to cluster-admin"},
		{"paths -n void", 2, `there is no namespace "void"`},
		{"paths --from shop/Deployment/wab", 2, "did you mean shop/Deployment/web?"},
		{"paths --to ops/Secret/kay", 2, "did you mean ops/Secret/key?"},
		{"paths --from user:nobody --to cluster-admin", 2, "no binding names it"},
		{"blast sa:shop/web", 0, "comes to hold all of the cluster"},
		{"blast shop/Deployment/quiet", 0, "talks to"},
		{"blast ops/Secret/key --strict", 0, "blast radius of ops/Secret/key"},
		{"blast ops/Secret/none", 2, "there is no such object"},
	} {
		r := canopy(t, "", append(strings.Fields(c.args), "-f", "testdata/paths.yaml", now)...)
		if r.code != c.code || !strings.Contains(r.out+r.err, c.says) {
			t.Errorf("canopy %s: exit status %d, want %d and %q:\n%s%s", c.args, r.code, c.code, c.says, r.out, r.err)
		}
	}
	for _, command := range []string{"paths", "blast sa:shop/web"} {
		for _, format := range output.PathFormats() {
			args := append(strings.Fields(command), "-f", "testdata/paths.yaml", now, "-o", string(format))
			if a, b := must(t, args...), must(t, args...); a != b || a == "" {
				t.Errorf("canopy %s -o %s differs between two runs:\n%s\n%s", command, format, a, b)
			}
		}
	}
}

// TestJewelsFromSettings: what the settings call a crown jewel is a goal, and canopy info shows it.
func TestJewelsFromSettings(t *testing.T) {
	home(t, "jewels: [ops/Secret/key]\n")
	for _, args := range [][]string{{"blast", "sa:shop/web"}, {"blast", "sa:shop/web", "--jewel", "Node/n1"}} {
		var d struct {
			Goals []struct{ To struct{ ID string } }
		}
		out := must(t, append([]string{"blast", "sa:shop/web", "-o", "json", "-f", "testdata/paths.yaml", now}, args[2:]...)...)
		if err := json.Unmarshal([]byte(out), &d); err != nil {
			t.Fatal(err)
		}
		found := false
		for _, g := range d.Goals {
			found = found || g.To.ID == "ops/Secret/key"
		}
		if !found {
			t.Errorf("%v: no jewel among %+v", args, d.Goals)
		}
	}
	if i, _ := info(t); len(i.Settings.Jewels) != 1 || i.Settings.Jewels[0] != "ops/Secret/key" {
		t.Errorf("%+v", i.Settings)
	}
	if out := must(t, "info"); !strings.Contains(out, "ops/Secret/key") {
		t.Error(out)
	}
}

// TestPreviewTellsPaths: the fix of a binding says from where cluster-admin can no longer be reached, and what-if from where it could be.
func TestPreviewTellsPaths(t *testing.T) {
	gone := file(t, "gone.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: operator}\n"+
		"roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: everything}\nsubjects: []\n")
	more := file(t, "more.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: alice}\n"+
		"roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: everything}\nsubjects: [{kind: User, name: alice}]\n")
	for name, want := range map[string][2]string{
		gone: {"cuts: 2 paths to cluster-admin, from ops/Deployment/operator, shop/Deployment/web", `"pathsCut": 2`},
		more: {"opens: 1 path to cluster-admin, from user:alice", `"pathsOpened": 1`},
	} {
		args := []string{"what-if", name, "-f", "testdata/paths.yaml", now}
		if out := must(t, args...); !strings.Contains(out, want[0]) {
			t.Errorf("no %q in\n%s", want[0], out)
		}
		if out := must(t, append(args, "-o", "json")...); !strings.Contains(out, want[1]) {
			t.Errorf("no %q in\n%s", want[1], out)
		}
	}
}

// endpoint is a NODE of the contract.
func endpoint() fields { return fields{"id": "", "type": "", "ref?": ref()} }

// hops are the steps of a path.
func hops() []fields {
	return []fields{{"edge": "", "from": endpoint(), "to": endpoint(), "proof": fields{"summary": "", "evidence": []fields{{"object": ref(), "path": "", "value": ""}}}, "confidence": "", "cost": 0}}
}

func TestPathsContract(t *testing.T) {
	cuts := []fields{{"object": ref(), "edit": "", "removes": 0}}
	path := fields{"from": endpoint(), "to": endpoint(), "risk": 0, "cost": 0, "confidence": "", "hops": hops()}
	for _, args := range [][]string{{"paths"}, {"paths", "--from", "internet", "--to", "nodes", "--routes", "2"}, {"paths", "--to", "control-plane"}} {
		fields{"paths": []fields{path}, "cuts": cuts, "least": cuts, "uncuttable": "", "more": 0, "unknown": "", "unseen": []string{}, "lateral": nil, "from": nil, "to": endpoint(), "sources": nil}.
			check(t, "", decode(t, must(t, append(args, "-f", "testdata/paths.yaml", now, "-o", "json")...)))
	}
	for _, name := range []string{"sa:shop/web", "internet", "Node/n1", "ops/Secret/key"} {
		fields{
			"from": endpoint(), "identity": nil, "verbs": 0, "secrets": []fields{ref()}, "pods": []fields{ref()}, "nodes": []fields{ref()}, "network": []fields{endpoint()},
			"escapes": hops(), "impact": hops(), "paths": 0, "goals": []fields{path}, "reached": []fields{{"id": "", "type": "", "cost": 0, "hops": 0, "confidence": ""}},
		}.check(t, "", decode(t, must(t, "blast", name, "-f", "testdata/paths.yaml", now, "-o", "json")))
	}
}

// TestPreviewWithoutPaths: what was not evaluated is null, and people are told so.
func TestPreviewWithoutPaths(t *testing.T) {
	p := newPreview(&model.Report{}, nil, &remedy.Fix{}, &engine.Preview{}, nil)
	text, err := json.Marshal(p)
	if err != nil || !strings.Contains(string(text), `"pathsCut":null,"pathsOpened":null`) {
		t.Errorf("%s: %v", text, err)
	}
	if below := strings.Join(previewGrid(p).Below, "\n"); !strings.Contains(below, "paths of attack were not evaluated") {
		t.Error(below)
	}
}
