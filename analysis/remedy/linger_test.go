package remedy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/rollout"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// manned gives an owner with pods of its own.
func manned(owner runtime.Object, kind string, tpl corev1.PodTemplateSpec, n int) []runtime.Object {
	objs := []runtime.Object{namespaceShop(), owner}
	apiVersion, name := model.KindByName(kind).GVK().GroupVersion().String(), "web"
	switch kind {
	case "Deployment":
		set := owned("ReplicaSet", tpl).(*appsv1.ReplicaSet)
		set.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: kind, Name: name, Controller: ptr(true)}}
		set.Name, kind, name = "web-abc", "ReplicaSet", "web-abc"
		objs = append(objs, set)
	case "CronJob":
		job := owned("Job", tpl).(*batchv1.Job)
		job.OwnerReferences = []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: kind, Name: name, Controller: ptr(true)}}
		job.Name, kind, name = "web-1", "Job", "web-1"
		objs = append(objs, job)
	}
	for i := range n {
		objs = append(objs, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint(name, "-", i), Namespace: "shop", Labels: tpl.Labels,
			OwnerReferences: []metav1.OwnerReference{{APIVersion: apiVersion, Kind: kind, Name: name, Controller: ptr(true)}}},
			Spec: *tpl.Spec.DeepCopy(), Status: corev1.PodStatus{Phase: corev1.PodRunning}})
	}
	return objs
}

// offending lists the pods that show a rule.
func offending(c *cluster.Cluster, rule string, owner model.Ref) []string {
	var names []string
	for pod := range c.Pods(owner) {
		if len(hitsOf(rule, pod.Template.Decode())) > 0 {
			names = append(names, pod.Name)
		}
	}
	slices.Sort(names)
	return names
}

// lingerers are owners that do not replace their pods, and what is said of them.
func lingerers(n int) map[string]struct {
	kind string
	objs []runtime.Object
	left int
	want []string
} {
	bad := func() corev1.PodTemplateSpec {
		tpl := good()
		offences()["PS01"](&tpl)
		return tpl
	}
	daemons := owned("DaemonSet", bad()).(*appsv1.DaemonSet)
	daemons.Spec.UpdateStrategy.Type = appsv1.OnDeleteDaemonSetStrategyType
	set, parted := owned("StatefulSet", bad()).(*appsv1.StatefulSet), owned("StatefulSet", bad()).(*appsv1.StatefulSet)
	set.Spec.UpdateStrategy.Type = appsv1.OnDeleteStatefulSetStrategyType
	parted.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{Partition: ptr(int32(1))}
	paused := owned("Deployment", bad()).(*appsv1.Deployment)
	paused.Spec.Paused = true
	return map[string]struct {
		kind string
		objs []runtime.Object
		left int
		want []string
	}{
		"daemons":         {"DaemonSet", manned(daemons, "DaemonSet", bad(), n), n, []string{"updateStrategy OnDelete", "kubectl delete pod web-0 --namespace shop", "kubectl delete pod web-1 --namespace shop"}},
		"set":             {"StatefulSet", manned(set, "StatefulSet", bad(), n), n, []string{"updateStrategy OnDelete", "kubectl delete pod web-1 --namespace shop"}},
		"partition":       {"StatefulSet", manned(parted, "StatefulSet", bad(), n), 1, []string{"below ordinal 1", `kubectl patch statefulset.v1.apps web --namespace shop --type merge --patch '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}'`}},
		"paused":          {"Deployment", manned(paused, "Deployment", bad(), n), n, []string{"is paused", "kubectl rollout resume deployment.v1.apps web --namespace shop"}},
		"bare set":        {"ReplicaSet", manned(owned("ReplicaSet", bad()), "ReplicaSet", bad(), n), n, []string{"replaces no pod", "kubectl delete pod web-1 --namespace shop"}},
		"bare controller": {"ReplicationController", manned(owned("ReplicationController", bad()), "ReplicationController", bad(), n), n, []string{"replaces no pod", "kubectl delete pod web-1 --namespace shop"}},
		"cron":            {"CronJob", manned(owned("CronJob", bad()), "CronJob", bad(), n), n, []string{"jobs that", "kubectl delete job.v1.batch web-1 --namespace shop"}},
	}
}

// TestFixSaysWhichPodsStay fixes owners that do not replace their pods: the plan closes what it says and no more, as a preview
// shows, and a note says how to have the pods follow. Once the template is mended, a fix says just that.
func TestFixSaysWhichPodsStay(t *testing.T) {
	for name, tc := range lingerers(2) {
		c := holding(t, tc.objs...)
		owner := ref(tc.kind, "web")
		fix := fixOne(t, c, finding("PS01", owner), finding("PS05", owner))
		if len(fix.Documents) != 1 || len(fix.Documents[0].Closes) != 0 {
			t.Fatalf("%s: %s", name, text(fix))
		}
		check := func(when string, fix *Fix) {
			i := slices.IndexFunc(fix.Notes, func(n Note) bool { return n.Finding == model.FindingID("PS01", owner) })
			if i < 0 {
				t.Errorf("%s, %s: no note in\n%s", name, when, text(fix))
				return
			}
			told := strings.Join(append([]string{fix.Notes[i].Reason}, fix.Notes[i].Steps...), "\n")
			for _, want := range tc.want {
				if !strings.Contains(told, want) {
					t.Errorf("%s, %s: no %q in\n%s", name, when, want, told)
				}
			}
		}
		check("before", fix)
		if fix.Documents[0].Breakage == harmless.String() {
			t.Errorf("%s: the next pods may still break", name)
		}
		changes, _, err := rollout.Expand(c, fix.Plan)
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range changes {
			c.Apply(ch)
		}
		if got := offending(c, "PS01", owner); len(got) != tc.left {
			t.Errorf("%s: %v stay as they were, not %d", name, got, tc.left)
		}
		if hits := hitsOf("PS01", c.Get(owner).(*record.Workload).Template.Decode()); len(hits) > 0 {
			t.Errorf("%s: the template shows %v", name, hits)
		}
		again := fixOne(t, c, finding("PS01", owner))
		if len(again.Documents) != 0 {
			t.Errorf("%s: again\n%s", name, text(again))
		}
		check("after", again)
	}
}

func TestManyPodsToDelete(t *testing.T) {
	tc := lingerers(12)["daemons"]
	fix := fixOne(t, holding(t, tc.objs...), finding("PS01", ref("DaemonSet", "web")))
	told := text(fix)
	if n := strings.Count(told, "kubectl delete pod"); n != 10 || !strings.Contains(told, "and 2 more of them: kubectl get pods --namespace shop --selector 'app=web'") {
		t.Errorf("%d commands in\n%s", n, told)
	}
}

// TestNobodyLingers closes what no pod shows.
func TestNobodyLingers(t *testing.T) {
	for name, tc := range lingerers(0) {
		if name == "cron" {
			continue
		}
		fix := fixOne(t, holding(t, tc.objs...), finding("PS01", ref(tc.kind, "web")))
		if len(fix.Documents) != 1 || len(fix.Documents[0].Closes) != 1 || len(fix.Notes) != 0 {
			t.Errorf("%s: %s", name, text(fix))
		}
	}
	objs := lingerers(2)["daemons"].objs
	for _, o := range objs[2:] {
		o.(*corev1.Pod).Spec = good().Spec
	}
	if fix := fixOne(t, holding(t, objs...), finding("PS01", ref("DaemonSet", "web"))); len(fix.Documents[0].Closes) != 1 {
		t.Errorf("pods that do not show it: %s", text(fix))
	}
}
