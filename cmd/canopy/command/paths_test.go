package command

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/attack"
	"canopy/cmd/canopy/connect"
	"canopy/cmd/canopy/output"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// oracle answers about a graph that is made by hand.
type oracle struct {
	nodes []attack.Node
	// answer is that to every question, blasts by id.
	answer attack.Answer
	blasts map[string]attack.Blast
	routes int
	// denied is a kind that was not seen.
	denied string
	asked  []attack.Question
}

func (o *oracle) Paths(q attack.Question) attack.Answer {
	o.asked = append(o.asked, q)
	return o.answer
}

func (o *oracle) Routes(from, to attack.Node, k int, _ bool) ([]attack.Path, bool) {
	var list []attack.Path
	for i := range min(k, o.routes) {
		list = append(list, attack.Path{From: from, To: to, Cost: 10 + i})
	}
	return list, k < o.routes
}

func (o *oracle) Blast(n attack.Node) (attack.Blast, bool) { b, ok := o.blasts[n.ID]; return b, ok }

func (o *oracle) Find(name string) (attack.Node, bool) {
	if name == "shop/Pod/web-1" {
		name = "shop/Deployment/web"
	}
	for _, n := range append(append(goals(), attack.Internet), o.nodes...) {
		if n.ID == name {
			return n, true
		}
	}
	return attack.Node{}, false
}

func (o *oracle) Sources() []attack.Node { return o.nodes }
func (o *oracle) Goals() []attack.Node   { return goals() }

func (o *oracle) AskAttack(_ context.Context, f func(attack.Asker)) error { f(o); return nil }

func (o *oracle) read(_ context.Context, f func(*cluster.Cluster)) error {
	c := cluster.New()
	for _, k := range model.Kinds() {
		seen := model.Coverage{Kind: k.GroupKind(), State: model.Complete}
		if k.Kind == o.denied {
			seen.State, seen.Reason = model.Denied, "may not list"
		}
		c.Cover(seen)
	}
	meta := func(n attack.Node) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: n.Ref.Namespace, Name: n.Ref.Name, UID: types.UID(n.ID)}
	}
	for _, n := range o.nodes {
		var object runtime.Object
		switch n.Ref.Kind {
		case "Deployment":
			object = &appsv1.Deployment{ObjectMeta: meta(n)}
		case "ServiceAccount":
			object = &corev1.ServiceAccount{ObjectMeta: meta(n)}
		case "Namespace":
			object = &corev1.Namespace{ObjectMeta: meta(n)}
		case "Secret":
			object = &corev1.Secret{ObjectMeta: meta(n)}
		default:
			continue
		}
		r, err := record.Make(object)
		if err != nil {
			return err
		}
		c.Apply(model.Put(r))
	}
	f(c)
	return nil
}

// someNodes are those of a small graph.
func someNodes() []attack.Node {
	var list []attack.Node
	for _, name := range []string{"shop/Deployment/web", "ops/Deployment/operator", "shop/Secret/db", "Node/n1", "Namespace/shop"} {
		ref, err := model.ParseRef(name)
		if err != nil {
			panic(err)
		}
		n, _ := attack.NodeOf(ref)
		list = append(list, n)
	}
	for _, name := range []string{"sa:shop/web", "user:alice", "group:dev"} {
		s, err := model.ParseSubject(name)
		if err != nil {
			panic(err)
		}
		list = append(list, attack.NodeOfSubject(s))
	}
	return list
}

func onePath() attack.Path {
	web := someNodes()[0]
	return attack.Path{
		From: web, To: attack.ClusterAdmin, Cost: 4, Risk: 80, Hops: []attack.Hop{{Edge: "W-07", From: web, To: attack.ClusterAdmin, Cost: 4, Proof: attack.Proof{Summary: "create pods/exec in ops"}}},
	}
}

// trace runs canopy paths, or canopy blast where the first word says so, on an oracle.
func trace(t *testing.T, o *oracle, namespaces []string, args ...string) result {
	t.Helper()
	var out, told bytes.Buffer
	r := &run{streams: Streams{Out: output.Guard(&out), Err: &told, Logs: NewLogs()}, connect: connect.Flags{Namespaces: namespaces}}
	tr := &tracing{prober: o}
	err := func() error {
		if args[0] == "blast" {
			end, err := parsePathEnd("blast", args[1])
			if err != nil {
				return err
			}
			return r.printBlast(t.Context(), tr, end, output.Table, false)
		}
		c := r.attackPaths()
		flags := pathsFlags{}
		if err := c.ParseFlags(args); err != nil {
			return err
		}
		get := func(name string) string { return c.Flags().Lookup(name).Value.String() }
		flags.from, flags.to, flags.format = get("from"), get("to"), get("output")
		flags.routes, _ = c.Flags().GetInt("routes")
		flags.limit, _ = c.Flags().GetInt("limit")
		flags.lateral, _ = c.Flags().GetBool("lateral")
		flags.strict, _ = c.Flags().GetBool("strict")
		q, err := flags.query(r.connect.Shown())
		if err != nil {
			return err
		}
		return r.printPaths(t.Context(), tr, q)
	}()
	code, tell := status(err)
	if tell {
		r.warn("canopy: " + err.Error())
	}
	return result{code, out.String(), told.String()}
}

