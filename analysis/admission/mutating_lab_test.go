package admission

import (
	"context"
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/analysis/workload"
	"canopy/model"
)

// mutatingOnly leaves the policies that set fields.
func mutatingOnly(g *Guard) *Guard {
	return &Guard{Policies: slices.DeleteFunc(slices.Clone(g.Policies), func(p Policy) bool { return !p.Mutating })}
}

// TestLabDefaults holds on a real API server that the mutating policies set what is missing, so that the rules no longer hold,
// and leave alone what is set.
func TestLabDefaults(t *testing.T) {
	s := newServer(t)
	for _, ns := range []string{"shop", "other"} {
		s.namespace(ns)
		s.make(&corev1.ServiceAccount{ObjectMeta: meta(ns, "web")})
		s.make(&corev1.ServiceAccount{ObjectMeta: meta(ns, "busy")})
	}
	web := &appsv1.Deployment{ObjectMeta: meta("shop", "web"), Spec: appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{ServiceAccountName: "web"}}}}
	g := mutatingOnly(guardOf(t, clusterOf(t, web), testServer, found(t, "PS09", "shop/Deployment/web"), found(t, "PS16", "shop/Deployment/web"), found(t, "LP22", "shop/Deployment/web")))
	if len(g.Policies) != 3 {
		t.Fatalf("%d policies", len(g.Policies))
	}
	s.guard(g, true)
	pod := func(ns string, change func(*corev1.PodSpec)) *corev1.Pod {
		t.Helper()
		p := &corev1.Pod{ObjectMeta: meta(ns, "p"), Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app"}, {Name: "side", Image: "side"}}}}
		change(&p.Spec)
		u, err := s.create(p, true)
		if err != nil {
			t.Fatal(err)
		}
		q := &corev1.Pod{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, q); err != nil {
			t.Fatal(err)
		}
		return q
	}
	rules := func(p *corev1.Pod) (list []string) {
		for _, h := range workload.Judge(&corev1.PodTemplateSpec{Spec: p.Spec}) {
			if h.Rule == "PS09" || h.Rule == "PS16" {
				list = append(list, h.Rule+" "+h.Container)
			}
		}
		return list
	}
	plain := func(*corev1.PodSpec) {}
	s.until("the defaults", func() bool { return len(rules(pod("shop", plain))) == 0 })
	if got := rules(pod("other", plain)); len(got) != 4 {
		t.Errorf("another namespace gets defaults: %v", got)
	}
	for name, c := range map[string]struct {
		change func(*corev1.PodSpec)
		want   []string
	}{
		"an init container": {func(p *corev1.PodSpec) { p.InitContainers = []corev1.Container{{Name: "init", Image: "i"}} }, nil},
		"other fields": {func(p *corev1.PodSpec) {
			p.SecurityContext, p.Containers[0].SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(int64(5))}, &corev1.SecurityContext{RunAsNonRoot: new(true)}
		}, nil},
		"what is set": {func(p *corev1.PodSpec) {
			p.Containers[0].SecurityContext = &corev1.SecurityContext{AllowPrivilegeEscalation: new(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}}
		}, []string{"PS09 app", "PS16 app"}},
		"what the pod sets": {func(p *corev1.PodSpec) {
			p.SecurityContext = &corev1.PodSecurityContext{SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}}
		}, []string{"PS16 "}},
		"a privileged container": {func(p *corev1.PodSpec) {
			p.Containers[0].SecurityContext = &corev1.SecurityContext{Privileged: new(true)}
		}, []string{"PS09 app"}},
		"a capability that takes it": {func(p *corev1.PodSpec) {
			p.Containers[1].SecurityContext = &corev1.SecurityContext{Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"SYS_ADMIN"}}}
		}, []string{"PS09 side"}},
		"Windows": {func(p *corev1.PodSpec) { p.OS = &corev1.PodOS{Name: corev1.Windows} }, nil},
	} {
		p := pod("shop", c.change)
		if got := rules(p); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if name == "other fields" && (*p.Spec.SecurityContext.RunAsUser != 5 || !*p.Spec.Containers[0].SecurityContext.RunAsNonRoot) {
			t.Errorf("%s are lost: %+v", name, p.Spec)
		}
		if name == "Windows" && (p.Spec.SecurityContext.SeccompProfile != nil || p.Spec.Containers[0].SecurityContext != nil) {
			t.Errorf("a pod on Windows gets defaults: %+v", p.Spec)
		}
	}
	s.tokenDefaults()
}

// tokenDefaults looks at the owners of pods.
func (s *server) tokenDefaults() {
	s.Helper()
	said := func(o any, path ...string) (value, is bool) {
		s.Helper()
		u, err := s.create(o, true)
		if err != nil {
			s.Fatal(err)
		}
		value, is, err = unstructured.NestedBool(u.Object, append(path, "automountServiceAccountToken")...)
		if err != nil {
			s.Fatal(err)
		}
		return value, is
	}
	inTemplate := []string{"spec", "template", "spec"}
	owner := func(ns, account string, automount *bool) *appsv1.Deployment {
		p := goodPod(ns, "p")
		p.Spec.ServiceAccountName, p.Spec.AutomountServiceAccountToken = account, automount
		return deploymentOf(p)
	}
	s.until("the default of the token", func() bool {
		value, is := said(owner("shop", "web", nil), inTemplate...)
		return is && !value
	})
	if value, is := said(owner("shop", "web", new(true)), inTemplate...); !is || !value {
		s.Error("what is set is not kept")
	}
	for _, d := range []*appsv1.Deployment{owner("shop", "busy", nil), owner("shop", "", nil), owner("other", "web", nil)} {
		if _, is := said(d, inTemplate...); is {
			s.Errorf("%s of %s gets the default", d.Namespace, d.Spec.Template.Spec.ServiceAccountName)
		}
	}
	template := owner("shop", "web", nil).Spec.Template
	template.Spec.RestartPolicy = corev1.RestartPolicyNever
	cron := &batchv1.CronJob{ObjectMeta: meta("shop", "c"), Spec: batchv1.CronJobSpec{Schedule: "0 0 * * *", JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: template}}}}
	if value, is := said(cron, "spec", "jobTemplate", "spec", "template", "spec"); !is || value {
		s.Error("a CronJob does not get the default")
	}
	job := &batchv1.Job{ObjectMeta: meta("shop", "j"), Spec: batchv1.JobSpec{Template: template}}
	job.Spec.Template.Labels = nil
	if value, is := said(job, inTemplate...); !is || value {
		s.Error("a Job does not get the default")
	}
	job.OwnerReferences = []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "CronJob", Name: "c", UID: "u", Controller: new(true)}}
	if _, is := said(job, inTemplate...); is {
		s.Error("what a controller makes gets the default")
	}
	// A real one: its ReplicaSet says the same, and there is one.
	s.make(owner("shop", "web", nil))
	var sets *unstructured.UnstructuredList
	s.until("the ReplicaSet", func() bool {
		var err error
		if sets, err = s.of(model.KindByName("ReplicaSet").GVK(), "shop").List(context.Background(), metav1.ListOptions{}); err != nil {
			s.Fatal(err)
		}
		if len(sets.Items) == 0 {
			return false
		}
		n, _, _ := unstructured.NestedInt64(sets.Items[0].Object, "status", "replicas")
		return n > 0
	})
	if value, is, _ := unstructured.NestedBool(sets.Items[0].Object, "spec", "template", "spec", "automountServiceAccountToken"); len(sets.Items) != 1 || !is || value {
		s.Errorf("%d ReplicaSets, the first mounts tokens: %t %t", len(sets.Items), is, value)
	}
}
