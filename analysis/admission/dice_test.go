package admission

import (
	"fmt"
	"math/rand/v2"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// dice makes pods that an API server takes, in which most fields are missing, some are good and some are bad.
type dice struct{ *rand.Rand }

func (d dice) one(in int) bool { return d.IntN(in) == 0 }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

func (d dice) flag() *bool { return pick(d, nil, nil, new(true), new(false)) }

func (d dice) id() *int64 { return pick(d, nil, nil, new(int64(0)), new(int64(1000))) }

// pod makes a pod. Few say that they run on Windows, since these may say little else.
func (d dice) pod(namespace, name string) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: meta(namespace, name)}
	s := &p.Spec
	if d.one(12) {
		s.OS = &corev1.PodOS{Name: corev1.Windows}
		s.Containers = []corev1.Container{{Name: "app", Image: "app"}}
		if d.one(2) {
			s.HostNetwork = true
			s.SecurityContext = &corev1.PodSecurityContext{WindowsOptions: &corev1.WindowsSecurityContextOptions{HostProcess: new(true), RunAsUserName: new("u")}}
		}
		return p
	}
	if d.one(3) {
		s.HostUsers = d.flag()
	}
	if s.HostUsers == nil || *s.HostUsers {
		s.HostNetwork, s.HostPID, s.HostIPC = d.one(6), d.one(6), d.one(6)
	}
	if !s.HostPID {
		s.ShareProcessNamespace = d.flag()
	}
	s.AutomountServiceAccountToken = d.flag()
	if d.one(4) {
		s.OS = &corev1.PodOS{Name: corev1.Linux}
	}
	for i := range d.IntN(4) {
		s.Volumes = append(s.Volumes, corev1.Volume{Name: fmt.Sprintf("v%d", i), VolumeSource: d.source()})
	}
	for i := range 1 + d.IntN(2) {
		s.Containers = append(s.Containers, d.container([]string{"app", "side"}[i], s))
	}
	for range d.IntN(2) {
		s.InitContainers = append(s.InitContainers, d.container("init", s))
	}
	if d.one(4) && !s.HostNetwork {
		s.HostAliases = []corev1.HostAlias{{IP: "10.0.0.1", Hostnames: []string{"a"}}}
	}
	if d.one(5) {
		s.Resources = &corev1.ResourceRequirements{Limits: corev1.ResourceList{pick(d, corev1.ResourceCPU, corev1.ResourceMemory): resource.MustParse("8")}}
	}
	if !d.one(4) {
		c := &corev1.PodSecurityContext{RunAsNonRoot: d.flag(), RunAsUser: d.id(), RunAsGroup: d.id(), FSGroup: d.id(), SeccompProfile: d.seccomp(),
			SELinuxOptions: d.seLinux(), AppArmorProfile: d.appArmor()}
		names := []string{"net.ipv4.tcp_syncookies", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem", "net.ipv4.tcp_notsent_lowat",
			"net.ipv4.tcp_mem", "net.core.somaxconn"}
		if !s.HostNetwork && !s.HostIPC {
			for _, i := range d.Perm(len(names))[:d.IntN(3)] {
				c.Sysctls = append(c.Sysctls, corev1.Sysctl{Name: names[i], Value: "1"})
			}
		}
		if d.one(3) {
			c.SupplementalGroups = []int64{1, int64(d.IntN(2))}
		}
		s.SecurityContext = c
	}
	if d.one(4) {
		p.Annotations = map[string]string{corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + "app": pick(d, "unconfined", "runtime/default", "localhost/a", "")}
	}
	return p
}

func (d dice) seccomp() *corev1.SeccompProfile {
	switch d.IntN(6) {
	case 0, 1:
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}
	case 2:
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeLocalhost, LocalhostProfile: new("a.json")}
	case 3:
		return &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}
	}
	return nil
}

func (d dice) seLinux() *corev1.SELinuxOptions {
	if !d.one(4) {
		return nil
	}
	return &corev1.SELinuxOptions{Type: pick(d, "", "container_t", "container_engine_t", "spc_t"), User: pick(d, "", "", "u"), Role: pick(d, "", "", "r"), Level: "s0"}
}

