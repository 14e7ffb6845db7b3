package rollout

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// finds takes every value that holds "cred" for a credential.
type finds struct{}

func (finds) Inspect(path, name, value string) []model.Exposure {
	if !strings.Contains(value, "cred") {
		return nil
	}
	return []model.Exposure{{What: "key", Path: path, Name: name, Length: len(value)}, {What: "key", Path: path + ".below", Name: name, Length: 1}}
}

// TestExposuresLast: a plan that leaves a value alone leaves what is known of it, however it is written; one that takes it away or
// writes it anew does not.
func TestExposuresLast(t *testing.T) {
	notes := map[string]string{"note": "cred", "example.com/a.b": "cred", "description": "cred", "plain": "x", corev1.LastAppliedConfigAnnotation: "{cred}"}
	objects := map[string]runtime.Object{
		"Deployment": &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", Annotations: notes},
			Spec: appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"note": "cred", "example.com/c.d": "cred"}}}}},
		"ConfigMap": &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", Annotations: map[string]string{"note": "cred"}},
			Data: map[string]string{"key": "cred", "app.yaml": "cred", "plain": "x"}, BinaryData: map[string][]byte{"blob": []byte("cred")}},
		"Service": &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web", Annotations: map[string]string{"note": "cred"}}},
	}
	for _, tt := range []struct {
		kind      string
		patchType types.PatchType
		body      string
		gone      string
		lost      bool
	}{
		{"Deployment", types.StrategicMergePatchType, `{"spec":{"replicas":3}}`, "", false},
		{"Deployment", types.StrategicMergePatchType, `{"metadata":{"annotations":{"note":null}}}`, "metadata.annotations.note", false},
		{"Deployment", types.MergePatchType, `{"metadata":{"annotations":{"example.com/a.b":"y","plain":null}}}`, "metadata.annotations[example.com/a.b]", false},
		{"Deployment", types.JSONPatchType, `[{"op":"remove","path":"/metadata/annotations/example.com~1a.b"}]`, "metadata.annotations[example.com/a.b]", false},
		{"Deployment", types.JSONPatchType, `[{"op":"remove","path":"/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"}]`, "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]", true},
		{"Deployment", types.StrategicMergePatchType, `{"spec":{"template":{"metadata":{"annotations":{"example.com/c.d":null}}}}}`, "spec.template.metadata.annotations[example.com/c.d]", false},
		{"ConfigMap", types.StrategicMergePatchType, `{"metadata":{"labels":{"a":"b"}}}`, "", false},
		{"ConfigMap", types.StrategicMergePatchType, `{"data":{"key":null}}`, "data.key", false},
		{"ConfigMap", types.MergePatchType, `{"data":{"app.yaml":"fine"}}`, "data[app.yaml]", false},
		{"ConfigMap", types.JSONPatchType, `[{"op":"remove","path":"/binaryData/blob"}]`, "binaryData.blob", false},
		{"Service", types.StrategicMergePatchType, `{"spec":{"type":"ClusterIP"}}`, "", false},
		{"Service", types.MergePatchType, `{"metadata":{"annotations":null}}`, "metadata.annotations.note", false},
	} {
		c := cluster.New()
		r, err := record.Maker{Inspector: finds{}}.Make(objects[tt.kind].DeepCopyObject())
		if err != nil {
			t.Fatal(err)
		}
		c.Apply(model.Put(r))
		before := field(r, "Meta").(*record.Meta)
		changes, _, err := Expand(c, model.Plan{Steps: []model.Step{{Verb: model.Patch, Ref: r.Ref(), PatchType: tt.patchType, Body: []byte(tt.body)}}})
		if err != nil {
			t.Errorf("%s: %v", tt.body, err)
			continue
		}
		after := before
		for _, ch := range changes {
			if ch.Ref == r.Ref() {
				after = field(ch.Record, "Meta").(*record.Meta)
			}
		}
		var want []string
		for _, e := range before.Exposed() {
			// A value that is kept is looked at anew, by the detector that is used.
			if e.Path != tt.gone && e.Path != tt.gone+".below" && !strings.HasPrefix(e.Path, "metadata.annotations.description") {
				want = append(want, e.Path)
			}
		}
		var have []string
		for _, e := range after.Exposed() {
			if !strings.HasPrefix(e.Path, "metadata.annotations.description") {
				have = append(have, e.Path)
			}
		}
		if strings.Join(have, " ") != strings.Join(want, " ") {
			t.Errorf("%s %s:\n%v\nwant %v", tt.kind, tt.body, have, want)
		}
		if after.LastApplied != (before.LastApplied && !tt.lost) {
			t.Errorf("%s: kubectl's copy: %t", tt.body, after.LastApplied)
		}
	}
}
