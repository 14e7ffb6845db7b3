package workload

import (
	"fmt"
	"math/rand/v2"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// dice makes templates in which most fields are missing, some are good and some are bad.
type dice struct{ *rand.Rand }

func (d dice) one(in int) bool { return d.IntN(in) == 0 }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

func (d dice) flag() *bool {
	switch d.IntN(4) {
	case 0:
		return new(true)
	case 1:
		return new(false)
	}
	return nil
}

func (d dice) id() *int64 {
	if d.one(2) {
		return nil
	}
	return new(pick(d, int64(0), 0, 1000))
}

func randomTemplate(rng *rand.Rand) *corev1.PodTemplateSpec {
	d := dice{rng}
	t := &corev1.PodTemplateSpec{}
	s := &t.Spec
	s.HostNetwork, s.HostPID, s.HostIPC = d.one(6), d.one(6), d.one(6)
	s.ShareProcessNamespace, s.HostUsers, s.AutomountServiceAccountToken = d.flag(), d.flag(), d.flag()
	s.ServiceAccountName = pick(d, "", "default", "web")
	if d.one(4) {
		s.OS = &corev1.PodOS{Name: pick(d, corev1.Windows, corev1.Linux)}
	}
	names := []string{"app", "side", "init", "debug"}
	for i := range 1 + d.IntN(2) {
		s.Containers = append(s.Containers, d.container(names[i]))
	}
	for range d.IntN(2) {
		s.InitContainers = append(s.InitContainers, d.container(names[2]))
	}
	for range d.IntN(2) {
		s.EphemeralContainers = append(s.EphemeralContainers, corev1.EphemeralContainer{EphemeralContainerCommon: corev1.EphemeralContainerCommon(d.container(names[3]))})
	}
	for i := range d.IntN(3) {
		s.Volumes = append(s.Volumes, corev1.Volume{Name: fmt.Sprintf("v%d", i), VolumeSource: d.source()})
	}
	if d.one(3) {
		s.HostAliases = []corev1.HostAlias{{IP: "10.0.0.1"}}
	}
	if !d.one(4) {
		c := &corev1.PodSecurityContext{RunAsNonRoot: d.flag(), RunAsUser: d.id(), RunAsGroup: d.id(), FSGroup: d.id(), SeccompProfile: d.seccomp(),
			SELinuxOptions: d.seLinux(), AppArmorProfile: d.appArmor(), WindowsOptions: d.windows()}
		for range d.IntN(3) {
			c.Sysctls = append(c.Sysctls, corev1.Sysctl{Name: pick(d, "kernel.shm_rmid_forced", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
				"net.ipv4.tcp_rmem", "net.ipv4.tcp_notsent_lowat", "kernel.msgmax", "")})
		}
		if d.one(3) {
			c.SupplementalGroups = []int64{1, 0}
		}
		s.SecurityContext = c
	}
	if d.one(3) {
		t.Annotations = map[string]string{
			corev1.SeccompPodAnnotationKey:                                                              pick(d, "unconfined", "runtime/default", "docker/default", "localhost/a", ""),
			corev1.SeccompContainerAnnotationKeyPrefix + pick(d, names...):                              pick(d, "unconfined", "runtime/default", "localhost/a"),
			corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + pick(d, append(names, "no")...): pick(d, "unconfined", "runtime/default", "localhost/a", ""),
		}
	}
	return t
}

func (d dice) seccomp() *corev1.SeccompProfile {
	if d.one(2) {
		return nil
	}
	return &corev1.SeccompProfile{Type: pick(d, corev1.SeccompProfileTypeRuntimeDefault, corev1.SeccompProfileTypeLocalhost, corev1.SeccompProfileTypeUnconfined, "")}
}

func (d dice) seLinux() *corev1.SELinuxOptions {
	if !d.one(4) {
		return nil
	}
	return &corev1.SELinuxOptions{Type: pick(d, "", "container_t", "container_engine_t", "spc_t"), User: pick(d, "", "", "u"), Role: pick(d, "", "", "r")}
}

func (d dice) appArmor() *corev1.AppArmorProfile {
	if !d.one(4) {
		return nil
	}
	return &corev1.AppArmorProfile{Type: pick(d, corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeLocalhost, corev1.AppArmorProfileTypeUnconfined, "")}
}

func (d dice) windows() *corev1.WindowsSecurityContextOptions {
	if !d.one(5) {
		return nil
	}
	return &corev1.WindowsSecurityContextOptions{HostProcess: d.flag()}
}

func (d dice) container(name string) corev1.Container {
	c := corev1.Container{Name: name, Image: d.image(), ImagePullPolicy: pick(d, "", corev1.PullAlways, corev1.PullIfNotPresent)}
	for i := range d.IntN(3) {
		c.Env = append(c.Env, d.variable(fmt.Sprintf("V%d_TOKEN", i)))
	}
	if d.one(6) {
		c.EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}}}}
	}
	for range d.IntN(2) {
		c.Ports = append(c.Ports, corev1.ContainerPort{ContainerPort: pick(d, int32(22), 80), HostPort: pick(d, int32(0), 0, 80)})
	}
	c.LivenessProbe, c.ReadinessProbe, c.StartupProbe = d.probe(), d.probe(), d.probe()
	if d.one(4) {
		c.Lifecycle = &corev1.Lifecycle{PostStart: d.handler(), PreStop: d.handler()}
	}
	if d.one(3) {
		c.Command = pick(d, []string{"sudo", "app"}, []string{"app"}, []string{"sh", "-c", "exec /usr/bin/sudo app"})
	}
	for range d.IntN(2) {
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: pick(d, "v0", "v1"), MountPath: "/data", ReadOnly: d.one(2)})
	}
	if d.one(2) {
		c.Resources.Limits = corev1.ResourceList{pick(d, corev1.ResourceCPU, corev1.ResourceMemory): resource.MustParse("1")}
	}
	if d.one(4) {
		return c
	}
	s := &corev1.SecurityContext{Privileged: d.flag(), AllowPrivilegeEscalation: d.flag(), RunAsNonRoot: d.flag(), RunAsUser: d.id(), RunAsGroup: d.id(),
		ReadOnlyRootFilesystem: d.flag(), SeccompProfile: d.seccomp(), SELinuxOptions: d.seLinux(), AppArmorProfile: d.appArmor(), WindowsOptions: d.windows()}
	if d.one(4) {
		s.ProcMount = new(pick(d, corev1.DefaultProcMount, corev1.UnmaskedProcMount, ""))
	}
	if d.one(2) {
		s.Capabilities = &corev1.Capabilities{}
		for range d.IntN(3) {
			s.Capabilities.Add = append(s.Capabilities.Add, pick[corev1.Capability](d, "NET_BIND_SERVICE", "CHOWN", "NET_RAW", "SYS_ADMIN", "ALL", "cap_bpf"))
			s.Capabilities.Drop = append(s.Capabilities.Drop, pick[corev1.Capability](d, "ALL", "ALL", "all", "NET_RAW"))
		}
	}
	c.SecurityContext = s
	return c
}

