package findings

import (
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/table"
	"canopy/ui/view"
	"canopy/ui/view/viewtest"
)

func finding(id string, s model.Severity, o model.Ref) *model.Finding {
	rule := &model.Rule{ID: id, Title: "Title of " + id, Severity: s, Theme: "pod-security", Fix: "yaml"}
	return &model.Finding{ID: model.FindingID(id, o), Rule: rule, Severity: s, Object: o, Verdict: model.Yes}
}

// TestSummary holds that what is only undecided is not counted among what holds, and that a group of one rule is named.
func TestSummary(t *testing.T) {
	o := model.KindByName("Deployment").Ref("shop", "web")
	row := func(id string, s model.Severity, v model.Verdict) *view.Row {
		return view.NewRow(finding(id, s, o), v, "")
	}
	for _, c := range []struct {
		rows []*view.Row
		want string
	}{
		{nil, ""},
		{[]*view.Row{row("PS01", model.Critical, model.Yes)}, "1C"},
		{[]*view.Row{row("PS01", model.Critical, model.Yes), row("PS09", model.High, model.Yes), row("PS15", model.Medium, model.Unknown)}, "1C 1H 1 undecided"},
		{[]*view.Row{row("PS01", model.Critical, model.Yes), row("PS01", model.Critical, model.Depends)}, "Title of PS01  1C 1 undecided"},
	} {
		if got := summary(c.rows); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestFields filters the small cluster by every field.
func TestFields(t *testing.T) {
	session := viewtest.Bare(t)
	schema, rows := newSchema(session.Shared()), session.Snapshot().Rows
	for filter, holds := range map[string]func(*view.Row) bool{
		"ns:=data": func(r *view.Row) bool {
			return r.Finding.Object.Namespace == "data" || r.Finding.Object.Kind == "Namespace" && r.Finding.Object.Name == "data"
		},
		"sev:>=high":      func(r *view.Row) bool { return r.Finding.Severity >= model.High },
		"rule:ps0":        func(r *view.Row) bool { return strings.HasPrefix(r.Finding.Rule.ID, "PS0") },
		"kind:daemonset":  func(r *view.Row) bool { return r.Finding.Object.Kind == "DaemonSet" },
		"theme:least":     func(r *view.Row) bool { return r.Finding.Rule.Theme == "least-privilege" },
		"object:helper":   func(r *view.Row) bool { return strings.Contains(r.Object, "helper") },
		"state:undecided": func(r *view.Row) bool { return r.Verdict != model.Yes },
		"state:unknown":   func(r *view.Row) bool { return r.Verdict == model.Unknown },
		"!fix:none":       func(r *view.Row) bool { return r.Finding.Rule.Fix != "none" },
		"privileged data": func(r *view.Row) bool {
			return strings.Contains(r.Finding.Rule.Title, "rivileged") && strings.Contains(r.Object, "data")
		},
	} {
		want := 0
		for _, r := range rows {
			if holds(r) {
				want++
			}
		}
		if got := schema.Arrange(rows, table.Query{Filter: filter}); got.Len() != want || want == 0 {
			t.Errorf("%s lets %d of %d rows through, want %d", filter, got.Len(), len(rows), want)
		}
		if p := schema.Problem(filter); p != "" {
			t.Errorf("%s: %s", filter, p)
		}
	}
	if p := schema.Problem("rule:PS6"); !strings.Contains(p, "there is no ps6") {
		t.Errorf("a rule that there is not: %q", p)
	}
}

// TestEmptyIsNeverClean holds what stands in the place of a list without rows.
func TestEmptyIsNeverClean(t *testing.T) {
	kind := model.KindByName("Pod").GroupKind()
	for want, coverage := range map[string][]model.Coverage{
		"it is not known yet which kinds can be read": nil,
		"still loading pods (0 of 1 kinds loaded)":    {{Kind: kind, State: model.Loading}},
		"no findings: 1 of 1 kinds seen":              {{Kind: kind, State: model.Complete}},
		"nothing may be read":                         {{Kind: kind, State: model.Denied, Reason: "may not list pods"}},
		"of 1 kinds 1 partial":                        {{Kind: kind, State: model.Partial}},
		"a watch is broken":                           {{Kind: kind, State: model.Complete, Stale: true}},
	} {
		s := New(viewtest.New(t).Shared())
		s.Resize(80, 10)
		s.shown.snapshot = view.NewSnapshot().Next(&model.Report{Coverage: coverage, Objects: map[string]int{"Pod": 1}}, nil)
		if got := s.View(); !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
}
