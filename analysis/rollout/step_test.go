package rollout

import (
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

func TestJSONPatchAndLabels(t *testing.T) {
	c := holding(t, shop()...)
	body := `[{op: test, path: /spec/template/spec/containers/0/name, value: app},
{op: remove, path: /spec/template/spec/containers/0/securityContext/privileged},
{op: add, path: /spec/template/metadata/labels/tier, value: web},
{op: add, path: /metadata/annotations/team, value: shop}]`
	got, _ := expand(t, c, plan(patchStep(deployment("web"), types.JSONPatchType, body)))
	p := got[podRef("web-abc-1")].Record.(*record.Pod)
	if p.Labels.Get("tier") != "web" || p.Spec().Containers[0].SecurityContext.Privileged != nil {
		t.Errorf("pod: %v", p.GetLabels())
	}
	bad := strings.Replace(body, "value: app", "value: other", 1)
	if _, _, err := Expand(c, plan(patchStep(deployment("web"), types.JSONPatchType, bad))); err == nil || !strings.Contains(err.Error(), "shop/Deployment/web") {
		t.Errorf("error: %v", err)
	}
}

func TestTypedRecords(t *testing.T) {
	c := holding(t,
		&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop", UID: "u", Labels: map[string]string{"a": "b"},
			Annotations: map[string]string{"meta.helm.sh/release-name": "web"}, CreationTimestamp: metav1.Unix(1000, 0)}},
		&rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "b", Namespace: "shop"}, RoleRef: rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: "Role", Name: "r"}})
	ref := model.KindByName("ServiceAccount").Ref("shop", "web")
	got, _ := expand(t, c, plan(patchStep(ref, types.StrategicMergePatchType, `{automountServiceAccountToken: false}`)))
	r := got[ref].Record.(*record.Typed[*corev1.ServiceAccount])
	if *r.Object.AutomountServiceAccountToken || r.UID != "u" || r.Labels.Get("a") != "b" || r.Annotations.Get("meta.helm.sh/release-name") != "web" || r.Created != 1000 {
		t.Errorf("%+v", r)
	}
	binding := model.KindByName("RoleBinding").Ref("shop", "b")
	if _, _, err := Expand(c, plan(patchStep(binding, types.MergePatchType, `{roleRef: {name: other}}`))); !errors.Is(err, errRoleRef) {
		t.Errorf("roleRef: %v", err)
	}
	got, _ = expand(t, c, plan(patchStep(binding, types.MergePatchType, `{subjects: [{kind: User, name: alice, apiGroup: rbac.authorization.k8s.io}]}`)))
	if len(got[binding].Record.(*record.Typed[*rbacv1.RoleBinding]).Object.Subjects) != 1 {
		t.Error("subjects")
	}
}

func TestPodLabelsMayChangeItsSpecMayNot(t *testing.T) {
	c := holding(t, shop()...)
	got, _ := expand(t, c, plan(patchStep(podRef("web-abc-1"), types.MergePatchType, `{metadata: {labels: {quarantine: "yes"}}}`)))
	p := got[podRef("web-abc-1")].Record.(*record.Pod)
	old := c.Get(podRef("web-abc-1")).(*record.Pod)
	if p.Labels.Get("quarantine") != "yes" || p.Template != old.Template || p.Node() != "n1" || len(got) != 1 {
		t.Errorf("%+v", p)
	}
	_, _, err := Expand(c, plan(patchStep(podRef("web-abc-1"), types.StrategicMergePatchType, `{spec: {hostPID: true}}`)))
	if !errors.Is(err, errPodSpec) {
		t.Errorf("spec: %v", err)
	}
}

func TestErrorsNameStepAndObject(t *testing.T) {
	c := holding(t, shop()...)
	for name, tc := range map[string]struct {
		step model.Step
		want string
	}{
		"unknown object":  {patchStep(deployment("none"), types.MergePatchType, `{}`), "step 1, patch shop/Deployment/none: not found"},
		"unknown field":   {patchStep(deployment("web"), types.MergePatchType, `{spec: {nonsense: 1}}`), "nonsense"},
		"selector":        {patchStep(deployment("web"), types.MergePatchType, `{spec: {selector: {matchLabels: {app: x}}}}`), "selector"},
		"rename":          {patchStep(deployment("web"), types.MergePatchType, `{metadata: {name: x}}`), "name"},
		"exists":          {model.Step{Verb: model.Create, Ref: deployment("web"), Body: []byte(`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"}}`)}, "exists"},
		"other body":      {model.Step{Verb: model.Create, Ref: deployment("web"), Body: []byte(`{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web","namespace":"shop"}}`)}, "apiVersion: want apps/v1"},
		"delete unknown":  {model.Step{Verb: model.Delete, Ref: deployment("none")}, "not found"},
		"unknown verb":    {model.Step{Verb: "twist", Ref: deployment("web")}, "twist"},
		"unknown patch":   {model.Step{Verb: model.Patch, Ref: deployment("web"), PatchType: types.ApplyYAMLPatchType}, "not known"},
		"not JSON at all": {model.Step{Verb: model.Patch, Ref: deployment("web"), PatchType: types.MergePatchType, Body: []byte("}")}, "step 1"},
	} {
		_, _, err := Expand(c, plan(tc.step))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPatchOfAReport holds that a step on an object of which only a summary is kept is told and left out, and the rest is played.
func TestPatchOfAReport(t *testing.T) {
	report := &record.Scan{Source: record.SourceTrivyOperator, Image: "registry.example/a:1"}
	report.Meta = record.Meta{Kind: model.KindByName("VulnerabilityReport"), Namespace: "shop", Name: "a"}
	c := cluster.New()
	c.Apply(model.Put(report))
	changes, assumptions, err := Expand(c, model.Plan{Steps: []model.Step{{Verb: model.Patch, Ref: report.Ref(), PatchType: types.MergePatchType, Body: []byte(`{"metadata":{"annotations":{"a":null}}}`)}}})
	if err != nil || len(changes) != 0 || len(assumptions) != 1 || !strings.Contains(assumptions[0], "only what it tells is kept") {
		t.Errorf("%v %q %v", changes, assumptions, err)
	}
}
