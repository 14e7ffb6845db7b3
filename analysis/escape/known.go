package escape

// These tables are data: paths of nodes by which a node is lost, written without links.

// links are those that lead elsewhere on all nodes of today.
var links = [...]struct{ from, to string }{
	{"/proc/1/root", "/"}, {"/proc/1/cwd", "/"}, {"/proc/self/root", "/"}, {"/proc/self/cwd", "/"}, {"/proc/thread-self/root", "/"}, {"/var/run", "/run"},
	{"/bin", "/usr/bin"}, {"/lib", "/usr/lib"}, {"/lib64", "/usr/lib64"}, {"/sbin", "/usr/sbin"},
}

// sockets are those over which root takes orders: of container runtimes, of systemd and of D-Bus, which passes orders to it.
var sockets = [...]string{
	"/run/containerd/containerd.sock", "/run/containerd/containerd.sock.ttrpc", "/run/cri-dockerd.sock", "/run/crio/crio.sock", "/run/docker.sock",
	"/run/dockershim.sock", "/run/k0s/containerd.sock", "/run/k3s/containerd/containerd.sock", "/run/podman/podman.sock",
	"/run/dbus/system_bus_socket", "/run/systemd/private",
}

// pipes are the same on Windows.
var pipes = [...]string{"/pipe/containerd-containerd", "/pipe/docker_engine"}

// believed are files and directories from which root of a node runs programs or takes its word: whoever writes there, or below, is root.
var believed = [...]string{
	"/boot", "/usr/bin", "/usr/lib/aarch64-linux-gnu", "/usr/lib/modules", "/usr/lib/systemd", "/usr/lib/udev", "/usr/lib/x86_64-linux-gnu", "/usr/lib64",
	"/usr/libexec", "/usr/local/bin", "/usr/local/lib", "/usr/local/sbin", "/usr/sbin",
	"/etc/cron.d", "/etc/cron.daily", "/etc/cron.hourly", "/etc/cron.monthly", "/etc/cron.weekly", "/etc/crontab", "/var/spool/cron",
	"/etc/init", "/etc/init.d", "/etc/logrotate.d", "/etc/modprobe.d", "/etc/modules-load.d", "/etc/profile", "/etc/profile.d", "/etc/rc.d", "/etc/rc.local",
	"/etc/systemd", "/etc/udev", "/run/systemd/system", "/run/udev/rules.d", "/var/lib/cloud/scripts",
	"/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload",
	"/etc/group", "/etc/pam.d", "/etc/passwd", "/etc/shadow", "/etc/ssh", "/etc/sudoers", "/etc/sudoers.d", "/root",
	"/etc/containerd", "/etc/containers", "/etc/crio", "/etc/docker", "/opt/cni/bin",
	"/var/lib/containerd", "/var/lib/containers", "/var/lib/docker",
	"/etc/kubernetes/manifests", "/etc/default/kubelet", "/etc/sysconfig/kubelet", "/var/lib/kubelet/config.yaml", "/var/lib/kubelet/kubeadm-flags.env",
	"/etc/rancher/k3s/config.yaml", "/etc/rancher/k3s/config.yaml.d", "/etc/rancher/rke2/config.yaml", "/etc/rancher/rke2/config.yaml.d",
	"/var/lib/k0s/bin", "/var/lib/k0s/manifests", "/var/lib/rancher/k3s/agent/pod-manifests", "/var/lib/rancher/k3s/data",
	"/var/lib/rancher/k3s/server/manifests", "/var/lib/rancher/rke2/agent/pod-manifests", "/var/lib/rancher/rke2/bin", "/var/lib/rancher/rke2/data",
	"/var/lib/rancher/rke2/server/manifests", "/var/snap/microk8s/current/args",
}

// believedWindows is the same for Windows, in small letters.
var believedWindows = [...]string{
	"/etc/kubernetes/manifests", "/k", "/program files", "/programdata/containerd", "/programdata/docker", "/programdata/microsoft/windows/start menu",
	"/programdata/ssh", "/var/lib/kubelet/config.yaml", "/var/lib/kubelet/kubeadm-flags.env", "/windows",
}

// kubeletKeys are by which a kubelet shows who it is.
var kubeletKeys = [...]string{
	"/etc/kubernetes/bootstrap-kubelet.conf", "/etc/kubernetes/kubelet.conf", "/var/lib/kubelet/bootstrap-kubeconfig", "/var/lib/kubelet/kubeconfig",
	"/var/lib/kubelet/pki", "/var/lib/k0s/kubelet/pki", "/var/lib/rancher/k3s/agent/client-kubelet.key", "/var/lib/rancher/k3s/agent/kubelet.kubeconfig",
	"/var/lib/rancher/rke2/agent/client-kubelet.key", "/var/lib/rancher/rke2/agent/kubelet.kubeconfig",
}

// planeKeys are those of the control plane, and the data of etcd.
var planeKeys = [...]string{
	"/etc/kubernetes/admin.conf", "/etc/kubernetes/controller-manager.conf", "/etc/kubernetes/pki", "/etc/kubernetes/scheduler.conf", "/etc/kubernetes/ssl",
	"/etc/kubernetes/super-admin.conf", "/etc/rancher/k3s/k3s.yaml", "/etc/rancher/rke2/rke2.yaml", "/var/lib/etcd", "/var/lib/k0s/etcd",
	"/var/lib/k0s/pki", "/var/lib/rancher/k3s/server/cred", "/var/lib/rancher/k3s/server/db", "/var/lib/rancher/k3s/server/tls",
	"/var/lib/rancher/k3s/server/token", "/var/lib/rancher/rke2/server/cred", "/var/lib/rancher/rke2/server/db", "/var/lib/rancher/rke2/server/tls",
	"/var/lib/rancher/rke2/server/token", "/var/snap/microk8s/current/certs", "/var/snap/microk8s/current/credentials",
	"/var/snap/microk8s/current/var/kubernetes/backend",
}

// homes hold private keys, kubeconfigs and passwords of people.
var homes = [...]string{"/etc/shadow", "/home", "/root/.kube", "/root/.ssh"}
