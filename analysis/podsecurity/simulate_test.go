package podsecurity

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/pod-security-admission/api"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

func holding(t testing.TB, objects ...runtime.Object) *cluster.Cluster {
	t.Helper()
	c := cluster.New()
	for _, o := range objects {
		r, err := record.Make(o.DeepCopyObject())
		if err != nil {
			t.Fatal(err)
		}
		c.Apply(model.Put(r))
	}
	for _, k := range model.Kinds() {
		c.Cover(model.Coverage{Kind: k.GroupKind(), State: model.Complete})
	}
	return c
}

func meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: "shop", UID: "uid-" + "0"}
}

func owned(name string, owner metav1.Object, kind string) metav1.ObjectMeta {
	m := meta(name)
	version := "apps/v1"
	if kind == "Job" || kind == "CronJob" {
		version = "batch/v1"
	}
	m.OwnerReferences = []metav1.OwnerReference{{APIVersion: version, Kind: kind, Name: owner.GetName(), UID: owner.GetUID(), Controller: new(true)}}
	return m
}

// sound is a spec that restricted admits.
func sound() corev1.PodSpec {
	return corev1.PodSpec{SecurityContext: &corev1.PodSecurityContext{RunAsNonRoot: new(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
		Containers: []corev1.Container{{Name: "app", Image: "app:1", SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: new(false), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}}}}}
}

func with(change func(*corev1.PodSpec)) corev1.PodSpec {
	s := sound()
	change(&s)
	return s
}

func template(s corev1.PodSpec) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "x"}}, Spec: s}
}

func pod(m metav1.ObjectMeta, s corev1.PodSpec) *corev1.Pod {
	m.Labels = map[string]string{"app": "x"}
	return &corev1.Pod{ObjectMeta: m, Spec: s, Status: corev1.PodStatus{Phase: corev1.PodRunning}}
}

func namespace(labels map[string]string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: labels}}
}

