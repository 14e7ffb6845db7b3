package remedy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"canopy/analysis/rollout"
	"canopy/model"
)

func TestJobsPodsAndStaticPodsGetSteps(t *testing.T) {
	tpl := good()
	offences()["PS01"](&tpl)
	mirror := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "etcd-n1", Namespace: "shop", Annotations: map[string]string{corev1.MirrorPodAnnotationKey: "x"},
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: "n1", Controller: ptr(true)}}}, Spec: tpl.Spec}
	mirror.Spec.NodeName = "n1"
	naked := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "naked", Namespace: "shop"}, Spec: tpl.Spec}
	c := holding(t, owned("Job", tpl), mirror, naked)
	fix := fixOne(t, c, finding("PS01", ref("Job", "web")), finding("PS01", ref("Pod", "etcd-n1")), finding("PS01", ref("Pod", "naked")), finding("PS01", ref("Deployment", "none")))
	if len(fix.Documents) != 0 || len(fix.Notes) != 4 {
		t.Fatalf("%+v", fix)
	}
	all := text(fix)
	for _, want := range []string{"kubectl delete job.v1.batch web --namespace shop", "staticPodPath", "on node n1", "a pod cannot be changed in place", "not seen"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
}

func TestNakedPodBecomesDeployment(t *testing.T) {
	tpl := good()
	offences()["PS01"](&tpl)
	for _, list := range [][]corev1.Container{tpl.Spec.InitContainers, tpl.Spec.Containers} {
		for i := range list {
			list[i].Env = nil
		}
	}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "naked", Namespace: "shop", Labels: map[string]string{"app": "n",
		"topology.kubernetes.io/zone": "a", "topology.kubernetes.io/region": "b", "pod-template-hash": "abc", "statefulset.kubernetes.io/pod-name": "naked"}}, Spec: tpl.Spec}
	pod.Spec.NodeName = "n1"
	pod.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "dbg", Image: "d"}}}
	pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: "kube-api-access-abcde", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}})
	pod.Spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "kube-api-access-abcde", MountPath: "/var/run/secrets/kubernetes.io/serviceaccount"}}
	c := holding(t, pod)
	fix := fixOne(t, c, finding("PS28", ref("Pod", "naked")), finding("PS01", ref("Pod", "naked")))
	if len(fix.Documents) != 2 || fix.Documents[0].Step.Verb != model.Create || fix.Documents[1].Step.Verb != model.Delete || len(fix.Documents[1].Closes) != 2 || len(fix.Notes) != 0 {
		t.Fatal(text(fix))
	}
	changes, _, err := rollout.Expand(c, fix.Plan)
	if err != nil || !slices.ContainsFunc(changes, func(ch model.Change) bool { return ch.Ref == ref("Pod", "naked") && ch.Record == nil }) {
		t.Errorf("the pod stays: %v %v", changes, err)
	}
	if _, err := fix.Only([]bool{false, true}); err == nil || !strings.Contains(err.Error(), "document 2 (delete shop/Pod/naked) cannot go without document 1 (create shop/Deployment/naked)") {
		t.Error(err)
	}
	var d appsv1.Deployment
	if err := yaml.UnmarshalStrict(fix.Documents[0].YAML, &d); err != nil || strings.Contains(string(fix.Documents[0].YAML), "status:") {
		t.Fatal(err)
	}
	s := d.Spec.Template.Spec
	if s.NodeName != "" || len(s.Volumes) != 0 || len(s.Containers[0].VolumeMounts) != 0 || isTrue(s.Containers[0].SecurityContext.Privileged) || len(s.EphemeralContainers) != 0 {
		t.Errorf("%s", fix.Documents[0].YAML)
	}
	// What the API server and controllers wrote on this pod, they write otherwise on another.
	for _, labels := range []map[string]string{d.Labels, d.Spec.Selector.MatchLabels, d.Spec.Template.Labels} {
		if len(labels) != 1 || labels["app"] != "n" {
			t.Errorf("labels %v", labels)
		}
	}
	if told := strings.Join(fix.Documents[1].Evidence, "\n"); !strings.Contains(told, "ephemeral container dbg goes with it") {
		t.Error(told)
	}
	pod.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "A", Value: "hunter2"}}
	fix = fixOne(t, holding(t, pod), finding("PS28", ref("Pod", "naked")))
	if len(fix.Documents) != 0 || strings.Contains(text(fix), "hunter2") {
		t.Errorf("values written out: %s", text(fix))
	}
}

func TestEphemeralContainersGoWithTheirPod(t *testing.T) {
	tpl := good()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web-0", Namespace: "shop", OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Name: "web", Controller: ptr(true)}}}, Spec: *tpl.Spec.DeepCopy()}
	pod.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "dbg", SecurityContext: &corev1.SecurityContext{Privileged: ptr(true)}}}}
	fix := fixOne(t, holding(t, owned("StatefulSet", tpl), pod), finding("PS01", ref("StatefulSet", "web")), finding("PS29", ref("StatefulSet", "web")))
	if len(fix.Documents) != 0 || len(fix.Notes) != 2 {
		t.Fatalf("%+v", fix)
	}
	for _, n := range fix.Notes {
		if !slices.Contains(n.Steps, "kubectl delete pod web-0 --namespace shop") {
			t.Errorf("%+v", n)
		}
	}
}

