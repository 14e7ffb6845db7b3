package upgrade

import (
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/catalogue"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// TestResidents holds that the worst come first, and that each says how.
func TestResidents(t *testing.T) {
	rules, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := cluster.New()
	yes := true
	put := func(name, owner, node string, phase corev1.PodPhase) {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, Spec: corev1.PodSpec{NodeName: node}, Status: corev1.PodStatus{Phase: phase}}
		if owner != "" {
			p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Name: owner, Controller: &yes}}
		}
		r, err := record.Make(p)
		if err != nil {
			t.Fatal(err)
		}
		c.Apply(model.Put(r))
	}
	findings := map[model.Ref][]*model.Finding{}
	exposed := map[model.Ref]string{}
	owner := func(name string, pods int, out bool, of ...string) {
		ref := model.KindByName("StatefulSet").Ref("shop", name)
		for i := range pods {
			put(fmt.Sprint(name, "-", i), name, "n1", corev1.PodRunning)
		}
		if out {
			exposed[ref] = "by an Ingress"
		}
		for _, id := range of {
			findings[ref] = append(findings[ref], &model.Finding{Rule: rules[id], Object: ref, Verdict: model.Yes})
		}
	}
	owner("all", 1, true, "LP25", "PS01", "PS02", "PS01")
	owner("out-power", 1, true, "LP25")
	owner("out-priv", 1, true, "PS06")
	owner("power-priv", 1, false, "LP25", "PS14")
	owner("out", 1, true)
	owner("power", 1, false, "LP25")
	owner("priv", 1, false, "PS07")
	owner("many", 3, false, "PS09")
	owner("one", 1, false)
	put("bare", "", "n1", corev1.PodPending)
	put("done", "", "n1", corev1.PodSucceeded)
	put("away", "", "n2", corev1.PodRunning)
	priv := model.KindByName("StatefulSet").Ref("shop", "one")
	findings[priv] = []*model.Finding{{Rule: rules["PS01"], Object: priv, Verdict: model.Unknown}}
	how := func(ref model.Ref) string { return exposed[ref] }
	list := Residents(c, "n1", findings, how)
	var got []string
	for _, r := range list {
		got = append(got, r.Owner.Name)
	}
	if want := []string{"all", "out-power", "out-priv", "power-priv", "out", "power", "priv", "many", "bare", "one"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if r := list[0]; r.Exposed != "by an Ingress" || r.Powerful != "exposed path to admin" || r.Privileged != rules["PS02"].Short+", "+rules["PS01"].Short && r.Privileged != rules["PS01"].Short+", "+rules["PS02"].Short || r.Pods != 1 || r.Namespace != "shop" {
		t.Errorf("%+v", r)
	}
	if list[7].Pods != 3 {
		t.Errorf("%+v", list[7])
	}
	every := AllResidents(c, findings, how)
	if len(every) != 2 || !slices.Equal(every["n1"], list) || len(every["n2"]) != 1 || Residents(c, "n3", findings, how) != nil {
		t.Errorf("%+v", every)
	}
}
