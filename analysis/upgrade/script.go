package upgrade

import (
	"cmp"
	"strings"

	"canopy/model"
)

// script writes the commands of a step. What stands in capital letters is for people to fill in, what begins with # is for people to read.
type script struct {
	*scene
	*move
	from  string
	lines []string
}

func (w *script) say(lines ...string) { w.lines = append(w.lines, lines...) }

// write gives the commands. No name that a shell might take for something else is ever written: an API server has none such, but a capture
// may hold anything.
func (w *script) write() []string {
	w.lines = []string{}
	for _, name := range [...]string{w.nodeName(), w.pool()} {
		if name != "" && !harmless(name) {
			w.say("# no command is given: a name in it is none that Kubernetes accepts, and a shell might run it")
			return w.lines
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
	return w.lines
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

// on begins what is to be run on a node.
func (w *script) on() {
	w.say("# on " + cmp.Or(w.nodeName(), "the node") + ":")
}

// drain empties the node, with just the flags that its obstacles need.
func (w *script) drain() {
	flags := " --ignore-daemonsets"
	causes := map[string]bool{}
	for i := range w.machine.obstacles {
		o := &w.machine.obstacles[i]
		causes[o.Cause] = true
		causes["blocks"] = causes["blocks"] || o.Blocks
	}
	if causes["local"] {
		flags += " --delete-emptydir-data"
	}
	if causes["blocks"] {
		w.say("# this drain does not end before what blocks it is out of the way; see the obstacles")
	}
	if causes["unknown"] {
		w.say("# whether this drain ends, and what it loses, is not wholly known; see the obstacles")
	}
	if causes["bare"] {
		flags += " --force"
		w.say("# --force deletes for good: " + lost(w.machine.lost))
	}
	w.say("kubectl drain " + w.nodeName() + flags)
}

// lost names pods that nothing makes anew.
func lost(list []model.Ref) string {
	var names []string
	odd := 0
	for _, p := range list {
		if !harmless(p.Namespace) || !harmless(p.Name) {
			odd++
			continue
		}
		names = append(names, p.Namespace+"/"+p.Name)
	}
	if odd > 0 {
		names = append(names, "pods with names that Kubernetes does not accept")
	}
	return strings.Join(names, ", ")
}

func (w *script) uncordon() { w.say("kubectl uncordon " + w.nodeName()) }

// has tells that something is due at the same time, or that the step is about it.
func (w *script) has(what string) bool {
	for _, c := range w.chores {
		if c.what == what {
			return true
		}
	}
	return false
}