func simulate(t testing.TB, c *cluster.Cluster, level, version string) *Simulation {
	t.Helper()
	s, err := Simulate(c, "shop", level, version)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// told writes a violator in one line.
func told(v Violator) string {
	var breaks []string
	for _, b := range v.Breaks {
		s := b.Check + "/" + b.Level + " " + b.Rule + " " + b.Path
		if !b.In.IsZero() {
			s += " in " + b.In.Kind + " " + b.In.Name
		}
		breaks = append(breaks, s)
	}
	return fmt.Sprintf("%s pods %d template %t: %s", v.Owner, v.Pods, v.Template, strings.Join(breaks, "; "))
}

func TestSimulate(t *testing.T) {
	privileged := with(func(s *corev1.PodSpec) { s.Containers[0].SecurityContext.Privileged = new(true) })
	hostPID := with(func(s *corev1.PodSpec) { s.HostPID = true })
	web := &appsv1.Deployment{ObjectMeta: meta("web"), Spec: appsv1.DeploymentSpec{Template: template(privileged)}}
	set := &appsv1.ReplicaSet{ObjectMeta: owned("web-1", web, "Deployment"), Spec: appsv1.ReplicaSetSpec{Replicas: new(int32(2)), Template: template(privileged)}}
	// Its template is mended, its pods are not yet.
	mended := &appsv1.StatefulSet{ObjectMeta: meta("db"), Spec: appsv1.StatefulSetSpec{Template: template(sound())}}
	// The rollout has not taken the old pods away.
	half := &appsv1.Deployment{ObjectMeta: meta("half"), Spec: appsv1.DeploymentSpec{Template: template(sound())}}
	old := &appsv1.ReplicaSet{ObjectMeta: owned("half-old", half, "Deployment"), Spec: appsv1.ReplicaSetSpec{Replicas: new(int32(1)), Template: template(hostPID)}}
	night := &batchv1.CronJob{ObjectMeta: meta("night"), Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: template(with(func(s *corev1.PodSpec) {
		s.InitContainers = []corev1.Container{{Name: "i", SecurityContext: &corev1.SecurityContext{Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"SYS_ADMIN"}, Drop: []corev1.Capability{"ALL"}}, AllowPrivilegeEscalation: new(false)}}}
	}))}}}}
	done := &batchv1.Job{ObjectMeta: owned("night-1", night, "CronJob"), Spec: batchv1.JobSpec{Template: template(hostPID)}}
	finished := pod(owned("night-1-x", done, "Job"), hostPID)
	finished.Status.Phase = corev1.PodSucceeded
	debugged := pod(meta("debugged"), with(func(s *corev1.PodSpec) {
		s.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug", SecurityContext: &corev1.SecurityContext{Privileged: new(true), AllowPrivilegeEscalation: new(false), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}}}}}
	}))
	profiled := pod(meta("profiled"), sound())
	profiled.Annotations = map[string]string{corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + "app": "unconfined"}
	c := holding(t, namespace(map[string]string{api.EnforceLevelLabel: "privileged"}), web, set, mended, half, old, night, done, finished, debugged, profiled,
		pod(owned("web-1-a", set, "ReplicaSet"), privileged), pod(owned("web-1-b", set, "ReplicaSet"), privileged),
		pod(owned("db-0", mended, "StatefulSet"), hostPID), pod(owned("db-1", mended, "StatefulSet"), sound()),
		pod(owned("half-old-a", old, "ReplicaSet"), hostPID), pod(meta("naked"), hostPID), pod(meta("fine"), sound()),
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "elsewhere", Namespace: "other"}, Spec: hostPID})
	s := simulate(t, c, "baseline", "v1.37")
	var got []string
	for _, v := range s.Violators {
		got = append(got, told(v))
	}
	want := []string{
		"shop/Deployment/web pods 2 template true: privileged/baseline PS01 spec.template.spec.containers[0].securityContext.privileged",
		"shop/Deployment/half pods 1 template true: hostNamespaces/baseline PS02 spec.hostPID in Pod half-old-a",
		"shop/Pod/debugged pods 1 template false: privileged/baseline PS01 spec.ephemeralContainers[0].securityContext.privileged",
		"shop/Pod/naked pods 1 template false: hostNamespaces/baseline PS02 spec.hostPID",
		"shop/Pod/profiled pods 1 template false: appArmorProfile/baseline PS17 metadata.annotations[container.apparmor.security.beta.kubernetes.io/app]",
		"shop/StatefulSet/db pods 1 template false: hostNamespaces/baseline PS02 spec.hostPID in Pod db-0",
		"shop/CronJob/night pods 0 template true: capabilities_baseline/baseline PS13 spec.jobTemplate.spec.template.spec.initContainers[0].securityContext.capabilities.add[0]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s.Now != "privileged" || s.Version != "v1.37" || s.Level != "baseline" || s.Pods != 9 || s.Owners != 8 || len(s.Unknown) != 0 {
		t.Errorf("%+v", s)
	}
	if s := simulate(t, c, "privileged", ""); len(s.Violators) != 0 || s.Version != "latest" {
		t.Errorf("privileged refuses nothing: %+v", s)
	}
	// A check that the policy of a version does not have yet breaks nothing.
	probe := holding(t, namespace(nil), pod(meta("p"), with(func(s *corev1.PodSpec) {
		s.Containers[0].LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Host: "10.0.0.1"}}}
	})))
	if a, b := simulate(t, probe, "baseline", "v1.33"), simulate(t, probe, "baseline", "v1.34"); len(a.Violators) != 0 || len(b.Violators) != 1 {
		t.Errorf("v1.33: %v, v1.34: %v", a.Violators, b.Violators)
	}
}

func TestErrors(t *testing.T) {
	c := holding(t, namespace(nil))
	for _, tc := range [][3]string{{"shop", "strict", ""}, {"shop", "", ""}, {"shop", "baseline", "1.37"}, {"shop", "baseline", "v1"}, {"none", "baseline", ""}} {
		if s, err := Simulate(c, tc[0], tc[1], tc[2]); err == nil {
			t.Errorf("%v: %+v", tc, s)
		}
	}
	if s := simulate(t, holding(t, namespace(map[string]string{api.EnforceLevelLabel: "nonsense"})), "baseline", ""); s.Now != "restricted" {
		t.Errorf("a label that cannot be read: %q", s.Now)
	}
}

