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
	"canopy/model/record"
)

// direct is an owner that makes its pods itself, with pods web-0 to web-2.
func direct(owner runtime.Object) []runtime.Object {
	tpl := webTemplate()
	meta := metav1.ObjectMeta{Name: "web", Namespace: "shop"}
	sel := &metav1.LabelSelector{MatchLabels: tpl.Labels}
	apiVersion := "apps/v1"
	var kind string
	switch o := owner.(type) {
	case *appsv1.DaemonSet:
		kind, o.ObjectMeta, o.Spec.Template, o.Spec.Selector = "DaemonSet", meta, tpl, sel
	case *appsv1.StatefulSet:
		kind, o.ObjectMeta, o.Spec.Template, o.Spec.Selector, o.Spec.Replicas = "StatefulSet", meta, tpl, sel, ptr(int32(3))
	case *appsv1.ReplicaSet:
		kind, o.ObjectMeta, o.Spec.Template, o.Spec.Selector, o.Spec.Replicas = "ReplicaSet", meta, tpl, sel, ptr(int32(3))
		o.Status.Replicas = 3
	case *corev1.ReplicationController:
		kind, apiVersion, o.ObjectMeta, o.Spec.Template, o.Spec.Selector, o.Spec.Replicas = "ReplicationController", "v1", meta, &tpl, tpl.Labels, ptr(int32(3))
	}
	objs := []runtime.Object{&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop"}}, owner}
	for _, name := range []string{"web-0", "web-1", "web-2"} {
		objs = append(objs, podOf(tpl, name, controlled(apiVersion, kind, "web"), "x7k2p"))
	}
	return objs
}

// copied gives objects of which records can be made more than once.
func copied(objs []runtime.Object) []runtime.Object {
	var all []runtime.Object
	for _, o := range objs {
		all = append(all, o.DeepCopyObject())
	}
	return all
}

// privileged lists the pods that a plan leaves with a privileged container.
func privileged(t *testing.T, objs []runtime.Object, steps ...model.Step) (string, []string) {
	t.Helper()
	c := holding(t, copied(objs)...)
	got, assumptions := expand(t, c, plan(steps...))
	var names []string
	for _, o := range objs {
		pod, ok := o.(*corev1.Pod)
		if !ok {
			continue
		}
		r := c.Get(podRef(pod.Name))
		if ch, ok := got[podRef(pod.Name)]; ok {
			r = ch.Record
		}
		if r == nil {
			names = append(names, "no "+pod.Name)
			continue
		}
		if sc := r.(*record.Pod).Spec().Containers[0].SecurityContext; sc != nil && sc.Privileged != nil && *sc.Privileged {
			names = append(names, pod.Name)
		}
	}
	return strings.Join(names, " "), assumptions
}

// TestWhoReplacesNoPod plays a fix of a template with each kind of owner: pods stay where the controller leaves them.
func TestWhoReplacesNoPod(t *testing.T) {
	onDelete := appsv1.StatefulSetUpdateStrategy{Type: appsv1.OnDeleteStatefulSetStrategyType}
	partition := appsv1.StatefulSetUpdateStrategy{Type: appsv1.RollingUpdateStatefulSetStrategyType, RollingUpdate: &appsv1.RollingUpdateStatefulSetStrategy{Partition: ptr(int32(2))}}
	paused := shop()
	paused[1].(*appsv1.Deployment).Spec.Paused = true
	const all = "web-0 web-1 web-2"
	remake := model.Step{Verb: model.Delete, Ref: podRef("web-1")}
	for name, tc := range map[string]struct {
		kind string
		objs []runtime.Object
		more []model.Step
		want string
		told string
	}{
		"daemons":              {"DaemonSet", direct(&appsv1.DaemonSet{}), nil, "", ""},
		"daemons on delete":    {"DaemonSet", direct(&appsv1.DaemonSet{Spec: appsv1.DaemonSetSpec{UpdateStrategy: appsv1.DaemonSetUpdateStrategy{Type: appsv1.OnDeleteDaemonSetStrategyType}}}), nil, all, "OnDelete"},
		"set":                  {"StatefulSet", direct(&appsv1.StatefulSet{}), nil, "", ""},
		"set on delete":        {"StatefulSet", direct(&appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{UpdateStrategy: onDelete}}), nil, all, "OnDelete"},
		"one deleted":          {"StatefulSet", direct(&appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{UpdateStrategy: onDelete}}), []model.Step{remake}, "web-0 web-2", "OnDelete"},
		"partition":            {"StatefulSet", direct(&appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{UpdateStrategy: partition}}), nil, "web-0 web-1", "below ordinal 2"},
		"deleted below":        {"StatefulSet", direct(&appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{UpdateStrategy: partition}}), []model.Step{remake}, "web-0 web-1", "below ordinal 2"},
		"partition taken away": {"StatefulSet", direct(&appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{UpdateStrategy: partition}}), []model.Step{patchStep(model.KindByName("StatefulSet").Ref("shop", "web"), types.StrategicMergePatchType, `{spec: {updateStrategy: {rollingUpdate: {partition: 0}}}}`)}, "", ""},
		"bare set":             {"ReplicaSet", direct(&appsv1.ReplicaSet{}), nil, all, "replaces no pod"},
		"bare set, deleted":    {"ReplicaSet", direct(&appsv1.ReplicaSet{}), []model.Step{remake}, "web-0 web-2", "replaces no pod"},
		"bare controller":      {"ReplicationController", direct(&corev1.ReplicationController{}), nil, all, "replaces no pod"},
		"paused":               {"Deployment", paused, nil, "web-abc-1 web-abc-2", "paused"},
		"resumed":              {"Deployment", paused, []model.Step{patchStep(deployment("web"), types.MergePatchType, `{spec: {paused: false}}`)}, "", ""},
	} {
		fix := patchStep(model.KindByName(tc.kind).Ref("shop", "web"), types.StrategicMergePatchType, unprivileged)
		got, told := privileged(t, tc.objs, append([]model.Step{fix}, tc.more...)...)
		if got != tc.want {
			t.Errorf("%s: privileged are %q, want %q", name, got, tc.want)
		}
		if s := strings.Join(told, "\n"); !strings.Contains(s, tc.told) || tc.told == "" && s != "" {
			t.Errorf("%s: assumed %q", name, s)
		}
	}
}