func (d dice) appArmor() *corev1.AppArmorProfile {
	switch d.IntN(8) {
	case 0:
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault}
	case 1:
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: new("a")}
	case 2:
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
	}
	return nil
}

func (d dice) container(name string, s *corev1.PodSpec) corev1.Container {
	c := corev1.Container{Name: name, Image: d.image(), ImagePullPolicy: pick(d, "", "", corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever)}
	for i := range d.IntN(3) {
		c.Env = append(c.Env, corev1.EnvVar{Name: fmt.Sprintf("E%d", i), Value: "x"})
		if d.one(6) {
			c.Env[i] = corev1.EnvVar{Name: c.Env[i].Name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}, Key: "k"}}}
		}
	}
	if d.one(6) {
		c.EnvFrom = []corev1.EnvFromSource{pick(d, corev1.EnvFromSource{ConfigMapRef: &corev1.ConfigMapEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "c"}}},
			corev1.EnvFromSource{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "s"}}})}
	}
	for i := range d.IntN(3) {
		port := corev1.ContainerPort{ContainerPort: []int32{pick(d, int32(22), 80), 8080}[i]}
		if d.one(3) {
			port.HostPort = port.ContainerPort
		}
		c.Ports = append(c.Ports, port)
	}
	if name != "init" {
		c.LivenessProbe, c.ReadinessProbe, c.StartupProbe = d.probe(), d.probe(), d.probe()
		if d.one(4) {
			c.Lifecycle = &corev1.Lifecycle{PostStart: d.handler(), PreStop: d.handler()}
		}
	}
	c.Command = pick(d, nil, nil, []string{"sudo", "app"}, []string{"app"}, []string{"pseudo", "sudoers", "/sudo/x", "sudo.sh"}, []string{"sh", "-c", "exec /usr/bin/sudo app"},
		[]string{"sh", "-c", "a && (sudo)"}, []string{"$(sudo x)"}, []string{"`sudo`"}, []string{"a\nsudo\nb"}, []string{"/bin/sudo/"}, []string{"{sudo;}"}, []string{"'sudo'"}, []string{`"sudo"`})
	if d.one(3) {
		c.Args = []string{pick(d, "sudo", "a", "no-sudo", "run=sudo", "x;sudo", "x|sudo>y", "\tsudo")}
	}
	for i, v := range s.Volumes {
		if d.one(2) {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: v.Name, MountPath: fmt.Sprintf("/m%d", i), ReadOnly: d.one(2)})
		}
	}
	for _, r := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory, corev1.ResourceEphemeralStorage} {
		if !d.one(3) {
			c.Resources.Limits = with(c.Resources.Limits, r)
		} else if d.one(2) {
			c.Resources.Requests = with(c.Resources.Requests, r)
		}
	}
	if d.one(4) {
		return c
	}
	x := &corev1.SecurityContext{Privileged: d.flag(), AllowPrivilegeEscalation: d.flag(), RunAsNonRoot: d.flag(), RunAsUser: d.id(), RunAsGroup: d.id(),
		ReadOnlyRootFilesystem: d.flag(), SeccompProfile: d.seccomp(), SELinuxOptions: d.seLinux(), AppArmorProfile: d.appArmor()}
	if x.Privileged != nil && *x.Privileged && x.AllowPrivilegeEscalation != nil && !d.one(4) {
		x.AllowPrivilegeEscalation = nil
	}
	if s.HostUsers != nil && !*s.HostUsers && d.one(2) {
		x.ProcMount = new(pick(d, corev1.DefaultProcMount, corev1.UnmaskedProcMount))
	}
	if d.one(2) {
		x.Capabilities = &corev1.Capabilities{}
		for range d.IntN(3) {
			x.Capabilities.Add = append(x.Capabilities.Add, pick[corev1.Capability](d, "NET_BIND_SERVICE", "CHOWN", "NET_RAW", "SYS_ADMIN", "ALL", "cap_bpf", "Net_Admin", "chown"))
			x.Capabilities.Drop = append(x.Capabilities.Drop, pick[corev1.Capability](d, "ALL", "ALL", "all", "NET_RAW"))
		}
	}
	c.SecurityContext = x
	return c
}

