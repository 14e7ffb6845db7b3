package workload

import (
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/pod-security-admission/api"

	"canopy/model"
)

// example is a cluster in which a rule holds, and the nearest one in which it does not.
type example struct {
	rule     string
	yes, no  []runtime.Object
	object   string
	severity model.Severity
	path     string
	value    string
}

// sound is a template that breaks no rule, so that what an example changes is all that counts.
func sound() corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{Spec: corev1.PodSpec{
		ServiceAccountName: "web", AutomountServiceAccountToken: new(false),
		SecurityContext: &corev1.PodSecurityContext{RunAsNonRoot: new(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
		Containers:      []corev1.Container{soundContainer("app")},
		InitContainers:  []corev1.Container{soundContainer("init")},
	}}
}

// digest stands for any.
const digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func soundContainer(name string) corev1.Container {
	limits := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1"), corev1.ResourceMemory: resource.MustParse("1Gi"), corev1.ResourceEphemeralStorage: resource.MustParse("1Gi")}
	return corev1.Container{Name: name, Image: "registry.example/app:1@sha256:" + digest, Resources: corev1.ResourceRequirements{Limits: limits}, SecurityContext: &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}}}
}

// deployment is shop/web with a sound template, changed.
func deployment(change func(*corev1.PodTemplateSpec)) *appsv1.Deployment {
	t := sound()
	if change != nil {
		change(&t)
	}
	return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web"}, Spec: appsv1.DeploymentSpec{Template: t}}
}

// webRevision is the ReplicaSet between shop/web and its pods.
func webRevision() *appsv1.ReplicaSet {
	return &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "web-5d4f8", OwnerReferences: []metav1.OwnerReference{
		{APIVersion: "apps/v1", Kind: "Deployment", Name: "web", Controller: new(true)}}}, Spec: appsv1.ReplicaSetSpec{Template: sound()}}
}

// soundPod is a pod below shop/web.
func soundPod(name string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, OwnerReferences: []metav1.OwnerReference{
		{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "web-5d4f8", Controller: new(true)}}}, Spec: sound().Spec, Status: corev1.PodStatus{Phase: corev1.PodRunning}}
}

// change makes an example of two changes of the sound template.
func change(rule string, severity model.Severity, path, value string, yes, no func(*corev1.PodTemplateSpec)) example {
	return example{rule: rule, yes: []runtime.Object{deployment(yes)}, no: []runtime.Object{deployment(no)},
		object: "shop/Deployment/web", severity: severity, path: "spec.template.spec." + path, value: value}
}

func app(t *corev1.PodTemplateSpec) *corev1.Container { return &t.Spec.Containers[0] }

func hostPath(path string, readOnly bool) func(*corev1.PodTemplateSpec) {
	return func(t *corev1.PodTemplateSpec) {
		t.Spec.Volumes = []corev1.Volume{{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
			{Name: "host", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path}}}}
		app(t).VolumeMounts = []corev1.VolumeMount{{Name: "host", MountPath: "/host", ReadOnly: readOnly}}
	}
}

func add(names ...corev1.Capability) func(*corev1.PodTemplateSpec) {
	return func(t *corev1.PodTemplateSpec) { app(t).SecurityContext.Capabilities.Add = names }
}

func volume(v corev1.VolumeSource) func(*corev1.PodTemplateSpec) {
	return func(t *corev1.PodTemplateSpec) {
		t.Spec.Volumes = []corev1.Volume{{Name: "v", VolumeSource: v}}
	}
}

func namespaceWith(labels map[string]string) []runtime.Object {
	return []runtime.Object{deployment(nil), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "shop", Labels: labels}}}
}

func debugged(seconds int64) []runtime.Object {
	p := soundPod("web-1")
	c := soundContainer("debug")
	c.Resources = corev1.ResourceRequirements{}
	p.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon(c)}}
	p.Status.EphemeralContainerStatuses = []corev1.ContainerStatus{{Name: "debug", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.Unix(now.Unix()-seconds, 0)}}}}
	return []runtime.Object{deployment(nil), webRevision(), p}
}

