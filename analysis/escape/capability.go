package escape

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

const allCapabilities = "ALL"

// capabilities finds those that lead to the node.
//
// SYS_RAWIO, SYS_BOOT, BPF and PERFMON alone open nothing. The controller of devices keeps /dev/mem and disks from a container that is
// not privileged, whatever it mounts or makes by MKNOD; a kernel that is not locked down lets SYS_RAWIO reach ports of the hardware,
// which is no way to a shell; a reboot in a namespace of processes ends that namespace. BPF and PERFMON together trace all
// processes and read their memory, and so their tokens; to write there takes SYS_ADMIN.
func (p *pod) capabilities() {
	if p.windows {
		return
	}
	for i := range p.containers {
		c := &p.containers[i]
		open := p.powers(c)
		if f, ok := c.adds("SYS_PTRACE"); ok && p.spec.HostPID {
			free, loose := p.free(c)
			p.add("E-03", ToNode, open.and(free), append([]model.Evidence{flag("hostPID"), f}, loose...)...)
		}
		for _, known := range [...]struct{ edge, name string }{{"E-04", "SYS_MODULE"}, {"E-05", "SYS_ADMIN"}, {"E-06", "DAC_READ_SEARCH"}} {
			if f, ok := c.adds(known.name); ok {
				p.add(known.edge, ToNode, open, f)
			}
		}
		bpf, traces := c.adds("BPF")
		perf, samples := c.adds("PERFMON")
		if traces && samples {
			p.add("E-07", ToTokens, open.and(depends("a kernel that is locked down lets nobody read its memory")), bpf, perf)
		}
		for _, name := range [...]string{"BPF", "PERFMON", "SYS_BOOT", "SYS_RAWIO"} {
			if f, ok := c.adds(name); ok && (!traces || !samples || name != "BPF" && name != "PERFMON") {
				p.add("E-07", Enabler, open, f)
			}
		}
	}
}

// adds tells whether a capability is added to the container, and by which field. Runtimes add ALL, drop ALL, add what is named and
// drop what is named, in this order (containerd internal/cri/opts, CRI-O server/container_create).
func (c *container) adds(name string) (model.Evidence, bool) {
	caps := c.context.Capabilities
	if caps == nil || lists(caps.Drop, name) >= 0 {
		return model.Evidence{}, false
	}
	i := lists(caps.Add, name)
	if i < 0 && lists(caps.Drop, allCapabilities) < 0 {
		i = lists(caps.Add, allCapabilities)
	}
	if i < 0 {
		return model.Evidence{}, false
	}
	return c.at("securityContext.capabilities."+index("add", i), string(caps.Add[i])), true
}

// has tells whether root in the container holds one of the capabilities that runtimes give by default.
func (c *container) has(name string) bool {
	caps := c.context.Capabilities
	if caps == nil {
		return true
	}
	if lists(caps.Drop, name) >= 0 {
		return false
	}
	_, added := c.adds(name)
	return added || lists(caps.Drop, allCapabilities) < 0
}

// lists finds a capability in a list; -1 where it is not. Runtimes take them in any case, and CRI-O with the kernel's prefix too.
func lists(in []corev1.Capability, name string) int {
	for i, c := range in {
		if strings.TrimPrefix(strings.ToUpper(string(c)), "CAP_") == name {
			return i
		}
	}
	return -1
}
