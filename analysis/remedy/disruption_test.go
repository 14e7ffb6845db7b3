package remedy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/model"
)

func TestDisruptionIsTold(t *testing.T) {
	scaled := func(kind string, n int32) runtime.Object {
		tpl := good()
		tpl.Spec.ShareProcessNamespace = ptr(true)
		o := owned(kind, tpl)
		switch o := o.(type) {
		case *appsv1.Deployment:
			o.Spec.Replicas = &n
		case *appsv1.StatefulSet:
			o.Spec.Replicas = &n
		case *appsv1.ReplicaSet:
			o.Spec.Replicas = &n
		}
		return o
	}
	paused := scaled("Deployment", 2).(*appsv1.Deployment)
	paused.Spec.Paused = true
	claims := scaled("Deployment", 1).(*appsv1.Deployment)
	claims.Spec.Template.Spec.Volumes = []corev1.Volume{{Name: "d", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}}}
	claims.Spec.Template.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80, HostPort: 8080}}
	claim := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: "data", Namespace: "shop"}, Spec: corev1.PersistentVolumeClaimSpec{AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}}}
	budget := &policyv1.PodDisruptionBudget{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "shop"}, Spec: policyv1.PodDisruptionBudgetSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}}}
	var daemons []runtime.Object
	for i := range 3 {
		daemons = append(daemons, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("web-", i), Namespace: "shop", OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "DaemonSet", Name: "web", Controller: ptr(true)}}}, Spec: good().Spec})
	}
	recreated, single, crowded := scaled("Deployment", 2).(*appsv1.Deployment), scaled("Deployment", 1).(*appsv1.Deployment), scaled("DaemonSet", 0).(*appsv1.DaemonSet)
	recreated.Spec.Strategy.Type = appsv1.RecreateDeploymentStrategyType
	none, one := intstr.FromInt32(0), intstr.FromString("10%")
	single.Spec.Strategy.RollingUpdate = &appsv1.RollingUpdateDeployment{MaxSurge: &none}
	crowded.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateDaemonSet{MaxSurge: &one}
	manual, idle, parted := scaled("DaemonSet", 0).(*appsv1.DaemonSet), scaled("DaemonSet", 0).(*appsv1.DaemonSet), scaled("StatefulSet", 3).(*appsv1.StatefulSet)
	manual.Spec.UpdateStrategy.Type, idle.Spec.UpdateStrategy.Type = appsv1.OnDeleteDaemonSetStrategyType, appsv1.OnDeleteDaemonSetStrategyType
	parted.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{Partition: ptr(int32(2))}
	const lonely = "no PodDisruptionBudget selects its pods"
	for name, tc := range map[string]struct {
		kind    string
		objects []runtime.Object
		want    []string
		not     string
	}{
		"many":         {"Deployment", []runtime.Object{scaled("Deployment", 3)}, []string{"replaces 3 pods, a few at a time; watch", lonely}, "Recreate"},
		"guarded":      {"Deployment", []runtime.Object{scaled("Deployment", 3), budget}, []string{"replaces 3 pods"}, lonely},
		"one":          {"Deployment", []runtime.Object{scaled("Deployment", 1)}, []string{"replaces its only pod, once the new one is ready"}, lonely},
		"no surge":     {"Deployment", []runtime.Object{single}, []string{"replaces its only pod, which goes before the new one comes"}, lonely},
		"recreated":    {"Deployment", []runtime.Object{recreated}, []string{"replaces 2 pods, all at once (strategy Recreate): nobody answers"}, "a few"},
		"none":         {"Deployment", []runtime.Object{scaled("Deployment", 0)}, []string{"no pods now"}, "replaces"},
		"paused":       {"Deployment", []runtime.Object{paused}, []string{"before kubectl rollout resume deployment.v1.apps web --namespace shop"}, "replaces"},
		"contended":    {"Deployment", []runtime.Object{claims, claim}, []string{"port 8080 of a node is one pod's", "claim data is ReadWriteOnce"}, ""},
		"set":          {"StatefulSet", []runtime.Object{scaled("StatefulSet", 2)}, []string{"replaces 2 pods, one after the other"}, "OnDelete"},
		"single set":   {"StatefulSet", []runtime.Object{scaled("StatefulSet", 1)}, []string{"nobody answers in between"}, ""},
		"parted":       {"StatefulSet", []runtime.Object{parted}, []string{"replaces 1 pod, one after the other", "leaves 2 pods below ordinal 2 alone"}, ""},
		"daemons":      {"DaemonSet", append(slices.Clone(daemons), scaled("DaemonSet", 0)), []string{"replaces 3 pods, one node after the other: on each nothing of it runs"}, "OnDelete"},
		"crowded":      {"DaemonSet", append(slices.Clone(daemons), crowded), []string{"replaces 3 pods, one node after the other, each once the new one is ready"}, ""},
		"manual":       {"DaemonSet", append(slices.Clone(daemons), manual), []string{"does not replace the 3 pods that it has (updateStrategy OnDelete)"}, "watch"},
		"idle daemons": {"DaemonSet", []runtime.Object{idle}, []string{"no pods now: those that come"}, "replace"},
		"bare set":     {"ReplicaSet", []runtime.Object{scaled("ReplicaSet", 2)}, []string{"does not replace the 2 pods"}, ""},
		"cron":         {"CronJob", []runtime.Object{scaled("CronJob", 0)}, []string{"the next run takes the new template"}, ""},
	} {
		fix := fixOne(t, seen(t, tc.objects...), finding("PS05", ref(tc.kind, "web")))
		told := strings.Join(fix.Documents[0].Evidence, "\n")
		for _, want := range tc.want {
			if !strings.Contains(told, want) {
				t.Errorf("%s: no %q in\n%s", name, want, told)
			}
		}
		if tc.not != "" && strings.Contains(told, tc.not) {
			t.Errorf("%s: %q in\n%s", name, tc.not, told)
		}
	}
	for name, o := range map[string]runtime.Object{"recreated": recreated, "no surge": single} {
		if d := fixOne(t, seen(t, o), finding("PS05", ref("Deployment", "web"))).Documents[0]; parseBreakage(d.Breakage) < needsEvidence {
			t.Errorf("%s: pods that are all gone for a while: %s", name, d.Breakage)
		}
	}
	tpl := good()
	tpl.Spec.AutomountServiceAccountToken = nil
	if d := fixOne(t, seen(t, owned("StatefulSet", tpl)), finding("LP22", ref("StatefulSet", "web"))).Documents[0]; parseBreakage(d.Breakage) < needsEvidence {
		t.Error("a pod that is gone for a while:", d.Breakage)
	}
}

func TestUsersAndPortsAreTold(t *testing.T) {
	tpl := good()
	offences()["PS10"](&tpl)
	tpl.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80}, {ContainerPort: 8080}}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web-0", Namespace: "shop", OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Name: "web", Controller: ptr(true)}}}, Spec: tpl.Spec, Status: corev1.PodStatus{Phase: corev1.PodRunning}}
	var findings []*model.Finding
	for _, rule := range []string{"PS10", "PS15"} {
		findings = append(findings, finding(rule, ref("StatefulSet", "web")))
	}
	told := text(fixOne(t, holding(t, owned("StatefulSet", tpl), pod), findings...))
	for _, want := range []string{"kubectl exec web-0 --namespace shop -c app -- id -u", "container app listens on port 80: a user other than root", "container app keeps NET_BIND_SERVICE, since it listens on port 80"} {
		if !strings.Contains(told, want) {
			t.Errorf("no %q in\n%s", want, told)
		}
	}
	if strings.Contains(told, "-c init") {
		t.Error("nobody looks into a container that has ended")
	}
}
