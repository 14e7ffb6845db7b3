package escape

import "strings"

// The places of a node that the rules on its paths ask for one by one.
const (
	podDirs     = "/var/lib/kubelet/pods"
	logs        = "/var/log"
	processes   = "/proc"
	settings    = "/sys"
	corePattern = "/proc/sys/kernel/core_pattern"
	modprobe    = "/proc/sys/kernel/modprobe"
	eventHelper = "/sys/kernel/uevent_helper"
	devices     = "/dev"
)

// hostPaths finds paths of the node that lead to it.
func (p *pod) hostPaths() {
	for _, m := range p.mounts() {
		p.orders(&m)
		p.writes(&m)
		p.steals(&m)
		if p.windows {
			continue
		}
		p.misleads(&m)
		p.kernel(&m)
		p.device(&m)
	}
}

// orders finds sockets over which root takes orders. To connect takes no right to write to the mount.
func (p *pod) orders(m *mount) {
	known := sockets[:]
	if p.windows {
		known = pipes[:]
	}
	for _, s := range known {
		p.add("E-08", ToNode, m.holds(s).and(p.files(m.c)), m.read...)
	}
}

// writes finds what root of the node runs or believes.
func (p *pod) writes(m *mount) {
	trees := believed[:]
	if p.windows {
		trees = believedWindows[:]
	}
	p.add("E-09", ToNode, m.touchesAny(trees).and(m.writes).and(p.files(m.c)), m.write...)
}

// steals finds keys, passwords and tokens that can be read.
func (p *pod) steals(m *mount) {
	files := p.files(m.c)
	tokens := m.touches(podDirs)
	if m.top != podDirs && within(m.top, podDirs) {
		tokens = tokens.and(depends("only the pod of that directory is open"))
	}
	p.add("E-11", ToTokens, tokens.and(files), m.read...)
	if !keyFile(m.top) {
		return
	}
	p.add("E-11", ToNode, m.touchesAny(kubeletKeys[:]).and(files), m.read...)
	if p.windows {
		return
	}
	p.add("E-12", ToControlPlane, m.touchesAny(planeKeys[:]).and(files), m.read...)
	if home := m.touchesAny(homes[:]); !elsewhere(m.top) {
		p.add("E-10", ToNode, home.and(files).and(depends("there have to be keys that open a node, or a password that can be guessed")), m.read...)
	}
}

// elsewhere tells directories of a home in which no keys are kept.
func elsewhere(top string) bool {
	rest, ok := strings.CutPrefix(top, "/home/")
	_, below, ok2 := strings.Cut(rest, "/")
	return ok && ok2 && !within("/"+below, "/.ssh") && !within("/"+below, "/.kube")
}

// misleads finds directories of logs, in which a link leads whoever serves them to any other file.
func (p *pod) misleads(m *mount) {
	const reader = "whoever uses it also has to get nodes/log, or pods/log of a pod on the node"
	p.add("E-13", ToNode, m.touches(logs).and(m.writes).and(p.files(m.c)).and(depends(reader)), m.write...)
}

// kernel finds the settings by which the kernel is told to start a program, and the node's processes. They ask for root of the
// node's own users. /proc and /sys are mounts of their own: below a read-only mount of / they stay writable.
func (p *pod) kernel(m *mount) {
	root := p.powers(m.c)
	writes := m.beneath
	if within(m.top, processes) || within(m.top, settings) {
		writes = m.writes
	}
	for _, file := range [...]string{corePattern, modprobe} {
		p.add("E-14", ToNode, m.holds(file).and(writes).and(root), m.write...)
	}
	p.add("E-14", ToNode, m.holds(eventHelper).and(writes).and(root).and(depends("only kernels that are built with a helper for events start it")), m.write...)
	if m.c.root {
		p.add("E-15", ToTokens, m.holds(processes).and(p.sees()), m.read...)
	}
}

// device finds devices of the node. A container that is not privileged may not open them, so they only help.
func (p *pod) device(m *mount) {
	for _, harmless := range [...]string{"/dev/hugepages", "/dev/log", "/dev/mqueue", "/dev/shm"} {
		if within(m.top, harmless) {
			return
		}
	}
	if within(m.top, devices) && m.c.has("MKNOD") {
		p.add("E-07", Enabler, p.powers(m.c), m.read...)
	}
}
