package nodes

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"canopy/analysis/lifecycle"
	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view"
)

func TestGolden(t *testing.T) {
	p := newPlay(t)
	p.desk.usage = measured()
	p.main(120, 35)
	p.golden(nodesName)
	p.press(keys.Turn)
	p.golden(planName)
	p.press(keys.Turn)
	p.golden(usageName)
	p.press(keys.Turn)
	p.golden(dataName)
	for name, o := range map[string]model.Ref{"node": nodeRef("n5"), "plane": model.ClusterRef()} {
		p := newPlay(t).single(o, 120, 35)
		p.golden(name + "-" + verdictsName)
		p.press(keys.Turn)
		if name == "plane" {
			p.golden(name + "-" + partsName)
			continue
		}
		p.golden(name + "-" + podsName)
		p.press(keys.Turn)
		p.golden(name + "-" + drainName)
	}
}

// TestNodes holds that what is worst stands at the top, the control plane among the nodes, and that filters find what they name.
func TestNodes(t *testing.T) {
	p := newPlay(t).main(220, 45)
	rows := p.rows()
	want := []string{
		"x overdue | n5 | v1.33.4 | skew, support, patch, runtime; due cve",
		"! due | n4 | v1.36.3-gke.1640000 | cordoned; due patch",
		"? no data | control plane | v1.37.2 | no data: cve",
		"~ part ok | n1 | v1.37.2 | ok as far as known, no data: config",
		"~ part ok | n2 |",
	}
	if len(rows) != len(want) {
		t.Fatalf("rows:\n%s", strings.Join(rows, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(rows[i], want[i]) {
			t.Errorf("row %d is %q, want %q", i, rows[i], want[i])
		}
	}
	p.has("nodes: 1 overdue, 1 due, 2 ok as far as known", "patch first: n5 (drain blocked by db/postgres), then n4", "1.33 ended on 2026-06-28", "kubernetes/website, as of 2026-10-28", "x skew overdue", "? os no data", "VP04")
	p.press(keys.Down, keys.Down)
	p.has("kube-scheduler version not known: its image has no tag on n1")
	p.press(keys.Up, keys.Up, keys.Open)
	if to := p.newest().(view.Go).Place; to.Screen != view.Node || to.Object != nodeRef("n5") {
		t.Errorf("enter goes to %+v", to)
	}
	if sub := p.Subject(); len(sub.Findings) != 2 || sub.Object != nodeRef("n5") {
		t.Errorf("about %+v", sub)
	}
	for filter, want := range map[string]int{"state:overdue": 1, "state:>=due": 2, "topic:cve": 1, "pool:legacy": 1, "version:1.37": 2, "provider:GKE": 1, "ready:cordoned": 1, "os:talos": 1, "node:n": 4, "control": 1} {
		p.filter(filter)
		if rows := p.rows(); len(rows) != want {
			t.Errorf("%s: rows %q", filter, rows)
		}
	}
	p.filter("")
	p.run(p.Screen.(view.Tabular).GroupBy("version"))
	p.has("1.33  1", "1.37  2")
	p.run(p.Screen.(*Screen).Reveal(nodeRef("n4")))
	if got := p.Subject().Object; got != nodeRef("n4") {
		t.Errorf("revealed %s", got)
	}
}

// TestSteady holds that a report about other things, or usage as it was, draws nothing anew.
func TestSteady(t *testing.T) {
	p := newPlay(t)
	p.desk.usage = measured()
	p.main(160, 40)
	s := p.Screen.(*Screen)
	for _, tab := range []string{nodesName, planName, usageName, dataName} {
		p.run(s.Turn(tab))
		before := p.View()
		p.news()
		again := measured()
		p.desk.usage = again
		p.run(s.Update(metered{done: func() {}, news: closed()}))
		if p.View() != before {
			t.Errorf("%s is drawn anew:\n%s", tab, p.text())
		}
	}
}

func closed() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// TestPlan holds that steps stand in order, with what blocks and what is not known behind them, and that their commands are copied.
func TestPlan(t *testing.T) {
	p := newPlay(t).main(220, 45)
	p.press(keys.Turn)
	p.has("3 steps to 1.37.2; 3 drains: 1 cannot end, 1 with pods away for a moment", "before the control plane goes to 1.38: 1 node must be newer, 1 object must be written in a newer API version", "versions by kubernetes/website, as of 2026-10-28",
		"to do, in this order  3", "keeps the control plane from a newer minor version  2", "not known  1")
	rows := p.rows()
	for i, want := range []string{"1 | node | n5 | 1.33.4 | 1.37.2 | x postgres |", "2 | node | n4 | 1.36.3 | 1.37.2 | + safe | after 1: a patch behind", "3 | reboot | n2 |  |  | ! 1 away", " | kubelet | n5 |", " | api | shop/Deployment/web", " | ? |"} {
		if !strings.HasPrefix(rows[i], want) {
			t.Errorf("row %d is %q, want %q", i, rows[i], want)
		}
	}
	p.has("db/StatefulSet/postgres, 2 pods: its budget allows no eviction", "kubectl drain n5 --ignore-daemonsets")
	p.press(keys.Copy)
	if c := p.newest().(view.Copy); c.Text != "# empty it\nkubectl drain n5 --ignore-daemonsets" || c.What != "1 command to run here; next: 2 on n5" {
		t.Errorf("copied %+v", c)
	}
	p.press(keys.Copy)
	if c := p.newest().(view.Copy); c.Text != "sudo kubeadm upgrade node\nsudo systemctl restart kubelet" || c.What != "2 commands to run on n5; next: 1 here" {
		t.Errorf("copied %+v", c)
	}
	p.press(keys.Fix)
	if to := p.newest().(view.Go).Place; to.Screen != view.Plan || to.Finding != model.FindingID("VP10", ref("PodDisruptionBudget", "db", "postgres")) {
		t.Errorf("f goes to %+v", to)
	}
	p.has("f mends the budget (VP10)", "on n5 (ssh)")
	p.press(keys.Mark, keys.Mark, keys.Copy)
	if c := p.newest().(view.Copy); c.What != "1 command to run here; next: 2 on n5" {
		t.Errorf("copied %+v", c)
	}
	p.press(keys.Unmark)
	for p.Subject().Object != nodeRef("n2") {
		p.press(keys.Down)
	}
	if o := p.Can(keys.Copy); o.OK() || o.Why != "it has no command" {
		t.Errorf("copy: %+v", o)
	}
	p.press(keys.Open)
	if to := p.newest().(view.Go).Place; to.Screen != view.Node || to.Object != nodeRef("n2") {
		t.Errorf("enter goes to %+v", to)
	}
	p.press(keys.Last)
	if o := p.Can(keys.Open); o.OK() {
		t.Error("what is not known leads somewhere")
	}
}

// TestNode holds what is told of one node: its verdicts with their findings, its pods, and what a drain stumbles over.
func TestNode(t *testing.T) {
	p := newPlay(t).single(nodeRef("n5"), 260, 45)
	if got := strings.Join(p.Crumbs(), " "); got != "nodes n5 verdicts" {
		t.Errorf("at %s", got)
	}
	rows := p.rows()
	if len(rows) != 6 || !strings.HasPrefix(rows[0], "x overdue | skew | 1.33 is 4 minors older") || !strings.HasPrefix(rows[5], "? no data | os") {
		t.Errorf("rows:\n%s", strings.Join(rows, "\n"))
	}
	p.press(keys.Open)
	if to := p.newest().(view.Go).Place; to.Finding != model.FindingID("VP05", nodeRef("n5")) {
		t.Errorf("enter goes to %+v", to)
	}
	p.press(keys.Last)
	p.has("That no source speaks of it does not mean that it is well.")
	p.press(keys.Turn)
	p.has("of 3 workloads here 1 can be reached from outside, 2 can take the node, 1 can take the cluster", "! load-balancer web 203.0.113.9:80", "! hostPath /")
	p.press(keys.Open)
	if to := p.newest().(view.Go).Place; to.Screen != view.Detail || to.Object != ref("Deployment", "shop", "web") {
		t.Errorf("enter goes to %+v", to)
	}
	p.press(keys.Turn)
	p.has("it does not end by itself; 1 in the way, 1 with losses", "x blocks", "db/postgres", "! loses")
	p.press(keys.Open)
	if to := p.newest().(view.Go).Place; to.Object != ref("PodDisruptionBudget", "db", "postgres") {
		t.Errorf("enter goes to %+v", to)
	}
	if sub := p.Subject(); len(sub.Findings) != 1 || sub.Findings[0].Rule.ID != "VP10" {
		t.Errorf("about %+v", sub)
	}
	p.press(keys.Owner)
	if to := p.newest().(view.Go).Place; to.Screen != view.Resources || to.Object != ref("StatefulSet", "db", "postgres") {
		t.Errorf("owner goes to %+v", to)
	}
	p = newPlay(t).single(nodeRef("gone"), 120, 30)
	p.has("there is no such node")
	if open(p.shared, p.keeper, p.desk, view.Place{Screen: view.Node, Object: ref("Deployment", "shop", "web")}) != nil {
		t.Error("a Deployment is a node")
	}
}

// TestKubelets holds that nothing is asked before it was confirmed, that the question says what it takes, and why it cannot be done.
func TestKubelets(t *testing.T) {
	p := newPlay(t).main(120, 35)
	p.press(keys.Inspect)
	pick := p.newest().(view.Pick)
	if all := pick.Title + pick.Items[1].Text + pick.Items[2].Text; !strings.Contains(all, "nodes/proxy, which also runs commands in pods") || !strings.Contains(all, "audit log") || !strings.Contains(all, "node n5") || !strings.HasPrefix(pick.Items[0].Text, "no:") {
		t.Errorf("asked %+v", pick)
	}
	p.run(pick.Done([]int{0}))
	if len(p.session.Kubelets) != 0 {
		t.Fatal("they were asked")
	}
	p.run(pick.Done([]int{1}))
	if n, ok := p.newest().(view.Note); !ok || strings.Join(p.session.Kubelets, " ") != "n5" || !strings.Contains(n.Text, "1 kubelet asked") {
		t.Errorf("%q, told %+v", p.session.Kubelets, p.newest())
	}
	if label, does := p.Screen.(interface {
		Label(keys.Action) (string, string)
	}).Label(keys.Inspect); label != "kubelets" || !strings.Contains(does, "nodes/proxy") {
		t.Errorf("it is called %q: %q", label, does)
	}
	p = newPlay(t)
	p.session.KubeletErr = errors.New("you may not get nodes/proxy")
	p.main(120, 35)
	if o := p.Can(keys.Inspect); o.OK() || o.Why != "you may not get nodes/proxy" {
		t.Errorf("kubelets: %+v", o)
	}
}

// TestAsksAgain holds that an error is no answer for the session: the server is asked again later, though not with each report, and that a
// yes holds.
func TestAsksAgain(t *testing.T) {
	p := newPlay(t)
	p.session.KubeletErr = errors.New("the server does not say: timeout")
	p.main(120, 35)
	p.session.KubeletErr = nil
	p.news()
	if o := p.Can(keys.Inspect); o.OK() || !strings.Contains(o.Why, "timeout") || p.session.Reviews != 1 {
		t.Fatalf("kubelets: %+v, asked %d times", o, p.session.Reviews)
	}
	over := make(chan time.Time, 1)
	over <- time.Time{}
	p.keeper.access.Store(&access{err: errors.New("timeout"), again: over})
	p.news()
	if o := p.Can(keys.Inspect); !o.OK() || p.session.Reviews != 2 {
		t.Fatalf("kubelets: %+v, asked %d times", o, p.session.Reviews)
	}
	p.news()
	p.Screen = newScreen(p.shared, p.keeper, p.desk)
	p.begin(120, 35)
	if p.session.Reviews != 2 {
		t.Errorf("asked %d times though it is known", p.session.Reviews)
	}
}

// TestUnseen holds that what was not seen is told, and is never taken for well.
func TestUnseen(t *testing.T) {
	for want, c := range map[string]model.Coverage{
		"nodes may not be listed, so nobody knows how old they are: forbidden by RBAC": {State: model.Denied, Reason: "forbidden by RBAC"},
		"nodes are still loading": {State: model.Loading},
		"no nodes were seen":      {State: model.Complete},
	} {
		p := newPlay(t)
		p.desk.survey = &survey{}
		c.Kind = nodeKind()
		p.coverage = []model.Coverage{c}
		p.main(120, 30).has(want)
	}
	p := newPlay(t)
	p.desk.err = errors.New("the session has ended")
	p.main(120, 30).has("the session has ended")
}

// TestData holds that each table has its age, that old ones are warned of with the command that takes newer ones, and that what has no date
// is not fresh.
func TestData(t *testing.T) {
	p := newPlay(t).main(200, 40)
	p.run(p.Screen.(*Screen).Turn(dataName))
	p.has("3 of 5 tables are older than 60 days in every source: canopy data update --from FILE|URL takes newer ones")
	rows := p.rows()
	for i, want := range []string{"? no date | add-ons | 7", "! old | vulnerabilities | 623 | source of vulnerabilities | 2025-03-20 | 613 days | bundled", "! old | support ubuntu", "+ fresh | releases", "+ fresh | support kubernetes"} {
		if !strings.HasPrefix(rows[i], want) {
			t.Errorf("row %d is %q, want %q", i, rows[i], want)
		}
	}
	p.press(keys.Open)
	if !p.Screen.(*Screen).Deep() {
		t.Error("enter does not go to the text")
	}
	p.run(p.Screen.(*Screen).Up())
	// An old source of a table that a fresh one knows too is no reason to warn.
	more := p.desk.sets[slices.IndexFunc(p.desk.sets, func(s lifecycle.Set) bool { return s.Name == "releases" })]
	more.Source.Name, more.Source.AsOf = "another source", more.Source.AsOf-700
	p.desk.sets = append(p.desk.sets, more)
	p.news()
	p.has("3 of 5 tables are older")
	if rows := p.rows(); len(rows) != 6 || !strings.HasPrefix(rows[5], "- older | releases") {
		t.Errorf("rows %q", rows)
	}
	p.run(p.Screen.(*Screen).Turn(nodesName))
	if strings.Contains(p.text(), "days old") {
		t.Error("data of last month is warned of")
	}
	p.desk.asOf -= 40
	p.news()
	p.has("the data on versions is of 2026-09-18, 66 days old: what came out since is not in it; canopy data update --from FILE|URL takes newer")
}