func in(namespace string, owner *appsv1.Deployment) []runtime.Object {
	owner.Namespace = namespace
	return []runtime.Object{owner}
}

func examples() []example {
	const critical, high, medium, low = model.Critical, model.High, model.Medium, model.Low
	onPod := func(f func(*corev1.PodSpec)) func(*corev1.PodTemplateSpec) {
		return func(t *corev1.PodTemplateSpec) { f(&t.Spec) }
	}
	mounts := func(t *corev1.PodTemplateSpec) { t.Spec.AutomountServiceAccountToken = nil }
	root := func(f func(*corev1.PodSpec)) func(*corev1.PodTemplateSpec) {
		return onPod(func(s *corev1.PodSpec) {
			s.SecurityContext.RunAsUser, s.SecurityContext.RunAsNonRoot = new(int64(0)), nil
			f(s)
		})
	}
	pinned := "registry.example/app:1@sha256:" + digest
	images := func(name string) func(*corev1.PodTemplateSpec) {
		return func(t *corev1.PodTemplateSpec) { app(t).Image = name }
	}
	pulled := func(name string, policy corev1.PullPolicy) func(*corev1.PodTemplateSpec) {
		return func(t *corev1.PodTemplateSpec) { app(t).Image, app(t).ImagePullPolicy = name, policy }
	}
	mounted := func(name string) func(*corev1.PodTemplateSpec) {
		return volume(corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: name}})
	}
	variable := func(e corev1.EnvVar) func(*corev1.PodTemplateSpec) {
		return func(t *corev1.PodTemplateSpec) { app(t).Env = []corev1.EnvVar{{Name: "N", Value: "y"}, e} }
	}
	secretKey := &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}, Key: "password"}
	return []example{
		change("IM01", medium, "containers[0].image", "registry.example/app", images("registry.example/app"), images(pinned)),
		change("IM01", medium, "containers[0].image", "registry.example/app:latest", images("registry.example/app:latest"), images("registry.example/app:latest@sha256:"+digest)),
		change("IM01", medium, "volumes[0].image.reference", "registry.example/data", mounted("registry.example/data"), mounted("registry.example/data:2")),
		change("IM02", low, "initContainers[0].image", "registry.example/app:1", func(t *corev1.PodTemplateSpec) { t.Spec.InitContainers[0].Image = "registry.example/app:1" }, images("")),
		change("IM02", low, "containers[0].image", "registry.example/App (invalid reference format: repository name (App) must be lowercase)", images("registry.example/App"), images(pinned)),
		change("IM02", low, "volumes[0].image.reference", "registry.example/data:2", mounted("registry.example/data:2"), mounted(pinned)),
		change("IM03", high, "containers[0].image", "registry.example.evil/app@sha256:"+digest, images("registry.example.evil/app@sha256:"+digest), images("registry.example/other/app@sha256:"+digest)),
		change("IM04", low, "containers[0].imagePullPolicy", "IfNotPresent", pulled("registry.example/app:1", corev1.PullIfNotPresent), pulled("registry.example/app:1", corev1.PullAlways)),
		change("IM04", low, "containers[0].imagePullPolicy", "Never", pulled("registry.example/app", corev1.PullNever), pulled(pinned, corev1.PullNever)),
		change("IM07", medium, "containers[0].image", "nginx@sha256:"+digest, images("nginx@sha256:"+digest), images("docker.io/library/nginx@sha256:"+digest)),
		change("IM07", medium, "containers[0].image", "k8s.gcr.io/pause:3.9", images("k8s.gcr.io/pause:3.9"), images("registry.k8s.io/pause:3.9")),
		{rule: "SE01", object: "shop/Deployment/web", severity: high, path: "metadata.annotations.key", value: "test key, 12 bytes",
			yes: []runtime.Object{annotated(deployment(nil), map[string]string{"key": "cred-1234567"})}, no: []runtime.Object{annotated(deployment(nil), map[string]string{"key": "1234567"})}},
		change("SE01", high, "containers[0].env[1].value", plainKey, variable(corev1.EnvVar{Name: "STRIPE_API_KEY", Value: fakeKey}),
			variable(corev1.EnvVar{Name: "STRIPE_API_KEY", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: secretKey}})),
		change("SE02", medium, "containers[0].env[1].valueFrom.secretKeyRef", "db/password", variable(corev1.EnvVar{Name: "P", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: secretKey}}),
			variable(corev1.EnvVar{Name: "P", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{LocalObjectReference: secretKey.LocalObjectReference, Key: "p"}}})),
		change("SE02", medium, "containers[0].envFrom[0].secretRef.name", "db",
			func(t *corev1.PodTemplateSpec) {
				app(t).EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: secretKey.LocalObjectReference}}}
			},
			func(t *corev1.PodTemplateSpec) {
				app(t).EnvFrom = []corev1.EnvFromSource{{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: secretKey.LocalObjectReference}}}
			}),
		change("SE09", high, "volumes[1].hostPath.path", "/etc/kubernetes/azure.json", hostPath("/etc/kubernetes/azure.json", true), hostPath("/etc/kubernetes/azure.json.d", true)),
		change("LP21", medium, "serviceAccountName", "default", func(t *corev1.PodTemplateSpec) { t.Spec.ServiceAccountName = "" }, nil),
		{rule: "LP22", yes: []runtime.Object{deployment(mounts), serviceAccount("shop", "web", nil)}, no: []runtime.Object{deployment(mounts), serviceAccount("shop", "web", new(false))},
			object: "shop/Deployment/web", severity: medium, path: "spec.template.spec.automountServiceAccountToken"},
		{rule: "LP24", yes: []runtime.Object{deployment(nil)}, no: []runtime.Object{deployment(nil), serviceAccount("shop", "web", nil)},
			object: "shop/Deployment/web", severity: medium, path: "spec.template.spec.serviceAccountName", value: "web"},
		change("LP26", low, "hostUsers", "", root(func(*corev1.PodSpec) {}), root(func(s *corev1.PodSpec) { s.HostUsers = new(false) })),
		change("LP26", low, "hostUsers", "true", root(func(s *corev1.PodSpec) { s.HostUsers = new(true) }), root(func(s *corev1.PodSpec) { s.HostPID = true })),
		change("LP26", low, "hostUsers", "", root(func(s *corev1.PodSpec) { s.InitContainers[0].SecurityContext.RunAsUser = new(int64(1)) }),
			root(func(s *corev1.PodSpec) {
				s.InitContainers[0].SecurityContext.RunAsUser, s.Containers[0].SecurityContext.RunAsNonRoot = new(int64(1)), new(true)
			})),
		change("PS01", critical, "initContainers[0].securityContext.privileged", "true",
			func(t *corev1.PodTemplateSpec) { t.Spec.InitContainers[0].SecurityContext.Privileged = new(true) },
			func(t *corev1.PodTemplateSpec) { t.Spec.InitContainers[0].SecurityContext.Privileged = new(false) }),
		change("PS02", high, "hostPID", "true", onPod(func(s *corev1.PodSpec) { s.HostPID = true }), nil),
		change("PS03", high, "hostIPC", "true", onPod(func(s *corev1.PodSpec) { s.HostIPC = true }), nil),
		change("PS04", high, "hostNetwork", "true", onPod(func(s *corev1.PodSpec) { s.HostNetwork = true }), nil),
		change("PS05", medium, "shareProcessNamespace", "true", onPod(func(s *corev1.PodSpec) { s.ShareProcessNamespace = new(true) }),
			onPod(func(s *corev1.PodSpec) { s.ShareProcessNamespace = new(false) })),
		change("PS06", high, "volumes[1].hostPath.path", "/srv/data", hostPath("/srv/data", true), volume(corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}})),
		change("PS07", critical, "volumes[1].hostPath.path", "/var/run/../run/docker.sock", hostPath("/var/run/../run/docker.sock", true), hostPath("/var/run/docker.sock.d", true)),
		change("PS08", medium, "containers[0].ports[0].hostPort", "80",
			func(t *corev1.PodTemplateSpec) {
				app(t).Ports = []corev1.ContainerPort{{ContainerPort: 80, HostPort: 80}}
			},
			func(t *corev1.PodTemplateSpec) { app(t).Ports = []corev1.ContainerPort{{ContainerPort: 80}} }),
		change("PS09", high, "containers[0].securityContext.allowPrivilegeEscalation", "",
			func(t *corev1.PodTemplateSpec) { app(t).SecurityContext.AllowPrivilegeEscalation = nil },
			func(t *corev1.PodTemplateSpec) {
				app(t).SecurityContext.AllowPrivilegeEscalation = nil
				t.Spec.InitContainers[0].SecurityContext.AllowPrivilegeEscalation = nil
				t.Spec.OS = &corev1.PodOS{Name: corev1.Windows}
			}),
		change("PS10", high, "containers[0].securityContext.runAsNonRoot", "false",
			func(t *corev1.PodTemplateSpec) { app(t).SecurityContext.RunAsNonRoot = new(false) },
			func(t *corev1.PodTemplateSpec) {
				app(t).SecurityContext.RunAsNonRoot = new(false)
				t.Spec.HostUsers = new(false)
			}),
		change("PS11", high, "securityContext.runAsUser", "0", onPod(func(s *corev1.PodSpec) { s.SecurityContext.RunAsUser = new(int64(0)) }),
			onPod(func(s *corev1.PodSpec) { s.SecurityContext.RunAsUser = new(int64(1)) })),
		change("PS12", low, "securityContext.supplementalGroups[1]", "0", onPod(func(s *corev1.PodSpec) { s.SecurityContext.SupplementalGroups = []int64{4, 0} }),
			onPod(func(s *corev1.PodSpec) { s.SecurityContext.SupplementalGroups = []int64{4} })),
		change("PS13", high, "containers[0].securityContext.capabilities.add[1]", "NET_RAW", add("CHOWN", "NET_RAW"), add("CHOWN", "MKNOD")),
		change("PS14", critical, "containers[0].securityContext.capabilities.add[0]", "cap_sys_admin", add("cap_sys_admin"), add("SYS_TIME")),
		change("PS15", medium, "containers[0].securityContext.capabilities.drop", "NET_RAW,CHOWN",
			func(t *corev1.PodTemplateSpec) {
				app(t).SecurityContext.Capabilities.Drop = []corev1.Capability{"NET_RAW", "CHOWN"}
			}, add("NET_BIND_SERVICE")),
		change("PS16", medium, "initContainers[0].securityContext.seccompProfile.type", "",
			func(t *corev1.PodTemplateSpec) {
				t.Spec.SecurityContext.SeccompProfile = nil
				app(t).SecurityContext.SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeLocalhost}
			},
			func(t *corev1.PodTemplateSpec) {
				t.Spec.SecurityContext.SeccompProfile.Type = corev1.SeccompProfileTypeLocalhost
			}),
		{rule: "PS17", object: "shop/Deployment/web", severity: medium,
			path: "spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/app]", value: "unconfined",
			yes: []runtime.Object{deployment(appArmorAnnotation("unconfined"))}, no: []runtime.Object{deployment(appArmorAnnotation("localhost/app"))}},
		change("PS18", medium, "securityContext.seLinuxOptions.type", "spc_t",
			onPod(func(s *corev1.PodSpec) { s.SecurityContext.SELinuxOptions = &corev1.SELinuxOptions{Type: "spc_t"} }),
			onPod(func(s *corev1.PodSpec) {
				s.SecurityContext.SELinuxOptions = &corev1.SELinuxOptions{Type: "container_engine_t"}
			})),
		change("PS19", medium, "containers[0].securityContext.procMount", "Unmasked",
			func(t *corev1.PodTemplateSpec) {
				app(t).SecurityContext.ProcMount = new(corev1.UnmaskedProcMount)
				t.Spec.HostUsers = new(false)
			},
			func(t *corev1.PodTemplateSpec) { app(t).SecurityContext.ProcMount = new(corev1.DefaultProcMount) }),
		change("PS20", medium, "securityContext.sysctls[0].name", "kernel.msgmax",
			onPod(func(s *corev1.PodSpec) { s.SecurityContext.Sysctls = []corev1.Sysctl{{Name: "kernel.msgmax"}} }),
			onPod(func(s *corev1.PodSpec) {
				s.SecurityContext.Sysctls = []corev1.Sysctl{{Name: "net.ipv4.tcp_notsent_lowat"}}
			})),
		change("PS21", high, "securityContext.windowsOptions.hostProcess", "true",
			onPod(func(s *corev1.PodSpec) {
				s.SecurityContext.WindowsOptions = &corev1.WindowsSecurityContextOptions{HostProcess: new(true)}
			}),
			onPod(func(s *corev1.PodSpec) {
				s.SecurityContext.WindowsOptions = &corev1.WindowsSecurityContextOptions{HostProcess: new(false)}
			})),
		change("PS22", medium, "containers[0].livenessProbe.httpGet.host", "10.0.0.1", probe("10.0.0.1"), probe("")),
		change("PS23", low, "volumes[0].nfs", "v", volume(corev1.VolumeSource{NFS: &corev1.NFSVolumeSource{}}), volume(corev1.VolumeSource{})),
		change("PS24", medium, "containers[0].securityContext.readOnlyRootFilesystem", "false",
			func(t *corev1.PodTemplateSpec) { app(t).SecurityContext.ReadOnlyRootFilesystem = new(false) }, nil),
		change("PS25", medium, "containers[0].resources.limits.memory", "",
			func(t *corev1.PodTemplateSpec) { delete(app(t).Resources.Limits, corev1.ResourceMemory) },
			func(t *corev1.PodTemplateSpec) {
				delete(app(t).Resources.Limits, corev1.ResourceMemory)
				t.Spec.Resources = &corev1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi")}}
			}),
		{rule: "PS26", object: "Namespace/shop", severity: medium, path: "metadata.labels[pod-security.kubernetes.io/enforce]",
			yes: namespaceWith(nil), no: namespaceWith(map[string]string{api.EnforceLevelLabel: "baseline", api.EnforceVersionLabel: "v1.37"})},
		{rule: "PS27", object: "default/Deployment/web", severity: low, path: "metadata.namespace", value: "default", yes: in("default", deployment(nil)), no: in("defaults", deployment(nil))},
		{rule: "PS28", object: "shop/Deployment/web", severity: low, path: "spec.template.spec.containers[0].command[2]", value: "sudo",
			yes: []runtime.Object{deployment(command("sh", "-c", "TOKEN=hunter2 /usr/bin/sudo app"))}, no: []runtime.Object{deployment(command("sh", "-c", "cat /etc/sudoers; pseudo --no-sudo"))}},
		{rule: "PS29", object: "shop/Deployment/web", severity: medium, path: "spec.ephemeralContainers[0]", value: "debug", yes: debugged(3600), no: debugged(3599)},
	}
}

