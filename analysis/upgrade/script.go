package upgrade

import "slices"

// script writes the commands of a step. What stands in capital letters is for people to fill in, what begins with # is for people to read.
type script struct {
	*scene
	*move
	from   string
	blocks []Block
}

// write gives the commands. No name that a shell might take for something else is ever written: an API server has none such, but a capture
// may hold anything.
func (w *script) write() []Block {
	w.blocks = []Block{}
	for _, name := range [...]string{w.nodeName(), w.pool()} {
		if name != "" && !harmless(name) {
			w.say("# no command is given: a name in it is none that Kubernetes accepts, and a shell might run it")
			return w.blocks
		}
	}
	switch w.host.kind {
	case onEKS:
		w.eks()
	case onGKE:
		w.gke()
	case onAKS:
		w.aks()
	case openShift:
		w.openShift()
	case k3s, rke2:
		w.rancher()
	case foreign:
		w.elsewhere()
	default:
		w.machines()
	}
	w.blocks = slices.DeleteFunc(w.blocks, func(b Block) bool { return len(b.Commands) == 0 })
	return w.blocks
}

// nodeName is the node that commands are run on; "" where there is none.
func (w *script) nodeName() string {
	if w.machine != nil {
		return w.machine.ref.Name
	}
	if len(w.parts) > 0 && w.parts[0].component != "" && w.what == ControlPlane {
		return w.parts[0].node
	}
	return ""
}

func (w *script) pool() string {
	if w.machine == nil {
		return ""
	}
	return w.machine.pool
}

// harmless tells a name that means itself to any shell, and is no flag. Names of nodes, of pods and values of labels are such.
func harmless(name string) bool {
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case i > 0 && (c == '-' || c == '.' || c == '_'):
		default:
			return false
		}
	}
	return name != "" && len(name) <= 253
}

// has tells that something is due at the same time, or that the step is about it.
func (w *script) has(what string) bool {
	for _, c := range w.chores {
		if c.what == what {
			return true
		}
	}
	return false
}