func TestEscalationNeedsPrivilegeGone(t *testing.T) {
	tpl := good()
	offences()["PS01"](&tpl)
	c := holding(t, owned("Deployment", tpl))
	fix := fixOne(t, c, finding("PS09", ref("Deployment", "web")))
	if len(fix.Documents) != 0 || len(fix.Notes) != 1 {
		t.Errorf("%s", text(fix))
	}
	fix = fixOne(t, c, finding("PS09", ref("Deployment", "web")), finding("PS01", ref("Deployment", "web")))
	if len(fix.Notes) != 0 || len(fix.Documents[0].Closes) != 2 {
		t.Errorf("%s", text(fix))
	}
}

func TestWindowsFieldsStayOut(t *testing.T) {
	tpl := corev1.PodTemplateSpec{Spec: corev1.PodSpec{OS: &corev1.PodOS{Name: corev1.Windows}, Containers: []corev1.Container{{Name: "app"}}}}
	c := holding(t, owned("Deployment", tpl))
	var findings []*model.Finding
	for _, r := range []string{"PS09", "PS10", "PS15", "PS16", "PS24"} {
		findings = append(findings, finding(r, ref("Deployment", "web")))
	}
	fix := fixOne(t, c, findings...)
	if y := string(fix.Documents[0].YAML); strings.Contains(y, "seccomp") || strings.Contains(y, "capabilities") || !strings.Contains(y, "runAsNonRoot: true") {
		t.Error(y)
	}
}

func TestManagersAndSystem(t *testing.T) {
	for want, meta := range map[string]metav1.ObjectMeta{
		"Helm release shop":        {Annotations: map[string]string{"meta.helm.sh/release-name": "shop"}},
		"Argo CD application apps": {Annotations: map[string]string{"argocd.argoproj.io/tracking-id": "apps:apps/Deployment:shop/web"}},
		"Flux Kustomization infra": {Labels: map[string]string{"kustomize.toolkit.fluxcd.io/name": "infra"}},
		"Flux HelmRelease podinfo": {Labels: map[string]string{"helm.toolkit.fluxcd.io/name": "podinfo"}},
		"":                         {},
	} {
		tpl := good()
		tpl.Spec.HostPID, tpl.Spec.PriorityClassName = true, "system-node-critical"
		d := owned("Deployment", tpl).(*appsv1.Deployment)
		d.Labels, d.Annotations = meta.Labels, meta.Annotations
		fix := fixOne(t, holding(t, d), finding("PS02", ref("Deployment", "web")))
		if got := fix.Documents[0].ManagedBy; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if fix.Documents[0].Breakage != "outage" {
			t.Error("part of the system:", fix.Documents[0].Breakage)
		}
	}
}

func TestHostileTextStaysInItsComment(t *testing.T) {
	evil := "a\nkind: Secret\u202e\x1b[2J'; rm -rf /"
	tpl := good()
	offences()["PS01"](&tpl)
	tpl.Spec.Containers[0].Name = evil
	d := owned("Deployment", tpl).(*appsv1.Deployment)
	d.Annotations = map[string]string{"meta.helm.sh/release-name": evil}
	fix := fixOne(t, holding(t, d), finding("PS01", ref("Deployment", "web")), finding("PS27", ref("Deployment", evil)))
	for _, line := range strings.Split(text(fix), "\n") {
		if strings.HasPrefix(line, "#") && strings.ContainsAny(line, "\x1b\u202e") || strings.HasPrefix(line, "kind: Secret") {
			t.Errorf("%q", line)
		}
	}
	if strings.Contains(fix.Documents[0].File, "/") || strings.Contains(fix.Documents[0].File, "'") {
		t.Error(fix.Documents[0].File)
	}
}

func TestNothingIsLost(t *testing.T) {
	c := holding(t)
	for i := 1; i <= 29; i++ {
		f := finding(fmt.Sprintf("PS%02d", i), ref("Deployment", "web"))
		if i == 26 {
			f = finding("PS26", ref("Namespace", "shop"))
		}
		fix := fixOne(t, c, f)
		if len(fix.Notes) == 0 {
			t.Errorf("%s: neither document nor note", f.ID)
		}
	}
	if _, err := For(c, []*model.Finding{nil}); err == nil {
		t.Error("no error")
	}
	if fix := fixOne(t, c, finding("LP01", ref("ClusterRoleBinding", "x")), finding("LP21", ref("ServiceAccount", "default"))); len(fix.Notes) != 2 {
		t.Errorf("%+v", fix)
	}
	if _, err := json.Marshal(fixOne(t, c)); err != nil {
		t.Error(err)
	}
}
