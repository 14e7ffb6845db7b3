package podsecurity

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"canopy/analysis/workload"
	"canopy/k8s/labtest"
)

// TestServerWarnsOfTheSame compares with what the API server warns of when it is asked, without keeping it, to enforce a level.
func TestServerWarnsOfTheSame(t *testing.T) {
	lab := labtest.Private(t)
	warnings := &book{}
	config := rest.CopyConfig(lab.Config(labtest.Admin))
	config.WarningHandler = warnings
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	ns := lab.Namespace(t)
	rng := rand.New(rand.NewPCG(7, 8))
	const pods = 48
	for i := range pods {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("p%02d", i)}, Spec: random(rng)}
		if _, err := client.CoreV1().Pods(ns).Create(ctx, p, metav1.CreateOptions{}); err != nil {
			t.Fatalf("%+v: %v", p.Spec, err)
		}
	}
	list, err := client.CoreV1().Pods(ns).List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	objects := []runtime.Object{&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}}
	for i := range list.Items {
		objects = append(objects, &list.Items[i])
	}
	c := holding(t, objects...)
	for _, level := range []string{"baseline", "restricted"} {
		for _, version := range []string{"latest", "v1.37", "v1.30", "v1.24", "v1.18"} {
			s, err := Simulate(c, ns, level, version)
			if err != nil {
				t.Fatal(err)
			}
			want := warned(t, client, warnings, ns, level, version)
			var got []string
			for _, v := range s.Violators {
				got = append(got, v.Owner.Name)
			}
			if n := sum(want); n != len(got) || n == 0 {
				t.Errorf("%s %s: %d violators, the server warns of %d pods:\n%s", level, version, len(got), n, strings.Join(got, " "))
			}
			// Each text of the server names its first pod, which must break just what it says.
			for text, names := range want {
				i := slices.IndexFunc(s.Violators, func(v Violator) bool { return v.Owner.Name == names.first })
				if i < 0 {
					t.Errorf("%s %s: the server refuses %s: %s", level, version, names.first, text)
					continue
				}
				if same := count(s.Violators, list.Items, level, version, text); same != names.pods {
					t.Errorf("%s %s: %q is true of %d pods here, of %d for the server", level, version, text, same, names.pods)
				}
			}
		}
	}
}

// count says of how many violators a text of the server is true.
func count(violators []Violator, pods []corev1.Pod, level, version, text string) int {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		panic(err) // the checks come with the library
	}
	v, err := api.ParseVersion(version)
	if err != nil {
		panic(err) // written above
	}
	n := 0
	for i := range violators {
		p := &pods[slices.IndexFunc(pods, func(p corev1.Pod) bool { return p.Name == violators[i].Owner.Name })]
		r := policy.AggregateCheckResults(evaluator.EvaluatePod(api.LevelVersion{Level: api.Level(level), Version: v}, &p.ObjectMeta, &p.Spec))
		if r.ForbiddenReason() == text {
			n++
		}
	}
	return n
}

// group is what one text of the server stands for.
type group struct {
	first string
	pods  int
}

func sum(groups map[string]group) int {
	n := 0
	for _, g := range groups {
		n += g.pods
	}
	return n
}

// warned asks the server about a level. It reads pods from a cache, which may be behind for a moment.
func warned(t *testing.T, client kubernetes.Interface, heard *book, ns, level, version string) map[string]group {
	t.Helper()
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"labels": map[string]string{api.EnforceLevelLabel: level, api.EnforceVersionLabel: version}}})
	if err != nil {
		t.Fatal(err)
	}
	var before map[string]group
	for range 20 {
		heard.lines = nil
		if _, err := client.CoreV1().Namespaces().Patch(t.Context(), ns, types.StrategicMergePatchType, body, metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}}); err != nil {
			t.Fatal(err)
		}
		groups := map[string]group{}
		for _, l := range heard.lines {
			who, text, ok := strings.Cut(l, ": ")
			if !ok || strings.HasPrefix(l, "existing pods") {
				continue
			}
			name, rest, more := strings.Cut(who, " (and ")
			g := group{name, 1}
			if more {
				var others int
				if _, err := fmt.Sscanf(rest, "%d", &others); err != nil {
					t.Fatalf("%q: %v", l, err)
				}
				g.pods += others
			}
			groups[text] = g
		}
		if sum(groups) > 0 && sum(groups) == sum(before) {
			return groups
		}
		before = groups
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatalf("the server says %v", heard.lines)
	return nil
}

