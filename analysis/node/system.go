package node

import (
	"strconv"
	"strings"

	"canopy/analysis/lifecycle"
)

// system is the operating system of a node.
type system struct {
	line
	// product is that of the tables, or a name of its own for one that no table has; cycle its line there, "" where nothing tells it.
	product, cycle, name string
	rank                 rank
	// mainline tells that its kernels are those of kernel.org, and not a distribution's own.
	mainline bool
	// cgroup is the version of control groups that it boots with unless somebody has changed that; 0 where that is not known.
	cgroup int
}

// coreOSName begins the name of Red Hat's system for OpenShift.
const coreOSName = "Red Hat Enterprise Linux CoreOS"

// brand is how a system calls itself.
type brand struct {
	prefix, product, name string
	// parts is how many numbers its lines have: 2 for Ubuntu 24.04, 1 for Debian 12.
	parts    int
	mainline bool
	// unified is the first line that boots with control groups of version 2; "0" for one of which every line in use does, "" where that is
	// not known.
	unified string
}

// brands are data; the longer of two prefixes comes first.
var brands = [...]brand{
	{prefix: "Ubuntu Core", product: "ubuntu-core", name: "Ubuntu Core", parts: 1},
	{prefix: "Ubuntu", product: lifecycle.Ubuntu, name: "Ubuntu", parts: 2, unified: "21.10"},
	{prefix: "Debian GNU/Linux", product: lifecycle.Debian, name: "Debian", parts: 1, unified: "11"},
	{prefix: "Amazon Linux AMI", product: lifecycle.AmazonLinux, name: "Amazon Linux", parts: 2, unified: "2023"},
	{prefix: "Amazon Linux", product: lifecycle.AmazonLinux, name: "Amazon Linux", parts: 1, unified: "2023"},
	{prefix: "Container-Optimized OS", product: lifecycle.ContainerOS, name: "Container-Optimized OS", parts: 1, mainline: true, unified: "97"},
	{prefix: coreOSName, product: lifecycle.OpenShift, name: "Red Hat CoreOS of OpenShift", parts: 2},
	{prefix: "Red Hat Enterprise Linux", product: lifecycle.RHEL, name: "Red Hat Enterprise Linux", parts: 1, unified: "9"},
	{prefix: "Rocky Linux", product: lifecycle.RockyLinux, name: "Rocky Linux", parts: 1, unified: "9"},
	{prefix: "AlmaLinux", product: lifecycle.AlmaLinux, name: "AlmaLinux", parts: 1, unified: "9"},
	{prefix: "CentOS Stream", product: "centos-stream", name: "CentOS Stream", parts: 1, unified: "9"},
	{prefix: "CentOS Linux", product: "centos", name: "CentOS", parts: 1, unified: "9"},
	{prefix: "Oracle Linux", product: "oracle-linux", name: "Oracle Linux", parts: 1, unified: "9"},
	{prefix: "SUSE Linux Enterprise Micro", product: lifecycle.SUSEMicro, name: "SUSE Linux Micro", parts: 2},
	{prefix: "SUSE Linux Micro", product: lifecycle.SUSEMicro, name: "SUSE Linux Micro", parts: 2, unified: "6.0"},
	{prefix: "SL Micro", product: lifecycle.SUSEMicro, name: "SUSE Linux Micro", parts: 2, unified: "6.0"},
	{prefix: "SUSE Linux Enterprise Server", product: lifecycle.SLES, name: "SUSE Linux Enterprise Server", parts: 2},
	{prefix: "openSUSE", product: "opensuse", name: "openSUSE", parts: 2},
	{prefix: "VMware Photon", product: lifecycle.Photon, name: "Photon", parts: 2, unified: "5.0"},
	{prefix: "Windows Server", product: lifecycle.WindowsServer, name: "Windows Server", parts: 1},
	{prefix: "Bottlerocket", product: "bottlerocket", name: "Bottlerocket", parts: 2, mainline: true},
	{prefix: "Flatcar", product: "flatcar", name: "Flatcar", parts: 1, mainline: true, unified: "2969"},
	{prefix: "Talos", product: "talos", name: "Talos", parts: 2, mainline: true, unified: "0"},
	{prefix: "Fedora CoreOS", product: "fedora-coreos", name: "Fedora CoreOS", parts: 1, mainline: true, unified: "0"},
	{prefix: "Alpine Linux", product: "alpine", name: "Alpine", parts: 2, mainline: true},
	{prefix: "NixOS", product: "nixos", name: "NixOS", parts: 2, mainline: true, unified: "0"},
	{prefix: "Microsoft Azure Linux", product: "azure-linux", name: "Azure Linux", parts: 1},
	{prefix: "CBL-Mariner", product: "azure-linux", name: "CBL-Mariner", parts: 1},
}

