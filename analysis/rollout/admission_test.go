package rollout

import (
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

const unprivileged = `{spec: {template: {spec: {containers: [{name: app, securityContext: {privileged: null}}]}}}}`

func TestAutomountOffTakesTheTokenAway(t *testing.T) {
	objs := shop()
	// A sidecar that a webhook injected carries a mount of the token as well.
	side := objs[3].(*corev1.Pod)
	side.Spec.Containers = append(side.Spec.Containers, corev1.Container{Name: "proxy", Image: "proxy:1",
		VolumeMounts: []corev1.VolumeMount{{Name: "kube-api-access-x7k2p", ReadOnly: true, MountPath: record.TokenPath}}})
	c := holding(t, objs...)
	got, _ := expand(t, c, plan(patchStep(deployment("web"), types.StrategicMergePatchType, `{spec: {template: {spec: {automountServiceAccountToken: false}}}}`)))
	for _, name := range []string{"web-abc-1", "web-abc-2"} {
		spec := got[podRef(name)].Record.(*record.Pod).Spec()
		if len(spec.Volumes) != 0 {
			t.Errorf("%s: volumes %v", name, spec.Volumes)
		}
		for _, ctr := range spec.Containers {
			if len(ctr.VolumeMounts) != 0 {
				t.Errorf("%s/%s: mounts %v", name, ctr.Name, ctr.VolumeMounts)
			}
		}
	}
	if n := len(got[podRef("web-abc-1")].Record.(*record.Pod).Spec().Containers); n != 3 {
		t.Errorf("the injected sidecar is gone: %d containers", n)
	}
}

func TestNewAccountAndTokenBack(t *testing.T) {
	objs := shop()
	for _, o := range objs {
		switch o := o.(type) {
		case *appsv1.Deployment:
			o.Spec.Template.Spec.AutomountServiceAccountToken = ptr(false)
		case *appsv1.ReplicaSet:
			o.Spec.Template.Spec.AutomountServiceAccountToken = ptr(false)
		case *corev1.Pod:
			o.Spec.AutomountServiceAccountToken = ptr(false)
			o.Spec.Volumes = nil
			for i := range o.Spec.Containers {
				o.Spec.Containers[i].VolumeMounts = nil
			}
		}
	}
	c := holding(t, objs...)
	account := model.KindByName("ServiceAccount").Ref("shop", "web")
	got, _ := expand(t, c, plan(
		model.Step{Verb: model.Create, Ref: account, Body: []byte(`{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"web","namespace":"shop"},"imagePullSecrets":[{"name":"reg"}]}`)},
		patchStep(deployment("web"), types.StrategicMergePatchType, `{spec: {template: {spec: {serviceAccountName: web, serviceAccount: web, automountServiceAccountToken: null}}}}`)))
	p := got[podRef("web-abc-1")].Record.(*record.Pod)
	spec := p.Spec()
	if spec.ServiceAccountName != "web" || spec.DeprecatedServiceAccount != "web" || len(spec.ImagePullSecrets) != 1 || spec.ImagePullSecrets[0].Name != "reg" {
		t.Errorf("spec: %+v", spec)
	}
	if len(spec.Volumes) != 1 || spec.Volumes[0].Name != "kube-api-access-00000" || spec.Containers[0].VolumeMounts[0].Name != "kube-api-access-00000" {
		t.Errorf("volumes: %+v", spec.Volumes)
	}
	if v := p.Template.Decode().Spec.Volumes[0].Name; v == "kube-api-access-00000" {
		t.Error("the template is not normalised as that of a real pod")
	}
	if p.IPs[0] != "10.0.0.1" || p.UID != c.Get(podRef("web-abc-1")).GetUID() {
		t.Error("what is the pod's own was lost")
	}
	if got[account].Record == nil {
		t.Error("no account")
	}
}

func TestLimitRangeDefaults(t *testing.T) {
	objs := append(shop(), &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Name: "l", Namespace: "shop"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{
		{Type: corev1.LimitTypeContainer, Default: corev1.ResourceList{"memory": resource.MustParse("256Mi")}, DefaultRequest: corev1.ResourceList{"cpu": resource.MustParse("50m")}}}}})
	c := holding(t, objs...)
	got, _ := expand(t, c, plan(patchStep(deployment("web"), types.StrategicMergePatchType,
		`{spec: {template: {spec: {containers: [{name: app, image: "web:2"}, {name: new, image: "new:1"}]}}}}`)))
	spec := got[podRef("web-abc-1")].Record.(*record.Pod).Spec()
	var names []string
	for _, ctr := range spec.Containers {
		names = append(names, ctr.Name)
		if ctr.Name == "new" {
			if m := ctr.Resources.Limits.Memory().String(); m != "256Mi" {
				t.Errorf("limit %s", m)
			}
			if q := ctr.Resources.Requests.Cpu().String(); q != "50m" {
				t.Errorf("request %s", q)
			}
		}
	}
	if len(names) != 3 {
		t.Errorf("containers %v", names)
	}
}

