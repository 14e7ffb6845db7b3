package overview

import (
	"math/rand/v2"
	"testing"

	"canopy/model"
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
		if got := silence(e) == ""; got != judged {
			t.Errorf("%s: %q", k.Kind, silence(e))
		}
	}
	deployment := model.KindByName("Deployment").Ref("a", "b")
	for detail, known := range map[string]bool{"image 1 → 2": true, "replicas 1 → 2": true, "replicas 1 → 2, image 1 → 2": true, "web: image 1 → 2": true, "": true} {
		if got := silence(&model.Edit{Object: deployment, Detail: detail}) == ""; got != known {
			t.Errorf("%q: known is %v", detail, got)
		}
	}
	for _, known := range []model.Ref{
		{Group: "policy.networking.k8s.io", Version: "v1alpha2", Kind: "ClusterNetworkPolicy", Name: "x"},
		{Group: "gateway.networking.k8s.io", Version: "v1", Kind: "Gateway", Namespace: "a", Name: "x"},
		{Group: "aquasecurity.github.io", Version: "v1alpha1", Kind: "VulnerabilityReport", Namespace: "a", Name: "x"},
		{Group: "route.openshift.io", Version: "v1", Kind: "Route", Namespace: "a", Name: "x"},
	} {
		if words := silence(&model.Edit{Object: known}); words != "" {
			t.Errorf("%s: %q", known.Kind, words)
		}
	}
	for _, kind := range []string{"Deployment", "NetworkPolicy", "Service", "Ingress", "Gateway"} {
		if silence(&model.Edit{Object: model.Ref{Group: "example.com", Version: "v1", Kind: kind, Name: "x"}}) == "" {
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
