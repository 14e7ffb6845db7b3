package rollout

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

// TestWhatWillRun: pods that are made again, or for the first time, run what their images stand for, as far as that is known.
func TestWhatWillRun(t *testing.T) {
	sum := "sha256:" + strings.Repeat("a", 64)
	objects := shop()
	for _, o := range objects {
		if pod, ok := o.(*corev1.Pod); ok {
			pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "app", ImageID: "docker.io/library/web@" + sum, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}}
		}
	}
	runs := func(plan model.Plan, name string) string {
		t.Helper()
		changes, _, err := Expand(holding(t, deepCopies(objects)...), plan)
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range changes {
			if pod, ok := ch.Record.(*record.Pod); ok && strings.HasPrefix(pod.Name, name) {
				for _, c := range pod.Containers {
					if c.Name == "app" {
						return c.ImageID
					}
				}
				return ""
			}
		}
		t.Fatalf("no pod %s", name)
		return ""
	}
	patch := func(image string) model.Plan {
		return model.Plan{Steps: []model.Step{{Verb: model.Patch, Ref: model.KindByName("Deployment").Ref("shop", "web"), PatchType: types.StrategicMergePatchType,
			Body: []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"` + image + `"}]}}}}`)}}}
	}
	other := "sha256:" + strings.Repeat("b", 64)
	for image, want := range map[string]string{"web:1@" + sum: "docker.io/library/web@" + sum, "web:1@" + other: "docker.io/library/web@" + other,
		"registry.example/unknown:1": ""} {
		if got := runs(patch(image), "web-"); got != want {
			t.Errorf("%s runs %q, want %q", image, got, want)
		}
	}
	for image, want := range map[string]string{"web:1": "docker.io/library/web@" + sum, "web:2": ""} {
		body := `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"new","namespace":"shop"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"app","image":"` + image + `"}]}}}}`
		plan := model.Plan{Steps: []model.Step{{Verb: model.Create, Ref: model.KindByName("Deployment").Ref("shop", "new"), Body: []byte(body)}}}
		if got := runs(plan, "new-"); got != want {
			t.Errorf("new: %s runs %q, want %q", image, got, want)
		}
	}
}

func deepCopies(objects []runtime.Object) []runtime.Object {
	list := make([]runtime.Object, len(objects))
	for i, o := range objects {
		list[i] = o.DeepCopyObject()
	}
	return list
}

// TestVolumesStayTold: a pod whose own object is changed keeps what its status says of image volumes.
func TestVolumesStayTold(t *testing.T) {
	pod := &corev1.Pod{}
	pod.Namespace, pod.Name = "shop", "p"
	pod.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: "reg.example/data:1"}}}}
	pod.Spec.Containers = []corev1.Container{{Name: "app", Image: "web"}}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "app", VolumeMounts: []corev1.VolumeMountStatus{{Name: "data", VolumeStatus: &corev1.VolumeStatus{Image: &corev1.ImageVolumeStatus{ImageRef: "reg.example/data@sha256:" + strings.Repeat("a", 64)}}}}}}
	old, err := record.Make(pod)
	if err != nil {
		t.Fatal(err)
	}
	changed := pod.DeepCopy()
	changed.Labels = map[string]string{"a": "b"}
	changed.Status = corev1.PodStatus{}
	now, err := recordOf(changed, old)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := now.(*record.Pod).Volumes, old.(*record.Pod).Volumes; len(got) != 1 || got[0] != want[0] {
		t.Errorf("volumes %v, want %v", got, want)
	}
}
