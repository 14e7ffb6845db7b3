package node

import (
	"strings"
	"testing"

	"canopy/analysis/lifecycle"
)

// TestSystems reads how systems call themselves, and says of those that no table has that nothing is known.
func TestSystems(t *testing.T) {
	for _, c := range []struct {
		image, kernel, product, cycle string
		state                         State
		cgroup                        int
		kubelet                       string
	}{
		{"Ubuntu 24.04.4 LTS", "6.8.0-94-generic", lifecycle.Ubuntu, "24.04", OK, 2, ""},
		{"Ubuntu 22.04.5 LTS", "", lifecycle.Ubuntu, "22.04", OK, 2, ""},
		{"Ubuntu 20.04.6 LTS", "", lifecycle.Ubuntu, "20.04", Due, 1, ""},
		{"Ubuntu 21.10", "", lifecycle.Ubuntu, "21.10", Overdue, 2, ""},
		{"Ubuntu 21.04", "", lifecycle.Ubuntu, "21.04", Overdue, 1, ""},
		{"Debian GNU/Linux 12 (bookworm)", "", lifecycle.Debian, "12", Due, 2, ""},
		{"Debian GNU/Linux 13 (trixie)", "", lifecycle.Debian, "13", OK, 2, ""},
		{"Debian GNU/Linux 10 (buster)", "", lifecycle.Debian, "10", "", 1, ""},
		{"Amazon Linux 2", "5.10.230-223.885.amzn2.x86_64", lifecycle.AmazonLinux, "2", Overdue, 1, ""},
		{"Amazon Linux 2023.6.20241121", "", lifecycle.AmazonLinux, "2023", OK, 2, ""},
		{"Amazon Linux AMI 2018.03", "", lifecycle.AmazonLinux, "2018.03", "", 1, ""},
		{"Container-Optimized OS from Google", "6.6.56+", lifecycle.ContainerOS, "", NoData, 0, ""},
		{"Container-Optimized OS 121", "6.6.56+", lifecycle.ContainerOS, "121", "", 2, ""},
		{"Red Hat Enterprise Linux 9.4 (Plow)", "", lifecycle.RHEL, "9", OK, 2, ""},
		{"Red Hat Enterprise Linux 8.10 (Ootpa)", "4.18.0-553.16.1.el8_10.x86_64", lifecycle.RHEL, "8", OK, 1, ""},
		{"Red Hat Enterprise Linux CoreOS 416.94.202411201433-0", "", lifecycle.OpenShift, "4.16", "", 0, ""},
		{"Red Hat Enterprise Linux CoreOS 9.6.20251103-1 (Plow)", "", lifecycle.OpenShift, "", NoData, 0, ""},
		{"Red Hat Enterprise Linux CoreOS 9.6.20251103-1 (Plow)", "", lifecycle.OpenShift, "4.20", OK, 0, "v1.33.5"},
		{"Red Hat Enterprise Linux CoreOS 9.6.20251103-1 (Plow)", "", lifecycle.OpenShift, "", NoData, 0, "v1.13.5"},
		{"Red Hat Enterprise Linux CoreOS 416.94.202411201433-0", "", lifecycle.OpenShift, "4.16", "", 0, "v1.33.5"},
		{"Rocky Linux 9.4 (Blue Onyx)", "", lifecycle.RockyLinux, "9", OK, 2, ""},
		{"AlmaLinux 8.10 (Cerulean Leopard)", "", lifecycle.AlmaLinux, "8", OK, 1, ""},
		{"SUSE Linux Enterprise Server 15 SP6", "", lifecycle.SLES, "15.6", "", 0, ""},
		{"SUSE Linux Enterprise Server 15", "", lifecycle.SLES, "15.0", "", 0, ""},
		{"SUSE Linux Micro 6.1", "", lifecycle.SUSEMicro, "6.1", OK, 2, ""},
		{"SUSE Linux Enterprise Micro 5.5", "", lifecycle.SUSEMicro, "5.5", "", 0, ""},
		{"VMware Photon OS/Linux", "6.1.112-1.ph5", lifecycle.Photon, "5.0", "", 2, ""},
		{"Windows Server 2022 Datacenter", "10.0.20348.2402", lifecycle.WindowsServer, "2022", OK, 0, ""},
		{"Bottlerocket OS 1.27.1 (aws-k8s-1.31)", "6.1.109", "bottlerocket", "1.27", NoData, 0, ""},
		{"Flatcar Container Linux by Kinvolk 4081.2.0 (Oklo)", "6.6.60-flatcar", "flatcar", "4081", NoData, 2, ""},
		{"Talos (v1.8.3)", "6.6.60-talos", "talos", "1.8", NoData, 2, ""},
		{"openSUSE Leap 15.6", "", "opensuse", "15.6", NoData, 0, ""},
		{"CentOS Linux 7 (Core)", "3.10.0-1160.el7.x86_64", "centos", "7", NoData, 1, ""},
		{"Plan 9 from Bell Labs", "", "plan", "", NoData, 0, ""},
		{"", "", "", "", NoData, 0, ""},
	} {
		a := newWard(t, "").a
		s := a.judgeSystem(&moment{now: today().at.Unix()}, c.image, c.kernel, c.kubelet)
		if s.product != c.product || s.cycle != c.cycle || s.cgroup != c.cgroup || c.state != "" && s.State != c.state || s.Detail == "" {
			t.Errorf("%q: got %s %s %d %s %q", c.image, s.product, s.cycle, s.cgroup, s.State, s.Detail)
		}
	}
}

