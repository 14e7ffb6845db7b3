package output

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"canopy/analysis/attack"
	"canopy/analysis/manifest"
	"canopy/model"
	"canopy/ui/text"
)

// steps is a small catalogue of edges.
func steps() []*model.Edge {
	return []*model.Edge{
		{ID: "I-01", Title: "A pod holds the token of its account", Attack: "Read the file.", Defence: "Use of the token from elsewhere.", Remedy: "Mount no token.", MITRE: []string{"T1552.007"}},
		{ID: "K-05", Title: "Reach a workload from outside", Attack: "Connect.", Defence: "Logs of the load balancer.", Remedy: "Take the way in away.", MITRE: []string{"T1190"}, MS: []string{"MS-TA9004"}},
		{ID: "S-05", Title: "Never named here"},
		{ID: "W-07", Title: "Run commands in any pod", Attack: "kubectl exec.", Defence: "Audit events.", Remedy: "Take pods/exec away."},
	}
}

func accountNode(namespace, name string) attack.Node {
	return attack.NodeOfSubject(model.Subject{Kind: model.AccountSubject, Namespace: namespace, Name: name})
}

func workloadNode(namespace, name string) attack.Node {
	n, _ := attack.NodeOf(model.KindByName("Deployment").Ref(namespace, name))
	return n
}

// story is a path with a hop of each kind: a way in, a token that rests on admission, a binding with a cut, and one on missing data.
func story() attack.Path {
	web, account, operator := workloadNode("shop", "web"), accountNode("shop", "web"), workloadNode("ops", "operator")
	binding := model.KindByName("RoleBinding").Ref("ops", "ops-exec")
	return attack.Path{
		From: attack.Internet, To: attack.ClusterAdmin, Cost: 9, Risk: 71, Confidence: attack.MissingData,
		Hops: []attack.Hop{
			{
				Edge: "K-05", From: attack.Internet, To: web, Cost: 2,
				Proof: attack.Proof{Summary: "LoadBalancer 203.0.113.9:80 to 8080", Object: model.KindByName("Service").Ref("shop", "web"), Subject: -1},
			},
			{
				Edge: "I-01", From: web, To: account, Cost: 3, Confidence: attack.ByAdmission, Reason: "the template alone was read",
				Proof: attack.Proof{Summary: "token mounted at the usual path", Object: web.Ref, Subject: -1, Evidence: []model.Evidence{
					{Object: web.Ref, Path: "spec.template.spec.automountServiceAccountToken", Value: "true"}, {Object: web.Ref, Path: "spec.template.spec.serviceAccountName", Value: "web"},
				}},
				Cut: model.Cut{Object: web.Ref, Edit: "do not mount the token"},
			},
			{
				Edge: "W-07", From: account, To: operator, Cost: 1,
				Proof: attack.Proof{
					Summary: "create pods/exec in ops", Object: binding, Match: "group:system:serviceaccounts:shop", Subject: 1, Role: model.KindByName("Role").Ref("ops", "exec"),
					Evidence: []model.Evidence{{Object: binding, Path: "subjects[1]", Value: "Group system:serviceaccounts:shop"}},
				},
				Cut: model.Cut{Object: binding, Edit: "delete it"},
			},
			{Edge: "X-99", From: operator, To: attack.ClusterAdmin, Cost: 3, Confidence: attack.MissingData},
		},
	}
}

// answer is one with a path of each kind, cuts and more than are printed.
func answer() *attack.Answer {
	short := attack.Path{
		From: attack.NodeOfSubject(model.Subject{Kind: model.UserSubject, Name: "al ice → x"}), To: attack.ClusterAdmin, Cost: 1, Risk: 65,
		Hops: []attack.Hop{{Edge: "W-07", From: attack.NodeOfSubject(model.Subject{Kind: model.UserSubject, Name: "al ice → x"}), To: attack.ClusterAdmin, Cost: 1}},
	}
	return &attack.Answer{
		Paths: []attack.Path{short, story()}, More: 3, Unknown: "Secret denied",
		Cuts: []model.Cut{
			{Object: model.KindByName("RoleBinding").Ref("ops", "ops-exec"), Edit: "delete it", Removes: 4},
			{Object: model.KindByName("Deployment").Ref("shop", "web"), Edit: "do not mount the token", Removes: 1},
		},
		Least: []model.Cut{
			{Object: model.KindByName("RoleBinding").Ref("ops", "ops-exec"), Edit: "delete it", Removes: 4},
			{Object: model.KindByName("ClusterRoleBinding").Ref("", "alice"), Edit: "delete it", Removes: 5},
		},
	}
}

// listing is that answer as it is printed; routed is one path of a pair with its routes.
func listing() *Paths {
	d := NewPaths(attack.Question{To: attack.ClusterAdmin}, answer(), files{"deploy/shop.yaml"})
	n := 7
	d.Sources, d.Unseen = &n, []string{"not seen whole: Secret denied: may not list secrets"}
	d.Close(steps(), false)
	return d
}