func TestPodSecurityRefuses(t *testing.T) {
	c := holding(t, shop()...)
	ns := model.KindByName("Namespace").Ref("", "shop")
	enforce := patchStep(ns, types.MergePatchType, `{metadata: {labels: {pod-security.kubernetes.io/enforce: baseline}}}`)

	got, assumptions := expand(t, c, plan(enforce))
	if len(got) != 1 || got[ns].Record.GetLabels()["pod-security.kubernetes.io/enforce"] != "baseline" {
		t.Errorf("a label evicts nobody: %v", got)
	}
	if len(assumptions) != 1 || !strings.Contains(assumptions[0], "not evicted") {
		t.Errorf("assumptions: %v", assumptions)
	}
	image := patchStep(deployment("web"), types.StrategicMergePatchType, `{spec: {template: {spec: {containers: [{name: app, image: "web:2"}]}}}}`)
	got, assumptions = expand(t, c, plan(enforce, image))
	if ch, ok := got[podRef("web-abc-1")]; ok {
		t.Errorf("the old pod did not stay: %v", ch)
	}
	for _, want := range []string{"shop/Deployment/web", "baseline", "privileged", "old pods are shown as they are"} {
		if !strings.Contains(strings.Join(assumptions, "\n"), want) {
			t.Errorf("no %q in %v", want, assumptions)
		}
	}
	got, assumptions = expand(t, c, plan(enforce, model.Step{Verb: model.Delete, Ref: podRef("web-abc-1")}))
	if ch, ok := got[podRef("web-abc-1")]; !ok || ch.Record != nil || !strings.Contains(strings.Join(assumptions, "\n"), "ends only because nothing runs") {
		t.Errorf("a deleted pod came back: %v, %v", got, assumptions)
	}
	got, _ = expand(t, c, plan(enforce, patchStep(deployment("web"), types.StrategicMergePatchType, unprivileged)))
	if got[podRef("web-abc-1")].Record == nil {
		t.Error("a mended pod was refused")
	}
}

func TestMutatingWebhookMakesItDepend(t *testing.T) {
	hook := &admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "inject"}, Webhooks: []admissionv1.MutatingWebhook{{
		Name: "pods.example.com", NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"inject": "yes"}},
		Rules: []admissionv1.RuleWithOperations{{Operations: []admissionv1.OperationType{admissionv1.Create},
			Rule: admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}}}}}}}
	step := patchStep(deployment("web"), types.StrategicMergePatchType, unprivileged)
	_, assumptions := expand(t, holding(t, append(shop(), hook.DeepCopy())...), plan(step))
	if len(assumptions) != 0 {
		t.Errorf("selector ignored: %v", assumptions)
	}
	objs := append(shop(), hook)
	objs[0].(*corev1.Namespace).Labels = map[string]string{"inject": "yes"}
	_, assumptions = expand(t, holding(t, objs...), plan(step))
	if len(assumptions) != 1 || !strings.HasPrefix(assumptions[0], "depends: mutating webhook inject") {
		t.Errorf("assumptions: %v", assumptions)
	}
}