func TestUnknown(t *testing.T) {
	c := holding(t, namespace(map[string]string{"team": "a"}), pod(meta("p"), sound()))
	c.Cover(model.Coverage{Kind: model.KindByName("Pod").GroupKind(), State: model.Denied, Reason: "may not list pods"})
	c.Cover(model.Coverage{Kind: model.KindByName("CronJob").GroupKind(), State: model.Absent, Reason: "not in the capture"})
	hook := func(name string, namespaces, pods *metav1.LabelSelector, resources ...string) *admissionv1.MutatingWebhookConfiguration {
		return &admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: name}, Webhooks: []admissionv1.MutatingWebhook{{Name: name + ".example", NamespaceSelector: namespaces, ObjectSelector: pods,
			Rules: []admissionv1.RuleWithOperations{{Operations: []admissionv1.OperationType{admissionv1.Create}, Rule: admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: resources}}}}}}
	}
	label := func(k, v string) *metav1.LabelSelector {
		return &metav1.LabelSelector{MatchLabels: map[string]string{k: v}}
	}
	for _, o := range []*admissionv1.MutatingWebhookConfiguration{hook("inject", label("team", "a"), label("app", "x"), "pods"), hook("others", label("team", "b"), nil, "pods"), hook("labelled", nil, label("app", "y"), "pods"), hook("services", nil, nil, "services")} {
		r, err := record.Make(o)
		if err != nil {
			t.Fatal(err)
		}
		c.Apply(model.Put(r))
	}
	got := simulate(t, c, "baseline", "").Unknown
	want := []string{
		"CronJob: absent (not in the capture): some may break the level and are not here",
		"Pod: denied (may not list pods): some may break the level and are not here",
		"webhook inject.example of MutatingWebhookConfiguration inject may change new pods before they are judged",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	// A namespace that may be there is looked at.
	blind := holding(t)
	blind.Cover(model.Coverage{Kind: model.KindByName("Namespace").GroupKind(), State: model.Denied})
	if u := simulate(t, blind, "baseline", "").Unknown; len(u) != 1 || !strings.Contains(u[0], "labels of shop") {
		t.Errorf("%v", u)
	}
}

func TestLabels(t *testing.T) {
	if l := Labels("restricted", "v1.37", false); len(l) != 4 || l[api.WarnLevelLabel] != "restricted" || l[api.AuditVersionLabel] != "v1.37" {
		t.Errorf("%v", l)
	}
	if l := Labels("baseline", "", true); len(l) != 6 || l[api.EnforceLevelLabel] != "baseline" || l[api.EnforceVersionLabel] != "latest" {
		t.Errorf("%v", l)
	}
}

// BenchmarkSimulate looks at 10,000 pods of 500 owners.
func BenchmarkSimulate(b *testing.B) {
	objects := []runtime.Object{namespace(nil)}
	for i := range 500 {
		d := &appsv1.Deployment{ObjectMeta: meta(fmt.Sprintf("d%d", i))}
		s := sound()
		s.Containers[0].Image = fmt.Sprintf("app:%d", i)
		if i%2 == 0 {
			s.HostPID, s.Containers[0].SecurityContext = true, nil
		}
		d.Spec.Template = template(s)
		set := &appsv1.ReplicaSet{ObjectMeta: owned(d.Name+"-1", d, "Deployment"), Spec: appsv1.ReplicaSetSpec{Replicas: new(int32(20)), Template: template(s)}}
		objects = append(objects, d, set)
		for j := range 20 {
			p := s
			if j == 0 {
				p.HostIPC = true
			}
			objects = append(objects, pod(owned(fmt.Sprintf("%s-%d", set.Name, j), set, "ReplicaSet"), p))
		}
	}
	c := holding(b, objects...)
	b.ResetTimer()
	for b.Loop() {
		if s, err := Simulate(c, "shop", "restricted", "v1.37"); err != nil || s.Pods != 10_000 || len(s.Violators) != 500 {
			b.Fatal(err, s)
		}
	}
}