func routed() *Paths {
	a := answer()
	a.Paths, a.More, a.Unknown, a.Least, a.Uncuttable = a.Paths[1:], 0, "", nil, "a path has no hop that can be edited"
	d := NewPaths(attack.Question{From: attack.Internet, To: attack.ClusterAdmin, Lateral: true}, a, files{"deploy/shop.yaml"})
	second := story()
	second.Cost, second.Hops = 12, second.Hops[:2]
	d.Route(0, []attack.Path{story(), second}, true, nil)
	d.Close(steps(), true)
	return d
}

func blasted(namespaces ...string) *Blast {
	p := story()
	pod := workloadNode("ops", "operator")
	node, _ := attack.NodeOf(model.KindByName("Node").Ref("", "n1"))
	secret, _ := attack.NodeOf(model.KindByName("Secret").Ref("ops", "key"))
	reached := func(nodes ...attack.Node) (list []attack.Reached) {
		for i, n := range nodes {
			list = append(list, attack.Reached{Node: n, Cost: 2 + i, Hops: 1 + i, Confidence: attack.ByVersion})
		}
		return list
	}
	return NewBlast(&attack.Blast{
		From: workloadNode("shop", "web"), Admin: true, Identity: model.Subject{Kind: model.AccountSubject, Namespace: "shop", Name: "web"}, Verbs: 12,
		Identities: reached(accountNode("shop", "web"), accountNode("ops", "operator")), Workloads: reached(pod), Nodes: reached(node), Secrets: reached(secret),
		Clouds: reached(attack.Node{ID: "arn:aws:iam::1:role/x", Type: attack.Cloud}), Network: reached(workloadNode("db", "postgres")),
		Escapes: []attack.Hop{{Edge: "E-01", From: pod, To: node, Cost: 1, Confidence: attack.ByAdmission, Reason: "privileged; level not read", Proof: attack.Proof{Summary: "privileged", Object: pod.Ref, Subject: -1}}},
		Impact:  p.Hops[2:3], Paths: 2, Goals: []attack.Path{p}, Sources: 3, Unknown: "Secret denied",
	}, namespaces, steps(), nil)
}

