package remedy

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"canopy/analysis/rollout"
	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

func holding(t testing.TB, objs ...runtime.Object) *cluster.Cluster {
	t.Helper()
	c := cluster.New()
	for _, o := range objs {
		r, err := record.Make(o.DeepCopyObject())
		if err != nil {
			t.Fatal(err)
		}
		c.Apply(model.Put(r))
	}
	return c
}

func ref(kind, name string) model.Ref {
	k := model.KindByName(kind)
	if !k.Namespaced {
		return k.Ref("", name)
	}
	return k.Ref("shop", name)
}

func finding(rule string, object model.Ref) *model.Finding {
	return &model.Finding{ID: model.FindingID(rule, object), Rule: &model.Rule{ID: rule, Title: "Title of " + rule}, Object: object, Verdict: model.Yes}
}

// owned gives an owner of the kind with the template.
func owned(kind string, t corev1.PodTemplateSpec) runtime.Object {
	meta := metav1.ObjectMeta{Name: "web", Namespace: "shop"}
	sel := &metav1.LabelSelector{MatchLabels: t.Labels}
	switch kind {
	case "Deployment":
		return &appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Selector: sel, Template: t}}
	case "StatefulSet":
		return &appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Selector: sel, Template: t}}
	case "DaemonSet":
		return &appsv1.DaemonSet{ObjectMeta: meta, Spec: appsv1.DaemonSetSpec{Selector: sel, Template: t}}
	case "ReplicaSet":
		return &appsv1.ReplicaSet{ObjectMeta: meta, Spec: appsv1.ReplicaSetSpec{Selector: sel, Template: t}}
	case "ReplicationController":
		return &corev1.ReplicationController{ObjectMeta: meta, Spec: corev1.ReplicationControllerSpec{Selector: t.Labels, Template: &t}}
	case "CronJob":
		return &batchv1.CronJob{ObjectMeta: meta, Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: t}}}}
	case "Job":
		return &batchv1.Job{ObjectMeta: meta, Spec: batchv1.JobSpec{Template: t}}
	}
	panic(kind)
}

// sum stands for any.
const sum = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// good is a template to which no rule objects, with a sidecar and an init container.
func good() corev1.PodTemplateSpec {
	container := func(name string) corev1.Container {
		r := corev1.ResourceList{"cpu": resource.MustParse("1"), "memory": resource.MustParse("1Gi"), "ephemeral-storage": resource.MustParse("1Gi")}
		return corev1.Container{Name: name, Image: "registry.example/" + name + ":1@sha256:" + sum, Env: []corev1.EnvVar{{Name: "GREETING", Value: "hunter2-" + name}, {Name: "n", Value: "y"}},
			Resources: corev1.ResourceRequirements{Limits: r, Requests: r.DeepCopy()},
			SecurityContext: &corev1.SecurityContext{AllowPrivilegeEscalation: ptr(false), ReadOnlyRootFilesystem: ptr(true),
				Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}}}
	}
	return corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}}, Spec: corev1.PodSpec{
		SecurityContext: &corev1.PodSecurityContext{RunAsNonRoot: ptr(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
		InitContainers:  []corev1.Container{container("init")}, Containers: []corev1.Container{container("app"), container("side")},
		ServiceAccountName: "own", AutomountServiceAccountToken: ptr(false),
	}}
}

// witness is a pod of somebody else that runs what the offences name by a tag.
func witness() *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "witness", Namespace: "other"}, Status: corev1.PodStatus{Phase: corev1.PodRunning}}
	for _, tag := range []string{"latest", "1"} {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "c" + tag, Image: "registry.example/app:" + tag})
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, corev1.ContainerStatus{Name: "c" + tag, ImageID: "registry.example/app@sha256:" + sum})
	}
	return pod
}

