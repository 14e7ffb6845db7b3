package upgrade

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/analysis/catalogue"
	"canopy/analysis/escape"
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
	put := func(name, owner, node string, phase corev1.PodPhase, change func(*corev1.PodSpec)) {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name}, Spec: corev1.PodSpec{NodeName: node, Containers: []corev1.Container{{Name: "c", Image: "x"}}}, Status: corev1.PodStatus{Phase: phase}}
		if owner != "" {
			p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Name: owner, Controller: &yes}}
		}
		if change != nil {
			change(&p.Spec)
		}
		r, err := record.Make(p)
		if err != nil {
			t.Fatal(err)
		}
		c.Apply(model.Put(r))
	}
	mounting := func(path string, readOnly bool) func(*corev1.PodSpec) {
		return func(s *corev1.PodSpec) {
			s.Volumes = []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path}}}}
			s.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "v", MountPath: "/v", ReadOnly: readOnly}}
		}
	}
	privileged := func(s *corev1.PodSpec) {
		s.Containers[0].SecurityContext = &corev1.SecurityContext{Privileged: &yes}
	}
	findings := map[model.Ref][]*model.Finding{}
	exposed := map[model.Ref]string{}
	owner := func(name string, pods int, out bool, change func(*corev1.PodSpec), of ...string) {
		ref := model.KindByName("StatefulSet").Ref("shop", name)
		for i := range pods {
			put(fmt.Sprint(name, "-", i), name, "n1", corev1.PodRunning, change)
		}
		if out {
			exposed[ref] = "by an Ingress"
		}
		for _, id := range of {
			findings[ref] = append(findings[ref], &model.Finding{Rule: rules[id], Object: ref, Verdict: model.Yes})
		}
	}
	owner("all", 1, true, privileged, "LP25", "PS01", "PS02", "PS01")
	owner("out-power", 1, true, nil, "LP25")
	owner("out-priv", 1, true, mounting("/run/containerd/containerd.sock", false))
	owner("power-priv", 1, false, func(s *corev1.PodSpec) {
		s.Containers[0].SecurityContext = &corev1.SecurityContext{Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"SYS_MODULE"}}}
	}, "LP25")
	owner("out", 1, true, nil)
	owner("power", 1, false, nil, "LP25")
	owner("priv", 1, false, mounting("/", false))
	// A time zone, a directory of its own, and a warning of another rule lead nowhere.
	owner("many", 3, false, mounting("/usr/share/zoneinfo", true), "PS06", "PS09")
	owner("one", 1, false, nil, "PS01")
	put("bare", "", "n1", corev1.PodPending, nil)
	put("done", "", "n1", corev1.PodSucceeded, privileged)
	put("away", "", "n2", corev1.PodRunning, nil)
	how := func(ref model.Ref) string { return exposed[ref] }
	on := escape.Conditions{Minor: 37}
	list := Residents(c, "n1", on, findings, how)
	var got []string
	for _, r := range list {
		got = append(got, r.Owner.Name)
	}
	if want := []string{"all", "out-power", "out-priv", "power-priv", "out", "power", "priv", "many", "bare", "one"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if r := list[0]; r.Exposed != "by an Ingress" || r.Powerful != "exposed path to admin" || r.Privileged != "privileged container" || r.Pods != 1 || r.Namespace != "shop" {
		t.Errorf("%+v", r)
	}
	if list[2].Privileged != "container runtime's socket" || list[3].Privileged != "loads kernel modules" || !strings.Contains(list[6].Privileged, "writes what the node runs") || list[7].Privileged != "" {
		t.Errorf("%+v", list)
	}
	if list[7].Pods != 3 {
		t.Errorf("%+v", list[7])
	}
	every := AllResidents(c, on, findings, how)
	if len(every) != 2 || !slices.Equal(every["n1"], list) || len(every["n2"]) != 1 || Residents(c, "n3", on, findings, how) != nil {
		t.Errorf("%+v", every)
	}
	// What depends is told as that, and what somebody put into a pod counts.
	put("perhaps", "perhaps", "n3", corev1.PodRunning, mounting("/home", true))
	put("entered", "entered", "n3", corev1.PodRunning, func(s *corev1.PodSpec) {
		s.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug", Image: "x", SecurityContext: &corev1.SecurityContext{Privileged: &yes}}}}
	})
	if list := Residents(c, "n3", on, nil, how); len(list) != 2 || list[0].Privileged != "privileged container" || list[1].Privileged != "perhaps keys of the node" {
		t.Errorf("%+v", list)
	}
}