func with(list corev1.ResourceList, name corev1.ResourceName) corev1.ResourceList {
	if list == nil {
		list = corev1.ResourceList{}
	}
	list[name] = resource.MustParse("1")
	return list
}

func (d dice) probe() *corev1.Probe {
	if !d.one(5) {
		return nil
	}
	h := d.handler()
	return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: h.HTTPGet, TCPSocket: h.TCPSocket}}
}

func (d dice) handler() *corev1.LifecycleHandler {
	host := pick(d, "", "169.254.169.254")
	if d.one(2) {
		return &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Host: host, Path: "/", Port: intstr.FromInt32(80)}}
	}
	return &corev1.LifecycleHandler{TCPSocket: &corev1.TCPSocketAction{Host: host, Port: intstr.FromInt32(80)}}
}

func (d dice) source() corev1.VolumeSource {
	switch d.IntN(9) {
	case 0, 1:
		return corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: pick(d, "/", "/etc", "/srv/data", "/var/run/docker.sock", "//run//crio/./crio.sock", `C:\var\run\docker.sock`,
			"/run/docker.sock/", "/run/docker.sock.d", "run/podman/podman.sock",
			"/etc//kubernetes/pki/", "/etc/kubernetes", "/home/me/.aws/credentials", "/home/.aws", "/root/.kube", "/root/.kubeconfig", "/var/lib/kubelet", "/var/lib/kubelet/pods")}}
	case 2:
		return corev1.VolumeSource{NFS: &corev1.NFSVolumeSource{Server: "s", Path: "/"}}
	case 3:
		return corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "s"}}
	case 4:
		return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "c"}}
	case 5:
		return corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: d.image(), PullPolicy: pick(d, "", corev1.PullAlways, corev1.PullNever)}}
	case 6:
		return corev1.VolumeSource{ISCSI: &corev1.ISCSIVolumeSource{TargetPortal: "1.2.3.4", IQN: "iqn.2001-04.com.example:storage", Lun: 1}}
	case 7:
		return corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
	}
	return corev1.VolumeSource{}
}

// image makes a reference, good or bad, or what is none.
func (d dice) image() string {
	if d.one(3) {
		return pick(d, "registry.example/app@sha256:"+strings.Repeat("0", 64), "registry.example/team/app:1")
	}
	host := pick(d, "", "", "registry.example/", "registry.example:5000/", "localhost/", "localhost:5000/", "docker.io/", "index.docker.io/", "Docker.IO/", "k8s.gcr.io/", "K8S.gcr.io/", "k8s.gcr.io.evil/",
		"us.gcr.io/k8s-artifacts-prod/", "us.gcr.io/k8s-artifacts-production/", "gcr.io/google-containers/", "gcr.io/", "bitnamilegacy/", "docker.io/bitnamilegacy/", "library/", "[::1]:5000/", "a_b.c/", "TEAM/", "-bad.example/", "registry.example//")
	path := pick(d, "app", "nginx", "team/app", "a/b/c", "a__b", "a--b.c", "App", "a___b", "a..b", "-a", "k8s.gcr.io/x", "kubebuilder/kube-rbac-proxy", strings.Repeat("a", 64), strings.Repeat("0", 64))
	tag := pick(d, "", "", ":latest", ":1", ":v1.2.3-rc_1", ":Latest", ":", ":-1", ":1/2", ":"+strings.Repeat("t", 128), ":"+strings.Repeat("t", 129))
	digest := pick(d, "", "", "", "@sha256:"+strings.Repeat("a", 64), "@sha256:"+strings.Repeat("A", 64), "@sha256:"+strings.Repeat("a", 63), "@sha512:"+strings.Repeat("0", 128), "@md5:"+strings.Repeat("a", 32), "@", "@sha256:"+strings.Repeat("a", 64)+"@x")
	return host + path + tag + digest
}
