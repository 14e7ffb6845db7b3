package command

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	gocmp "github.com/google/go-cmp/cmp"

	"canopy/analysis/manifest"
	"canopy/cmd/canopy/output"
)

// TestReachRuns goes the whole way: flags, capture, answers, exit status.
func TestReachRuns(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		// The policy tells the canary of web apart, and lets the others in by the name of a port.
		{"--from shop/Deployment/web --to db/StatefulSet/postgres", 0, "allow"},
		{"--from shop/Pod/web-1-a --to db/Pod/postgres-0 --port 5432", 0, "db/NetworkPolicy/allow-web ingress rule 0"},
		{"--from shop/Pod/web-1-a --to db/Pod/postgres-0 --port sql", 0, "TCP 5432"},
		{"--from shop/Pod/web-1-a --to db/Pod/postgres-0 --port 5433", 1, "deny"},
		{"--from shop/Pod/web-1-b --to db/Pod/postgres-0", 1, "deny"},
		{"--from shop/Pod/debug --to db/StatefulSet/postgres", 1, "near miss"},
		{"--from internet --to db/StatefulSet/postgres", 1, "cidr:0.0.0.0/0"},
		{"--from db/StatefulSet/postgres --to internet", 1, "cidr:0.0.0.0/0"},
		{"--from db/StatefulSet/postgres --to shop/Deployment/web", 1, "db/NetworkPolicy/deny egress"},
		{"--from cidr:203.0.113.0/24 --to shop/Deployment/web", 0, "via shop/Service/web"},
		{"--from Namespace/shop --to Namespace/db --level namespace", 0, "Namespace/db"},
		{"--from shop/Pod/debug --to shop/Pod/debug", 0, "no entries, by workload"},
		{"--from Namespace/void --to Namespace/db", 3, "no entries, by workload"},
		{"--to db/StatefulSet/postgres", 0, "shop/Deployment/web"},
		{"--from Namespace/void", 0, "nothing is allowed"},
		{"-n void", 0, "nothing is allowed"},
		{"--strict", 0, "shop/Deployment/web"},
		{"--from shop/Deployment/wab", 2, "did you mean shop/Deployment/web?"},
		{"--from shop/Deployment/web --to db/StatefulSet/postgres -n void", 2, `--namespace "void": neither end is in it`},
		{"-n nowhere", 2, `there is no namespace "nowhere"`},
		{"--level node", 2, "want workload, namespace or pod"},
		{"--port x/y", 2, "a protocol is TCP, UDP or SCTP"},
		{"-o xml", 2, "want table, wide, json, yaml, dot, csv, markdown"},
		{"shop/Deployment/web", 2, "unknown command"},
	} {
		args := append([]string{"reach", "-f", shopAndDB}, strings.Fields(c.args)...)
		r := canopy(t, "", args...)
		said := r.out
		if c.code == 2 {
			said = r.err
			if r.out != "" || strings.Count(r.err, "\n") != 1 {
				t.Errorf("canopy reach %s: a failure is one line on standard error, not %q and %q", c.args, r.out, r.err)
			}
		}
		if r.code != c.code || !strings.Contains(said, c.says) {
			t.Errorf("canopy reach %s: exit status %d, want %d and %q:\n%s%s", c.args, r.code, c.code, c.says, r.out, r.err)
		}
	}
}

