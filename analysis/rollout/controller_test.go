package rollout

import (
	"encoding/json"
	"errors"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

func TestPatchedDeploymentRollsOut(t *testing.T) {
	c := holding(t, shop()...)
	got, assumptions := expand(t, c, plan(patchStep(deployment("web"), types.StrategicMergePatchType, unprivileged)))
	if len(got) != 4 {
		t.Fatalf("changes: %v", got)
	}
	if len(assumptions) != 0 {
		t.Errorf("assumptions: %v", assumptions)
	}
	var shared record.Template
	for _, name := range []string{"web-abc-1", "web-abc-2"} {
		p := got[podRef(name)].Record.(*record.Pod)
		spec := p.Spec()
		if sc := spec.Containers[0].SecurityContext; sc != nil && sc.Privileged != nil {
			t.Errorf("%s is still privileged", name)
		}
		if spec.NodeName != "n1" || *spec.Priority != 0 || spec.ServiceAccountName != "default" || len(spec.Tolerations) != 2 {
			t.Errorf("%s lost what admission added: %+v", name, spec)
		}
		if v := spec.Volumes[0].Name; v != "kube-api-access-x7k2p" && v != "kube-api-access-q9z8w" {
			t.Errorf("%s: token volume %q", name, v)
		}
		if len(p.Containers) != 1 || p.Containers[0].ImageID != "sha256:1" {
			t.Errorf("%s lost its running image", name)
		}
		if p.Labels.Get("pod-template-hash") != "abc" || p.Labels.Get("app") != "web" {
			t.Errorf("%s: labels %v", name, p.GetLabels())
		}
		if shared.IsZero() {
			shared = p.Template
		} else if shared != p.Template {
			t.Error("siblings do not share their template")
		}
	}
	// The template is what the record of a real pod would have.
	d := c.Get(deployment("web")).(*record.Workload).Object().(*appsv1.Deployment)
	fixed := d.Spec.Template.DeepCopy()
	fixed.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{}
	real, err := record.Make(podOf(*fixed, "web-abc-3", nil, "aaaaa"))
	if err != nil {
		t.Fatal(err)
	}
	if real.(*record.Pod).Template != shared {
		t.Errorf("template differs from a real pod's:\n%v\n%v", real.(*record.Pod).Template.Decode(), shared.Decode())
	}
	rs := got[model.KindByName("ReplicaSet").Ref("shop", "web-abc")].Record.(*record.Workload)
	if rs.Template != got[deployment("web")].Record.(*record.Workload).Template {
		t.Error("the ReplicaSet has another template")
	}
}

func TestDeletion(t *testing.T) {
	c := holding(t, append(shop(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: "shop"}})...)
	got, _ := expand(t, c, plan(model.Step{Verb: model.Delete, Ref: deployment("web")}))
	if len(got) != 4 {
		t.Errorf("owner: %v", got)
	}
	for ref, ch := range got {
		if ch.Record != nil {
			t.Errorf("%s stays", ref)
		}
	}
	got, _ = expand(t, c, plan(model.Step{Verb: model.Delete, Ref: model.KindByName("Namespace").Ref("", "shop")}))
	if len(got) != 6 {
		t.Errorf("namespace: %v", got)
	}
	// A pod that has a controller comes back, without what was added to it by hand.
	objs := shop()
	objs[3].(*corev1.Pod).Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "dbg", Image: "dbg"}}}
	got, _ = expand(t, holding(t, objs...), plan(model.Step{Verb: model.Delete, Ref: podRef("web-abc-1")}))
	if len(got) != 1 || got[podRef("web-abc-1")].Record == nil || len(got[podRef("web-abc-1")].Record.(*record.Pod).Ephemeral()) != 0 {
		t.Errorf("restart: %v", got)
	}
}

func TestScale(t *testing.T) {
	c := holding(t, shop()...)
	scale := func(n string) model.Plan {
		return plan(patchStep(deployment("web"), types.MergePatchType, `{spec: {replicas: `+n+`}}`))
	}
	got, _ := expand(t, c, scale("0"))
	if ch := got[podRef("web-abc-2")]; ch.Record != nil || len(got) != 4 {
		t.Errorf("to zero: %v", got)
	}
	got, _ = expand(t, c, scale("1"))
	if _, ok := got[podRef("web-abc-1")]; ok || len(got) != 3 {
		t.Errorf("to one: %v", got)
	}
	got, _ = expand(t, c, scale("3"))
	born, ok := got[podRef("web-abc-00000")]
	if !ok || len(got) != 3 {
		t.Fatalf("to three: %v", got)
	}
	if born.Record.(*record.Pod).Template != c.Get(podRef("web-abc-1")).(*record.Pod).Template {
		t.Log("a new pod lacks what the API server adds beyond the known plugins") // priority and preemption
	}
}

