package output

import (
	"strings"
	"testing"

	"canopy/analysis/upgrade"
	"canopy/model"
)

// TestNodesOfAPool holds that who asks for one node of a pool is told of the step that changes all of it, with its commands and what is in
// the way on any of its nodes; and that the list of all says which step waits for what.
func TestNodesOfAPool(t *testing.T) {
	ref := func(name string) model.Ref { return model.KindByName("Node").Ref("", name) }
	document := func() *Nodes {
		return &Nodes{
			Nodes: []Node{{Ref: ref("a")}, {Ref: ref("b")}, {Ref: ref("c")}}, Target: "1.37", Next: "1.36",
			Plan: []upgrade.Step{
				{What: upgrade.Node, Object: ref("c"), Drains: true, Safe: true, Commands: []string{"# here", "kubectl drain c"}},
				{
					What: upgrade.Node, Object: ref("a"), Nodes: []model.Ref{ref("a"), ref("b")}, Pool: "ng1", Drains: true, Commands: []string{"# here", "aws eks update-nodegroup-version"},
					Obstacles: []upgrade.Obstacle{{Owner: model.KindByName("Deployment").Ref("shop", "web"), Cause: "budget", Blocks: true, Says: "never"}},
				},
			},
			Blockers: []upgrade.Blocker{{Cause: "kubelet", Object: ref("b"), Says: "too old", Minor: "1.37", Step: 2}},
		}
	}
	written := func(d *Nodes) string {
		var b strings.Builder
		if err := d.Write(&b, Style{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if text := written(document()); !strings.Contains(text, "pool ng1, 2 nodes") || !strings.Contains(text, "before 1.37, step 2: Node/b: too old") || strings.Contains(text, "aws eks") {
		t.Error(text)
	}
	d := document()
	if err := d.Narrow([]string{"b"}); err != nil {
		t.Fatal(err)
	}
	text := written(d)
	for _, want := range []string{"pool ng1, 2 nodes", "blocks the drain: shop/Deployment/web: never", "  aws eks update-nodegroup-version\n", "before 1.37: Node/b"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if len(d.Plan) != 1 || strings.Contains(text, "kubectl drain c") {
		t.Error(text)
	}
}