// TestResumedDeploymentRollsOut plays the end of a pause in which the template was changed.
func TestResumedDeploymentRollsOut(t *testing.T) {
	objs := shop()
	d := objs[1].(*appsv1.Deployment)
	d.Spec.Paused = true
	d.Spec.Template.Spec.Containers[0].SecurityContext = nil
	d.Spec.Template.Labels = map[string]string{"app": "web", "tier": "front"}
	resume := patchStep(deployment("web"), types.MergePatchType, `{spec: {paused: false}}`)
	if got, told := privileged(t, objs, resume); got != "" || len(told) > 0 {
		t.Errorf("privileged are %q, assumed %q", got, told)
	}
	got, _ := expand(t, holding(t, copied(objs)...), plan(resume))
	if p := got[podRef("web-abc-1")].Record.(*record.Pod); p.Labels.Get("tier") != "front" || p.Labels.Get("pod-template-hash") != "abc" {
		t.Errorf("labels %v", p.GetLabels())
	}
	d.Spec.Template = webTemplate()
	if got, _ := expand(t, holding(t, copied(objs)...), plan(resume)); len(got) != 1 {
		t.Errorf("nothing was to roll out: %v", got)
	}
}

// TestLoosenedStrategy says that older pods are replaced, and that they are not known.
func TestLoosenedStrategy(t *testing.T) {
	objs := direct(&appsv1.DaemonSet{Spec: appsv1.DaemonSetSpec{UpdateStrategy: appsv1.DaemonSetUpdateStrategy{Type: appsv1.OnDeleteDaemonSetStrategyType}}})
	step := patchStep(model.KindByName("DaemonSet").Ref("shop", "web"), types.MergePatchType, `{spec: {updateStrategy: {type: RollingUpdate}}}`)
	if _, told := privileged(t, objs, step); len(told) != 1 || !strings.Contains(told[0], "older than its template") {
		t.Errorf("assumed %q", told)
	}
}

// TestRefusedRecreation has the pods of a Deployment that lets all go first be gone where Pod Security refuses the new ones.
func TestRefusedRecreation(t *testing.T) {
	objs := shop()
	objs[0].(*corev1.Namespace).Labels = map[string]string{"pod-security.kubernetes.io/enforce": "baseline"}
	relabel := patchStep(deployment("web"), types.StrategicMergePatchType, `{spec: {template: {metadata: {labels: {tier: front}}}}}`)
	if got, _ := privileged(t, objs, relabel); got != "web-abc-1 web-abc-2" {
		t.Errorf("rolling: %q", got)
	}
	objs[1].(*appsv1.Deployment).Spec.Strategy.Type = appsv1.RecreateDeploymentStrategyType
	if got, told := privileged(t, objs, relabel); got != "no web-abc-1 no web-abc-2" || !strings.Contains(strings.Join(told, " "), "absent") {
		t.Errorf("recreated: %q, assumed %q", got, told)
	}
}
