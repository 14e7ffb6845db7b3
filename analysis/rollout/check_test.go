package rollout

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"canopy/model"
)

func TestCheckNamesTheField(t *testing.T) {
	strategic := func(text string) model.Step {
		return patchStep(deployment("web"), types.StrategicMergePatchType, text)
	}
	operations := func(text string) model.Step { return patchStep(deployment("web"), types.JSONPatchType, text) }
	custom := model.Ref{Group: "example.com", Version: "v1", Kind: "Widget", Namespace: "shop", Name: "w"}
	for want, s := range map[string]model.Step{
		`spec.template.spec.hostPid: unknown field`:                              strategic(`{spec: {template: {spec: {hostPid: null}}}}`),
		`spec.template.spec.containers[1].securityContex: unknown field`:         strategic(`{spec: {template: {spec: {containers: [{name: a}, {name: b, securityContex: {}}]}}}}`),
		`spec.template.spec.containers[0].ports[0].containerPort: a string does`: strategic(`{spec: {template: {spec: {containers: [{name: a, ports: [{containerPort: "80"}]}]}}}}`),
		`spec.template.spec.containers[0].resources.limits.cpu: quantities must`: strategic(`{spec: {template: {spec: {containers: [{name: a, resources: {limits: {cpu: lots}}}]}}}}`),
		`spec.template.spec.containers[0].$patch: want delete, replace or merge`: strategic(`{spec: {template: {spec: {containers: [{name: a, $patch: remove}]}}}}`),
		`spec.$patsch: unknown directive`:                                        strategic(`{spec: {$patsch: delete}}`),
		`metadata.name: want web`:                                                strategic(`{metadata: {name: other}}`),
		`kind: want Deployment`:                                                  strategic(`{kind: DaemonSet}`),
		`it is no object`:                                                        strategic(`[1]`),
		`a JSON patch is a list of operations`:                                   operations(`{op: add}`),
		`[0].op: "ad" is none of`:                                                operations(`[{op: ad, path: /a, value: 1}]`),
		`[1].path: "a" is no JSON pointer`:                                       operations(`[{op: remove, path: /a}, {op: remove, path: a}]`),
		`[0]: value is missing`:                                                  operations(`[{op: add, path: /a}]`),
		`[0].valeu: unknown field`:                                               operations(`[{op: add, path: /a, valeu: 1}]`),
		`the JSON patch has no operation`:                                        operations(`[]`),
		`strategic merge patches do not exist for custom kinds`:                  patchStep(custom, types.StrategicMergePatchType, `{spec: {}}`),
		`metadata.namespace: missing: want shop`:                                 {Verb: model.Create, Ref: model.KindByName("ConfigMap").Ref("shop", "c"), Body: []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}`)},
		`DATA: unknown field`:                                                    {Verb: model.Create, Ref: model.KindByName("ConfigMap").Ref("shop", "c"), Body: []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"shop"},"DATA":{}}`)},
		`data.a: duplicate field`:                                                {Verb: model.Create, Ref: model.KindByName("ConfigMap").Ref("shop", "c"), Body: []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"shop"},"data":{"a":"1","a":"2"}}`)},
	} {
		if err := Check(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	for _, s := range []model.Step{
		strategic(`{spec: {template: {spec: {hostPID: null, $setElementOrder/containers: [{name: a}], containers: [{name: a, $patch: delete}]}}}}`),
		operations(`[{op: test, path: /a, value: null}, {op: move, from: /a, path: /b}]`),
		patchStep(custom, types.MergePatchType, `{spec: {anything: 1}}`),
		{Verb: model.Delete, Ref: custom},
	} {
		if err := Check(s); err != nil {
			t.Errorf("%s: %v", s.Body, err)
		}
	}
}

func TestAnotherUIDIsAnotherObject(t *testing.T) {
	cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "c", Namespace: "shop", UID: "one"}}
	ref := model.KindByName("ConfigMap").Ref("shop", "c")
	c := holding(t, cm)
	if _, _, err := Expand(c, plan(model.Step{Verb: model.Delete, Ref: ref, UID: "two"})); err == nil || !strings.Contains(err.Error(), "its uid is one, not two") {
		t.Error(err)
	}
	if got, _ := expand(t, c, plan(model.Step{Verb: model.Delete, Ref: ref, UID: "one"})); len(got) != 1 {
		t.Error(got)
	}
}

func TestWhatMayNotHaveHappenedIsLeftOut(t *testing.T) {
	cm := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "c", Namespace: "shop", UID: "one"}}
	there, gone := model.KindByName("ConfigMap").Ref("shop", "c"), model.KindByName("ConfigMap").Ref("shop", "d")
	body := []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"shop"}}`)
	web := shop()
	c := holding(t, append(web, cm)...)
	steps := []model.Step{
		{Verb: model.Delete, Ref: gone, IfDone: true}, {Verb: model.Delete, Ref: there, UID: "two", IfDone: true}, {Verb: model.Create, Ref: there, Body: body, IfDone: true},
		{Verb: model.Patch, Ref: deployment("web"), PatchType: types.JSONPatchType, IfDone: true, Body: []byte(`[{"op":"test","path":"/spec/replicas","value":77},{"op":"remove","path":"/spec/replicas"}]`)},
	}
	for _, s := range steps {
		got, told := expand(t, c, plan(s))
		if len(got) != 0 || len(told) != 1 || !strings.Contains(told[0], "as it was before") {
			t.Errorf("%s %s: %v %v", s.Verb, s.Ref, got, told)
		}
		s.IfDone = false
		if _, _, err := Expand(c, plan(s)); err == nil {
			t.Errorf("%s %s: no error", s.Verb, s.Ref)
		}
	}
	if got, _ := expand(t, c, plan(model.Step{Verb: model.Delete, Ref: there, UID: "one", IfDone: true})); len(got) != 1 {
		t.Error("what was done is taken back")
	}
}

