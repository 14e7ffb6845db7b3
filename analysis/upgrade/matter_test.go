package upgrade

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/disruption"
	"canopy/cmd/canopy/demo"
	"canopy/model"
	"canopy/model/record"
)

// put makes a change as the engine does.
func (in *Input) put(t testing.TB, o runtime.Object) {
	t.Helper()
	r, err := record.Make(o)
	if err != nil {
		t.Fatal(err)
	}
	d, ok := in.Cluster.Apply(model.Put(r))
	if !ok {
		t.Fatalf("%s is as it was", r.Ref())
	}
	out := sink{}
	in.Nodes.Update(in.Cluster, d)
	in.Budgets.Update(in.Cluster, d)
	in.Deprecated.Update(in.Cluster, d)
	in.Nodes.Flush(in.Cluster, out)
	in.Budgets.Flush(in.Cluster, out)
	in.Deprecated.Flush(in.Cluster, out)
}

// TestMatter holds that a plan which is made off the writer is that which is made on it, each time, whatever happens to the cluster
// meanwhile; and that Prepare works out what Gather then finds, so much at a time as it was told.
func TestMatter(t *testing.T) {
	objects, err := demo.Objects(demo.Start)
	if err != nil {
		t.Fatal(err)
	}
	in := inputOf(t, demo.Start, "v1.37.2", objects)
	text := func(p *Plan) string {
		all, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		return string(all)
	}
	rounds := 1
	for !Prepare(in, 1) {
		if rounds++; rounds > 50 {
			t.Fatal("it never ends")
		}
	}
	// Two nodes of the demo have a step: one look at each, and a last one that finds nothing more to do.
	if rounds != 2 {
		t.Errorf("%d rounds", rounds)
	}
	for _, name := range []string{"n5", "n6"} {
		if !in.Budgets.Ready(in.Cluster, name) {
			t.Errorf("%s is not at hand", name)
		}
	}
	if in.Budgets.Ready(in.Cluster, "n2") {
		t.Error("a node without a step was looked at")
	}
	m := Gather(in)
	want := text(Make(in))
	in.put(t, aNode("n5", "v1.37.2"))
	if got := text(m.Plan()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := text(m.Plan()); got != want {
		t.Errorf("the second time\n%s\nwant\n%s", got, want)
	}
	if text(Make(in)) == want {
		t.Error("the plan did not change")
	}
}

// TestObstaclesAreMadeAnew holds that a plan is never told what stood in the way before a pod or a budget changed.
func TestObstaclesAreMadeAnew(t *testing.T) {
	yes := true
	pod := func(name, node string, empty bool) *corev1.Pod {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, Labels: map[string]string{"app": "x"}, OwnerReferences: []metav1.OwnerReference{{APIVersion: "a.io/v1", Kind: "App", Name: "x", Controller: &yes}}},
			Spec: corev1.PodSpec{NodeName: node}, Status: corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}}}
		if empty {
			p.Spec.Volumes = []corev1.Volume{{Name: "t", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}
		}
		return p
	}
	in := inputOf(t, demo.Start, "v1.37.2", []runtime.Object{aNode("n1", "v1.36.1"), aNode("n2", "v1.36.1"), pod("a", "n1", false), pod("b", "n2", false)})
	causes := func() string {
		var list []string
		for _, s := range Make(in).Steps {
			for _, o := range s.Obstacles {
				list = append(list, s.Object.Name+" "+o.Cause)
				if o.Loses() != (o.Cause == disruption.Local || o.Cause == disruption.Bare) {
					t.Errorf("%s loses %v", o.Cause, o.Loses())
				}
			}
		}
		slices.Sort(list)
		return strings.Join(list, ", ")
	}
	expect := func(want string) {
		t.Helper()
		if got := causes(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	expect("")
	in.put(t, pod("c", "n1", true))
	expect("n1 local")
	in.put(t, pod("b", "n1", false))
	expect("n1 local, n1 single")
	in.put(t, pod("b", "n2", false))
	expect("n1 local")
	none := policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "b"}, Spec: policyv1.PodDisruptionBudgetSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "x"}}},
		Status: policyv1.PodDisruptionBudgetStatus{ObservedGeneration: 1},
	}
	in.put(t, none.DeepCopy())
	expect("n1 budget, n1 local, n2 budget")
	none.Status = policyv1.PodDisruptionBudgetStatus{ObservedGeneration: 1, DisruptionsAllowed: 1}
	in.put(t, none.DeepCopy())
	expect("n1 local")
}

