package admission

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/analysis/workload"
	"canopy/model"
)

// templateRules are the rules that a pod alone decides.
func templateRules() []string {
	list := []string{"IM01", "IM02", "IM04", "IM07", "LP21", "LP26", "PS28", "SE02", "SE09"}
	for _, n := range strings.Fields("01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25") {
		list = append(list, "PS"+n)
	}
	slices.Sort(list)
	return list
}

// podGuard makes the guard of these rules for some namespaces, a part of them for each: a server sends four kilobytes of warnings
// at most, and no further ones.
func podGuard(t testing.TB, namespaces ...string) *Guard {
	var findings []*model.Finding
	for i, rule := range templateRules() {
		findings = append(findings, found(t, rule, namespaces[i%len(namespaces)]+"/Deployment/web"))
	}
	// Mutating policies are tested by themselves: a server older than that gets none.
	return guardOf(t, clusterOf(t), "v1.35.0", findings...)
}

// rulesIn gives the rules that the server's words name, by its policies.
func rulesIn(g *Guard, text string) []string {
	of := map[string]string{}
	for i := range g.Policies {
		of[g.Policies[i].Documents[0].Step.Ref.Name] = g.Policies[i].Rules[0]
	}
	var rules []string
	for _, name := range policiesIn(text) {
		rules = append(rules, of[name])
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// judgedRules gives what our own judge says of a pod as the server filled it in.
func judgedRules(t testing.TB, p *corev1.Pod) []string {
	t.Helper()
	rules := map[string]bool{}
	for _, h := range workload.Judge(&corev1.PodTemplateSpec{ObjectMeta: p.ObjectMeta, Spec: p.Spec}) {
		if h.Rule != "PS25" || h.Severity >= model.Medium {
			rules[h.Rule] = true
		}
	}
	if p.Spec.ServiceAccountName == "default" {
		rules["LP21"] = true
	}
	return slices.Sorted(maps.Keys(rules))
}

// TestLabPods compares the policies of a real API server with our own judge, rule by rule: on pods at random, and on
// ephemeral containers that are added to pods.
func TestLabPods(t *testing.T) {
	n := 400
	if os.Getenv("CANOPY_LONG") != "" {
		n = 5000
	}
	s := newServer(t)
	for _, ns := range thirds() {
		s.namespace(ns)
		s.make(&corev1.ServiceAccount{ObjectMeta: meta(ns, "web")})
	}
	g := podGuard(t, thirds()...)
	s.guard(g, false)
	bad := func() *corev1.Pod {
		d := dice{rand.New(rand.NewPCG(0, 0))}
		p := d.pod("shop", "probe")
		p.Spec = corev1.PodSpec{HostPID: true, Containers: []corev1.Container{{Name: "app", Image: "app", Ports: []corev1.ContainerPort{{ContainerPort: 22}}, SecurityContext: &corev1.SecurityContext{Privileged: new(true)}}}}
		return p
	}
	want := []string{"IM01", "IM02", "IM07", "LP21", "PS01", "PS02", "PS09", "PS10", "PS15", "PS16", "PS24", "PS25", "PS28"}
	s.until("the bindings to warn", func() bool {
		_, got, err := s.judge(g, bad())
		if err != nil {
			t.Fatal(err)
		}
		return slices.Equal(got, want)
	})
	shown, held, invalid := map[string]int{}, map[string]int{}, 0
	compare := func(i int, p *corev1.Pod, got []string) {
		t.Helper()
		want := judgedRules(t, p)
		for _, r := range templateRules() {
			if slices.Contains(want, r) {
				shown[r]++
			} else {
				held[r]++
			}
		}
		if !slices.Equal(got, want) {
			text, _ := yaml.Marshal(p.Spec)
			t.Errorf("pod %d: the server says\n%v, we\n%v\n%v\n%s", i, got, want, p.Annotations, text)
		}
	}
	d := dice{rand.New(rand.NewPCG(5, 6))}
	for i := range n {
		p := d.pod("shop", "p")
		p.Spec.ServiceAccountName = pick(d, "", "default", "web")
		q, got, err := s.judge(g, p)
		if apierrors.IsInvalid(err) {
			if invalid++; invalid < 5 {
				t.Log(err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		compare(i, q, got)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d invalid", invalid)
	if invalid > n/3 {
		t.Errorf("%d of %d pods are invalid", invalid, n)
	}
	for _, r := range templateRules() {
		if shown[r] < 3 || held[r] < 3 {
			t.Errorf("%s: shown by %d pods, not by %d", r, shown[r], held[r])
		}
	}
	s.ephemeral(g, d, n/4)
}

func thirds() []string { return []string{"one", "two", "three"} }

// judge has the server judge a pod, in each namespace of thirds, and gives it as the server filled it in, and the rules that it breaks.
func (s *server) judge(g *Guard, p *corev1.Pod) (*corev1.Pod, []string, error) {
	s.Helper()
	var text string
	q := &corev1.Pod{}
	for _, p.Namespace = range thirds() {
		s.warned()
		u, err := s.create(p, true)
		if err != nil {
			return nil, nil, err
		}
		text += strings.Join(s.warned(), "\n")
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, q); err != nil {
			s.Fatal(err)
		}
	}
	return q, rulesIn(g, text), nil
}

// ephemeral adds ephemeral containers to a pod that breaks no rule by itself, and to one that does: only what comes anew counts.
func (s *server) ephemeral(g *Guard, d dice, n int) {
	s.Helper()
	for _, old := range []bool{false, true} {
		p := goodPod("", "old")
		p.Spec.Volumes = []corev1.Volume{{Name: "v0", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}
		if old {
			p.Name, p.Spec.HostPID, p.Spec.Containers[0].SecurityContext = "worse", true, nil
			p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: "v1", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/srv"}}})
		}
		made := map[string]*unstructured.Unstructured{}
		for _, p.Namespace = range thirds() {
			made[p.Namespace] = s.make(p)
		}
		invalid := 0
	pods:
		for i := range n {
			one := d.container("debug", &p.Spec)
			one.Ports, one.Lifecycle, one.LivenessProbe, one.ReadinessProbe, one.StartupProbe, one.Resources = nil, nil, nil, nil, nil, corev1.ResourceRequirements{}
			var text string
			q := &corev1.Pod{}
			for _, ns := range thirds() {
				u := made[ns].DeepCopy()
				u.Object["spec"].(map[string]any)["ephemeralContainers"] = []any{asMap(s, one).Object}
				s.warned()
				after, err := s.of(model.KindByName("Pod").GVK(), ns).Update(context.Background(), u, metav1.UpdateOptions{DryRun: []string{metav1.DryRunAll}}, "ephemeralcontainers")
				if apierrors.IsInvalid(err) {
					invalid++
					continue pods
				}
				if err != nil {
					s.Fatal(err)
				}
				text += strings.Join(s.warned(), "\n")
				if err := runtime.DefaultUnstructuredConverter.FromUnstructured(after.Object, q); err != nil {
					s.Fatal(err)
				}
			}
			rules := map[string]bool{}
			for _, h := range workload.Judge(&corev1.PodTemplateSpec{ObjectMeta: q.ObjectMeta, Spec: q.Spec}) {
				if h.Container == "debug" {
					rules[h.Rule] = true
				}
				// LP26 is found on the pod, whichever container is to blame.
				if c := q.Spec.EphemeralContainers[0].SecurityContext; h.Rule == "LP26" && c != nil && c.RunAsUser != nil && *c.RunAsUser == 0 {
					rules["LP26"] = true
				}
			}
			got, want := rulesIn(g, text), slices.Sorted(maps.Keys(rules))
			if !slices.Equal(got, want) {
				text, _ := yaml.Marshal(q.Spec)
				s.Fatalf("ephemeral container %d: the server says\n%v, we\n%v\n%s", i, got, want, text)
			}
		}
		if invalid > n/2 {
			s.Errorf("%d of %d ephemeral containers are invalid", invalid, n)
		}
	}
}

// goodPod breaks no rule.
func goodPod(namespace, name string) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: meta(namespace, name)}
	p.Spec = corev1.PodSpec{
		ServiceAccountName: "web", AutomountServiceAccountToken: new(false),
		SecurityContext: &corev1.PodSecurityContext{RunAsNonRoot: new(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
		Containers:      []corev1.Container{goodContainer("app")},
	}
	return p
}

func goodContainer(name string) corev1.Container {
	c := corev1.Container{Name: name, Image: "registry.example/app@sha256:" + strings.Repeat("0", 64), SecurityContext: &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}}}
	for _, r := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage} {
		c.Resources.Limits = with(c.Resources.Limits, r)
	}
	return c
}
