package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"canopy/analysis/node"
	"canopy/analysis/upgrade"
	"canopy/cmd/canopy/output"
)

func TestNodesContract(t *testing.T) {
	out := must(t, "nodes", "-f", "testdata/nodes.yaml", "-o", "json", now)
	fields{
		"nodes": []fields{{
			"ref": ref(), "kubelet": "", "runtime": "", "os": "", "kernel": "", "roles": []string{}, "ready": true, "age": "", "findings": []string{},
			"verdicts": []fields{{"topic": "", "state": "", "detail": "", "source": "", "date": ""}},
			"pods":     fields{"all": 0, "exposed": 0, "privileged": 0, "powerful": 0, "worst": []any{}},
		}},
		"controlPlane": fields{"hidden": false, "parts": []fields{{"component": "", "version": ""}}, "verdicts": []fields{{"topic": "", "state": "", "detail": ""}}, "findings": []string{}},
		"plan":         []fields{{"what": "", "object": ref(), "from": "", "to": "", "why": "", "safe": false, "drains": true, "commands": []string{}}},
		"target":       "", "next": "", "blockers": []fields{{"cause": "", "object": ref(), "says": "", "minor": ""}}, "unknown": []any{}, "data": "", "unseen": []string{},
	}.check(t, "", decode(t, out))

	var d output.Nodes
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Nodes) != 2 || d.Nodes[0].Ref.Name != "new" || d.Target != "1.37.2" || d.Next != "1.38" {
		t.Fatalf("%d nodes, target %s, next %s", len(d.Nodes), d.Target, d.Next)
	}
	old := d.Nodes[1]
	states := map[node.Topic]node.State{}
	for _, v := range old.Verdicts {
		states[v.Topic] = v.State
		if v.Detail == "" {
			t.Errorf("%s is %s and says nothing", v.Topic, v.State)
		}
	}
	for topic, want := range map[node.Topic]node.State{node.Skew: node.Overdue, node.Support: node.Overdue, node.Runtime: node.Overdue, node.Ready: node.Overdue} {
		if states[topic] != want {
			t.Errorf("%s is %s, want %s", topic, states[topic], want)
		}
	}
	if p := old.Pods; p == nil || p.All != 1 || p.Exposed != 1 || len(p.Worst) != 1 || p.Worst[0].Ref.Name != "web" {
		t.Errorf("%+v", p)
	}
	for _, rule := range []string{"VP04", "VP05", "VP07", "VP09"} {
		if !slices.ContainsFunc(old.Findings, func(id string) bool { return strings.HasPrefix(id, rule+"/") }) {
			t.Errorf("no %s in %v", rule, old.Findings)
		}
	}
	step := d.Plan[slices.IndexFunc(d.Plan, func(s upgrade.Step) bool { return s.Object.Name == "old" })]
	if step.Safe || !step.Drains || len(step.Obstacles) == 0 || step.Obstacles[0].Budget.Name != "web" || !step.Obstacles[0].Blocks || len(step.Commands) == 0 {
		t.Errorf("%+v", step)
	}
	if len(d.Blockers) == 0 || d.Blockers[0].Object.Name != "old" {
		t.Errorf("%+v", d.Blockers)
	}
}

