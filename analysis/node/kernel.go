package node

import (
	"strings"

	"canopy/analysis/lifecycle"
)

// oldestKernel is what kubeadm asks for since 1.32: k8s.io/system-validators, validators/types_unix.go.
const (
	oldestKernel     = "4.19"
	oldestKernelFrom = 32
)

// judgeKernel says how the kernel of a node is supported: by kernel.org where the system takes it from there, else by the system.
func (a *Analyser) judgeKernel(m *moment, kernel string, s *system, kubelet lifecycle.Version) Verdict {
	v := Verdict{Topic: KernelLine, State: NoData}
	r := rankOf(kernel)
	if r.n < 2 {
		v.Detail = "the node does not tell its kernel"
		return v
	}
	switch name := number(r.part[0]) + "." + number(r.part[1]); {
	case s.mainline:
		v = judgeLine(m, KernelLine, "kernel "+name, a.tables.Cycles(lifecycle.Kernel, name)).Verdict
		v.Detail += "; " + s.name + " builds its kernels of that line"
	case s.State == NoData:
		v.Detail = kernel + ": a distribution supports its own kernels, and of this one nothing is known"
	default:
		v.State, v.Source, v.Date = s.State, s.Source, s.Date
		v.Detail = kernel + ": the distribution's own, supported as the system is: " + strings.TrimPrefix(s.Detail, s.name+": ")
	}
	if kubelet.Major == 1 && kubelet.Minor >= oldestKernelFrom && r.compare(rankOf(oldestKernel)) < 0 {
		if v.State != Overdue {
			v.State = Due
		}
		v.Detail = kernel + " is older than " + oldestKernel + ", which kubeadm asks for since 1.32; " + v.Detail
	}
	return v
}
