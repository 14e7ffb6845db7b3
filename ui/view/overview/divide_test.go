package overview

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"canopy/model"
	"canopy/ui/view"
)

// TestDivide holds that a name is never cut beside room, nor what stands beside it.
func TestDivide(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50000 {
		room, usual, name, wanted := r.IntN(150), r.IntN(120), r.IntN(120), r.IntN(100)
		left, beside := divide(room, usual, name, wanted)
		if used := left + beside + min(2, beside); left < 0 || beside < 0 || used > room {
			t.Fatalf("divide(%d, %d, %d, %d) gives %d and %d", room, usual, name, wanted, left, beside)
		}
		if left < min(name, room) {
			t.Fatalf("divide(%d, %d, %d, %d) cuts the name to %d", room, usual, name, wanted, left)
		}
		if wanted > 0 && name+2+wanted <= room && beside < wanted {
			t.Fatalf("divide(%d, %d, %d, %d) cuts what is beside to %d", room, usual, name, wanted, beside)
		}
	}
}

func TestUsual(t *testing.T) {
	for _, c := range []struct {
		widths []int
		want   int
	}{
		{nil, 0},
		{[]int{7}, 7},
		{[]int{40, 10}, 40},
		{[]int{1, 2, 3, 4, 5, 6, 7, 8, 9, 200}, 9},
	} {
		if got := usual(c.widths); got != c.want {
			t.Errorf("usual(%v) = %d, want %d", c.widths, got, c.want)
		}
	}
}

// TestSilence holds of which edits nothing is good news.
func TestSilence(t *testing.T) {
	for _, k := range model.Kinds() {
		e := &model.Edit{Object: k.Ref("a", "b"), Verb: model.EditCreated}
		judged := k.Kind == "Namespace" || k.Group == "apps" || k.Group == "batch" || k.Kind == "Pod" || k.Kind == "ReplicationController" ||
			k.Kind == "NetworkPolicy" || k.Kind == "Ingress" || k.Kind == "Service" || k.Kind == "Secret" || k.Kind == "ConfigMap" || k.Kind == "Node" || k.Kind == "PodDisruptionBudget"
		if got := silence(e, false) == ""; got != judged {
			t.Errorf("%s: %q", k.Kind, silence(e, false))
		}
	}
	deployment := model.KindByName("Deployment").Ref("a", "b")
	for detail, known := range map[string]bool{"image 1 → 2": true, "replicas 1 → 2": true, "replicas 1 → 2, image 1 → 2": true, "web: image 1 → 2": true, "": true} {
		if got := silence(&model.Edit{Object: deployment, Detail: detail}, false) == ""; got != known {
			t.Errorf("%q: known is %v", detail, got)
		}
	}
	for _, known := range []model.Ref{
		{Group: "policy.networking.k8s.io", Version: "v1alpha2", Kind: "ClusterNetworkPolicy", Name: "x"},
		{Group: "gateway.networking.k8s.io", Version: "v1", Kind: "Gateway", Namespace: "a", Name: "x"},
		{Group: "aquasecurity.github.io", Version: "v1alpha1", Kind: "VulnerabilityReport", Namespace: "a", Name: "x"},
		{Group: "route.openshift.io", Version: "v1", Kind: "Route", Namespace: "a", Name: "x"},
	} {
		if words := silence(&model.Edit{Object: known}, false); words != "" {
			t.Errorf("%s: %q", known.Kind, words)
		}
	}
	for _, kind := range []string{"Deployment", "NetworkPolicy", "Service", "Ingress", "Gateway"} {
		if silence(&model.Edit{Object: model.Ref{Group: "example.com", Version: "v1", Kind: kind, Name: "x"}}, true) == "" {
			t.Errorf("a %s of another group passes for one that is judged", kind)
		}
	}
}

// TestPairs holds how an edit says what it did to connections.
func TestPairs(t *testing.T) {
	for _, c := range []struct {
		opened, closed int
		want           string
	}{
		{0, 0, ""},
		{1, 0, "1 pair of pods opened"},
		{214, 0, "214 pairs of pods opened"},
		{0, 3, "3 pairs of pods closed"},
		{2, 1, "2 pairs of pods opened, 1 closed"},
	} {
		if got := pairs(&model.Edit{PairsOpened: c.opened, PairsClosed: c.closed}, " of pods"); got != c.want {
			t.Errorf("%d opened, %d closed: %q, want %q", c.opened, c.closed, got, c.want)
		}
	}
}

// TestShort holds how the steps of a path are named.
func TestShort(t *testing.T) {
	for ids, want := range map[string]string{
		"internet shop/Deployment/web sa:shop/web ops/Deployment/operator sa:ops/operator cluster-admin": "internet shop/web ops/operator cluster-admin",
		"shop/Deployment/web sa:ops/other cluster-admin":                                                 "shop/web sa:ops/other cluster-admin",
		"data/DaemonSet/backup Node/n1 ops/Secret/token sa:ops/operator":                                 "data/backup node n1 Secret ops/token sa:ops/operator",
		"shop/Pod/a sa:shop/default":                                                                     "shop/a sa:shop/default",
		"sa:shop/web sa:shop/other user:jane":                                                            "sa:shop/web sa:shop/other user:jane",
	} {
		if got := strings.Join(short(strings.Fields(ids)), " "); got != want {
			t.Errorf("%s: %s, want %s", ids, got, want)
		}
	}
}

// TestAPathIsToldOnce holds that where the best cut leads the list, what is but the beginning of a path comes after what is as risky by
// itself, and else not.
func TestAPathIsToldOnce(t *testing.T) {
	made := func(name string, rules ...string) *owner {
		o := &owner{object: name, risk: 100, holds: len(rules)}
		for i, id := range rules {
			o.rows = append(o.rows, &view.Row{Finding: &model.Finding{Rule: &model.Rule{ID: id}}, Verdict: model.Yes, Risk: 100 - i*20})
		}
		return o
	}
	begins, own, cut := made("a", "LP25", "NW01"), made("b", "PS01", "LP25"), made("c", "LP02")
	owners := []*owner{begins, own, cut}
	tellOnce(owners)
	if before(begins, own) > 0 {
		t.Error("without a cut the beginning of a path comes last")
	}
	cut.lead, cut.cut = true, &model.Cut{Removes: 10}
	begins.cut = &model.Cut{Removes: 1}
	tellOnce(owners)
	slices.SortFunc(owners, before)
	if owners[0] != cut || owners[1] != own || owners[2] != begins {
		t.Errorf("the order is %s %s %s", owners[0].object, owners[1].object, owners[2].object)
	}
}
