package remedy

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// hostPaths is PS06.
func (e *editor) hostPaths() {
	e.dropVolumes(func(v *corev1.Volume) bool { return v.HostPath != nil })
}

// runtimeSockets is PS07.
func (e *editor) runtimeSockets() {
	e.dropVolumes(func(v *corev1.Volume) bool {
		if v.HostPath == nil || !offends("PS07", corev1.PodSpec{Volumes: []corev1.Volume{*v}}) {
			return false
		}
		e.harm(outage, "what speaks to the container runtime through volume %s stops working: build with a rootless builder, watch through the API", v.Name)
		return true
	})
}

// nodeCredentials is SE09.
func (e *editor) nodeCredentials() {
	e.dropVolumes(func(v *corev1.Volume) bool {
		if v.HostPath == nil || !offends("SE09", corev1.PodSpec{Volumes: []corev1.Volume{*v}}) {
			return false
		}
		e.harm(needsEvidence, "what speaks to the cloud or to the API with the node's credentials through volume %s needs an identity of its own first: EKS Pod Identity, Workload Identity Federation for GKE, Microsoft Entra Workload ID, or a ServiceAccount with the rights that it uses", v.Name)
		return true
	})
}

// oddVolumes is PS23: paths of the node go; other types hold data that only an administrator can move behind a claim.
func (e *editor) oddVolumes() {
	e.hostPaths()
	for _, h := range hitsOf("PS23", e.t) {
		kind := h.Path[strings.LastIndexByte(h.Path, '.')+1:]
		if kind == "gitRepo" {
			e.leave("PS23", "volume %s is a gitRepo: use an emptyDir and an init container that clones", h.Value)
			continue
		}
		e.leave("PS23", "volume %s is of type %s: create a PersistentVolume with that source and a PersistentVolumeClaim, and name the claim in the volume (persistentVolumeClaim.claimName)", h.Value, kind)
	}
}

// dropVolumes takes volumes away with their mounts in every container.
func (e *editor) dropVolumes(bad func(*corev1.Volume) bool) {
	e.t.Spec.Volumes = slices.DeleteFunc(e.t.Spec.Volumes, func(v corev1.Volume) bool {
		if !bad(&v) {
			return false
		}
		e.unmount(&v)
		return true
	})
}

// unmount takes the mounts of a volume out of every container, and says what that costs.
func (e *editor) unmount(v *corev1.Volume) {
	used := false
	for _, c := range e.containers() {
		c.VolumeMounts = slices.DeleteFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool {
			if m.Name != v.Name {
				return false
			}
			used = true
			if m.ReadOnly {
				e.harm(needsEvidence, "container %s no longer reads %s of the node at %s: give it a ConfigMap, a claim or a CSI volume where it needs the data", c.Name, v.HostPath.Path, m.MountPath)
			} else {
				e.harm(outage, "container %s no longer writes to %s of the node at %s: move the data to a claim first", c.Name, v.HostPath.Path, m.MountPath)
			}
			return true
		})
	}
	if !used {
		e.harm(harmless, "no container mounts volume %s", v.Name)
	}
}

// readOnlyRoot is PS24. A container that has nothing at /tmp gets an empty directory of its own there: one that is shared
// would let the containers reach each other's files. It has no size limit, as the root file system it stands in for had none.
func (e *editor) readOnlyRoot() {
	if e.windows() {
		return
	}
	for _, c := range e.containers() {
		if c.SecurityContext != nil && isTrue(c.SecurityContext.ReadOnlyRootFilesystem) {
			continue
		}
		security(c).ReadOnlyRootFilesystem = ptr(true)
		e.harm(needsEvidence, "container %s writes to nothing but its volumes and /tmp: look for other places with kubectl exec … -- find / -xdev -newer /proc/1 -type f, and mount an emptyDir there", c.Name)
		if slices.ContainsFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return strings.TrimRight(m.MountPath, "/") == "/tmp" }) {
			continue
		}
		name := e.volumeName(c.Name)
		e.t.Spec.Volumes = append(e.t.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: name, MountPath: "/tmp"})
	}
}

// volumeName gives a free name for the /tmp of a container: a DNS label, 63 bytes at most.
func (e *editor) volumeName(container string) string {
	base := "tmp"
	if len(e.t.Spec.InitContainers)+len(e.t.Spec.Containers) > 1 {
		base = strings.TrimRight(("tmp-" + container)[:min(len(container)+4, 59)], "-")
	}
	name := base
	for i := 2; slices.ContainsFunc(e.t.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == name }); i++ {
		name = base + "-" + strconv.Itoa(i)
	}
	return name
}
