package remedy

import (
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// digests are those of the pods that moving makes, the newest last, which is not ready.
var digests = [...]string{"sha256:" + strings.Repeat("a", 64), "sha256:" + strings.Repeat("b", 64), "sha256:" + strings.Repeat("c", 64)}

// moving is a Deployment with pods that run images of different digests under one tag.
func moving(tpl corev1.PodTemplateSpec) []runtime.Object {
	owner := func(kind, name string) []metav1.OwnerReference {
		return []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: kind, Name: name, Controller: ptr(true)}}
	}
	revision := &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Name: "web-1", Namespace: "shop", OwnerReferences: owner("Deployment", "web")}, Spec: appsv1.ReplicaSetSpec{Template: tpl}}
	list := []runtime.Object{owned("Deployment", tpl), revision}
	for i, digest := range digests {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web-1-" + string(rune('a'+i)), Namespace: "shop", OwnerReferences: owner("ReplicaSet", "web-1"), CreationTimestamp: metav1.Unix(int64(i+1)*100, 0)},
			Spec: *tpl.Spec.DeepCopy(), Status: corev1.PodStatus{Phase: corev1.PodRunning}}
		for _, c := range tpl.Spec.Containers {
			name, _, _ := strings.Cut(c.Image, "@")
			name = name[:strings.LastIndexByte(name, ':')]
			if !strings.Contains(name, "/") {
				name = "docker.io/library/" + name
			}
			pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, corev1.ContainerStatus{Name: c.Name, ImageID: name + "@" + digest})
		}
		ready := corev1.ConditionTrue
		if i == len(digests)-1 {
			ready = corev1.ConditionFalse
		}
		pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: ready, LastTransitionTime: metav1.NewTime(time.Unix(1, 0))}}
		list = append(list, pod)
	}
	return list
}

// TestPinTakesWhatTheNewestReadyPodRuns, and says what else runs.
func TestPinTakesWhatTheNewestReadyPodRuns(t *testing.T) {
	tpl := good()
	tpl.Spec.Containers[0].Image = "registry.example/app:1"
	fix := fixOne(t, holding(t, moving(tpl)...), finding("IM02", ref("Deployment", "web")))
	if len(fix.Documents) != 1 {
		t.Fatal(text(fix))
	}
	d := fix.Documents[0]
	if !strings.Contains(string(d.YAML), "registry.example/app:1@"+digests[1]) || strings.Contains(string(d.YAML), digests[0]) {
		t.Errorf("%s", d.YAML)
	}
	told := strings.Join(d.Evidence, "\n")
	if !strings.Contains(told, "sha256:aaaaaaaaaaaa, sha256:cccccccccccc") || d.Breakage != "needs-evidence" {
		t.Errorf("%s: %s", d.Breakage, told)
	}
}

// TestPinsThatCannotBe: what runs under a bare digest, or comes from another repository, is no pin.
func TestPinsThatCannotBe(t *testing.T) {
	for _, id := range []string{"sha256:" + sum, "mirror.example/app@sha256:" + sum, "", "registry.example/app:1"} {
		tpl := good()
		tpl.Spec.Containers[0].Image = "registry.example/app:1"
		objects := moving(tpl)
		for _, o := range objects[2:] {
			o.(*corev1.Pod).Status.ContainerStatuses[0].ImageID = id
		}
		fix := fixOne(t, holding(t, objects...), finding("IM02", ref("Deployment", "web")))
		if len(fix.Documents) != 0 || len(fix.Notes) != 1 || !strings.Contains(strings.Join(fix.Notes[0].Steps, "\n"), "crane digest registry.example/app:1") {
			t.Errorf("%q: %s", id, text(fix))
		}
	}
}

// TestShortNamesAreWhereTheyCameFrom: the registry is that which the runtime took.
func TestShortNamesAreWhereTheyCameFrom(t *testing.T) {
	for id, want := range map[string]string{"docker.io/library/nginx@" + digests[0]: "docker.io/library/nginx:1.29@" + digests[0],
		"quay.example/mirror/nginx@" + digests[0]: "quay.example/mirror/nginx:1.29@" + digests[0]} {
		tpl := good()
		tpl.Spec.Containers[0].Image = "nginx:1.29"
		objects := moving(tpl)
		for _, o := range objects[2:] {
			o.(*corev1.Pod).Status.ContainerStatuses[0].ImageID = id
		}
		c := holding(t, objects...)
		for _, rules := range [][]string{{"IM07", "IM02"}, {"IM02"}} {
			var fix *Fix
			if len(rules) == 2 {
				fix = fixOne(t, c, finding("IM07", ref("Deployment", "web")), finding("IM02", ref("Deployment", "web")))
			} else {
				fix = fixOne(t, c, finding("IM02", ref("Deployment", "web")))
			}
			image := want
			if len(rules) == 1 && strings.HasPrefix(want, "docker.io/") {
				image = "nginx:1.29@" + digests[0]
			}
			if len(fix.Documents) != 1 || !strings.Contains(string(fix.Documents[0].YAML), "image: "+image+"\n") {
				t.Errorf("%v, %s: want %s\n%s", rules, id, image, text(fix))
			}
		}
	}
}

// TestStaleTagIsPulled where nothing tells its digest.
func TestStaleTagIsPulled(t *testing.T) {
	tpl := good()
	offences()["IM04"](&tpl)
	fix := fixOne(t, holding(t, owned("Deployment", tpl)), finding("IM04", ref("Deployment", "web")))
	if len(fix.Documents) != 1 || !strings.Contains(string(fix.Documents[0].YAML), "imagePullPolicy: Always") {
		t.Error(text(fix))
	}
	tpl.Spec.Containers[0].Image = "registry.example/app:1"
	fix = fixOne(t, holding(t, owned("Deployment", tpl), witness()), finding("IM04", ref("Deployment", "web")))
	if len(fix.Documents) != 1 || strings.Contains(string(fix.Documents[0].YAML), "Always") || !strings.Contains(string(fix.Documents[0].YAML), "registry.example/app:1@sha256:"+sum) {
		t.Error(text(fix))
	}
}