// TestResidentsOf holds that the pods of one node give what all pods do.
func TestResidentsOf(t *testing.T) {
	objects, err := demo.Objects(demo.Start)
	if err != nil {
		t.Fatal(err)
	}
	in := inputOf(t, demo.Start, "v1.37.2", objects)
	how := func(ref model.Ref) string {
		if ref.Kind == "Deployment" {
			return "by an Ingress"
		}
		return ""
	}
	on := Conditions(in.Nodes.Plane())
	if on.Minor != 37 {
		t.Errorf("%+v", on)
	}
	every := AllResidents(in.Cluster, on, nil, how)
	for _, node := range slices.Sorted(maps.Keys(every)) {
		if got := ResidentsOf(in.Cluster, in.Budgets, node, on, nil, how); len(got) == 0 || !slices.Equal(got, every[node]) {
			t.Errorf("%s: got %+v, want %+v", node, got, every[node])
		}
	}
	if len(every) < 5 || ResidentsOf(in.Cluster, in.Budgets, "nowhere", on, nil, how) != nil {
		t.Errorf("%d nodes", len(every))
	}
}

// TestWords holds what steps say of what a provider may not have, of paid support, and that they do so in one line.
func TestWords(t *testing.T) {
	for _, s := range []struct {
		name string
		s    *scene
		step int
		want string
	}{
		{"paid support", emptyScene(t, host{kind: onEKS, sold: true, brand: "EKS"}).serving(t, "v1.33.2-eks-1"), 0, "standard support of 1.33 has ended; paid support holds until 2027-07-29; API servers go up one minor at a time; 1.35 has standard support until 2027-03-27"},
		{"long-term support", emptyScene(t, host{kind: onAKS, sold: true, brand: "AKS"}).serving(t, "v1.32.2"), 0, "standard support of 1.32 has ended; paid support holds until 2027-03-31; API servers go up one minor at a time; 1.35 has standard support until 2027-03-31"},
		{"a build of a node", emptyScene(t, host{kind: onAKS, sold: true, brand: "AKS"}).serving(t, "v1.35.2").having(t, "n1", "v1.34.1"), 0, "its kubelet is a minor behind; it goes to the build that AKS has for 1.35"},
		{"a patch of GKE", emptyScene(t, host{kind: onGKE, sold: true, brand: "GKE"}).serving(t, "v1.36.1-gke.2"), 0, "1.36.3 is the newest patch of 1.36 that GKE is known to have as of 2026-08-22; GKE has it as of 2026-08-22, and may not offer it to this cluster, by its channel and region"},
		{"a minor that EKS may not have", emptyScene(t, host{kind: onEKS, sold: true, brand: "EKS"}).serving(t, "v1.36.1-eks-1").having(t, "n1", "v1.37.0-eks-1"), 0, "on the way to 1.37: API servers go up one minor at a time; no table here tells whether EKS offers 1.37"},
		{"a build of k3s", emptyScene(t, host{kind: k3s, whole: true, brand: "k3s"}).serving(t, "v1.36.1+k3s1"), 0, "1.36.6 is the newest patch of 1.36 that is known; no table here tells whether k3s has built 1.36.6 yet"},
		{"no provider", emptyScene(t, host{kind: kubeadm}).serving(t, "v1.36.1"), 0, "1.36.6 is the newest patch of 1.36 that is known"},
		{"one line", emptyScene(t, host{kind: kubeadm}).serving(t, "v1.37.2").having(t, "n1", "v1.37.2", func(m *machine) {
			m.due = []chore{{what: Reboot, detail: "kernel\nrm -rf / \x1b[2J\u202eis old"}}
		}), 0, "kernel rm -rf / [2Jis old"},
	} {
		t.Run(s.name, func(t *testing.T) {
			p, _ := s.s.plan()
			if len(p.Steps) <= s.step || p.Steps[s.step].Why != s.want {
				t.Errorf("got %+v, want %q", p.Steps, s.want)
			}
		})
	}
}