// A plan of somebody else's YAML may hold any kind.
func TestProposalsOfAnyKind(t *testing.T) {
	create := func(ref model.Ref, text string) model.Step {
		t.Helper()
		body, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return model.Step{Verb: model.Create, Ref: ref, Body: body}
	}
	scaler := model.Ref{Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler", Namespace: "new", Name: "web"}
	podTemplate := model.Ref{Version: "v1", Kind: "PodTemplate", Namespace: "new", Name: "p"}
	got, told := expand(t, holding(t, shop()...), plan(
		create(model.KindByName("Namespace").Ref("", "new"), `{apiVersion: v1, kind: Namespace, metadata: {name: new}}`),
		create(scaler, `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web, namespace: new}, spec: {anything: 1}}`),
		create(podTemplate, `{apiVersion: v1, kind: PodTemplate, metadata: {name: p, namespace: new}}`),
		create(model.KindByName("Deployment").Ref("new", "web"), `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: new}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}`),
		model.Step{Verb: model.Delete, Ref: model.Ref{Group: "example.com", Version: "v1", Kind: "Widget", Namespace: "shop", Name: "w"}},
		patchStep(model.Ref{Group: "example.com", Version: "v1", Kind: "Widget", Namespace: "shop", Name: "w"}, types.MergePatchType, `{spec: {a: 1}}`),
	))
	pods := 0
	for ref := range got {
		if ref.Kind == "Pod" && ref.Namespace == "new" {
			pods++
		}
	}
	if got[model.KindByName("Namespace").Ref("", "new")].Record == nil || got[model.KindByName("ServiceAccount").Ref("new", "default")].Record == nil || got[scaler].Record == nil || pods != 1 {
		t.Errorf("%v", got)
	}
	text := strings.Join(told, "\n")
	if !strings.Contains(text, "PodTemplate are not read") || !strings.Contains(text, "Widget are not read") {
		t.Error(text)
	}
}

func TestShowStepComesAfterOthers(t *testing.T) {
	ref := model.KindByName("ServiceAccount").Ref("shop", "new")
	p := plan(model.Step{Verb: model.Create, Ref: ref, Body: []byte(`{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"new","namespace":"shop"}}`)},
		patchStep(ref, types.StrategicMergePatchType, `{automountServiceAccountToken: false}`), model.Step{Verb: model.Delete, Ref: ref})
	before, after, err := ShowStep(nil, p, 1)
	if err != nil || strings.Contains(string(before), "automount") || !strings.Contains(string(before), "name: new") || !strings.Contains(string(after), "automountServiceAccountToken: false") {
		t.Errorf("%s\n%s\n%v", before, after, err)
	}
	before, after, err = ShowStep(nil, p, 2)
	if err != nil || !strings.Contains(string(before), "automount") || after != nil {
		t.Errorf("%s\n%s\n%v", before, after, err)
	}
	if _, _, err := ShowStep(nil, plan(p.Steps[1]), 0); err == nil {
		t.Error("what is not there can be shown")
	}
	u := &unstructured.Unstructured{}
	u.Object, err = runtime.DefaultUnstructuredConverter.ToUnstructured(&corev1.ServiceAccount{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"}, ObjectMeta: metav1.ObjectMeta{Name: "new", Namespace: "shop"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, after, err := ShowStep(u, plan(p.Steps[1]), 0); err != nil || !strings.Contains(string(after), "automount") {
		t.Error(string(after), err)
	}
}

func TestTheTypeOfASecretStays(t *testing.T) {
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "s", Namespace: "shop"}, Type: corev1.SecretTypeOpaque}
	_, _, err := Expand(holding(t, s), plan(patchStep(model.KindByName("Secret").Ref("shop", "s"), types.MergePatchType, `{type: kubernetes.io/tls}`)))
	if err == nil || !strings.Contains(err.Error(), "type of a Secret") {
		t.Error(err)
	}
}
