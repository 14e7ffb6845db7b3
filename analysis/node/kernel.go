package node

import (
	"slices"
	"strings"

	"canopy/analysis/lifecycle"
)

// oldestKernel is what kubeadm asks for since 1.32: k8s.io/system-validators, validators/types_unix.go.
const (
	oldestKernel     = "4.19"
	oldestKernelFrom = 32
)

// judgeKernel says how the kernel of a node is supported: by kernel.org where the system takes it from there, else by the system where its
// makers are known to keep up that line of kernels. It is never better than its system, for whoever no longer mends the one mends no kernel.
func (a *Analyser) judgeKernel(m *moment, kernel string, s *system, kubelet lifecycle.Version) Verdict {
	v := Verdict{Topic: KernelLine, State: NoData}
	r := rankOf(kernel)
	if r.n < 2 {
		v.Detail = "the node does not tell its kernel"
		return v
	}
	if s.mainline {
		v = a.judgeMainline(m, kernel, r, s)
	} else {
		v.own(kernel, r, s)
	}
	if kubelet.Major == 1 && kubelet.Minor >= oldestKernelFrom && s.product != lifecycle.WindowsServer && r.compare(rankOf(oldestKernel)) < 0 {
		v.State = worse(v.State, Due)
		v.Detail = kernel + " is older than " + oldestKernel + ", which kubeadm asks for since 1.32; " + v.Detail
	}
	return v
}

// judgeMainline judges a kernel that a system builds of what kernel.org gives out.
func (a *Analyser) judgeMainline(m *moment, kernel string, r rank, s *system) Verdict {
	name := number(r.part[0]) + "." + number(r.part[1])
	cycles := a.tables.Cycles(lifecycle.Kernel, name)
	v := judgeLine(m, KernelLine, "kernel "+name, cycles).Verdict
	if newest := newestOf(cycles).Latest; newest != "" && r.n > 2 && r.compare(rankOf(newest)) < 0 {
		v.Detail += "; runs " + brief(kernel) + ", " + newest + " is the newest of the line"
	}
	v.Detail += "; " + s.name + " builds its kernels of that line"
	if severity(s.State) > severity(v.State) {
		v.State = s.State
		v.Detail += ", and is itself no better: " + s.Detail
	}
	return v
}

// own judges a kernel that the makers of a system keep up by themselves.
func (v *Verdict) own(kernel string, r rank, s *system) {
	name, whose := number(r.part[0])+"."+number(r.part[1]), "the distribution's own"
	if s.product == lifecycle.WindowsServer {
		whose = "the system's own"
		if r.n > 2 {
			name += "." + number(r.part[2])
		}
	}
	known := lifecycle.Kernels(s.product, s.cycle)
	if s.State == NoData {
		v.Detail = kernel + ": a distribution supports its own kernels, and of this one nothing is known"
		return
	}
	v.Source, v.Date = s.Source, s.Date
	support := strings.TrimPrefix(s.Detail, s.name+": ")
	if slices.Contains(known, name) {
		v.State = s.State
		v.Detail = kernel + ": " + whose + ", supported as the system is: " + support
		return
	}
	v.State = worse(v.State, s.State)
	v.Detail = kernel + ": whether the makers of " + s.name + " still keep up " + name + " is not known here"
	if len(known) > 0 {
		v.Detail += ", as they do " + strings.Join(known, " and ")
	}
	if v.State != NoData {
		v.Detail += "; of the system itself: " + support
	}
}
