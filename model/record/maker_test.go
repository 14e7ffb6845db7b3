package record

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

// finder is an inspector that finds what holds a canary.
type finder struct{}

func (finder) Inspect(path, _, value string) []model.Exposure {
	if !strings.Contains(value, "canary") {
		return nil
	}
	return []model.Exposure{{Path: path, Length: len(value)}}
}

func exposedPaths(t *testing.T, o runtime.Object) (paths []string) {
	t.Helper()
	r, err := Maker{Inspector: finder{}}.Make(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.(interface{ Exposed() []model.Exposure }).Exposed() {
		paths = append(paths, e.Path)
	}
	return paths
}

// TestExposedKeys holds that a credential in the place of a key stands in no path and is an exposure of its own, and that other keys
// stand in paths as they are.
func TestExposedKeys(t *testing.T) {
	got := exposedPaths(t, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "x", Annotations: map[string]string{"canary-1": "canary-2", corev1.LastAppliedConfigAnnotation: "canary-3"}},
		Data:       map[string]string{"app.yaml": "canary-4", "canary-5": "nothing", "plain": "nothing"}, BinaryData: map[string][]byte{"b": []byte("canary-6"), "canary-7": nil},
	})
	want := []string{"data[app.yaml]", "data[…]", "binaryData.b", "binaryData[…]", "metadata.annotations[…]", "metadata.annotations[…]", "metadata.annotations[" + corev1.LastAppliedConfigAnnotation + "]"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	secret := Maker{Inspector: finder{}}.Secret(&metav1.ObjectMeta{Name: "x", Annotations: map[string]string{"canary-1": "x", "note": "canary-2", corev1.LastAppliedConfigAnnotation: "canary-3"}}, "Opaque", 1)
	if e := secret.Exposed(); len(e) != 2 || e[0].Path != "metadata.annotations[…]" || e[1].Path != "metadata.annotations.note" || !secret.LastApplied {
		t.Errorf("Secret: %+v", e)
	}
}

// TestGivenAnnotations holds that what an owner gives its pods is looked at where it stands, but for old revisions.
func TestGivenAnnotations(t *testing.T) {
	yes, none := true, int32(0)
	pod := corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"a.b/c": "canary", "d": "nothing"}}}
	meta := metav1.ObjectMeta{Name: "x", Annotations: map[string]string{"note": "canary"}}
	old := meta
	old.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "Deployment", Name: "d", Controller: &yes}}
	own, given := "metadata.annotations.note", "spec.template.metadata.annotations[a.b/c]"
	for _, c := range []struct {
		object runtime.Object
		want   []string
	}{
		{&appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Template: pod}}, []string{own, given}},
		{&appsv1.ReplicaSet{ObjectMeta: old, Spec: appsv1.ReplicaSetSpec{Template: pod}}, []string{own, given}},
		{&appsv1.ReplicaSet{ObjectMeta: old, Spec: appsv1.ReplicaSetSpec{Replicas: &none, Template: pod}}, []string{own}},
		{&appsv1.DaemonSet{ObjectMeta: meta, Spec: appsv1.DaemonSetSpec{Template: pod}}, []string{own, given}},
		{&appsv1.StatefulSet{ObjectMeta: meta, Spec: appsv1.StatefulSetSpec{Template: pod}}, []string{own, given}},
		{&corev1.ReplicationController{ObjectMeta: meta, Spec: corev1.ReplicationControllerSpec{Template: &pod}}, []string{own, given}},
		{&corev1.ReplicationController{ObjectMeta: meta}, []string{own}},
		{&batchv1.Job{ObjectMeta: meta, Spec: batchv1.JobSpec{Template: pod}}, []string{own, given}},
		{&batchv1.CronJob{ObjectMeta: meta, Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: pod}}}}, []string{own, "spec.jobTemplate.spec.template.metadata.annotations[a.b/c]"}},
		{&corev1.Pod{ObjectMeta: meta}, []string{own}},
	} {
		if got := exposedPaths(t, c.object.DeepCopyObject()); !slices.Equal(got, c.want) {
			t.Errorf("%T: got %q, want %q", c.object, got, c.want)
		}
	}
}