// book hears warnings.
type book struct{ lines []string }

func (b *book) HandleWarningHeader(_ int, _, text string) { b.lines = append(b.lines, text) }

// random makes a spec that the API server takes and that may break any level.
func random(rng *rand.Rand) corev1.PodSpec {
	s := sound()
	maybe := func(change func()) {
		if rng.IntN(7) == 0 {
			change()
		}
	}
	c := &s.Containers[0]
	c.Ports = []corev1.ContainerPort{{ContainerPort: 80}}
	maybe(func() { s.HostPID = true })
	maybe(func() { s.HostIPC = true })
	maybe(func() { c.Ports[0].HostPort = 80 })
	maybe(func() { s.SecurityContext.RunAsNonRoot = nil })
	maybe(func() { s.SecurityContext.SeccompProfile = nil })
	maybe(func() {
		s.SecurityContext.SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}
	})
	maybe(func() { s.SecurityContext = nil })
	maybe(func() { c.SecurityContext.AllowPrivilegeEscalation = nil })
	maybe(func() { c.SecurityContext.Capabilities.Add = []corev1.Capability{"NET_BIND_SERVICE"} })
	maybe(func() { c.SecurityContext.Capabilities.Add = []corev1.Capability{"SYS_TIME"} })
	maybe(func() { c.SecurityContext.Capabilities = nil })
	maybe(func() { c.SecurityContext.Privileged, c.SecurityContext.AllowPrivilegeEscalation = new(true), nil })
	maybe(func() { c.SecurityContext = nil })
	maybe(func() {
		s.InitContainers = []corev1.Container{{Name: "init", Image: "i:1", SecurityContext: &corev1.SecurityContext{RunAsUser: new(int64(0)), RunAsNonRoot: new(false)}}}
	})
	maybe(func() {
		s.Volumes = append(s.Volumes, corev1.Volume{Name: "h", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}})
	})
	maybe(func() {
		s.Volumes = append(s.Volumes, corev1.Volume{Name: "n", VolumeSource: corev1.VolumeSource{NFS: &corev1.NFSVolumeSource{Server: "n", Path: "/"}}})
	})
	maybe(func() {
		c.LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Host: "10.0.0.1", Port: intstr.FromInt32(80)}}}
	})
	maybe(func() {
		if s.SecurityContext != nil {
			s.SecurityContext.Sysctls = []corev1.Sysctl{{Name: "kernel.msgmax", Value: "1"}}
		}
	})
	maybe(func() {
		if s.SecurityContext != nil {
			s.SecurityContext.SELinuxOptions = &corev1.SELinuxOptions{Type: "spc_t"}
		}
	})
	return s
}

// TestRulesFindWhatChecksForbid holds that the rule that is named for a break finds it, at the same field.
func TestRulesFindWhatChecksForbid(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	checked := map[string]bool{}
	for range 2000 {
		tmpl := corev1.PodTemplateSpec{Spec: random(rng)}
		hits := workload.Judge(&tmpl)
		for _, v := range workload.Violations(api.LevelRestricted, api.LatestVersion(), &tmpl) {
			rule := ruleOf(&v)
			if !slices.ContainsFunc(hits, func(h workload.Hit) bool {
				return h.Rule == rule && (h.Path == v.Path || strings.HasPrefix(h.Path, v.Path))
			}) {
				t.Fatalf("%s at %s: %q does not find it: %+v", v.Check, v.Path, rule, hits)
			}
			checked[v.Check] = true
		}
	}
	if len(checked) < 10 {
		t.Errorf("only %v", checked)
	}
	for _, c := range policy.DefaultChecks() {
		v := workload.Violation{Check: string(c.ID)}
		if id := ruleOf(&v); id == "" {
			t.Errorf("no rule finds %s", c.ID)
		}
	}
}
