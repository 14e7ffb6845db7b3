package admission

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// offence is how a pod that breaks no rule comes to break one, its nearest neighbour that does not, and what the server then
// says.
type offence struct {
	rule      string
	spoil     func(*corev1.PodSpec)
	neighbour func(*corev1.PodSpec)
	says      string
	// loose tells that a fix of the template leaves the rule for people to close.
	loose bool
}

func offences() []offence {
	ctx := func(s *corev1.PodSpec) *corev1.SecurityContext { return s.Containers[0].SecurityContext }
	volume := func(s *corev1.PodSpec, v corev1.VolumeSource) {
		s.Volumes = append(s.Volumes, corev1.Volume{Name: "v", VolumeSource: v})
		s.Containers[0].VolumeMounts = append(s.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "v", MountPath: "/v"})
	}
	hostPath := func(path string) func(*corev1.PodSpec) {
		return func(s *corev1.PodSpec) {
			volume(s, corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path}})
		}
	}
	emptyDir := func(s *corev1.PodSpec) { volume(s, corev1.VolumeSource{}) }
	inInit := func(f func(*corev1.SecurityContext)) func(*corev1.PodSpec) {
		return func(s *corev1.PodSpec) {
			s.InitContainers = []corev1.Container{goodContainer("init")}
			f(s.InitContainers[0].SecurityContext)
		}
	}
	image := func(name string) func(*corev1.PodSpec) {
		return func(s *corev1.PodSpec) { s.Containers[0].Image = name }
	}
	pinned := goodContainer("app").Image
	same := func(*corev1.PodSpec) {}
	return []offence{
		{rule: "PS01", spoil: inInit(func(c *corev1.SecurityContext) { c.Privileged, c.AllowPrivilegeEscalation = new(true), nil }), neighbour: inInit(func(c *corev1.SecurityContext) { c.Privileged = new(false) }), says: "PS01: container init sets privileged. Remove the field"},
		{rule: "PS02", spoil: func(s *corev1.PodSpec) { s.HostPID = true }, neighbour: same, says: "PS02: the pod sets hostPID. Remove hostPID."},
		{rule: "PS03", spoil: func(s *corev1.PodSpec) { s.HostIPC = true }, neighbour: func(s *corev1.PodSpec) { s.HostPID = true }, says: "PS03: the pod sets hostIPC"},
		{rule: "PS04", spoil: func(s *corev1.PodSpec) { s.HostNetwork = true }, neighbour: func(s *corev1.PodSpec) { s.HostIPC = true }, says: "PS04: the pod sets hostNetwork"},
		{rule: "PS05", spoil: func(s *corev1.PodSpec) { s.ShareProcessNamespace = new(true) }, neighbour: func(s *corev1.PodSpec) { s.ShareProcessNamespace = new(false) }, says: "PS05: the pod sets shareProcessNamespace"},
		{rule: "PS06", spoil: hostPath("/srv"), neighbour: emptyDir, says: "PS06: volume v is a path of the node"},
		{rule: "PS07", spoil: hostPath("/run//containerd/containerd.sock"), neighbour: hostPath("/run/containerd"), says: "PS07: volume v is the socket of the container runtime"},
		{rule: "PS08", spoil: func(s *corev1.PodSpec) {
			s.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80, HostPort: 80}}
		}, neighbour: func(s *corev1.PodSpec) { s.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80}} }, says: "PS08: container app has a port with hostPort"},
		{rule: "PS09", spoil: inInit(func(c *corev1.SecurityContext) { c.AllowPrivilegeEscalation = nil }), neighbour: inInit(func(c *corev1.SecurityContext) {}), says: "PS09: container init does not set securityContext.allowPrivilegeEscalation to false"},
		{rule: "PS10", spoil: func(s *corev1.PodSpec) { s.SecurityContext.RunAsNonRoot = nil }, neighbour: func(s *corev1.PodSpec) {
			s.SecurityContext.RunAsNonRoot, ctx(s).RunAsNonRoot = nil, new(true)
		}, says: "PS10: container app does not set securityContext.runAsNonRoot to true"},
		{rule: "PS11", spoil: func(s *corev1.PodSpec) {
			s.SecurityContext.RunAsNonRoot, ctx(s).RunAsUser = nil, new(int64(0))
		}, neighbour: func(s *corev1.PodSpec) { ctx(s).RunAsUser = new(int64(1)) }, says: "PS11: container app sets securityContext.runAsUser to 0"},
		{rule: "PS12", spoil: func(s *corev1.PodSpec) {
			s.SecurityContext.SupplementalGroups = []int64{5, 0}
		}, neighbour: func(s *corev1.PodSpec) { s.SecurityContext.SupplementalGroups = []int64{5} }, says: "PS12: the pod sets 0 in securityContext.supplementalGroups"},
		{rule: "PS13", spoil: func(s *corev1.PodSpec) {
			ctx(s).Capabilities.Add = []corev1.Capability{"NET_RAW"}
		}, neighbour: func(s *corev1.PodSpec) { ctx(s).Capabilities.Add = []corev1.Capability{"CHOWN"} }, says: "PS13: container app adds a capability beyond the default ones"},
		{rule: "PS14", spoil: func(s *corev1.PodSpec) {
			ctx(s).Capabilities.Add = []corev1.Capability{"net_admin"}
		}, neighbour: func(s *corev1.PodSpec) { ctx(s).Capabilities.Add = []corev1.Capability{"NET_RAW"} }, says: "PS14: container app adds a capability that reaches the node"},
		{rule: "PS15", spoil: func(s *corev1.PodSpec) {
			ctx(s).Capabilities.Drop = []corev1.Capability{"NET_RAW"}
		}, neighbour: func(s *corev1.PodSpec) { ctx(s).Capabilities.Add = []corev1.Capability{"NET_BIND_SERVICE"} }, says: "PS15: container app does not drop ALL"},
		{rule: "PS16", spoil: func(s *corev1.PodSpec) { s.SecurityContext.SeccompProfile = nil }, neighbour: func(s *corev1.PodSpec) {
			s.SecurityContext.SeccompProfile, ctx(s).SeccompProfile = nil, s.SecurityContext.SeccompProfile
		}, says: "PS16: container app has no seccomp profile"},
		{rule: "PS17", spoil: func(s *corev1.PodSpec) {
			ctx(s).AppArmorProfile = &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
		}, neighbour: func(s *corev1.PodSpec) {
			ctx(s).AppArmorProfile = &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault}
		}, says: "PS17: container app sets an AppArmor profile"},
		{rule: "PS18", spoil: func(s *corev1.PodSpec) {
			s.SecurityContext.SELinuxOptions = &corev1.SELinuxOptions{Type: "spc_t"}
		}, neighbour: func(s *corev1.PodSpec) {
			s.SecurityContext.SELinuxOptions = &corev1.SELinuxOptions{Type: "container_t", Level: "s0"}
		}, says: "PS18: the pod sets a type, user or role in seLinuxOptions"},
		{rule: "PS19", spoil: func(s *corev1.PodSpec) {
			s.HostUsers, ctx(s).ProcMount = new(false), new(corev1.UnmaskedProcMount)
		}, neighbour: func(s *corev1.PodSpec) { ctx(s).ProcMount = new(corev1.DefaultProcMount) }, says: "PS19: container app sets procMount"},
		{rule: "PS20", spoil: func(s *corev1.PodSpec) {
			s.SecurityContext.Sysctls = []corev1.Sysctl{{Name: "net.core.somaxconn", Value: "1"}}
		}, neighbour: func(s *corev1.PodSpec) {
			s.SecurityContext.Sysctls = []corev1.Sysctl{{Name: "net.ipv4.tcp_rmem", Value: "1"}}
		}, says: "PS20: the pod sets the sysctl net.core.somaxconn"},
		{rule: "PS21", spoil: func(s *corev1.PodSpec) {
			s.OS, s.HostNetwork = &corev1.PodOS{Name: corev1.Windows}, true
			s.SecurityContext = &corev1.PodSecurityContext{WindowsOptions: &corev1.WindowsSecurityContextOptions{HostProcess: new(true), RunAsUserName: new("u")}}
			s.Containers[0].SecurityContext = nil
		}, neighbour: func(s *corev1.PodSpec) {
			s.OS = &corev1.PodOS{Name: corev1.Windows}
			s.SecurityContext, s.Containers[0].SecurityContext = nil, nil
		}, says: "PS21: the pod sets windowsOptions.hostProcess"},
		{rule: "PS22", spoil: func(s *corev1.PodSpec) {
			s.Containers[0].ReadinessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Host: "h", Port: intstr.FromInt32(80)}}}
		}, neighbour: func(s *corev1.PodSpec) {
			s.Containers[0].ReadinessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(80)}}}
		}, says: "PS22: container app has a probe or lifecycle handler that names a host"},
		{rule: "PS23", spoil: func(s *corev1.PodSpec) {
			volume(s, corev1.VolumeSource{NFS: &corev1.NFSVolumeSource{Server: "s", Path: "/"}})
		}, neighbour: emptyDir, says: "PS23: volume v is of a type that is not allowed", loose: true},
		{rule: "PS24", spoil: func(s *corev1.PodSpec) { ctx(s).ReadOnlyRootFilesystem = nil }, neighbour: same, says: "PS24: container app does not set securityContext.readOnlyRootFilesystem to true"},
		{rule: "PS25", spoil: func(s *corev1.PodSpec) {
			delete(s.Containers[0].Resources.Limits, corev1.ResourceMemory)
			s.Containers[0].Resources.Requests = with(nil, corev1.ResourceMemory)
		}, neighbour: func(s *corev1.PodSpec) {
			s.Resources = &corev1.ResourceRequirements{Limits: s.Containers[0].Resources.Limits.DeepCopy()}
			delete(s.Resources.Limits, corev1.ResourceEphemeralStorage)
			s.Containers[0].Resources = corev1.ResourceRequirements{}
		}, says: "PS25: container app has no limit for cpu or memory"},
		{rule: "PS28", spoil: func(s *corev1.PodSpec) {
			s.HostAliases = []corev1.HostAlias{{IP: "10.0.0.1", Hostnames: []string{"a"}}}
		}, neighbour: func(s *corev1.PodSpec) { s.Containers[0].Command = []string{"pseudo", "sudoers"} }, says: "PS28: the pod sets hostAliases"},
		{rule: "LP21", spoil: func(s *corev1.PodSpec) { s.ServiceAccountName = "" }, neighbour: same, says: "LP21: the pod runs as the service account default"},
		{rule: "LP22", spoil: func(s *corev1.PodSpec) { s.AutomountServiceAccountToken = nil }, neighbour: func(s *corev1.PodSpec) {
			s.AutomountServiceAccountToken, s.ServiceAccountName = nil, "busy"
		}, says: "LP22: the pod mounts a token of an account to which nothing is granted"},
		{rule: "LP26", spoil: func(s *corev1.PodSpec) {
			s.SecurityContext.RunAsNonRoot, ctx(s).RunAsUser = nil, new(int64(0))
		}, neighbour: func(s *corev1.PodSpec) {
			s.SecurityContext.RunAsNonRoot, ctx(s).RunAsUser, s.HostUsers = nil, new(int64(0)), new(false)
		}, says: "LP26: container app runs as user 0"},
		{rule: "IM01", spoil: image("registry.example:5000/app"), neighbour: image("registry.example:5000/app:1"), says: "IM01: container app has an image without a tag, or latest", loose: true},
		{rule: "IM02", spoil: image("registry.example/app:1"), neighbour: image(pinned), says: "IM02: container app has an image without a digest", loose: true},
		{rule: "IM04", spoil: func(s *corev1.PodSpec) {
			image("registry.example/app:1")(s)
			s.Containers[0].ImagePullPolicy = corev1.PullIfNotPresent
		}, neighbour: func(s *corev1.PodSpec) {
			image("registry.example/app:1")(s)
			s.Containers[0].ImagePullPolicy = corev1.PullAlways
		}, says: "IM04: container app names a tag, and imagePullPolicy is not Always"},
		{rule: "IM07", spoil: image("nginx:1"), neighbour: image("docker.io/library/nginx:1"), says: "IM07: container app has an image from a registry without updates, or of which the registry is not named"},
		{rule: "SE02", spoil: func(s *corev1.PodSpec) {
			s.Containers[0].EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}}}}
		}, neighbour: func(s *corev1.PodSpec) {
			s.Containers[0].EnvFrom = []corev1.EnvFromSource{{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "c"}}}}
		}, says: "SE02: container app takes variables from a Secret", loose: true},
		{rule: "SE09", spoil: hostPath("/etc//kubernetes/azure.json"), neighbour: hostPath("/etc/kubernetes/azure.json.d"), says: "SE09: volume v holds credentials of the node"},
	}
}