// TestPathsAnswer holds exit statuses and what is told.
func TestPathsAnswer(t *testing.T) {
	full := attack.Answer{Paths: []attack.Path{onePath()}}
	for _, c := range []struct {
		args   string
		shown  string
		answer attack.Answer
		denied string
		code   int
		says   string
	}{
		{"", "", full, "", 0, "1 path to cluster-admin"},
		{"--from shop/Deployment/web --to cluster-admin", "", full, "", 0, "cost 4, risk 80, proven"},
		{"--from shop/deploy/web --to cluster-admin", "", full, "", 0, "W-07 create pods/exec in ops"},
		{"--from shop/Pod/web-1", "", full, "", 0, "shop/Pod/web-1 is part of shop/Deployment/web, which stands for it"},
		{"--from shop/sa/web --to no/n1", "", full, "", 0, "from sa:shop/web to Node/n1"},
		{"--from system:serviceaccount:shop:web", "", full, "", 0, "from sa:shop/web"},
		{"--from internet --to control-plane", "", full, "", 0, "from internet to control-plane"},
		{"--from ns/shop --to secrets", "", full, "", 0, "from Namespace/shop to secrets"},
		{"--from user:alice --to shop/secret/db", "", attack.Answer{}, "", 1, "no path from user:alice to shop/Secret/db"},
		{"--from user:alice --to shop/secret/db", "", attack.Answer{Unknown: "Role denied"}, "", 3, "not known: there may be paths: Role denied"},
		{"--from user:alice", "", attack.Answer{}, "", 0, "no path from user:alice to cluster-admin"},
		{"--to nodes", "", attack.Answer{Unknown: "Role denied"}, "", 0, "not known"},
		{"--to nodes --strict", "", attack.Answer{Unknown: "Role denied"}, "", 3, "--strict"},
		{"--limit 1", "", attack.Answer{Paths: []attack.Path{onePath()}, More: 7}, "", 0, "7 more: --limit 0 prints all"},
		{"--from shop/Deployment/wab", "", full, "", 2, `--from "shop/Deployment/wab": there is no such object; did you mean shop/Deployment/web?`},
		{"--from shop/Deployment/operator", "", full, "", 2, `did you mean ops/Deployment/operator?`},
		{"--from shop/Deployment/wab", "", full, "Deployment", 3, "shop/Deployment/wab was not seen: Deployment denied, may not list"},
		{"--to shop/Secret/bd", "", full, "", 2, `--to "shop/Secret/bd": there is no such object`},
		{"--to shop/Secret/db2", "", full, "", 2, `did you mean shop/Secret/db?`},
		{"--to shop/Secret/db2", "", full, "Secret", 3, "Secret denied"},
		{"--from sa:shop/wab", "", full, "", 2, `there is no such object; did you mean sa:shop/web?`},
		{"--from sa:shp/web", "", full, "", 2, `there is no namespace "shp"; did you mean shop?`},
		{"--from user:alicf", "", full, "", 2, `--from "user:alicf": no binding names it; what everybody has who is logged in begins at group:system:authenticated; did you mean user:alice?`},
		{"--from user:x", "", full, "ClusterRoleBinding", 3, "user:x was not seen: ClusterRoleBinding denied"},
		{"--from cluster-admin", "", full, "", 2, "paths end there: name it after --to"},
		{"--to internet", "", full, "", 2, "paths begin there: name it after --from"},
		{"--from web", "", full, "", 2, "want a workload"},
		{"--from shop/web", "", full, "", 2, `there is no kind "shop"`},
		{"--from shop/Role/x", "", full, "", 2, "no path begins or ends at a Role"},
		{"--to Secret/db", "", full, "", 2, "in which namespace? Write NAMESPACE/Secret/db"},
		{"--to shop/Node/n1", "", full, "", 2, "a Node is in no namespace: write Node/n1"},
		{"--to arn:aws:iam::1:role/x", "", full, "", 2, "want a workload"},
		{"--routes 2 --to nodes", "", full, "", 2, "--routes: several routes are of a pair: name both ends, --from and --to"},
		{"--routes -1", "", full, "", 2, "--routes -1"},
		{"--limit -1", "", full, "", 2, "--limit -1"},
		{"-o xml", "", full, "", 2, "want table, wide, json, yaml, csv, markdown, dot"},
		{"--from internet", "shop", full, "", 2, "--from internet is in no namespace"},
		{"--from ops/Deployment/operator", "shop", full, "", 2, `--namespace "shop": ops/Deployment/operator is not in it`},
		{"--from shop/Deployment/web", "shop", full, "", 0, "1 path from shop/Deployment/web"},
		{"", "shop", full, "", 0, "1 path from shop to cluster-admin"},
	} {
		o := &oracle{nodes: append(someNodes(), attack.Node{}), answer: c.answer, denied: c.denied}
		var shown []string
		if c.shown != "" {
			shown = []string{c.shown}
		}
		args := strings.Fields(c.args)
		if len(args) == 0 {
			args = []string{"--limit", "20"}
		}
		r := trace(t, o, shown, args...)
		if r.code != c.code || !strings.Contains(r.out+r.err, c.says) {
			t.Errorf("canopy paths %s: exit status %d, want %d and %q:\n%s%s", c.args, r.code, c.code, c.says, r.out, r.err)
		}
		if c.code == 2 && (r.out != "" || strings.Count(r.err, "\n") != 1) {
			t.Errorf("canopy paths %s: a failure is one line on standard error, not %q and %q", c.args, r.out, r.err)
		}
	}
}