// systemOf reads what a kubelet calls its system; the kernel tells the line of one that does not, or the version of the kubelet where the
// system comes with it.
func systemOf(image, kernel, kubelet string) system {
	for i := range brands {
		b := &brands[i]
		rest, ok := strings.CutPrefix(image, b.prefix)
		if !ok {
			continue
		}
		s := system{product: b.product, name: b.name, mainline: b.mainline, rank: rankOf(rest)}
		s.cycle = cycleOf(b, kernel, s.rank)
		if s.cycle == "" && b.product == lifecycle.OpenShift {
			v, _ := lifecycle.ParseVersion(kubelet)
			s.cycle = releaseOf(v)
		}
		if s.cycle != "" {
			s.name += " " + s.cycle
		}
		if b.unified != "" && (s.cycle != "" || b.unified == "0") {
			s.cgroup = 2
			if rankOf(s.cycle).compare(rankOf(b.unified)) < 0 {
				s.cgroup = 1
			}
		}
		return s
	}
	word := strings.TrimFunc(lead(image), notLetter)
	return system{product: strings.ToLower(word), name: image, rank: rankOf(image)}
}

// cycleOf names the line of a system as tables do; "" where nothing tells it.
func cycleOf(b *brand, kernel string, r rank) string {
	switch b.product {
	case lifecycle.OpenShift:
		// 416.94.2024… is of OpenShift 4.16. Newer ones are called by the system that they are made of.
		if r.n > 1 && r.part[0] >= 400 && r.part[0] < 500 {
			return "4." + number(r.part[0]-400)
		}
		return ""
	case lifecycle.Photon:
		if _, tail, ok := strings.Cut(kernel, ".ph"); ok && r.n == 0 {
			if t := rankOf(tail); t.n > 0 {
				return number(t.part[0]) + ".0"
			}
		}
	case lifecycle.SLES:
		if r.n == 1 {
			return number(r.part[0]) + ".0"
		}
	}
	if r.n < b.parts {
		return ""
	}
	if b.parts == 1 {
		return number(r.part[0])
	}
	second := number(r.part[1])
	if b.product == lifecycle.Ubuntu || b.product == lifecycle.AmazonLinux {
		second = twoDigits(r.part[1])
	}
	return number(r.part[0]) + "." + second
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func twoDigits(n int64) string {
	if n < 10 {
		return "0" + number(n)
	}
	return number(n)
}

// judgeSystem says how the support of a system stands.
func (a *Analyser) judgeSystem(m *moment, image, kernel, kubelet string) system {
	s := systemOf(image, kernel, kubelet)
	if s.cycle == "" {
		s.line = line{Verdict: Verdict{Topic: OS, State: NoData, Detail: "the node does not tell which version of " + s.name + " it runs"}}
		switch {
		case image == "":
			s.Detail = "the node does not tell its system"
		case s.product == lifecycle.OpenShift:
			s.Detail = s.name + ": it comes with OpenShift, and the node does not tell with which version"
		case s.name == image:
			s.Detail = "no source here knows " + image
		}
		return s
	}
	name := s.name
	if s.product == lifecycle.OpenShift {
		name = "OpenShift " + s.cycle + ", with which the system comes"
	}
	cycle := s.cycle
	if s.product == lifecycle.ContainerOS {
		cycle = "cos-" + cycle
	}
	s.line = judgeLine(m, OS, name, a.tables.Cycles(s.product, cycle))
	return s
}
