package workload

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

// Defects of other scanners that are on record (numbers of the project's survey).

// TestDefect4 holds that a token is found where it is mounted by default, without a word of it anywhere.
func TestDefect4(t *testing.T) {
	b := newBench(t, model.FixedClock(now)).complete().put(deployment(func(t *corev1.PodTemplateSpec) {
		t.Spec.ServiceAccountName, t.Spec.AutomountServiceAccountToken = "", nil
	}))
	if f := b.find("LP22", "shop/Deployment/web"); f == nil || f.Verdict != model.Yes {
		t.Fatalf("not found:\n%s", b.text())
	}
}

// TestDefect5 holds that a container's runAsNonRoot false counts though the pod says true.
func TestDefect5(t *testing.T) {
	b := newBench(t, model.FixedClock(now)).complete().put(deployment(func(t *corev1.PodTemplateSpec) { app(t).SecurityContext.RunAsNonRoot = new(false) }))
	f := b.find("PS10", "shop/Deployment/web")
	want := []model.Evidence{{Object: b.ref("Deployment", "web"), Path: "spec.template.spec.containers[0].securityContext.runAsNonRoot", Value: "false"}}
	if f == nil || !slices.Equal(f.Proof.Evidence(), want) {
		t.Fatalf("not found:\n%s", b.text())
	}
}

// TestDefect6 holds that ephemeral containers are judged by every rule on containers.
func TestDefect6(t *testing.T) {
	p := soundPod("web-1")
	p.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug",
		SecurityContext: &corev1.SecurityContext{Privileged: new(true), RunAsUser: new(int64(0)), RunAsNonRoot: new(false), Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"SYS_ADMIN"}},
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}}}}}
	b := newBench(t, model.FixedClock(now)).complete().put(deployment(nil), webRevision(), p)
	for _, rule := range []string{"PS01", "PS09", "PS10", "PS11", "PS13", "PS14", "PS15", "PS16", "PS24"} {
		f := b.find(rule, "shop/Deployment/web")
		if f == nil || f.Pods != 1 {
			t.Errorf("%s: %v", rule, f)
			continue
		}
		for _, e := range f.Proof.Evidence() {
			if e.Object != b.ref("Pod", "web-1") || !strings.HasPrefix(e.Path, "spec.ephemeralContainers[0].") {
				t.Errorf("%s: %v", rule, e)
			}
		}
	}
	p.Status.Phase = corev1.PodSucceeded
	if b.put(p); b.find("PS01", "shop/Deployment/web") != nil {
		t.Error("the container of a finished pod still counts")
	}
}

func (b *bench) ref(kind, name string) model.Ref { return model.KindByName(kind).Ref("shop", name) }

// TestSidecar holds that what admission added shows on the pods alone, and what the owner's template shows too is not said
// twice though it stands at another index.
func TestSidecar(t *testing.T) {
	injected := func(name string) *corev1.Pod {
		p := soundPod(name)
		side := soundContainer("side")
		side.SecurityContext.Privileged = new(true)
		p.Spec.Containers = []corev1.Container{side, p.Spec.Containers[0]}
		p.Spec.Containers[1].SecurityContext.ReadOnlyRootFilesystem = nil
		p.CreationTimestamp = metav1.Unix(200, 0)
		return p
	}
	d := deployment(func(t *corev1.PodTemplateSpec) { app(t).SecurityContext.ReadOnlyRootFilesystem = nil })
	d.CreationTimestamp = metav1.Unix(100, 0)
	b := newBench(t, model.FixedClock(now)).complete().put(d, webRevision(), injected("web-2"), injected("web-1"), injected("web-3"))
	f := b.find("PS01", "shop/Deployment/web")
	want := []model.Evidence{{Object: b.ref("Pod", "web-1"), Path: "spec.containers[0].securityContext.privileged", Value: "true"}}
	if f == nil || f.Pods != 3 || f.Since != 200 || !slices.Equal(f.Proof.Evidence(), want) {
		t.Errorf("PS01: %+v\n%s", f, b.text())
	}
	f = b.find("PS24", "shop/Deployment/web")
	want = []model.Evidence{{Object: b.ref("Deployment", "web"), Path: "spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem"}}
	if f == nil || f.Pods != 3 || f.Since != 100 || !slices.Equal(f.Proof.Evidence(), want) {
		t.Errorf("PS24: %+v\n%s", f, b.text())
	}
	b.apply(model.Drop(b.ref("Pod", "web-1")))
	if f := b.find("PS01", "shop/Deployment/web"); f == nil || f.Pods != 2 || f.Proof.Evidence()[0].Object != b.ref("Pod", "web-2") {
		t.Errorf("PS01 without web-1: %s", b.text())
	}
}