// TestPathsOfNamespaces adds what is said of several: a source is in one of them.
func TestPathsOfNamespaces(t *testing.T) {
	binding, other := model.KindByName("RoleBinding").Ref("ops", "a"), model.KindByName("RoleBinding").Ref("ops", "b")
	dear := onePath()
	dear.Cost = 9
	o := &oracle{nodes: someNodes(), answer: attack.Answer{
		Paths: []attack.Path{onePath(), dear}, More: 1, Cuts: []model.Cut{{Object: other, Edit: "delete it", Removes: 1}, {Object: binding, Edit: "delete it", Removes: 2}},
		Least: []model.Cut{{Object: binding, Edit: "delete it", Removes: 2}, {Object: other, Edit: "delete it", Removes: 3}},
	}}
	var d struct {
		Paths      []struct{ Cost int }
		Cuts       []model.Cut
		Least      []model.Cut
		More       int
		Namespaces []string
		From       any
	}
	r := trace(t, o, []string{"shop", "ops", "shop"}, "--limit", "3", "-o", "json", "--lateral")
	if err := json.Unmarshal([]byte(r.out), &d); err != nil {
		t.Fatal(err, r)
	}
	if len(o.asked) != 2 || o.asked[0].From.ID != "Namespace/shop" || o.asked[1].From.ID != "Namespace/ops" || !o.asked[0].Lateral || o.asked[0].Limit != 3 {
		t.Errorf("asked %+v", o.asked)
	}
	if len(d.Paths) != 3 || d.Paths[0].Cost != 4 || d.Paths[1].Cost != 4 || d.Paths[2].Cost != 9 || d.More != 3 || d.From != nil {
		t.Errorf("%+v", d)
	}
	if len(d.Cuts) != 2 || d.Cuts[0].Object != binding || d.Cuts[0].Removes != 4 || d.Cuts[1].Removes != 2 || len(d.Least) != 2 {
		t.Errorf("%+v", d.Cuts)
	}
}

// TestRoutes asks for several ways of each pair, from where the path begins.
func TestRoutes(t *testing.T) {
	o := &oracle{nodes: someNodes(), answer: attack.Answer{Paths: []attack.Path{onePath()}}, routes: 5}
	for k, want := range map[string]string{"2": "there are other routes: --routes 4", "5": "there are no other routes"} {
		r := trace(t, o, nil, "--from", "shop/Deployment/web", "--to", "cluster-admin", "--routes", k)
		if r.code != 0 || !strings.Contains(r.out, "route 1 of "+k+": shop/Deployment/web → cluster-admin  cost 10") || !strings.Contains(r.out, want) {
			t.Errorf("--routes %s: %s%s", k, r.out, r.err)
		}
	}
}