// manyNodes is a cluster of 5,000 nodes with 30 pods each, with patches behind or not.
func manyNodes(b *testing.B, behind bool) *Input {
	yes, most := true, metav1.LabelSelector{}
	objects := []runtime.Object{&policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "all"}, Spec: policyv1.PodDisruptionBudgetSpec{Selector: &most}}}
	for i := range 5000 {
		name, patch := fmt.Sprint("n", i), 6
		if behind {
			patch = i % 6
		}
		objects = append(objects, aNode(name, fmt.Sprint("v1.36.", patch)))
		for k := range 30 {
			objects = append(objects, &corev1.Pod{
				ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: fmt.Sprint("p", i, "-", k), OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Name: fmt.Sprint("s", (i+k)%900), Controller: &yes}}},
				Spec:       corev1.PodSpec{NodeName: name, Volumes: []corev1.Volume{{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}}, Status: corev1.PodStatus{Phase: corev1.PodRunning},
			})
		}
	}
	return inputOf(b, demo.Start, "v1.36.6", objects)
}

// BenchmarkPlan measures the plan of 5,000 nodes with 30 pods each, all of them behind.
func BenchmarkPlan(b *testing.B) {
	in := manyNodes(b, true)
	for b.Loop() {
		if p := Make(in); len(p.Steps) != 5000 {
			b.Fatal(len(p.Steps))
		}
	}
}

// BenchmarkGatherIdle measures what the writer does where nothing is to be done: at most 10 ms.
func BenchmarkGatherIdle(b *testing.B) {
	in := manyNodes(b, false)
	if p := Make(in); len(p.Steps) != 0 {
		b.Fatal(len(p.Steps))
	}
	for b.Loop() {
		Gather(in)
	}
}

// BenchmarkGatherPod measures what the writer does after one pod has changed, with all nodes behind: at most 10 ms.
func BenchmarkGatherPod(b *testing.B) {
	in := manyNodes(b, true)
	Gather(in)
	yes := true
	i := 0
	for b.Loop() {
		b.StopTimer()
		ready := corev1.ConditionFalse
		if i/5000%2 == 0 {
			ready = corev1.ConditionTrue
		}
		n := i % 5000
		in.put(b, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: fmt.Sprint("p", n, "-0"), OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Name: fmt.Sprint("s", n%900), Controller: &yes}}},
			Spec:       corev1.PodSpec{NodeName: fmt.Sprint("n", n)}, Status: corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}}},
		})
		i++
		b.StartTimer()
		Gather(in)
	}
}

// BenchmarkGatherFirst measures what the writer does the first time, with all nodes behind.
func BenchmarkGatherFirst(b *testing.B) {
	in := manyNodes(b, true)
	gk := model.KindByName("Pod").GroupKind()
	for b.Loop() {
		in.Budgets.Covered(in.Cluster, gk)
		Gather(in)
	}
}

// BenchmarkPrepare measures one round of Prepare on 100 nodes.
func BenchmarkPrepare(b *testing.B) {
	in := manyNodes(b, true)
	gk := model.KindByName("Pod").GroupKind()
	for b.Loop() {
		if Prepare(in, 100) {
			b.StopTimer()
			in.Budgets.Covered(in.Cluster, gk)
			b.StartTimer()
		}
	}
}