// fakeKey has the form of a key, and is none; plainKey is what is told of it.
const (
	fakeKey  = "sk_live_" + "q7Xw2Lp9Zt4Vb8Nm3KaBcDeF"
	plainKey = "Stripe key, 32 bytes"
)

func annotated(d *appsv1.Deployment, annotations map[string]string) *appsv1.Deployment {
	d.Annotations = annotations
	return d
}

func serviceAccount(namespace, name string, automount *bool) *corev1.ServiceAccount {
	return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, AutomountServiceAccountToken: automount}
}

func appArmorAnnotation(value string) func(*corev1.PodTemplateSpec) {
	return func(t *corev1.PodTemplateSpec) {
		t.Annotations = map[string]string{corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + "app": value}
	}
}

func probe(host string) func(*corev1.PodTemplateSpec) {
	return func(t *corev1.PodTemplateSpec) {
		app(t).LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Host: host, Port: intstr.FromInt32(80)}}}
	}
}

func command(words ...string) func(*corev1.PodTemplateSpec) {
	return func(t *corev1.PodTemplateSpec) { app(t).Command = words }
}

// TestEveryRule goes through the catalogue: each rule has a cluster in which it holds, at an exact place, the nearest one
// in which it does not, and a fix or a reason.
func TestEveryRule(t *testing.T) {
	all := examples()
	b := newBench(t, model.FixedClock(now))
	for r := range ruleCount {
		rule := b.a.catalogue[r]
		if rule == nil {
			t.Errorf("%s is judged but not in the catalogue", r.id())
			continue
		}
		if rule.Severity != ruleTable[r].severity {
			t.Errorf("%s: the catalogue says %s, the code %s", rule.ID, rule.Severity, ruleTable[r].severity)
		}
		if rule.Fix != "yaml" && rule.NoFix == "" {
			t.Errorf("%s has neither a fix nor a reason", rule.ID)
		}
		if !slices.ContainsFunc(all, func(e example) bool { return e.rule == rule.ID }) {
			t.Errorf("%s has no example", rule.ID)
		}
	}
	for _, e := range all {
		t.Run(e.rule, func(t *testing.T) {
			yes := newBench(t, model.FixedClock(now)).complete().put(e.yes...)
			f := yes.find(e.rule, e.object)
			if f == nil || f.Verdict != model.Yes {
				t.Fatalf("does not hold:\n%s", yes.text())
			}
			if f.Severity != e.severity {
				t.Errorf("severity %s, want %s", f.Severity, e.severity)
			}
			if !slices.ContainsFunc(f.Proof.Evidence(), func(v model.Evidence) bool { return v.Path == e.path && v.Value == e.value }) {
				t.Errorf("no evidence at %s = %q:\n%v", e.path, e.value, f.Proof.Evidence())
			}
			no := newBench(t, model.FixedClock(now)).complete().put(e.no...)
			for id, f := range no.out.findings {
				if f.Rule.ID == e.rule {
					t.Errorf("holds for the nearest negative: %s %v", id, f.Proof.Evidence())
				}
			}
		})
	}
}

// TestSoundIsClean holds that the examples start from a workload without findings, but for what their namespace lacks.
func TestSoundIsClean(t *testing.T) {
	b := newBench(t, model.FixedClock(now)).complete().put(deployment(nil), webRevision(), soundPod("web-1"), serviceAccount("shop", "web", nil))
	for id, f := range b.out.findings {
		if f.Rule.ID != "PS26" {
			t.Errorf("%s: %v", id, f.Proof.Evidence())
		}
	}
}

func (b *bench) find(rule, object string) *model.Finding {
	for _, f := range b.out.findings {
		if f.Rule.ID == rule && f.Object.String() == object {
			return f
		}
	}
	return nil
}

// grantTo binds shop/web to a role that reads pods.
func grantTo(subjects ...rbacv1.Subject) []runtime.Object {
	return []runtime.Object{
		&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "reader"}, Rules: []rbacv1.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}}},
		&rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "read"}, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: model.GroupRBAC, Kind: "ClusterRole", Name: "reader"}},
	}
}