func TestCreatedDeploymentGetsPods(t *testing.T) {
	c := holding(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}})
	d := &appsv1.Deployment{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}, ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"},
		Spec: appsv1.DeploymentSpec{Replicas: ptr(int32(2)), Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}, Template: webTemplate()}}
	body, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := expand(t, c, plan(model.Step{Verb: model.Create, Ref: deployment("web"), Body: body}))
	if len(got) != 4 {
		t.Fatalf("changes: %v", got)
	}
	for _, ch := range got {
		c.Apply(ch)
	}
	n := 0
	for p := range c.Pods(deployment("web")) {
		n++
		if c.TopOwner(p) != deployment("web") || p.Spec().ServiceAccountName != "default" || p.Labels.Get("pod-template-hash") == "" {
			t.Errorf("pod %s: %+v", p.Name, p.Spec())
		}
	}
	if n != 2 {
		t.Errorf("%d pods", n)
	}
}

func TestCronJobKeepsItsRunningJobs(t *testing.T) {
	tpl := webTemplate()
	tpl.Spec.RestartPolicy = corev1.RestartPolicyNever
	cron := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Name: "night", Namespace: "shop"}, Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: tpl}}}}
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "night-1", Namespace: "shop", OwnerReferences: controlled("batch/v1", "CronJob", "night")}, Spec: batchv1.JobSpec{Template: tpl}}
	c := holding(t, cron, job, podOf(tpl, "night-1-x", controlled("batch/v1", "Job", "night-1"), "aaaaa"))
	ref := model.KindByName("CronJob").Ref("shop", "night")
	got, assumptions := expand(t, c, plan(patchStep(ref, types.StrategicMergePatchType, `{spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: app, securityContext: {privileged: null}}]}}}}}}`)))
	if len(got) != 1 || len(assumptions) != 1 {
		t.Errorf("%v, %v", got, assumptions)
	}
	_, _, err := Expand(c, plan(patchStep(model.KindByName("Job").Ref("shop", "night-1"), types.StrategicMergePatchType, `{spec: {template: {spec: {hostPID: true}}}}`)))
	if !errors.Is(err, errJobTemplate) {
		t.Errorf("job: %v", err)
	}
}

func TestDaemonsLeaveTheNodesNetworkWithItsToleration(t *testing.T) {
	tpl := webTemplate()
	tpl.Spec.HostNetwork = true
	tpl.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80}}
	a := admission{get: func(model.Ref) model.Record { return nil }, namespace: "shop", token: tokenPrefix + "aaaaa", daemon: true}
	live := tpl.DeepCopy()
	a.admit(live)
	c := holding(t,
		&appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Name: "d", Namespace: "shop"}, Spec: appsv1.DaemonSetSpec{Template: tpl}},
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "d-1", Namespace: "shop", OwnerReferences: controlled("apps/v1", "DaemonSet", "d")}, Spec: live.Spec})
	got, _ := expand(t, c, plan(patchStep(model.KindByName("DaemonSet").Ref("shop", "d"), types.StrategicMergePatchType, `{spec: {template: {spec: {hostNetwork: null}}}}`)))
	spec := got[podRef("d-1")].Record.(*record.Pod).Spec()
	if spec.HostNetwork || spec.Containers[0].Ports[0].HostPort != 0 || len(spec.Tolerations) != 6 {
		t.Errorf("%v %v", spec.Containers[0].Ports, spec.Tolerations)
	}
}

// TestOwnersThatClaimEachOther holds that a controller reference that makes no sense does not send the player round.
func TestOwnersThatClaimEachOther(t *testing.T) {
	set := func(name, owner string) *appsv1.ReplicaSet {
		return &appsv1.ReplicaSet{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop", OwnerReferences: controlled("apps/v1", "ReplicaSet", owner)},
			Spec:       appsv1.ReplicaSetSpec{Replicas: ptr(int32(1)), Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}, Template: webTemplate()},
		}
	}
	for _, owners := range [][2]string{{"a", "b"}, {"b", "a"}} {
		c := holding(t, set("a", owners[1]), set("b", owners[0]))
		patch := []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"web:2"}]}}}}`)
		ref := model.KindByName("ReplicaSet").Ref("shop", "a")
		changes, _, err := Expand(c, model.Plan{Steps: []model.Step{{Verb: model.Patch, Ref: ref, PatchType: types.StrategicMergePatchType, Body: patch}}})
		if err != nil || len(changes) != 1 {
			t.Errorf("%v: %d changes, %v", owners, len(changes), err)
		}
	}
}