// TestTopOwner holds that findings move with the top owner, in whatever order the chain appears.
func TestTopOwner(t *testing.T) {
	cron := &batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "nightly"}, Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: sound()}}}}
	cron.Spec.JobTemplate.Spec.Template.Spec.HostPID = true
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "nightly-1", OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "CronJob", Name: "nightly", Controller: new(true)}}},
		Spec: batchv1.JobSpec{Template: cron.Spec.JobTemplate.Spec.Template}}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "nightly-1-x", OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: "nightly-1", Controller: new(true)}}},
		Spec: cron.Spec.JobTemplate.Spec.Template.Spec}
	b := newBench(t, model.FixedClock(now)).complete()
	step := func(object string, path string, pods int) {
		t.Helper()
		n := 0
		for _, f := range b.out.findings {
			if f.Rule.ID == "PS02" {
				n++
			}
		}
		f := b.find("PS02", object)
		if n != 1 || f == nil || f.Pods != pods || len(f.Proof.Evidence()) != 1 || f.Proof.Evidence()[0].Path != path {
			t.Fatalf("want %s at %s with %d pods:\n%s", object, path, pods, b.text())
		}
	}
	b.put(pod)
	step("shop/Job/nightly-1", "spec.hostPID", 1)
	b.put(job)
	step("shop/Job/nightly-1", "spec.template.spec.hostPID", 1)
	b.put(cron)
	step("shop/CronJob/nightly", "spec.jobTemplate.spec.template.spec.hostPID", 1)
	b.apply(model.Drop(b.ref("Pod", "nightly-1-x")))
	step("shop/CronJob/nightly", "spec.jobTemplate.spec.template.spec.hostPID", 0)
	b.put(pod)
	b.apply(model.Drop(b.ref("CronJob", "nightly")))
	step("shop/Job/nightly-1", "spec.template.spec.hostPID", 1)
	b.apply(model.Drop(b.ref("Job", "nightly-1")))
	step("shop/Job/nightly-1", "spec.hostPID", 1)
}

func TestKindsOfPods(t *testing.T) {
	pod := func(name string, change func(*corev1.Pod)) *corev1.Pod {
		p := soundPod(name)
		p.OwnerReferences = nil
		p.Spec.HostPID = true
		change(p)
		return p
	}
	claims := func(apiVersion, kind string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.OwnerReferences = []metav1.OwnerReference{{APIVersion: apiVersion, Kind: kind, Name: "w", Controller: new(true)}}
		}
	}
	for _, tt := range []struct {
		name   string
		pod    *corev1.Pod
		object string
		pods   int
		naked  bool
	}{
		{"a naked pod", pod("a", func(*corev1.Pod) {}), "shop/Pod/a", 1, true},
		{"a naked pod that has finished", pod("a", func(p *corev1.Pod) { p.Status.Phase = corev1.PodFailed }), "shop/Pod/a", 0, true},
		{"a static pod", pod("a", func(p *corev1.Pod) {
			p.Annotations = map[string]string{corev1.MirrorPodAnnotationKey: "x"}
			p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: "n1", Controller: new(true)}}
		}), "shop/Pod/a", 1, false},
		{"a pod of a custom kind", pod("a", func(p *corev1.Pod) {
			p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "argoproj.io/v1alpha1", Kind: "Workflow", Name: "w", Controller: new(true)}}
		}), "shop/Workflow/w", 1, false},
		{"a pod of an unseen ReplicaSet", pod("a", claims("apps/v1", "ReplicaSet")), "shop/ReplicaSet/w", 1, false},
		{"a pod that claims a ConfigMap", pod("a", claims("v1", "ConfigMap")), "shop/Pod/a", 1, true},
		{"a pod that claims a Deployment", pod("a", claims("apps/v1", "Deployment")), "shop/Pod/a", 1, true},
		{"a pod that claims itself", pod("a", claims("v1", "Pod")), "shop/Pod/a", 1, true},
		{"a pod that claims a node and is no mirror", pod("a", claims("v1", "Node")), "shop/Pod/a", 1, true},
		{"a pod that claims a kind that is not read", pod("a", claims("v1", "PodTemplate")), "shop/Pod/a", 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, model.FixedClock(now)).complete().put(tt.pod)
			f := b.find("PS02", tt.object)
			if f == nil || f.Pods != tt.pods || f.Proof.Evidence()[0].Object != b.ref("Pod", "a") || f.Proof.Evidence()[0].Path != "spec.hostPID" {
				t.Fatalf("%v\n%s", f, b.text())
			}
			if got := b.find("PS28", tt.object) != nil; got != tt.naked {
				t.Errorf("naked: %t", got)
			}
			if static := tt.name == "a static pod"; static && (b.find("LP21", tt.object) != nil || b.find("LP22", tt.object) != nil) {
				t.Error("a static pod has no account")
			}
		})
	}
}

