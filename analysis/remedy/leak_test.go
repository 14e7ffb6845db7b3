package remedy

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
	"canopy/model/cluster"
)

// canaries gives by place what writes a text into a container that may be a secret.
func canaries() map[string]func(*corev1.Container) {
	probe := func(h corev1.ProbeHandler) *corev1.Probe { return &corev1.Probe{ProbeHandler: h} }
	hook := func(h corev1.LifecycleHandler) *corev1.Lifecycle { return &corev1.Lifecycle{PreStop: &h} }
	http := func(set func(*corev1.HTTPGetAction)) *corev1.HTTPGetAction {
		a := &corev1.HTTPGetAction{Port: intstr.FromInt32(80)}
		set(a)
		return a
	}
	header := func(a *corev1.HTTPGetAction) {
		a.HTTPHeaders = []corev1.HTTPHeader{{Name: "Authorization", Value: "canary"}}
	}
	host := func(a *corev1.HTTPGetAction) { a.Host = "canary" }
	path := func(a *corev1.HTTPGetAction) { a.Path = "/canary" }
	return map[string]func(*corev1.Container){
		"command": func(c *corev1.Container) { c.Command = []string{"canary"} },
		"args":    func(c *corev1.Container) { c.Args = []string{"run", "canary"} },
		"env":     func(c *corev1.Container) { c.Env = []corev1.EnvVar{{Name: "A", Value: "canary"}} },
		"live exec": func(c *corev1.Container) {
			c.LivenessProbe = probe(corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"canary"}}})
		},
		"live header": func(c *corev1.Container) { c.LivenessProbe = probe(corev1.ProbeHandler{HTTPGet: http(header)}) },
		"ready path":  func(c *corev1.Container) { c.ReadinessProbe = probe(corev1.ProbeHandler{HTTPGet: http(path)}) },
		"start host":  func(c *corev1.Container) { c.StartupProbe = probe(corev1.ProbeHandler{HTTPGet: http(host)}) },
		"tcp host": func(c *corev1.Container) {
			c.LivenessProbe = probe(corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Host: "canary"}})
		},
		"grpc": func(c *corev1.Container) {
			c.LivenessProbe = probe(corev1.ProbeHandler{GRPC: &corev1.GRPCAction{Service: ptr("canary")}})
		},
		"hook exec": func(c *corev1.Container) {
			c.Lifecycle = hook(corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"canary"}}})
		},
		"hook header": func(c *corev1.Container) { c.Lifecycle = hook(corev1.LifecycleHandler{HTTPGet: http(header)}) },
		"hook path":   func(c *corev1.Container) { c.Lifecycle = hook(corev1.LifecycleHandler{HTTPGet: http(path)}) },
		"hook host": func(c *corev1.Container) {
			c.Lifecycle = &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{HTTPGet: http(host)}}
		},
		"hook tcp": func(c *corev1.Container) {
			c.Lifecycle = hook(corev1.LifecycleHandler{TCPSocket: &corev1.TCPSocketAction{Host: "canary"}})
		},
	}
}

// TestNoDocumentHoldsATextThatMayBeASecret goes through every rule, kind of owner and place, with names that repeat or are
// missing, so that every way to write a change is taken.
func TestNoDocumentHoldsATextThatMayBeASecret(t *testing.T) {
	kinds := []string{"Deployment", "CronJob", "Job", "Pod", "Mirror", "Unseen"}
	check := func(name string, tpl corev1.PodTemplateSpec, kind string, rules ...string) {
		t.Helper()
		object := ref("Pod", "web")
		var c *cluster.Cluster
		switch kind {
		case "Pod", "Mirror", "Unseen":
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}, Spec: tpl.Spec}
			if kind == "Mirror" {
				pod.Annotations = map[string]string{corev1.MirrorPodAnnotationKey: "x"}
			}
			if kind == "Unseen" {
				pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Name: "gone", Controller: ptr(true)}}
				object = ref("StatefulSet", "gone")
			}
			c = holding(t, pod)
		default:
			object = ref(kind, "web")
			c = holding(t, owned(kind, tpl))
		}
		var findings []*model.Finding
		for _, r := range rules {
			findings = append(findings, finding(r, object))
		}
		fix := fixOne(t, c, findings...)
		data, err := json.Marshal(fix)
		if err != nil {
			t.Fatal(err)
		}
		all := text(fix) + string(data)
		for _, d := range fix.Documents {
			all += string(d.Step.Body)
		}
		if strings.Contains(all, "canary") || strings.Contains(all, "hunter2") {
			t.Errorf("%s on %s, %v: printed\n%s", name, kind, rules, text(fix))
		}
	}
	places := slices.Sorted(maps.Keys(canaries()))
	for range 2 {
		// Of places that exclude each other the last one stays, so that both orders together fill them all.
		slices.Reverse(places)
		for _, kind := range kinds {
			for rule, offend := range offences() {
				shapes := []string{"nameless"}
				if kind == "Deployment" {
					shapes = []string{"", "same", "nameless", "ports"}
				}
				for _, shape := range shapes {
					tpl := good()
					offend(&tpl)
					for _, list := range [][]corev1.Container{tpl.Spec.InitContainers, tpl.Spec.Containers} {
						for i := range list {
							for _, place := range places {
								canaries()[place](&list[i])
							}
							switch shape {
							case "same":
								list[i].Name = "app"
							case "nameless":
								list[i].Name = ""
							case "ports":
								list[i].Ports = append(list[i].Ports, corev1.ContainerPort{ContainerPort: 53, Protocol: "TCP", HostPort: 53}, corev1.ContainerPort{ContainerPort: 53, Protocol: "UDP"})
							}
						}
					}
					check(shape, tpl, kind, rule, "PS28", "PS22", "PS08")
				}
			}
		}
	}
	for place, put := range canaries() {
		for _, kind := range kinds {
			tpl := good()
			for i := range tpl.Spec.Containers {
				tpl.Spec.Containers[i].Env = nil
			}
			tpl.Spec.InitContainers = nil
			put(&tpl.Spec.Containers[0])
			check(place, tpl, kind, "PS01", "PS22", "PS24", "PS28", "PS29", "PS27", "PS25")
		}
	}
}

func TestNakedPodWithTextGetsSteps(t *testing.T) {
	for place, put := range canaries() {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "shop"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app"}}}}
		put(&pod.Spec.Containers[0])
		fix := fixOne(t, holding(t, pod), finding("PS28", ref("Pod", "p")))
		if len(fix.Documents) != 0 || len(fix.Notes) != 1 {
			t.Errorf("%s: %s", place, text(fix))
		}
	}
}
