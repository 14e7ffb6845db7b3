package output

import (
	"slices"
	"strings"
	"testing"

	"canopy/model"
)

// TestChecks sorts checks by rung and step, and tells of each what there is to read.
func TestChecks(t *testing.T) {
	plan := model.Plan{Steps: []model.Step{
		{Verb: model.Create, Ref: model.KindByName("Role").Ref("shop", "web")}, {Verb: model.Patch, Ref: model.KindByName("Deployment").Ref("shop", "web")},
	}}
	checks := []model.Check{
		{Rung: model.RungDryRun, Step: 1, Outcome: model.Warned, Warnings: []string{"deprecated"}, Conflicts: []model.Conflict{{Manager: "argocd-controller", Operation: "Apply", Path: "spec.replicas"}}},
		{Rung: model.RungDryRun, Step: 0},
		{Rung: model.RungVerified, Step: model.WholePlan, Outcome: model.Failed, Cause: model.CauseOpen, Message: "go on\x1b[2J"},
		{Rung: model.RungPermitted, Step: 1, Outcome: model.Untestable, Message: "nobody says"},
	}
	list := NewChecks(plan, checks)
	var order []string
	for _, c := range list {
		order = append(order, c.Name+" "+c.Outcome)
	}
	if want := []string{"may I untestable", "server dry-run passed", "server dry-run warned", "verified failed"}; !slices.Equal(order, want) {
		t.Errorf("%q, want %q", order, want)
	}
	var b strings.Builder
	if err := CheckGrid(list, Style{}).Write(&b, Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"warning: deprecated; spec.replicas is managed by argocd-controller", "all ", "2     shop/Deployment/web"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Errorf("%q", b.String())
	}
	for i, want := range []string{
		"step 2 of 2, patch shop/Deployment/web: server dry-run warned: warning: deprecated; spec.replicas is managed by argocd-controller",
		"step 1 of 2, create shop/Role/web: server dry-run passed",
		"verified failed: go on\x1b[2J",
		"step 2 of 2, patch shop/Deployment/web: may I untestable: nobody says",
	} {
		if got := CheckLine(plan, checks[i]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got, want := RungLine(checks), "rung 4 of 7: server dry-run; 1 not testable before it is done"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