func TestHostPathSeverity(t *testing.T) {
	for _, tt := range []struct {
		path     string
		readOnly bool
		want     model.Severity
	}{
		{"/srv/data", true, model.High}, {"/srv/data", false, model.Critical}, {"/", true, model.Critical}, {"/etc", true, model.Critical}, {"/etc/", true, model.Critical},
		{"/etc/ssl/certs", true, model.High}, {"/etc/kubernetes/pki", true, model.Critical}, {"/proc/1", true, model.Critical}, {"/process", true, model.High},
		{"/var/lib", true, model.Critical}, {"/var/lib/kubelet/pods", true, model.Critical}, {"/var/log", true, model.Critical}, {"/var/log/app", true, model.High},
		{"/run", true, model.Critical}, {"/var/run", true, model.Critical}, {"/run/containerd", true, model.Critical}, {"/srv/../root", true, model.Critical},
		{`C:\`, true, model.Critical}, {`C:\data`, true, model.High},
	} {
		spec := sound()
		hostPath(tt.path, tt.readOnly)(&spec)
		for _, h := range Judge(&spec) {
			if h.Rule == "PS06" && h.Severity != tt.want {
				t.Errorf("%s, read-only %t: %s, want %s", tt.path, tt.readOnly, h.Severity, tt.want)
			}
		}
	}
}

func TestResourceSeverity(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*corev1.ResourceRequirements)
		want   model.Severity
	}{
		{"no limits", func(r *corev1.ResourceRequirements) { r.Limits = nil }, model.Medium},
		{"no limit for storage", func(r *corev1.ResourceRequirements) { delete(r.Limits, corev1.ResourceEphemeralStorage) }, model.Low},
	} {
		b := newBench(t, model.FixedClock(now)).complete().put(deployment(func(t *corev1.PodTemplateSpec) { tt.change(&app(t).Resources) }))
		if f := b.find("PS25", "shop/Deployment/web"); f == nil || f.Severity != tt.want {
			t.Errorf("%s: %v", tt.name, f)
		}
	}
}

func TestDefaultAccount(t *testing.T) {
	b := newBench(t, model.FixedClock(now)).complete().put(serviceAccount("shop", "default", nil))
	b.put(grantTo(rbacv1.Subject{Kind: "Group", Name: "system:serviceaccounts:shop"})...)
	f := b.find("LP21", "shop/ServiceAccount/default")
	if f == nil || f.Verdict != model.Yes || !slices.Equal(f.Proof.Evidence(), []model.Evidence{{Object: b.ref("RoleBinding", "read"), Path: "subjects", Value: "system:serviceaccount:shop:default"}}) {
		t.Fatal(b.text())
	}
	b.apply(model.Drop(b.ref("RoleBinding", "read")))
	if len(b.out.findings) != 0 {
		t.Error(b.text())
	}
}

func TestToken(t *testing.T) {
	mounts := func(t *corev1.PodTemplateSpec) { t.Spec.AutomountServiceAccountToken = nil }
	says := func(t *corev1.PodTemplateSpec) { t.Spec.AutomountServiceAccountToken = new(true) }
	mounted := soundPod("web-1")
	mounted.Spec.AutomountServiceAccountToken = nil
	mounted.Spec.Volumes = []corev1.Volume{{Name: "kube-api-access-x7k2p", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{
		Sources: []corev1.VolumeProjection{{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}}}}}}}
	denied := func(kind string) model.Coverage {
		return model.Coverage{Kind: model.KindByName(kind).GroupKind(), State: model.Denied, Reason: "not permitted"}
	}
	for _, tt := range []struct {
		name    string
		objects []runtime.Object
		cover   []model.Coverage
		want    model.Verdict
		reason  string
		pods    int
	}{
		{"the pod says so, whatever the account says", []runtime.Object{deployment(says), serviceAccount("shop", "web", new(false))}, nil, model.Yes, "", 0},
		{"the account holds something", append(grantTo(rbacv1.Subject{Kind: "ServiceAccount", Name: "web"}), deployment(mounts), serviceAccount("shop", "web", nil)), nil, model.No, "", 0},
		{"the account was not seen", []runtime.Object{deployment(mounts)}, []model.Coverage{denied("ServiceAccount")}, model.Unknown, "ServiceAccount web was not seen: denied, not permitted", 0},
		{"the account is not there", []runtime.Object{deployment(mounts)}, nil, model.Unknown, "ServiceAccount web does not exist", 0},
		{"bindings were not seen", []runtime.Object{deployment(mounts), serviceAccount("shop", "web", nil)}, []model.Coverage{denied("RoleBinding")}, model.Unknown, "not every RoleBinding was seen: denied, not permitted", 0},
		{"an old pod has the volume though the account says no by now", []runtime.Object{deployment(mounts), serviceAccount("shop", "web", new(false)), webRevision(), mounted}, nil, model.Yes, "", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, model.FixedClock(now)).complete()
			for _, cov := range tt.cover {
				b.cover(cov)
			}
			b.put(tt.objects...)
			f := b.find("LP22", "shop/Deployment/web")
			switch {
			case tt.want == model.No && f != nil, tt.want != model.No && f == nil:
				t.Fatalf("want %s:\n%s", tt.want, b.text())
			case f != nil && (f.Verdict != tt.want || f.Reason != tt.reason || f.Pods != tt.pods):
				t.Fatalf("want %s %q, %d pods:\n%s", tt.want, tt.reason, tt.pods, b.text())
			}
		})
	}
}

func TestNamespaceUnseen(t *testing.T) {
	b := newBench(t, model.FixedClock(now)).complete().put(deployment(nil))
	if f := b.find("PS26", "Namespace/shop"); f == nil || f.Verdict != model.Unknown {
		t.Fatal(b.text())
	}
	b.put(namespaceWith(map[string]string{"pod-security.kubernetes.io/enforce": "privileged"})[1])
	if f := b.find("PS26", "Namespace/shop"); f == nil || f.Verdict != model.Yes {
		t.Fatal(b.text())
	}
	b.put(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: map[string]string{"pod-security.kubernetes.io/enforce": "privileged"}, Annotations: map[string]string{ExceptionAnnotation: "node agents"}}})
	if f := b.find("PS26", "Namespace/shop"); f != nil {
		t.Fatal(b.text())
	}
}

func TestDebugTime(t *testing.T) {
	clock := &movable{now}
	b := newBench(t, clock).complete().put(debugged(600)...)
	if f := b.find("PS29", "shop/Deployment/web"); f != nil {
		t.Fatal("too early")
	}
	if want := now.Add(50 * time.Minute); !b.a.Next().Equal(want) {
		t.Fatalf("next is %s, want %s", b.a.Next(), want)
	}
	clock.at = now.Add(50 * time.Minute)
	b.a.Tick(clock.at, b.c, b.access, b.out)
	if f := b.find("PS29", "shop/Deployment/web"); f == nil || f.Verdict != model.Yes || !b.a.Next().IsZero() {
		t.Fatal(b.text())
	}
}

// TestHostile holds that names of any kind pass through unharmed and that nothing from an entrypoint or an environment
// comes out.
func TestHostile(t *testing.T) {
	evil := "x\x1b[2J\u202e]['$(rm)'\n" + strings.Repeat("a", 5000)
	w := dice{rand.New(rand.NewPCG(9, 9))}
	for range 200 {
		spec := randomTemplate(w.Rand)
		for i := range spec.Spec.Containers {
			c := &spec.Spec.Containers[i]
			c.Name, c.Command, c.Args = evil, []string{"sudo", "--password=hunter2"}, []string{"sudo hunter2"}
			c.Env = []corev1.EnvVar{{Name: "PASSWORD", Value: "hunter2"}}
		}
		b := newBench(t, model.FixedClock(now)).complete().put(&appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: evil, Name: evil}, Spec: appsv1.DeploymentSpec{Template: *spec}})
		for _, f := range b.out.findings {
			for _, e := range f.Proof.Evidence() {
				if strings.Contains(e.Value, "hunter2") || strings.Contains(e.Path, "hunter2") || strings.Contains(f.Reason, "hunter2") {
					t.Fatalf("%s tells %v", f.ID, e)
				}
			}
		}
	}
	loop := func(a, b string) *appsv1.ReplicaSet {
		return &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: a, OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: b, Controller: new(true)}}},
			Spec: appsv1.ReplicaSetSpec{Template: sound()}}
	}
	p := soundPod("p")
	p.OwnerReferences[0].Kind, p.OwnerReferences[0].Name = "ReplicaSet", "a"
	p.UID = types.UID("p")
	b := newBench(t, model.FixedClock(now)).complete().put(loop("a", "b"), loop("b", "a"), p)
	b.apply(model.Drop(b.ref("ReplicaSet", "a")))
	b.apply(model.Drop(b.ref("ReplicaSet", "b")))
	b.apply(model.Drop(b.ref("Pod", "p")))
	if len(b.a.groups) != 0 {
		t.Errorf("%d groups are left of a loop", len(b.a.groups))
	}
}

// TestPathsLead holds that every path of a hit leads to a field of the template, or to one that is missing below a
// container, and that the value stands there.
func TestPathsLead(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		spec := randomTemplate(rng)
		object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(spec)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range Judge(spec) {
			at, ok := lead(object, join("spec", h.Path))
			if h.Container != "" && !strings.HasPrefix(h.Path, metadataPath) {
				prefix := map[record.ContainerType]string{record.Init: "init", record.Ordinary: "", record.Ephemeral: "ephemeral"}[h.Type]
				if !strings.HasPrefix(strings.ToLower(h.Path), prefix+"containers[") {
					t.Fatalf("%+v is of another type", h)
				}
				c, _ := lead(object, "spec."+h.Path[:strings.IndexByte(h.Path, ']')+1])
				if c.(map[string]any)["name"] != h.Container {
					t.Fatalf("%+v is in another container", h)
				}
			}
			s, scalar := at.(string)
			switch {
			case !ok && h.Value != "":
				t.Fatalf("%+v is not there", h)
			case ok && scalar && h.Value != "sudo" && s != h.Value && h.Rule != "SE01" && !strings.HasPrefix(h.Value, s+" ("):
				t.Fatalf("%+v: %q stands there", h, s)
			}
			if n, ok := at.(int64); ok && strconv.FormatInt(n, 10) != h.Value {
				t.Fatalf("%+v: %d stands there", h, n)
			}
			if v, ok := at.(bool); ok && strconv.FormatBool(v) != h.Value {
				t.Fatalf("%+v: %t stands there", h, v)
			}
		}
	}
}

// lead follows a path.
func lead(at any, path string) (any, bool) {
	for path != "" {
		var step string
		if strings.HasPrefix(path, "[") {
			i := strings.IndexByte(path, ']')
			step, path = path[1:i], path[i+1:]
		} else {
			i := strings.IndexAny(path, ".[")
			if i < 0 {
				i = len(path)
			}
			step, path = path[:i], path[i:]
		}
		path = strings.TrimPrefix(path, ".")
		switch v := at.(type) {
		case map[string]any:
			next, ok := v[step]
			if !ok {
				return nil, false
			}
			at = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return nil, false
			}
			at = v[i]
		default:
			return nil, false
		}
	}
	return at, true
}