// apply carries a plan out on a cluster as a server would, and gives the template of the owner.
func apply(t testing.TB, c *cluster.Cluster, plan model.Plan, owner model.Ref) *corev1.PodTemplateSpec {
	t.Helper()
	changes, _, err := rollout.Expand(c, plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, ch := range changes {
		c.Apply(ch)
	}
	return c.Get(owner).(*record.Workload).Template.Decode()
}

func counts(t *corev1.PodTemplateSpec) map[string]int {
	m := map[string]int{}
	for _, h := range workload.Judge(t) {
		m[h.Rule]++
	}
	return m
}

func roundtrip(t testing.TB, text []byte) string {
	t.Helper()
	data, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// untouched checks all that no fix may change: names, images, env, commands, and the data volume.
func untouched(t testing.TB, old, now *corev1.PodTemplateSpec) {
	t.Helper()
	lists := [][2][]corev1.Container{{old.Spec.InitContainers, now.Spec.InitContainers}, {old.Spec.Containers, now.Spec.Containers}}
	for _, l := range lists {
		if len(l[0]) != len(l[1]) {
			t.Fatalf("containers: %d, were %d", len(l[1]), len(l[0]))
		}
		for i := range l[0] {
			a, b := l[0][i].DeepCopy(), l[1][i].DeepCopy()
			if len(a.Ports) != len(b.Ports) {
				t.Errorf("ports: %v, were %v", b.Ports, a.Ports)
			}
			for j := range b.Ports {
				if a.Ports[j].ContainerPort != b.Ports[j].ContainerPort || a.Ports[j].Protocol != b.Ports[j].Protocol || a.Ports[j].Name != b.Ports[j].Name {
					t.Errorf("port %v, was %v", b.Ports[j], a.Ports[j])
				}
			}
			for _, c := range []*corev1.Container{a, b} {
				c.Env = slices.DeleteFunc(c.Env, func(e corev1.EnvVar) bool { return strings.HasPrefix(e.Name, "SE0") })
				c.EnvFrom = nil
				c.Image, _, _ = strings.Cut(c.Image, ":")
				c.Image, c.ImagePullPolicy = strings.TrimPrefix(c.Image, "k8s.gcr.io/"), ""
				c.Image = strings.TrimPrefix(strings.TrimPrefix(c.Image, "registry.k8s.io/"), "docker.io/library/")
				c.Image, _, _ = strings.Cut(c.Image, "@")
				c.SecurityContext, c.VolumeMounts, c.Ports, c.LivenessProbe, c.ReadinessProbe, c.Lifecycle, c.Resources = nil, nil, nil, nil, nil, nil, corev1.ResourceRequirements{}
			}
			if !equality.Semantic.DeepEqual(a, b) {
				t.Errorf("container changed:\n%+v\n%+v", a, b)
			}
			for _, m := range l[0][i].VolumeMounts {
				if m.Name == "data" && !slices.ContainsFunc(l[1][i].VolumeMounts, func(n corev1.VolumeMount) bool { return n.Name == m.Name && n.MountPath == m.MountPath }) {
					t.Error("the mount of data is gone")
				}
			}
		}
	}
	a, b := old.Spec.DeepCopy(), now.Spec.DeepCopy()
	for _, s := range []*corev1.PodSpec{a, b} {
		*s = corev1.PodSpec{NodeSelector: s.NodeSelector, Tolerations: s.Tolerations, Affinity: s.Affinity, RestartPolicy: s.RestartPolicy,
			DNSPolicy: s.DNSPolicy, PriorityClassName: s.PriorityClassName, RuntimeClassName: s.RuntimeClassName, ImagePullSecrets: s.ImagePullSecrets}
	}
	if !equality.Semantic.DeepEqual(a, b) {
		t.Errorf("pod changed:\n%+v\n%+v", a, b)
	}
}

func fixOne(t testing.TB, c *cluster.Cluster, findings ...*model.Finding) *Fix {
	t.Helper()
	fix, err := For(c, findings)
	if err != nil {
		t.Fatal(err)
	}
	return fix
}

func text(f *Fix) string {
	var b bytes.Buffer
	if err := f.WriteYAML(&b); err != nil {
		panic(err)
	}
	return b.String()
}

func namespaceShop() *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}
}
