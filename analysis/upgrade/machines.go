package upgrade

import (
	"strings"

	"canopy/analysis/lifecycle"
)

// machines writes commands for nodes that people look after themselves, with kubeadm or in a way that is not known.
func (w *script) machines() {
	switch w.what {
	case ControlPlane:
		w.plane()
	case Proxy:
		w.setProxy()
	default:
		w.node()
	}
}

// plane brings the control plane of a node to a version, as kubeadm does.
func (w *script) plane() {
	v := w.to.Plain()
	if w.host.kind != kubeadm {
		w.say("# how the control plane was installed is not known: bring " + w.components() + " to v" + v + " in that way")
		return
	}
	w.on()
	w.install("kubeadm")
	if w.first {
		w.say("sudo kubeadm upgrade plan v"+v, "sudo kubeadm upgrade apply v"+v)
		return
	}
	w.say("sudo kubeadm upgrade node")
}

func (w *script) components() string {
	if names := strings.TrimSuffix(w.names(), ": "); names != "" {
		return names
	}
	return lifecycle.APIServer
}

// setProxy exchanges kube-proxy, which is a DaemonSet.
func (w *script) setProxy() {
	at := w.parts[0].object
	if !harmless(at.Namespace) || !harmless(at.Name) {
		w.say("# no command is given: a name in it is none that Kubernetes accepts, and a shell might run it")
		return
	}
	if w.host.kind == kubeadm {
		w.say("# kubeadm does this with the last node of the control plane; where it has not:")
	}
	w.say("kubectl -n "+at.Namespace+" set image daemonset/"+at.Name+" kube-proxy=registry.k8s.io/kube-proxy:v"+w.to.Plain(), "kubectl -n "+at.Namespace+" rollout status daemonset/"+at.Name)
}

// packages tells whether a system has apt, else dnf; known is false for one that has neither.
func packages(system string) (apt, known bool) {
	for _, name := range [...]string{"Ubuntu", "Debian"} {
		if strings.HasPrefix(system, name) {
			return true, true
		}
	}
	for _, name := range [...]string{"Red Hat Enterprise Linux", "CentOS", "Rocky", "AlmaLinux", "Fedora", "Oracle Linux", "Amazon Linux"} {
		if strings.HasPrefix(system, name) && !strings.Contains(system, "CoreOS") {
			return false, true
		}
	}
	return false, false
}

// install brings packages to the version of the step. Those of each minor are in a repository of their own (pkgs.k8s.io).
func (w *script) install(names string) {
	v := w.to.Plain()
	system := ""
	if m := w.at(); m != nil {
		system = m.system
	}
	if !strings.HasPrefix(w.from, w.to.Line()+".") && names != "kubelet kubectl" {
		w.say("# its packages have to come from https://pkgs.k8s.io/core:/stable:/v" + w.to.Line() + "/")
	}
	pinned := func(form string) string {
		var list []string
		for _, n := range strings.Fields(names) {
			list = append(list, strings.NewReplacer("NAME", n, "VERSION", v).Replace(form))
		}
		return strings.Join(list, " ")
	}
	switch apt, known := packages(system); {
	case !known:
		w.say("# install " + pinned("NAME VERSION") + " in the way of its system")
	case apt:
		w.say("sudo apt-mark unhold "+names, "sudo apt-get update", "sudo apt-get install -y "+pinned("NAME='VERSION-*'"), "sudo apt-mark hold "+names)
	default:
		w.say("sudo dnf install -y " + pinned("NAME-'VERSION-*'") + " --setopt=disable_excludes=kubernetes")
	}
}

// at is the node that commands are run on; nil where it was not seen.
func (w *script) at() *machine {
	if w.machine != nil {
		return w.machine
	}
	name := w.nodeName()
	for _, m := range w.scene.machines {
		if m.ref.Name == name {
			return m
		}
	}
	return nil
}
