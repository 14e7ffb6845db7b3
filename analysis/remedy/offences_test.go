package remedy

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// offences says how a template comes to break each rule.
func offences() map[string]func(*corev1.PodTemplateSpec) {
	app := func(t *corev1.PodTemplateSpec) *corev1.Container { return &t.Spec.Containers[0] }
	ctx := func(t *corev1.PodTemplateSpec) *corev1.SecurityContext { return t.Spec.Containers[0].SecurityContext }
	pod := func(t *corev1.PodTemplateSpec) *corev1.PodSecurityContext { return t.Spec.SecurityContext }
	hostPath := func(t *corev1.PodTemplateSpec, path string) {
		t.Spec.Volumes = append(t.Spec.Volumes, corev1.Volume{Name: "host", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path}}},
			corev1.Volume{Name: "data", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
		for _, c := range []*corev1.Container{&t.Spec.InitContainers[0], app(t)} {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: "data", MountPath: "/data"}, corev1.VolumeMount{Name: "host", MountPath: "/host"})
		}
	}
	return map[string]func(*corev1.PodTemplateSpec){
		"IM01": func(t *corev1.PodTemplateSpec) { app(t).Image = "registry.example/app:latest" },
		"IM02": func(t *corev1.PodTemplateSpec) { app(t).Image = "registry.example/app:1" },
		"IM04": func(t *corev1.PodTemplateSpec) {
			app(t).Image, app(t).ImagePullPolicy = "registry.example/unseen:1", corev1.PullIfNotPresent
		},
		"IM07": func(t *corev1.PodTemplateSpec) { app(t).Image = "k8s.gcr.io/registry.example/app:1@sha256:" + sum },
		"SE01": func(t *corev1.PodTemplateSpec) {
			app(t).Env = append(app(t).Env, corev1.EnvVar{Name: "SE01_STRIPE_KEY", Value: stripeKey}, corev1.EnvVar{Name: "SE01_AGAIN_KEY", Value: stripeKey})
			t.Spec.InitContainers[0].Env = append(t.Spec.InitContainers[0].Env, corev1.EnvVar{Name: "SE01_INIT_KEY", Value: stripeKey + "Q"})
		},
		"SE02": func(t *corev1.PodTemplateSpec) {
			app(t).Env = append(app(t).Env, corev1.EnvVar{Name: "SE02_PASSWORD", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}, Key: "password"}}})
			t.Spec.InitContainers[0].EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "db.more"}}}}
		},
		"SE09": func(t *corev1.PodTemplateSpec) { hostPath(t, "/etc/kubernetes/azure.json") },
		"PS01": func(t *corev1.PodTemplateSpec) {
			ctx(t).Privileged, ctx(t).AllowPrivilegeEscalation = ptr(true), ptr(true)
			t.Spec.InitContainers[0].SecurityContext = &corev1.SecurityContext{Privileged: ptr(true)}
		},
		"PS02": func(t *corev1.PodTemplateSpec) { t.Spec.HostPID = true },
		"PS03": func(t *corev1.PodTemplateSpec) { t.Spec.HostIPC = true },
		"PS04": func(t *corev1.PodTemplateSpec) {
			t.Spec.HostNetwork = true
			app(t).Ports = []corev1.ContainerPort{{ContainerPort: 8080, HostPort: 8080}}
		},
		"PS05": func(t *corev1.PodTemplateSpec) { t.Spec.ShareProcessNamespace = ptr(true) },
		"PS06": func(t *corev1.PodTemplateSpec) { hostPath(t, "/etc") },
		"PS07": func(t *corev1.PodTemplateSpec) { hostPath(t, "/var/run/docker.sock") },
		"PS08": func(t *corev1.PodTemplateSpec) {
			app(t).Ports = []corev1.ContainerPort{{ContainerPort: 80, HostPort: 80}, {ContainerPort: 81}}
		},
		"PS09": func(t *corev1.PodTemplateSpec) { ctx(t).AllowPrivilegeEscalation = nil },
		"PS10": func(t *corev1.PodTemplateSpec) { pod(t).RunAsNonRoot, ctx(t).RunAsNonRoot = nil, ptr(false) },
		"PS11": func(t *corev1.PodTemplateSpec) { pod(t).RunAsUser, ctx(t).RunAsUser = ptr(int64(0)), ptr(int64(0)) },
		"PS12": func(t *corev1.PodTemplateSpec) {
			pod(t).RunAsGroup, pod(t).FSGroup, pod(t).SupplementalGroups = ptr(int64(0)), ptr(int64(0)), []int64{0, 7}
			ctx(t).RunAsGroup = ptr(int64(0))
		},
		"PS13": func(t *corev1.PodTemplateSpec) { ctx(t).Capabilities.Add = []corev1.Capability{"CHOWN", "NET_RAW"} },
		"PS14": func(t *corev1.PodTemplateSpec) {
			ctx(t).Capabilities.Add = []corev1.Capability{"NET_BIND_SERVICE", "CAP_SYS_ADMIN"}
		},
		"PS15": func(t *corev1.PodTemplateSpec) {
			ctx(t).Capabilities = &corev1.Capabilities{Drop: []corev1.Capability{"NET_RAW"}, Add: []corev1.Capability{"CHOWN"}}
		},
		"PS16": func(t *corev1.PodTemplateSpec) {
			pod(t).SeccompProfile = nil
			ctx(t).SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}
		},
		"PS17": func(t *corev1.PodTemplateSpec) {
			ctx(t).AppArmorProfile = &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
			t.Annotations = map[string]string{"container.apparmor.security.beta.kubernetes.io/app": "unconfined"}
		},
		"PS18": func(t *corev1.PodTemplateSpec) {
			pod(t).SELinuxOptions = &corev1.SELinuxOptions{Type: "spc_t", User: "u", Level: "s0"}
			ctx(t).SELinuxOptions = &corev1.SELinuxOptions{Role: "r"}
		},
		"PS19": func(t *corev1.PodTemplateSpec) { ctx(t).ProcMount = ptr(corev1.UnmaskedProcMount) },
		"PS20": func(t *corev1.PodTemplateSpec) {
			pod(t).Sysctls = []corev1.Sysctl{{Name: "kernel.msgmax", Value: "1"}, {Name: "net.ipv4.tcp_syncookies", Value: "1"}}
		},
		"PS21": func(t *corev1.PodTemplateSpec) {
			ctx(t).WindowsOptions = &corev1.WindowsSecurityContextOptions{HostProcess: ptr(true), RunAsUserName: ptr("u")}
		},
		"PS22": func(t *corev1.PodTemplateSpec) {
			app(t).LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Host: "10.0.0.1", Port: intstr.FromInt32(80), Path: "/"}}}
			app(t).Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{TCPSocket: &corev1.TCPSocketAction{Host: "h", Port: intstr.FromString("http")}}}
		},
		"PS23": func(t *corev1.PodTemplateSpec) { hostPath(t, "/opt/data") },
		"PS24": func(t *corev1.PodTemplateSpec) { ctx(t).ReadOnlyRootFilesystem = nil },
		"PS25": func(t *corev1.PodTemplateSpec) { app(t).Resources.Limits = nil },
		"PS28": func(t *corev1.PodTemplateSpec) {
			t.Spec.HostAliases = []corev1.HostAlias{{IP: "10.0.0.1", Hostnames: []string{"a"}}, {IP: "10.0.0.2", Hostnames: []string{"b"}}}
		},
		"LP26": func(t *corev1.PodTemplateSpec) { pod(t).RunAsNonRoot, pod(t).RunAsUser = nil, ptr(int64(0)) },
		"LP21": func(t *corev1.PodTemplateSpec) {
			t.Spec.ServiceAccountName, t.Spec.DeprecatedServiceAccount = "default", "default"
		},
		"LP22": func(t *corev1.PodTemplateSpec) { t.Spec.AutomountServiceAccountToken = nil },
	}
}

// stripeKey has the form of a key and is none.
const stripeKey = "sk_live_" + "q7Xw2Lp9Zt4Vb8Nm3KaBcDeF"