// TestNodesStatus goes through the exit statuses, and what is said.
func TestNodesStatus(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"nodes -f testdata/nodes.yaml", 0, "blocked by web"},
		{"nodes old -f testdata/nodes.yaml", 0, "1 node, 1 with"},
		{"nodes old -f testdata/nodes.yaml", 0, "kubectl drain old"},
		{"nodes old -f testdata/nodes.yaml", 0, "  blocks the drain: "},
		{"nodes older -f testdata/nodes.yaml", 2, "no node \"older\""},
		{"nodes -f testdata/images --strict", 0, ""},
		{"nodes -f testdata/nodes.yaml -o wide", 0, "containerd 1.6"},
		{"nodes -f testdata/nodes.yaml --strict", 0, ""},
		{"nodes -f testdata/spoilt.yaml --strict", 3, ""},
		{"nodes -f testdata/nodes.yaml --kubelet-config", 2, "no kubelet can be asked"},
		{"nodes -f testdata/nodes.yaml -o sarif", 2, "want table, wide, json, yaml"},
	} {
		r := canopy(t, "", append(strings.Fields(c.args), now)...)
		if r.code != c.code || !strings.Contains(r.out+r.err, c.says) {
			t.Errorf("%s: status %d, want %d with %q:\n%s%s", c.args, r.code, c.code, c.says, r.out, r.err)
		}
	}
	if a, b := must(t, "nodes", "-f", "testdata/nodes.yaml", "-o", "json", now), must(t, "nodes", "-f", "testdata/nodes.yaml", "-o", "json", now); a != b {
		t.Error("the same input gives different output")
	}
}

// TestDataUpdate takes newer tables, judges by them, and keeps what is there where nothing is newer or what is given is spoilt.
func TestDataUpdate(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_DATA_HOME", home)
	path := filepath.Join(home, "canopy", "tables.json")
	newer := filepath.Join(t.TempDir(), "endoflife.json")
	if err := os.WriteFile(newer, []byte(`{"schema_version":"1.2.0","generated_at":"2026-11-20T00:00:00+00:00","result":{"name":"kubernetes","releases":[
		{"name":"1.37","releaseDate":"2026-08-26","isEol":true,"eolFrom":"2026-11-22","latest":{"name":"1.37.9","date":"2026-11-19"}}]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var before output.DataTables
	if err := json.Unmarshal([]byte(must(t, "data", "-o", "json", now)), &before); err != nil {
		t.Fatal(err)
	}
	if len(before.Tables) < 10 || before.File != path || before.Stale == 0 {
		t.Fatalf("%d tables, file %s, %d stale", len(before.Tables), before.File, before.Stale)
	}
	for _, one := range before.Tables {
		if one.Name == "" || one.Source == "" || one.Date == "" || one.Entries == 0 || one.Origin != "bundled" {
			t.Errorf("%+v", one)
		}
	}
	if r := canopy(t, "", "data", "update", now); r.code != 2 {
		t.Errorf("without --from: status %d", r.code)
	}
	if r := canopy(t, "{", "data", "update", "--from", "-", now); r.code != 2 || !strings.Contains(r.err, "nothing was taken") {
		t.Errorf("spoilt: status %d: %s", r.code, r.err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a spoilt update left a file")
	}
	var u output.DataUpdate
	if err := json.Unmarshal([]byte(must(t, "data", "update", "--from", newer, "-o", "json", now)), &u); err != nil {
		t.Fatal(err)
	}
	if u.Path != path || len(u.Changes) != 1 || u.Changes[0].To != "2026-11-20" {
		t.Errorf("%+v", u)
	}
	if r := canopy(t, "", "data", "update", "--from", newer, now); r.code != 1 || !strings.Contains(r.err, "not newer") {
		t.Errorf("the same again: status %d: %s", r.code, r.err)
	}
	var d output.Nodes
	if err := json.Unmarshal([]byte(must(t, "nodes", "-f", "testdata/nodes.yaml", "-o", "json", now)), &d); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(d.Nodes[0].Verdicts, func(v node.Verdict) bool { return v.Topic == node.Patch })
	if v := d.Nodes[0].Verdicts[i]; v.State != node.Due || !strings.Contains(v.Detail, "1.37.9") {
		t.Errorf("%+v", v)
	}
	if out := must(t, "info", "-o", "json"); !strings.Contains(out, path) || !strings.Contains(out, "2026-11-20") {
		t.Errorf("info does not tell of the tables: %s", out)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := canopy(t, "", "nodes", "-f", "testdata/nodes.yaml", now); r.code != 0 || !strings.Contains(r.err, "tables.json") {
		t.Errorf("with a spoilt file: status %d: %s", r.code, r.err)
	}
}
