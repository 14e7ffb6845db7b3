package escape

import (
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// mount is a path of the node as one container has it.
type mount struct {
	c *container
	// top is the path of the node that is mounted, clean. Where guessed, it is at top or below, as the container's variables say.
	top     string
	guessed bool
	// writes tells whether the mount can be written to, and beneath whether what is mounted below it on the node can be.
	writes, beneath claim
	// read and write are the fields by which it is there, and by which it can be written to.
	read, write []model.Evidence
}

// mounts lists the paths of the node that containers mount. A volume that none mounts opens nothing.
func (p *pod) mounts() []mount {
	var list []mount
	for i := range p.spec.Volumes {
		v := &p.spec.Volumes[i]
		if v.HostPath == nil {
			continue
		}
		at := model.Evidence{Path: index("spec.volumes", i) + ".hostPath.path", Value: v.HostPath.Path}
		for j := range p.containers {
			c := &p.containers[j]
			for k := range c.VolumeMounts {
				if c.VolumeMounts[k].Name != v.Name {
					continue
				}
				if m, ok := p.mount(c, v.HostPath.Path, at, k); ok {
					list = append(list, m)
				}
			}
		}
	}
	return list
}

// mount gives one mount of a container; false where the kubelet refuses it, since a link leads out of the volume.
func (p *pod) mount(c *container, volume string, at model.Evidence, k int) (mount, bool) {
	of := &c.VolumeMounts[k]
	field := index("volumeMounts", k)
	m := mount{c: c, writes: when(!of.ReadOnly), beneath: yes()}
	m.read = []model.Evidence{at, c.at(field+".name", of.Name)}
	only := ""
	if of.ReadOnly {
		only = "true"
	}
	m.write = []model.Evidence{at, c.at(field+".readOnly", only)}
	// A read-only mount is so at its top alone, unless it says more.
	if r := of.RecursiveReadOnly; of.ReadOnly && r != nil {
		switch *r {
		case corev1.RecursiveReadOnlyEnabled:
			m.beneath = no()
		case corev1.RecursiveReadOnlyIfPossible:
			m.beneath = depends("the runtime and the kernel of the node decide whether the mount is read-only throughout")
		}
	}
	below := of.SubPath
	if of.SubPathExpr != "" {
		// What stands before the first variable is certain.
		below = of.SubPathExpr
		if i := strings.Index(below, "$("); i >= 0 {
			below, m.guessed = below[:i], true
			below = below[:strings.LastIndexByte(below, '/')+1]
		}
	}
	m.top = p.nodePath(nodePath(volume) + "/" + nodePath(below))
	return m, within(m.top, p.nodePath(volume))
}

// nodePath gives one form to a path of a node, in which the links that all nodes have are followed. Windows knows no case.
func (p *pod) nodePath(s string) string {
	s = nodePath(s)
	if p.windows {
		return strings.ToLower(s)
	}
	for i := 0; i < len(links); i++ {
		if l := &links[i]; within(s, l.from) {
			s = nodePath(l.to + "/" + s[len(l.from):])
			i = -1
		}
	}
	return s
}

// nodePath gives one form to a path: without "..", double slashes, and the drive letter of Windows.
func nodePath(s string) string {
	s = strings.ReplaceAll(s, `\`, "/")
	if len(s) >= 2 && s[1] == ':' {
		s = s[2:]
	}
	return path.Clean("/" + s)
}

// within tells whether a clean path is the other one or below it.
func within(s, top string) bool { return s == top || top == "/" || strings.HasPrefix(s, top+"/") }

// holds tells whether the mount is at or above a path of the node.
func (m *mount) holds(target string) claim { return m.sure(within(target, m.top)) }

// touches tells whether it is at, above or below it.
func (m *mount) touches(tree string) claim {
	return m.sure(within(tree, m.top) || within(m.top, tree))
}

// touchesAny gives the surest answer for several.
func (m *mount) touchesAny(trees []string) claim {
	best := no()
	for _, t := range trees {
		if c := m.touches(t); c.surer(best) {
			best = c
		}
	}
	return best
}

func (m *mount) sure(open bool) claim {
	if open && m.guessed {
		return depends("variables of the container decide which path is mounted")
	}
	return when(open)
}

// keyFile tells apart what among keys is not secret.
func keyFile(s string) bool {
	return !strings.HasSuffix(s, ".crt") && !strings.HasSuffix(s, ".pub")
}