func (d dice) image() string {
	return pick(d, "", "nginx", "registry.example/app", "registry.example/app:1", "registry.example/app@sha256:"+digest, "k8s.gcr.io/pause:3", "evil.example/app:latest", "NO")
}

func (d dice) variable(name string) corev1.EnvVar {
	e := corev1.EnvVar{Name: name}
	switch d.IntN(4) {
	case 0:
		e.Value = fakeKey
	case 1:
		e.Value = strings.Replace(fakeKey, "q7", "Q8", 1)
	case 2:
		e.ValueFrom = &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}, Key: "password"}}
	}
	return e
}

func (d dice) probe() *corev1.Probe {
	if !d.one(5) {
		return nil
	}
	h := d.handler()
	if h == nil {
		return &corev1.Probe{}
	}
	return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: h.HTTPGet, TCPSocket: h.TCPSocket}}
}

func (d dice) handler() *corev1.LifecycleHandler {
	host := pick(d, "", "169.254.169.254")
	switch d.IntN(3) {
	case 0:
		return &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Host: host, Port: intstr.FromInt32(80)}}
	case 1:
		return &corev1.LifecycleHandler{TCPSocket: &corev1.TCPSocketAction{Host: host, Port: intstr.FromInt32(80)}}
	}
	return nil
}

func (d dice) source() corev1.VolumeSource {
	switch d.IntN(9) {
	case 0:
		return corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: pick(d, "/", "/etc", "/srv/data", "/var/run/docker.sock", "/root/.aws", "/var/lib/kubelet", "")}}
	case 1:
		return corev1.VolumeSource{NFS: &corev1.NFSVolumeSource{}}
	case 2:
		return corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{}}
	case 3:
		return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{}}
	case 4:
		return corev1.VolumeSource{Image: &corev1.ImageVolumeSource{Reference: d.image()}}
	case 5:
		return corev1.VolumeSource{ISCSI: &corev1.ISCSIVolumeSource{}}
	case 6:
		return corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/srv"}, ConfigMap: &corev1.ConfigMapVolumeSource{}}
	case 7:
		return corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
	}
	return corev1.VolumeSource{}
}
