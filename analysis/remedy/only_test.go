package remedy

import (
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rollout"
	"canopy/model"
)

// all keeps every document but some.
func allBesides(f *Fix, out ...int) []bool {
	keep := make([]bool, len(f.Documents))
	for i := range keep {
		keep[i] = !slices.Contains(out, i)
	}
	return keep
}

func TestOnlyHoldsTogetherWhatBelongsTogether(t *testing.T) {
	// A role that others hold too: a role and a binding take the place of the old binding.
	c := world(t, aClusterRole("r", permit("get,list", "", "secrets"), permit("get", "", "pods")), bindAll("one", "r", user("ann")), bindAll("two", "r", user("bob")))
	fix, _ := ended(t, c, "LP06/rbac.authorization.k8s.io/ClusterRoleBinding//one")
	if len(fix.Documents) != 3 {
		t.Fatal(text(fix))
	}
	for out, want := range map[int]string{0: "the binding names that role", 1: "it takes the place of what is deleted"} {
		if _, err := fix.Only(allBesides(fix, out)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %d: %v", out+1, err)
		}
	}
	next, err := fix.Only(allBesides(fix, 2))
	if err != nil || len(next.Documents) != 2 || len(next.Plan.Steps) != 2 || len(next.Notes) != 1 || !strings.Contains(next.Notes[0].Reason, "left out of the plan") {
		t.Errorf("%v %+v", err, next.Notes)
	}
	if _, err := fix.Only([]bool{true}); err == nil {
		t.Error("one place for three documents")
	}
	if whole, err := fix.Only(allBesides(fix)); err != nil || text(whole) != text(fix) {
		t.Error(err)
	}
}

func TestOnlyKnowsAccountsStagesAndPolicies(t *testing.T) {
	fix := editable(t)
	if _, err := fix.Only([]bool{false, true}); err == nil || !strings.Contains(err.Error(), "document 2 (patch shop/Deployment/web) cannot go without document 1 (create shop/ServiceAccount/web): no pod can be made") {
		t.Error(err)
	}
	stages := fixOne(t, holding(t, namespaceShop(), owned("Deployment", good())), finding("PS26", ref("Namespace", "shop")))
	if _, err := stages.Only([]bool{false, true}); err == nil || !strings.Contains(err.Error(), "the same object") {
		t.Error(err)
	}
	warn, err := stages.Only([]bool{true, false})
	if err != nil || len(warn.Notes) != 1 || len(warn.Documents[0].Closes) != 0 {
		t.Errorf("%v %+v", err, warn)
	}
	segments, f := segmentScene(t, "NW03")
	net := fixOne(t, segments, f)
	if len(net.Documents) < 2 {
		t.Fatal(text(net))
	}
	if _, err := net.Only(allBesides(net, 0)); err == nil || !strings.Contains(err.Error(), "let through what is needed") {
		t.Error(err)
	}
	if none, err := net.Only(make([]bool, len(net.Documents))); err != nil || len(none.Documents) != 0 || len(none.Notes) == 0 {
		t.Error(err)
	}
}

// Whatever is kept can be carried out, and what it says that it closes it closes.
func TestOnlyIsHonest(t *testing.T) {
	var objects []runtime.Object
	objects = append(objects, aClusterRole("r", permit("get,list", "", "secrets"), permit("create", "", "pods/exec")), bindAll("one", "r", user("ann")), bindAll("two", "r", user("bob")),
		aRole("mine", permit("create", "", "pods"), permit("get", "", "pods")), bind("mine", "Role", "mine", user("eve"), groupOf("system:authenticated")), bind("gone", "Role", "none", user("eve")))
	c := world(t, objects...)
	var ids []string
	for id, f := range judged(t, c) {
		if f.Object.Namespace == "shop" || f.Object.Name == "one" || f.Object.Name == "two" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	fix, err := ForServer(c, testServer, findingsOf(t, c, ids...))
	if err != nil || len(fix.Documents) < 4 {
		t.Fatal(err, text(fix))
	}
	taken := 0
	for mask := range 1 << len(fix.Documents) {
		keep := make([]bool, len(fix.Documents))
		for i := range keep {
			keep[i] = mask&(1<<i) != 0
		}
		next, err := fix.Only(keep)
		if err != nil {
			continue
		}
		taken++
		if _, _, err := rollout.Expand(c, next.Plan); err != nil {
			t.Fatalf("%v: %v", keep, err)
		}
		after := judged(t, carried(t, c, next.Plan))
		for _, id := range ids {
			closed := slices.ContainsFunc(next.Documents, func(d Document) bool { return slices.Contains(d.Closes, id) })
			noted := slices.ContainsFunc(next.Notes, func(n Note) bool { return n.Finding == id })
			if closed && after[id] != nil || closed == noted {
				t.Fatalf("%v: %s closed %v, noted %v, holds %v", keep, id, closed, noted, after[id] != nil)
			}
		}
	}
	if taken < 4 {
		t.Error("hardly anything may be left out")
	}
}

func TestManagedListsEachOnce(t *testing.T) {
	f := &Fix{Documents: []Document{{ManagedBy: "b"}, {}, {ManagedBy: "a"}, {ManagedBy: "b", Step: model.Step{}}}}
	if got := f.Managed(); !slices.Equal(got, []string{"a", "b"}) {
		t.Error(got)
	}
}
