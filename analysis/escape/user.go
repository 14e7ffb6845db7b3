package escape

import "canopy/model"

// The minor versions of Kubernetes that decide on user namespaces (KEP-127): the first that knows the field, and the first in which
// its feature gate is on by default.
const (
	firstUsers = 25
	usersOn    = 33
)

// ours tells whether root of the pod is root of the node: it is unless the pod has a user namespace of its own.
func (p *pod) ours() claim {
	switch own := p.spec.HostUsers != nil && !*p.spec.HostUsers; {
	case !own, p.on.Minor > 0 && p.on.Minor < firstUsers:
		return yes()
	case p.on.Minor >= usersOn:
		return no()
	}
	return byVersion("hostUsers counts where user namespaces are on, by default since Kubernetes 1.33")
}

// powers tells whether processes of the container hold the capabilities that are given to it, with effect on the node. Another user than
// root gets them only by a file that is setuid or carries them, which allowPrivilegeEscalation: false rules out.
func (p *pod) powers(c *container) claim {
	switch {
	case c.root:
		return p.ours()
	case c.context.AllowPrivilegeEscalation != nil && !*c.context.AllowPrivilegeEscalation:
		return no()
	}
	return p.ours().and(depends("the container is not root, and has to find a setuid file in its image"))
}

// files tells whether processes of the container have the say of root over files of the node that it mounts.
func (p *pod) files(c *container) claim {
	if p.windows {
		return depends("the user of the container and the rights on the files decide on Windows")
	}
	open := yes()
	if p.ours().verdict != model.Yes {
		open = depends("the pod has users of its own, and the runtime may map the owners of the node's files to them")
	}
	if !c.root {
		open = open.and(depends("the container is not root, and the modes of the node's files decide"))
	}
	return open
}
