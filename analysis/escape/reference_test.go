package escape

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// disk is a node as the reference sees it: files, and what they are to whoever gets at them.
var disk = map[string]string{
	"/run/docker.sock": "socket", "/run/containerd/containerd.sock": "socket", "/run/dbus/system_bus_socket": "socket", "/run/systemd/private": "socket",
	"/etc/cron.d/job": "believed", "/etc/passwd": "believed", "/usr/bin/sh": "believed", "/boot/vmlinuz": "believed", "/var/lib/docker/image": "believed",
	"/etc/kubernetes/manifests/etcd.yaml": "believed", "/etc/rancher/k3s/config.yaml": "believed", "/usr/local/bin/kubelet": "believed", "/root/.bashrc": "believed",
	"/var/lib/kubelet/config.yaml": "believed", "/opt/cni/bin/bridge": "believed", "/run/systemd/system/y.service": "believed", "/usr/lib/systemd/system/x.service": "believed",
	"/var/lib/kubelet/pods/7f/token": "token", "/var/lib/kubelet/pki/kubelet.key": "kubelet", "/etc/kubernetes/kubelet.conf": "kubelet",
	"/etc/kubernetes/pki/ca.key": "plane", "/etc/kubernetes/admin.conf": "plane", "/var/lib/etcd/member/db": "plane", "/etc/rancher/k3s/k3s.yaml": "plane",
	"/var/log/pods/x.log": "log", "/proc/sys/kernel/core_pattern": "core", "/proc/sys/kernel/threads-max": "", "/proc/7/environ": "",
	"/etc/localtime": "", "/srv/data/file": "", "/run/flannel/subnet.env": "", "/var/lib/kubelet/plugins/driver/csi.sock": "", "/usr/share/zoneinfo/UTC": "",
	"/opt/data/file": "", "/mnt/disk/file": "", "/etc/ssl/certs/ca.pem": "", "/tmp/x": "",
}

// walk goes a path step by step, as a kernel does, following the two links that the disk has.
func walk(from []string, p string) []string {
	at := append([]string{}, from...)
	for _, step := range strings.Split(p, "/") {
		switch step {
		case "", ".":
		case "..":
			if len(at) > 0 {
				at = at[:len(at)-1]
			}
		default:
			at = append(at, step)
			switch strings.Join(at, "/") {
			case "var/run":
				at = []string{"run"}
			case "bin", "lib":
				at = []string{"usr", step}
			case "proc/1/root":
				at = nil
			}
		}
	}
	return at
}

// sees lists what kinds of files a container gets by a directory or file of the node.
func sees(at []string) map[string]bool {
	found := map[string]bool{}
	top := "/" + strings.Join(at, "/")
	for file, kind := range disk {
		if top == "/" || file == top || strings.HasPrefix(file, top+"/") {
			found[kind] = true
		}
	}
	return found
}

// slow judges one mount by the container's root.
func slow(volume, sub string, only bool, throughout *corev1.RecursiveReadOnlyMode) map[string]bool {
	base := walk(nil, volume)
	at := walk(base, sub)
	top, in := "/"+strings.Join(at, "/"), "/"+strings.Join(base, "/")
	want := map[string]bool{}
	if in != "/" && top != in && !strings.HasPrefix(top, in+"/") {
		return want
	}
	s := sees(at)
	want["E-08 node"] = s["socket"]
	want["E-09 node"] = s["believed"] && !only
	one := strings.HasPrefix(top, "/var/lib/kubelet/pods/")
	want["E-11 tokens"], want["E-11 tokens?"] = s["token"] && !one, s["token"] && one
	want["E-11 node"] = s["kubelet"]
	want["E-12 plane"] = s["plane"]
	want["E-13 node?"] = s["log"] && !only
	inside := top == "/proc" || strings.HasPrefix(top, "/proc/")
	locked := only && (inside || throughout != nil && *throughout == corev1.RecursiveReadOnlyEnabled)
	want["E-14 node"] = s["core"] && !locked
	return want
}

// TestHostPaths compares relations of paths with the files of a node that are seen through them.
func TestHostPaths(t *testing.T) {
	var places []string
	for file := range disk {
		for p := file; p != ""; p = p[:strings.LastIndexByte(p, '/')] {
			places = append(places, p)
		}
	}
	slices.Sort(places)
	modes := []*corev1.RecursiveReadOnlyMode{nil, new(corev1.RecursiveReadOnlyDisabled), new(corev1.RecursiveReadOnlyEnabled)}
	d := rand.New(rand.NewPCG(9, 9))
	for range 20000 {
		p := places[d.IntN(len(places))]
		switch d.IntN(8) {
		case 0:
			p = "/"
		case 1:
			p = strings.Replace(p, "/run", "/var/run", 1)
		case 2:
			p = "/tmp/../" + p + "/."
		case 3:
			p = "/proc/1/root" + p
		case 4:
			p = "//" + strings.ReplaceAll(p, "/", "//")
		}
		only, mode, sub := d.IntN(2) == 0, (*corev1.RecursiveReadOnlyMode)(nil), ""
		if only {
			mode = modes[d.IntN(len(modes))]
		}
		if cut := d.IntN(len(p) + 1); d.IntN(3) == 0 && (cut == len(p) || p[cut] == '/') && !strings.Contains(p, "..") {
			p, sub = p[:cut]+"/", strings.TrimLeft(p[cut:], "/")
		}
		spec := corev1.PodSpec{
			Volumes: []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: p}}}},
			Containers: []corev1.Container{{Name: "a", VolumeMounts: []corev1.VolumeMount{
				{Name: "v", MountPath: "/m", ReadOnly: only, RecursiveReadOnly: mode, SubPath: sub},
			}}},
		}
		want := slow(p, sub, only, mode)
		list := Of(&corev1.PodTemplateSpec{Spec: spec}, Conditions{Minor: 37, AppArmor: model.Yes})
		check(t, list)
		got := map[string]bool{}
		for i := range list {
			got[short(list[i:i+1])] = true
		}
		for name, is := range want {
			if got[name] != is {
				t.Fatalf("%q below %q, read-only %t: %s: got %t, want %t", sub, p, only, name, got[name], is)
			}
		}
		if len(want) == 0 && len(list) > 0 {
			t.Fatalf("%q below %q: a link out of the volume opens %s", sub, p, short(list))
		}
	}
}
