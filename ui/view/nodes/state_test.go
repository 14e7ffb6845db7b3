package nodes

import (
	"slices"
	"strings"
	"testing"

	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/model"
	"canopy/ui/keys"
)

// TestStateOf holds that a node is ok where all is known alone, and that what nobody knows is called no data everywhere.
func TestStateOf(t *testing.T) {
	ok, due := verdict(node.Skew, node.OK, "", "", ""), verdict(node.Patch, node.Due, "", "", "")
	reboot, blind := verdict(node.Reboot, node.NoData, "", "", ""), verdict(node.CVE, node.NoData, "", "", "")
	for _, c := range []struct {
		list        []node.Verdict
		sign, words string
	}{
		{[]node.Verdict{ok}, "+ ok", ""},
		{[]node.Verdict{ok, reboot}, "~ part ok", "ok as far as known, no data: reboot"},
		{[]node.Verdict{ok, reboot, blind}, "? no data", "no data: cve"},
		{[]node.Verdict{reboot}, "? no data", "no data: reboot"},
		{[]node.Verdict{ok, reboot, due}, "! due", "due patch"},
	} {
		if got := signOf(stateOf(c.list)); got != c.sign {
			t.Errorf("%v reads %q, want %q", topics(c.list, node.NoData), got, c.sign)
		}
		if got := worstOf(c.list); got != c.words {
			t.Errorf("%v is told as %q, want %q", topics(c.list, node.NoData), got, c.words)
		}
	}
	for _, s := range states() {
		if len(signOf(s)) > len("x overdue") {
			t.Errorf("%q is wider than its column", signOf(s))
		}
	}
}

// TestPartlyOK holds that the screens tell of such a node in full, and that a filter for what is ok does not find it.
func TestPartlyOK(t *testing.T) {
	p := newPlay(t).main(220, 45)
	for filter, want := range map[string]int{"state:ok": 0, "state:part": 2, "state:>=due": 2, "state:no": 1} {
		p.filter(filter)
		if rows := p.rows(); len(rows) != want {
			t.Errorf("%s: rows %q", filter, rows)
		}
	}
	p.filter("state:part")
	p.has("~ ok as far as known")
	if strings.Contains(p.text(), "not told") {
		t.Error("no data has two names")
	}
	one := newPlay(t).single(nodeRef("n1"), 160, 45)
	if got := one.Aside(); got != "ok as far as known; no data on 1 of 4" {
		t.Errorf("beside the crumbs stands %q", got)
	}
}

// TestDates holds that the days of several sources are shown whole.
func TestDates(t *testing.T) {
	p := newPlay(t)
	n := slices.IndexFunc(p.desk.survey.nodes, func(n *node.Node) bool { return n.Ref.Name == "n4" })
	p.desk.survey.nodes[n].Verdicts[0].Date = "2024-09-11 to 2026-10-28"
	p.single(nodeRef("n4"), 200, 45)
	// Once in the list, and once in the text beside it.
	if n := strings.Count(p.text(), "2024-09-11 to 2026-10-28"); n != 2 {
		t.Errorf("it is shown %d times:\n%s", n, p.text())
	}
}

// TestHiddenPlane holds that of k3s is not said that only one version is known: the kubelets of its servers tell theirs.
func TestHiddenPlane(t *testing.T) {
	for raw, want := range map[string]string{"v1.37.2": "only the version that it answers is known", "v1.34.3+k3s1": "the kubelets of the servers tell the versions"} {
		p := newPlay(t)
		v, ok := lifecycle.ParseVersion(raw)
		if !ok {
			t.Fatal(raw)
		}
		p.desk.survey.plane = &node.Plane{Hidden: true, Parts: []node.Part{{Component: lifecycle.APIServer, Raw: raw, Version: v, Known: true}}, Verdicts: p.desk.survey.plane.Verdicts}
		one := p.single(model.ClusterRef(), 200, 45)
		one.press(keys.Turn)
		one.has(want)
	}
}