// TestReachRunGolden holds the bytes of every form.
func TestReachRunGolden(t *testing.T) {
	for name, args := range map[string]string{
		"all.table":       "",
		"all.wide":        "--all -o wide",
		"all.json":        "-o json",
		"all.yaml":        "-o yaml --from Namespace/shop",
		"all.dot":         "-o dot",
		"all.csv":         "--all -o csv",
		"all.markdown":    "-o markdown",
		"namespace.table": "--level namespace",
		"namespace.json":  "--level namespace -o json",
		"pod.table":       "--level pod --to db/StatefulSet/postgres --all",
		"pair.table":      "--from shop/Deployment/web --to db/StatefulSet/postgres",
		"pair.ascii":      "--from shop/Pod/debug --to db/Pod/postgres-0 --port sql --ascii",
		"pair.json":       "--from shop/Deployment/web --to db/StatefulSet/postgres -o json",
		"internet.table":  "--from internet",
		"none.table":      "--from Namespace/void",
		"strange.table":   "--from shop/Deployment/wab",
	} {
		fields := append([]string{"reach"}, strings.Fields(args)...)
		fields = append(fields, "-f", shopAndDB)
		r := canopy(t, "", fields...)
		if again := canopy(t, "", fields...); again != r {
			t.Errorf("%s differs between two runs", args)
		}
		got := "$ canopy reach " + args + "\n" + r.out + fmt.Sprintf("exit status %d\n", r.code) + r.err
		path := filepath.Join("testdata", "reach", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestReachContract(t *testing.T) {
	end := fields{"apiVersion?": "", "kind?": "", "namespace?": "", "name?": "", "cidr?": "", "external?": ""}
	entry := fields{
		"src": end, "dst": end, "class?": "", "verdict": "", "connections": []fields{{"protocol": "", "ports": ""}},
		"because": []fields{{"object": nil, "tier": "", "direction": "", "rule": 0, "note": ""}}, "assumption?": "", "via?": ref(),
	}
	classes := 0
	for _, level := range []string{"workload", "namespace", "pod"} {
		if level == "namespace" {
			entry["pairs"] = fields{"allowed": 0, "total": 0}
		}
		document := decode(t, must(t, "reach", "-f", shopAndDB, "--all", "--level", level, "-o", "json")).(map[string]any)
		fields{"level": "", "enforcement": "", "entries": []fields{entry}}.check(t, level, document)
		delete(entry, "pairs")
		if document["level"] != level || len(document) != 3 || len(document["entries"].([]any)) == 0 {
			t.Errorf("%s: %v", level, document)
		}
		seen := map[string]bool{}
		for _, e := range document["entries"].([]any) {
			e := e.(map[string]any)
			if e["class"] != nil {
				classes++
			}
			key, _ := json.Marshal([]any{e["src"], e["dst"], e["srcClass"], e["dstClass"], e["verdict"], e["assumption"], e["via"]})
			if seen[string(key)] {
				t.Errorf("%s: twice: %s", level, key)
			}
			seen[string(key)] = true
		}
	}
	if classes == 0 {
		t.Error("no entry tells the replicas of web apart")
	}
}

// TestReachOfNothing asks of clusters without pods.
func TestReachOfNothing(t *testing.T) {
	path := writeFile(t, "empty.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n")
	for _, format := range []string{"table", "wide", "json", "yaml", "dot", "csv", "markdown"} {
		r := canopy(t, "", "reach", "-f", path, "-o", format)
		if r.code != 0 || r.out == "" {
			t.Errorf("-o %s: exit status %d: %s%s", format, r.code, r.out, r.err)
		}
	}
}

// TestReachHostile reads a capture whose every name fights the terminal, and what takes text for more than text.
func TestReachHostile(t *testing.T) {
	for _, evil := range []string{"=x \x1b[31m\u202e | <b> \"];n9->n8[label=\"", "+cmd", "`a` [x](http://y)"} {
		quoted, err := json.Marshal(evil)
		if err != nil {
			t.Fatal(err)
		}
		path := writeFile(t, "evil.yaml", strings.ReplaceAll(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":EVIL,"namespace":EVIL,"labels":{"a":EVIL}},"spec":{"containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running","podIP":"10.0.0.1"}}
---
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b","namespace":EVIL,"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running","podIP":"10.0.0.2"}}
---
{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":EVIL,"namespace":EVIL},"spec":{"podSelector":{"matchLabels":{"a":EVIL}},"policyTypes":["Ingress"],"ingress":[{"from":[{"podSelector":{"matchLabels":{"a":EVIL}}}]}]}}
`, "EVIL", string(quoted)))
		for _, format := range []string{"table", "wide", "json", "yaml", "dot", "csv", "markdown"} {
			for _, args := range [][]string{{}, {"--level", "pod"}, {"--from", evil + "/Pod/b", "--to", evil + "/Pod/" + evil}, {"--from", evil}, {"--port", evil}} {
				r := canopy(t, "", append([]string{"reach", "--all", "-f", path, "-o", format}, args...)...)
				for _, c := range r.out + r.err {
					if c != '\n' && !manifest.Safe(c) {
						t.Fatalf("%s %q: %q %q", format, args, r.out, r.err)
					}
				}
			}
		}
	}
}

// TestReachOfTheDemo asks of the cluster of the demo: what is told there of its policies.
func TestReachOfTheDemo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out, told bytes.Buffer
		r := &run{streams: Streams{Logs: NewLogs(), Out: &out, Err: &told}}
		s, player, err := r.beginDemo(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer s.close()
		player.Pause(true)
		if _, err := s.engine.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			flags reachFlags
			want  error
			says  string
		}{
			{reachFlags{from: "ops/deploy/operator", to: "payments/sts/postgres", ports: []string{"5432"}}, nil, "payments/NetworkPolicy/postgres ingress rule 1"},
			{reachFlags{from: "shop/Deployment/web", to: "payments/sts/postgres", ports: []string{"5432"}}, errNo, "shop/NetworkPolicy/deny egress"},
			{reachFlags{from: "shop/Deployment/web", to: "payments/sts/postgres", ports: []string{"22"}}, errNo, "payments/NetworkPolicy/"},
			{reachFlags{from: "shop/Deployment/web", to: "payments/Deployment/worker"}, errNo, "payments/NetworkPolicy/deny"},
			{reachFlags{from: "internet"}, nil, "via shop/Ingress/"},
			{reachFlags{level: "namespace"}, nil, "Namespace/payments"},
		} {
			out.Reset()
			told.Reset()
			c.flags.format, c.flags.level = cmp.Or(c.flags.format, "table"), cmp.Or(c.flags.level, "workload")
			q, err := c.flags.query()
			if err == nil {
				err = r.answerReach(t.Context(), s.survey, q, output.UnseenFlows(s.engine.Report(), flowKinds()))
			}
			if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) || !strings.Contains(out.String(), c.says) || told.Len() > 0 {
				t.Errorf("%+v: %v, want %v and %q:\n%s%s", c.flags, err, c.want, c.says, out.String(), told.String())
			}
		}
	})
}

// TestReachCompletion completes how an end begins, and the kinds in a namespace.
func TestReachCompletion(t *testing.T) {
	for args, want := range map[string]string{
		"--level|":          "namespace",
		"--from|":           "internet",
		"--to|c":            "cidr:",
		"--to|shop/":        "shop/StatefulSet/",
		"--from|Namespace/": ":",
		"-o|":               "dot",
	} {
		out := must(t, append([]string{"__complete", "reach"}, strings.Split(args, "|")...)...)
		if !strings.Contains("\n"+out, "\n"+want) {
			t.Errorf("%s: no %q among %s", args, want, out)
		}
	}
}