// TestRuntimesAndKernels reads what runs containers, and says who supports a kernel.
func TestRuntimesAndKernels(t *testing.T) {
	for _, c := range []struct {
		m      machine
		topic  Topic
		state  State
		detail string
	}{
		{machine{runtime: "containerd://2.3.4"}, Runtime, OK, "containerd 2.3: supported until 2028-04-30"},
		{machine{runtime: "containerd://1.7.20-k3s1"}, Runtime, "", "containerd 1.7"},
		{machine{runtime: "containerd://1.6.36"}, Runtime, Overdue, "1.6.39 is the newest of the line"},
		{machine{runtime: "containerd://2.1.0"}, Runtime, Overdue, "support ended on 2026-07-03"},
		{machine{runtime: "containerd://2.0.0"}, Runtime, Overdue, "runs 2.0.0, 2.0.11 is the newest of the line, out since 2026-07-09"},
		{machine{runtime: "containerd://2.3.0"}, Runtime, Overdue, "2.3.4 is the newest of the line"},
		{machine{runtime: "containerd://2.3.0-k3s1"}, Runtime, Due, "whoever has packed it may have mended it in its own build"},
		{machine{runtime: "containerd://1.6.20~ds1"}, Runtime, Overdue, "support ended on 2025-08-23"},
		{machine{runtime: "containerd://2.3.0-rc.1"}, Runtime, Overdue, "2.3.4 is the newest of the line"},
		{machine{runtime: "containerd://2.3.9"}, Runtime, OK, "supported until 2028-04-30"},
		{machine{os: "Ubuntu 22.04.1 LTS", kernel: "5.19.0-50-generic"}, KernelLine, NoData, "whether the makers of Ubuntu 22.04 still keep up 5.19 is not known here, as they do 5.15 and 6.8"},
		{machine{os: "Ubuntu 22.04.5 LTS", kernel: "6.2.0-39-generic"}, KernelLine, NoData, "6.2"},
		{machine{os: "Ubuntu 22.04.5 LTS", kernel: "6.8.0-1021-aws"}, KernelLine, OK, "supported as the system is"},
		{machine{os: "Ubuntu 23.10", kernel: "6.5.0-44-generic"}, KernelLine, Overdue, "of the system itself: support ended"},
		{machine{os: "Container-Optimized OS 117", kernel: "6.6.72+"}, KernelLine, Overdue, "and is itself no better: Container-Optimized OS 117: support ended on 2026-09-01"},
		{machine{os: "Bottlerocket OS 1.32.0 (aws-k8s-1.31)", kernel: "6.1.119"}, KernelLine, NoData, "runs 6.1.119, 6.1.183 is the newest of the line"},
		{machine{system: "windows", os: "Windows Server 2022 Datacenter", kernel: "10.0.20348.2966"}, KernelLine, OK, "the system's own, supported as the system is"},
		{machine{system: "windows", os: "Windows Server 2022 Datacenter", kernel: "10.0.17763.6659"}, KernelLine, NoData, "still keep up 10.0.17763"},
		{machine{os: "Red Hat Enterprise Linux CoreOS 9.6.20251103-1 (Plow)", kernel: "5.14.0-570.el9", kubelet: "v1.33.5"}, KernelLine, OK, "supported as the system is"},
		{machine{runtime: "cri-o://1.34.1"}, Runtime, NoData, "no source here knows cri-o 1.34"},
		{machine{runtime: "docker://20.10.7"}, Runtime, NoData, "no source here knows docker 20.10"},
		{machine{runtime: "containerd://Unknown"}, Runtime, NoData, "does not tell which version"},
		{machine{runtime: "what"}, Runtime, NoData, "does not tell which version"},
		{machine{kernel: "6.8.0-94-generic"}, KernelLine, OK, "the distribution's own, supported as the system is"},
		{machine{os: "Talos (v1.8.3)", kernel: "6.6.60-talos"}, KernelLine, NoData, "kernel 6.6"},
		{machine{os: "Flatcar Container Linux by Kinvolk 4081.2.0 (Oklo)", kernel: "6.5.1-flatcar"}, KernelLine, Overdue, "Flatcar 4081 builds its kernels of that line"},
		{machine{os: "Oracle Linux Server 9.4", kernel: "5.15.0-300.el9uek"}, KernelLine, NoData, "of this one nothing is known"},
		{machine{os: "Red Hat Enterprise Linux 8.10 (Ootpa)", kernel: "4.18.0-553.el8.x86_64", kubelet: "v1.31.14"}, KernelLine, OK, "supported as the system is"},
		{machine{os: "Red Hat Enterprise Linux 8.10 (Ootpa)", kernel: "4.18.0-553.el8.x86_64", kubelet: "v1.32.1"}, KernelLine, Due, "is older than 4.19, which kubeadm asks for since 1.32"},
		{machine{kernel: "x"}, KernelLine, NoData, "does not tell its kernel"},
		{machine{kubelet: "v1.37.2"}, CGroup, OK, "inferred, its configuration was not read"},
		{machine{os: "Amazon Linux 2", kubelet: "v1.33.1"}, CGroup, Due, "version 1 by default of Amazon Linux 2: inferred"},
		{machine{os: "Amazon Linux 2", kubelet: "v1.34.1"}, CGroup, Overdue, "the kubelet of the next minor does not start on it"},
		{machine{os: "Amazon Linux 2", kubelet: "v1.35.1"}, CGroup, Overdue, "its kubelet refuses that unless failCgroupV1 is off"},
		{machine{kubelet: "v1.33.1"}, CGroup, OK, "version 2 by default of Ubuntu 24.04: inferred"},
		{machine{os: "Bottlerocket OS 1.27.1", kubelet: "v1.33.1"}, CGroup, NoData, "nothing tells which version"},
		{machine{system: "windows", os: "Windows Server 2022 Datacenter"}, CGroup, "", ""},
	} {
		c.m.name = "a"
		w := newWard(t, "v1.37.2").put(c.m.String())
		if v := w.verdict("a", c.topic); c.state != "" && v.State != c.state || !strings.Contains(v.Detail, c.detail) {
			t.Errorf("%+v: %+v", c.m, v)
		}
	}
}
