package workload

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// hostPaths follows policy/check_hostPathVolumes.go of pod-security-admission. It is critical where the path holds what a
// node lives by, or where a container may write to it.
func hostPaths(t *template) []place {
	var found []place
	for i := range t.spec.Volumes {
		v := &t.spec.Volumes[i]
		if v.HostPath == nil {
			continue
		}
		p := place{path: index("volumes", i) + ".hostPath.path", value: v.HostPath.Path, detail: "must not be a path of the node"}
		if sensitivePath(v.HostPath.Path) || t.writes(v.Name) {
			p.severity = model.Critical
		}
		found = append(found, p)
	}
	return found
}

// debugMounts finds the mounts by which ephemeral containers reach a path of the node: the volume is the pod's, but who
// came later uses it.
func debugMounts(t *template) []place {
	var found []place
	for i := range t.containers {
		c := &t.containers[i]
		if c.kind != record.Ephemeral {
			continue
		}
		for j := range c.VolumeMounts {
			m := &c.VolumeMounts[j]
			for k := range t.spec.Volumes {
				v := &t.spec.Volumes[k]
				if v.HostPath == nil || v.Name != m.Name {
					continue
				}
				p := c.at(index("volumeMounts", j)+".name", m.Name, "must not mount a path of the node")
				if !m.ReadOnly || sensitivePath(v.HostPath.Path) {
					p.severity = model.Critical
				}
				found = append(found, p)
			}
		}
	}
	return found
}

// nodePaths is hostPaths with debugMounts.
func nodePaths(t *template) []place { return append(hostPaths(t), debugMounts(t)...) }

// writes tells whether a container that the template starts may write to the volume.
func (t *template) writes(volume string) bool {
	for i := range t.containers {
		if t.containers[i].kind == record.Ephemeral {
			continue
		}
		for _, m := range t.containers[i].VolumeMounts {
			if m.Name == volume && !m.ReadOnly {
				return true
			}
		}
	}
	return false
}

// sensitivePath tells whether a path of a node is, or contains, one that gives the node away even to a reader. Below
// those that are sensitive throughout, every path is.
func sensitivePath(p string) bool {
	p = nodePath(p)
	for _, tree := range [...]string{"/proc", "/root", "/var/lib/kubelet", "/etc/kubernetes"} {
		if within(p, tree) || within(tree, p) {
			return true
		}
	}
	if p == "/etc" || p == "/var/log" {
		return true
	}
	return slices.ContainsFunc(sockets[:], func(s string) bool { return within(s, p) })
}

// sockets are those of container runtimes. Who may write to one is root on the node.
var sockets = [...]string{
	"/run/containerd/containerd.sock", "/run/containerd/containerd.sock.ttrpc", "/run/cri-dockerd.sock", "/run/crio/crio.sock",
	"/run/docker.sock", "/run/dockershim.sock", "/run/k3s/containerd/containerd.sock", "/run/podman/podman.sock",
	"/var/run/containerd/containerd.sock", "/var/run/containerd/containerd.sock.ttrpc", "/var/run/cri-dockerd.sock",
	"/var/run/crio/crio.sock", "/var/run/docker.sock", "/var/run/dockershim.sock", "/var/run/podman/podman.sock",
}

// runtimeSockets finds volumes that are a runtime's socket. A directory that holds one is a matter of hostPaths, which
// calls it critical.
func runtimeSockets(t *template) []place {
	var found []place
	for i := range t.spec.Volumes {
		if h := t.spec.Volumes[i].HostPath; h != nil && slices.Contains(sockets[:], nodePath(h.Path)) {
			found = append(found, place{path: index("volumes", i) + ".hostPath.path", value: h.Path, detail: "must not be a runtime's socket"})
		}
	}
	return found
}

// nodePath gives one form to a path of a node: without "..", double slashes, and the drive letter of Windows.
func nodePath(p string) string {
	p = strings.ReplaceAll(p, `\`, "/")
	if len(p) >= 2 && p[1] == ':' {
		p = p[2:]
	}
	return path.Clean("/" + p)
}

// within tells whether a clean path is the other one or below it.
func within(p, top string) bool {
	return p == top || top == "/" || strings.HasPrefix(p, top+"/")
}

// restrictedVolumes follows policy/check_restrictedVolumes.go of pod-security-admission.
func restrictedVolumes(t *template) []place {
	var found []place
	for i := range t.spec.Volumes {
		if kind := volumeType(&t.spec.Volumes[i].VolumeSource); kind != "" {
			found = append(found, place{path: index("volumes", i) + "." + kind, value: t.spec.Volumes[i].Name, detail: "is not an allowed type of volume"})
		}
	}
	return found
}

// oddVolumes is restrictedVolumes without volumes that name no source, which an API server makes empty directories.
func oddVolumes(t *template) []place {
	return slices.DeleteFunc(restrictedVolumes(t), func(p place) bool { return strings.HasSuffix(p.path, "."+noSource) })
}

const noSource = "unknown"

// volumeType names the type of a volume that restricted does not allow; "" for the others.
func volumeType(v *corev1.VolumeSource) string {
	switch {
	case v.ConfigMap != nil, v.CSI != nil, v.DownwardAPI != nil, v.EmptyDir != nil, v.Ephemeral != nil, v.Image != nil,
		v.PersistentVolumeClaim != nil, v.Projected != nil, v.Secret != nil:
		return ""
	case v.HostPath != nil:
		return "hostPath"
	case v.GCEPersistentDisk != nil:
		return "gcePersistentDisk"
	case v.AWSElasticBlockStore != nil:
		return "awsElasticBlockStore"
	case v.GitRepo != nil:
		return "gitRepo"
	case v.NFS != nil:
		return "nfs"
	case v.ISCSI != nil:
		return "iscsi"
	case v.Glusterfs != nil:
		return "glusterfs"
	case v.RBD != nil:
		return "rbd"
	case v.FlexVolume != nil:
		return "flexVolume"
	case v.Cinder != nil:
		return "cinder"
	case v.CephFS != nil:
		return "cephfs"
	case v.Flocker != nil:
		return "flocker"
	case v.FC != nil:
		return "fc"
	case v.AzureFile != nil:
		return "azureFile"
	case v.VsphereVolume != nil:
		return "vsphereVolume"
	case v.Quobyte != nil:
		return "quobyte"
	case v.AzureDisk != nil:
		return "azureDisk"
	case v.PhotonPersistentDisk != nil:
		return "photonPersistentDisk"
	case v.PortworxVolume != nil:
		return "portworxVolume"
	case v.ScaleIO != nil:
		return "scaleIO"
	case v.StorageOS != nil:
		return "storageos"
	}
	return noSource
}
