package output

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"canopy/model"
)

func TestSelection(t *testing.T) {
	for name, c := range map[string]struct {
		sel  Selection
		want []string
	}{
		"all":            {Selection{}, []string{"admin", "agent", "web", "key"}},
		"one namespace":  {Selection{Namespaces: []string{"shop"}}, []string{"web", "key"}},
		"two namespaces": {Selection{Namespaces: []string{"shop", "data"}}, []string{"agent", "web", "key"}},
		"none there":     {Selection{Namespaces: []string{"void"}}, nil},
		"rule":           {Selection{Rules: []string{"PS01"}}, []string{"agent", "web"}},
	} {
		r := NewReport(fixture(), testRules(), "0", nil, c.sel)
		var got []string
		for _, f := range r.Findings {
			got = append(got, f.Object.Name)
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: got %v, want %v", name, got, c.want)
			}
		}
	}
}

// TestGivenFindings: findings that are given are in the report as they are, also those that the report does not hold any
// more, in the order of ids and with what the report says of their rules.
func TestGivenFindings(t *testing.T) {
	then, now := fixture(), fixture()
	var given []*model.Finding
	for f := range then.Findings.All() {
		given = append([]*model.Finding{f}, given...)
	}
	now.Findings = set{given[0]}
	r := NewReport(now, testRules(), "0", files{"shop.yaml"}, Selection{Findings: given})
	all := NewReport(then, testRules(), "0", files{"shop.yaml"}, Selection{})
	if diff := cmp.Diff(all.Findings, r.Findings); diff != "" || len(r.Findings) != len(given) || r.Score != all.Score {
		t.Errorf("%d findings, %+v: %s", len(r.Findings), r.Score, diff)
	}
	if r := NewReport(now, testRules(), "0", nil, Selection{Findings: []*model.Finding{}}); len(r.Findings) != 0 {
		t.Errorf("none given, %d in the report", len(r.Findings))
	}
}

func TestScoreCountsWhatIsShown(t *testing.T) {
	all := NewReport(fixture(), testRules(), "0", nil, Selection{}).Score
	if all != (Score{Critical: 1, High: 2, Unknown: 1}) {
		t.Errorf("all: %+v", all)
	}
	part := NewReport(fixture(), testRules(), "0", nil, Selection{Namespaces: []string{"data"}}).Score
	if part != (Score{High: 1}) {
		t.Errorf("data: %+v", part)
	}
}

func TestReaches(t *testing.T) {
	r := NewReport(fixture(), testRules(), "0", nil, Selection{Rules: []string{"PS01", "SE01"}})
	if r.Reaches(model.Critical) || !r.Reaches(model.High) || !r.Reaches(model.Low) {
		t.Error("want high reached, critical not")
	}
	unknown := NewReport(fixture(), testRules(), "0", nil, Selection{Rules: []string{"SE01"}})
	if unknown.Reaches(model.Low) {
		t.Error("an unknown finding must not count")
	}
	known := Baseline{"PS01/apps/DaemonSet/data/agent": {}, "PS01/apps/Deployment/shop/web": {}}
	if NewReport(fixture(), testRules(), "0", nil, Selection{Rules: []string{"PS01"}, Baseline: known}).Reaches(model.Low) {
		t.Error("a finding of the baseline must not count")
	}
}

func TestCompleteness(t *testing.T) {
	cover := func(source string, states ...model.CoverState) *Report {
		r := &model.Report{Source: model.SourceInfo{Type: source}}
		for _, s := range states {
			c := model.Coverage{State: s}
			if s == model.Absent && source == "live" {
				c.Reason = "not served by this server"
			}
			r.Coverage = append(r.Coverage, c)
		}
		return NewReport(r, nil, "0", nil, Selection{})
	}
	for _, c := range []struct {
		source          string
		states          []model.CoverState
		complete, empty bool
	}{
		{"live", nil, true, true},
		{"live", []model.CoverState{model.Complete, model.Complete}, true, false},
		{"live", []model.CoverState{model.Complete, model.Absent}, true, false},
		{"capture", []model.CoverState{model.Complete, model.Absent}, false, false},
		{"live", []model.CoverState{model.Complete, model.Denied}, false, false},
		{"live", []model.CoverState{model.Denied, model.Denied}, false, true},
		{"live", []model.CoverState{model.Complete, model.Loading}, false, false},
		{"live", []model.CoverState{model.Loading}, false, true},
	} {
		r := cover(c.source, c.states...)
		_, empty := r.Empty()
		if r.Complete() != c.complete || empty != c.empty {
			t.Errorf("%s %v: complete %v, empty %v", c.source, c.states, r.Complete(), empty)
		}
	}
}