// TestRoutesFromInternet: each workload that is open to the internet has routes of its own, by the way in that leads to it.
func TestRoutesFromInternet(t *testing.T) {
	nodes := someNodes()
	open := func(n attack.Node) attack.Path {
		first := attack.Hop{Edge: "K-05", From: attack.Internet, To: n, Cost: 3, Confidence: attack.ByVersion}
		return attack.Path{From: attack.Internet, To: attack.ClusterAdmin, Hops: []attack.Hop{first, {Edge: "I-03", From: n, To: attack.ClusterAdmin}}}
	}
	o := &oracle{nodes: nodes, answer: attack.Answer{Paths: []attack.Path{open(nodes[0]), open(nodes[1])}}, routes: 1}
	r := trace(t, o, nil, "--from", "internet", "--to", "cluster-admin", "--routes", "2")
	for _, want := range []string{"cost 13, risk 0, version\n  internet\n    K-05", "there are no other routes from shop/Deployment/web on", "there are no other routes from ops/Deployment/operator on"} {
		if !strings.Contains(r.out, want) {
			t.Errorf("no %q in\n%s%s", want, r.out, r.err)
		}
	}
	o.answer.Paths = o.answer.Paths[:1]
	if r = trace(t, o, nil, "--from", "internet", "--to", "cluster-admin", "--routes", "2"); !strings.Contains(r.out, "cost 10") || !strings.Contains(r.out, "no other routes\n") {
		t.Error(r.out)
	}
}

func TestBlastAnswers(t *testing.T) {
	nodes := someNodes()
	o := &oracle{nodes: nodes, blasts: map[string]attack.Blast{
		"shop/Deployment/web": {From: nodes[0], Secrets: []attack.Reached{{Node: nodes[2], Cost: 1, Hops: 1}, {Node: attack.Node{ID: "ops/Secret/x", Type: attack.Secret, Ref: model.KindByName("Secret").Ref("ops", "x")}}}, Paths: 1},
		"internet":            {From: attack.Internet},
	}}
	for _, c := range []struct {
		name  string
		shown []string
		code  int
		says  string
	}{
		{"shop/Deployment/web", nil, 0, "reaches 2 Secrets"},
		{"shop/Deployment/web", []string{"shop"}, 0, "1 more in other namespaces than those that -n names"},
		{"shop/po/web-1", nil, 0, "blast radius of shop/Deployment/web"},
		{"internet", nil, 0, "reaches nothing else"},
		{"nodes", nil, 2, `blast "nodes": paths end there`},
		{"shop/Deployment/wbe", nil, 2, `blast "shop/Deployment/wbe": there is no such object`},
		{"x", nil, 2, "want a workload"},
	} {
		r := trace(t, o, c.shown, "blast", c.name)
		if r.code != c.code || !strings.Contains(r.out+r.err, c.says) {
			t.Errorf("canopy blast %s: exit status %d, want %d and %q:\n%s%s", c.name, r.code, c.code, c.says, r.out, r.err)
		}
	}
	for _, args := range [][]string{{"blast"}, {"blast", "a", "b"}, {"blast", ""}, {"blast", "x", "-o", "xml"}, {"paths", "x"}, {"paths", "--jewel", "x"}} {
		if r := canopy(t, "", append(args, "-f", "testdata/shop")...); r.code != 2 || strings.Count(r.err, "\n") != 1 || !strings.Contains(r.err, args[0]) && !strings.Contains(r.err, "-o") && !strings.Contains(r.err, "--jewel") {
			t.Errorf("%v: %+v", args, r)
		}
	}
}

// TestCompletePathEnds completes words, subjects and kinds, without a cluster.
func TestCompletePathEnds(t *testing.T) {
	for _, c := range []struct{ args, has, not string }{
		{"paths --from ", "internet", "cluster-admin"}, {"paths --to ", "control-plane", "internet"}, {"paths --from shop/", "shop/Deployment/", "internet"},
		{"blast ", "internet", "secrets"}, {"blast shop/", "shop/Secret/", ""}, {"blast x y", "", "internet"}, {"paths -o ", "dot", ""},
	} {
		args := append([]string{"__complete"}, strings.Split(c.args, " ")...)
		r := canopy(t, "", args...)
		if !strings.Contains(r.out, c.has) || c.not != "" && strings.Contains(r.out, c.not) {
			t.Errorf("%q: %s", c.args, r.out)
		}
	}
}

// TestHostilePathNames: what was typed acts on no terminal.
func TestHostilePathNames(t *testing.T) {
	evil := "a\x1b[2J\u202e\n→ x"
	o := &oracle{nodes: someNodes()}
	for _, args := range [][]string{{"--from", evil}, {"--from", "shop/Deployment/" + evil}, {"--to", "user:" + evil}, {"--from", evil + "/Pod/x"}, {"blast", "sa:x/" + evil}, {"blast", "a:b/" + evil + "/c/d"}} {
		r := trace(t, o, nil, args...)
		if r.code != 2 {
			t.Errorf("%q: %+v", args, r)
		}
		for _, c := range r.out + strings.TrimSuffix(r.err, "\n") {
			if !unicode.IsPrint(c) {
				t.Fatalf("%q: %q", args, r.err)
			}
		}
	}
}