func written(t *testing.T, write func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPathsGolden(t *testing.T) {
	got := map[string]string{}
	for name, d := range map[string]*Paths{"paths": listing(), "routes": routed()} {
		for _, f := range PathFormats() {
			got[name+"."+string(f)] = written(t, func(b *bytes.Buffer) error { return d.Write(b, f, Style{}) })
		}
	}
	for _, f := range PathFormats() {
		got["blast."+string(f)] = written(t, func(b *bytes.Buffer) error { return blasted().Write(b, f, Style{}) })
	}
	none := NewPaths(attack.Question{From: workloadNode("shop", "web"), To: attack.AnyNode}, &attack.Answer{}, nil)
	got["paths-none.table"] = written(t, func(b *bytes.Buffer) error { return none.Write(b, Table, Style{}) })
	got["paths-none.json"] = written(t, func(b *bytes.Buffer) error { return none.Write(b, JSON, Style{}) })
	got["paths-80.ascii"] = written(t, func(b *bytes.Buffer) error { return listing().Write(b, Table, Style{Width: 80, Charset: text.ASCII}) })
	got["blast-ns.table"] = written(t, func(b *bytes.Buffer) error { return blasted("shop").Write(b, Table, Style{}) })
	for name, text := range got {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), text); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestPathsContract holds the names that scripts know.
func TestPathsContract(t *testing.T) {
	var d struct {
		Paths []struct {
			From, To struct {
				ID, Type string
				Ref      *model.Ref
			}
			Risk *int
			Hops []struct {
				Edge       string
				From, To   struct{ ID, Type string }
				Proof      map[string]any
				Confidence string
			}
		}
		Cuts []struct {
			Object  model.Ref
			Edit    string
			Removes int
		}
		More *int
	}
	if err := json.Unmarshal([]byte(written(t, func(b *bytes.Buffer) error { return listing().Write(b, JSON, Style{}) })), &d); err != nil {
		t.Fatal(err)
	}
	p := d.Paths[1]
	if p.From.ID != "internet" || p.From.Type != "external" || p.From.Ref != nil || *p.Risk != 71 || *d.More != 3 || p.To.Type != "goal" {
		t.Errorf("%+v", d)
	}
	if h := p.Hops[2]; h.Edge != "W-07" || h.From.Type != "identity" || h.Confidence != "proven" || h.Proof["match"] != "group:system:serviceaccounts:shop" || h.Proof["subject"] != 1.0 {
		t.Errorf("%+v", h)
	}
	if p.Hops[0].Proof["subject"] != nil || p.Hops[3].Confidence != "missing-data" {
		t.Errorf("%+v", p.Hops)
	}
	if c := d.Cuts[0]; c.Object.Name != "ops-exec" || c.Edit != "delete it" || c.Removes != 4 {
		t.Errorf("%+v", c)
	}
	var radius struct {
		From                   struct{ ID string }
		Identity               string
		Verbs, Paths           *int
		Secrets, Pods, Nodes   []model.Ref
		Network, Escapes, Else []any
	}
	if err := json.Unmarshal([]byte(written(t, func(b *bytes.Buffer) error { return blasted().Write(b, JSON, Style{}) })), &radius); err != nil {
		t.Fatal(err)
	}
	if radius.Identity != "sa:shop/web" || *radius.Verbs != 12 || *radius.Paths != 2 || len(radius.Secrets) != 1 || len(radius.Pods) != 1 || radius.Nodes[0].Name != "n1" || len(radius.Network) != 1 || len(radius.Escapes) != 1 {
		t.Errorf("%+v", radius)
	}
	for name, empty := range map[string]any{"paths": NewPaths(attack.Question{}, &attack.Answer{}, nil), "blast": NewBlast(&attack.Blast{}, nil, nil, nil)} {
		text, err := json.Marshal(empty)
		if err != nil {
			t.Fatal(err)
		}
		for _, null := range slices.Collect(strings.SplitSeq(string(text), ",")) {
			if strings.HasSuffix(null, ":null") && !strings.Contains(null, `"from"`) && !strings.Contains(null, `"sources"`) && !strings.Contains(null, `"identity"`) {
				t.Errorf("%s: %s", name, null)
			}
		}
	}
}

// TestPathsAreSafe: no text of the cluster acts on a terminal, a spreadsheet, a page or a picture.
func TestPathsAreSafe(t *testing.T) {
	for _, evil := range []string{hostile, "=cmd|' /C calc'!A1", "a\"];evil->all[label=\"b", `x\`, "<img src=x onerror=alert(1)>", "[x](javascript:1)", "www.example.com https://a@b.c | c", "```"} {
		ref := model.Ref{Kind: evil, Namespace: evil, Name: evil}
		node := attack.Node{ID: evil, Type: attack.Workload, Ref: ref}
		cut := model.Cut{Object: ref, Edit: evil, Removes: 1}
		hop := attack.Hop{
			Edge: "W-07", From: node, To: node, Confidence: attack.ByAdmission, Reason: evil, Cut: cut,
			Proof: attack.Proof{Summary: evil, Object: ref, Match: evil, Role: ref, Evidence: []model.Evidence{{Object: ref, Path: evil, Value: evil}}},
		}
		path := attack.Path{From: node, To: node, Hops: []attack.Hop{hop}}
		paths := func(drawn bool) *Paths {
			a := &attack.Answer{Paths: []attack.Path{path, path}, Cuts: []model.Cut{cut}, Least: []model.Cut{cut}, Unknown: evil}
			if drawn {
				a.Uncuttable = evil
			}
			d := NewPaths(attack.Question{From: node, To: node}, a, nil)
			d.Close(steps(), drawn)
			return d
		}
		reached := []attack.Reached{{Node: node}}
		blast := NewBlast(&attack.Blast{
			From: node, Identity: model.Subject{Kind: model.UserSubject, Name: evil}, Identities: reached, Workloads: reached, Clouds: reached, Network: reached,
			Escapes: []attack.Hop{hop}, Impact: []attack.Hop{hop}, Goals: []attack.Path{path}, Unknown: evil,
		}, nil, steps(), nil)
		for _, format := range PathFormats() {
			for _, style := range []Style{{}, {Width: 80}, {Charset: text.ASCII}} {
				for _, got := range []string{
					written(t, func(b *bytes.Buffer) error { return paths(false).Write(b, format, style) }), written(t, func(b *bytes.Buffer) error { return paths(true).Write(b, format, style) }),
					written(t, func(b *bytes.Buffer) error { return blast.Write(b, format, style) }),
				} {
					safe(t, format, evil, got)
				}
			}
		}
	}
}

func safe(t *testing.T, format Format, evil, got string) {
	t.Helper()
	for i, c := range got {
		if c != '\n' && !manifest.Safe(c) || c == utf8.RuneError && !strings.Contains(got[i:], "\ufffd") {
			t.Fatalf("%s: %U in %q", format, c, got)
		}
	}
	switch format {
	case JSON:
		if !json.Valid([]byte(got)) {
			t.Errorf("%q: no JSON: %s", evil, got)
		}
	case CSV:
		rows, err := csv.NewReader(strings.NewReader(got)).ReadAll()
		if err != nil || len(rows) < 2 {
			t.Fatalf("%q: %v", got, err)
		}
		for _, c := range slices.Concat(rows...) {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				t.Errorf("a formula: %q", c)
			}
		}
	case Markdown:
		for line := range strings.Lines(got) {
			if strings.ContainsAny(strings.TrimLeft(line, "#"), "<>[]`\\*@!") && !strings.HasPrefix(line, "|---") || strings.Contains(line, "://") || strings.Contains(line, "www.") {
				t.Errorf("%q: markup in %q", evil, line)
			}
		}
	case Dot:
		if err := parseDot(got); err != nil {
			t.Errorf("%q: %v in\n%s", evil, err, got)
		}
	}
}