func TestReadBaseline(t *testing.T) {
	dir := t.TempDir()
	write := func(content string) string {
		path := filepath.Join(dir, "report.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	b, err := ReadBaseline(write(render(t, JSON, Style{}, fixture(), Selection{})))
	if err != nil || len(b) != 4 || !b.Has("LP01/rbac.authorization.k8s.io/ClusterRoleBinding//admin") {
		t.Errorf("got %v, %v", b, err)
	}
	for _, bad := range []string{"", "{", "[]", `{"findings":[]}`} {
		if _, err := ReadBaseline(write(bad)); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	if _, err := ReadBaseline(filepath.Join(dir, "none")); err == nil {
		t.Error("no file: no error")
	}
}

func TestCoverageLines(t *testing.T) {
	rows := []Coverage{{Kind: "A", State: model.Complete}}
	for _, kind := range []string{"B", "C", "D", "E", "F"} {
		rows = append(rows, Coverage{Kind: kind, State: model.Denied, Reason: "may not list " + kind}, Coverage{Kind: kind, Namespace: "shop", State: model.Complete})
	}
	rows = append(rows,
		Coverage{Kind: "G", Namespace: "data", State: model.Partial, Reason: "cut off"}, Coverage{Kind: "G", Namespace: "shop", State: model.Complete},
		Coverage{Kind: "H", State: model.Absent})
	want := []string{
		"coverage: 1 of 8 kinds complete",
		"  5 kinds denied, but read in shop: B C D E F",
		"    may not list B",
		"  G partial, but read in shop: cut off",
		"  H absent: no reason given",
	}
	if diff := cmp.Diff(want, coverageLines(rows)); diff != "" {
		t.Error(diff)
	}
}

// TestNothingFoundIsNotClean holds that a report without findings says how much was seen.
func TestNothingFoundIsNotClean(t *testing.T) {
	clean := func(change func(*model.Report)) string {
		r := fixture()
		r.Findings = set{}
		for i := range r.Coverage {
			r.Coverage[i].State, r.Coverage[i].Reason = model.Complete, ""
		}
		r.Rules["SE01"] = model.RuleState{Verdict: model.Yes}
		change(r)
		return render(t, Table, Style{}, r, Selection{})
	}
	for name, c := range map[string]struct {
		change     func(*model.Report)
		want, lack []string
	}{
		"all seen": {func(*model.Report) {}, []string{"\nno findings: 3 of 3 kinds complete\n"}, []string{"judged"}},
		"denied": {
			func(r *model.Report) { r.Coverage[1].State = model.Denied },
			[]string{"\nno findings among what could be seen: 2 of 3 kinds complete\n"}, nil,
		},
		"not judged": {
			func(r *model.Report) {
				for _, id := range []string{"SE01", "PS09"} {
					r.Rules[id] = model.RuleState{Verdict: model.Unknown, Reason: "Namespace denied"}
				}
				r.Rules["LP01"] = model.RuleState{Verdict: model.Depends, Reason: "Role partial"}
			},
			[]string{"not judged: PS09 SE01 (Namespace denied)\n", "judged in part: LP01 (Role partial)\n", "no findings among what could be seen: 3 of 3"}, nil,
		},
	} {
		got := clean(c.change)
		for _, w := range c.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: no %q in:\n%s", name, w, got)
			}
		}
		for _, l := range c.lack {
			if strings.Contains(got, l) {
				t.Errorf("%s: %q in:\n%s", name, l, got)
			}
		}
	}
}

func TestIDIsNeverCut(t *testing.T) {
	got := render(t, Wide, Style{Width: 40}, fixture(), Selection{})
	if !strings.Contains(got, "LP01/rbac.authorization.k8s.io/ClusterRoleBinding//admin\n") {
		t.Error(got)
	}
}
