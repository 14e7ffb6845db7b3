package escape

import (
	"slices"

	"canopy/model"
)

// namespaces finds what of the node, or of its own containers, the pod shares.
//
// A root that sees the node's processes, and no more, reads the files of those that are root as well and hold no more capabilities
// than itself, which is the check of the kernel: most containers, their tokens among the files, and no process of the node. With
// SYS_PTRACE the users no longer matter, and AppArmor lets containers of its default profile trace each other. SELinux keeps them apart.
func (p *pod) namespaces() {
	if p.spec.HostNetwork {
		p.add("E-15", Enabler, yes(), flag("hostNetwork"))
	}
	if p.windows {
		return
	}
	if p.spec.HostPID && !p.reads(flag("hostPID")) {
		p.add("E-15", Enabler, yes(), flag("hostPID"))
	}
	if p.spec.HostIPC {
		p.add("E-15", Enabler, yes(), flag("hostIPC"))
	}
	if set(p.spec.ShareProcessNamespace) {
		p.add("E-17", Enabler, yes(), flag("shareProcessNamespace"))
	}
}

// reads notes that the node's processes are seen by a root, if there is one; false where there is not.
func (p *pod) reads(field model.Evidence) bool {
	open := no()
	if slices.ContainsFunc(p.containers, func(c container) bool { return c.root }) {
		open = p.sees()
	}
	p.add("E-15", ToTokens, open, field)
	return !open.closed()
}

// sees is what a root holds that sees the node's processes.
func (p *pod) sees() claim {
	return p.ours().and(depends("only pods whose processes are root and hold no more capabilities are open, and none where SELinux is enforced"))
}
