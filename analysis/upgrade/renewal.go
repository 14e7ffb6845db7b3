package upgrade

import (
	"cmp"
	"strconv"
	"strings"

	"canopy/analysis/disruption"
	"canopy/model"
)

// node empties a node, changes it, and takes it back: its system first, then the runtime, then the kubelet, each of which needs what is
// below it.
func (w *script) node() {
	w.drain()
	if w.what != Node {
		w.on()
		w.system()
		w.uncordon()
		return
	}
	if w.anew() {
		w.rejoin()
		return
	}
	w.before()
	w.on()
	if w.host.kind == kubeadm {
		w.install("kubeadm")
		w.say("sudo kubeadm upgrade node")
		w.install("kubelet kubectl")
	} else {
		w.say("# how it was installed is not known; where by packages:")
		w.install("kubelet")
	}
	if w.machine.beside != nil {
		w.say("# and kube-proxy, which runs outside of a DaemonSet, to v" + w.to.Plain())
	}
	if w.boots() && !w.renewed() {
		w.reboot()
	} else {
		w.say("sudo systemctl daemon-reload", "sudo systemctl restart kubelet")
	}
	w.uncordon()
}

// boots tells that the machine is started again in this step.
func (w *script) boots() bool { return w.has(Reboot) || w.renewed() }

// renewed tells that the system is another after this step, or is started in another way.
func (w *script) renewed() bool { return w.has(System) || w.legacy() }

// before does what has to be done before the kubelet is changed.
func (w *script) before() {
	if w.renewed() {
		w.replace("the system first, then the kubelet", w.place())
		w.release()
		w.reboot()
		w.on()
		w.checked()
	}
	if !w.host.whole && (w.has(Runtime) || w.outworn()) {
		w.on()
		w.runtime(true)
	}
}

// replace says which machine to put in the place of this one, which is the first choice where much of it has to change.
func (w *script) replace(otherwise, where string) {
	var has []string
	if system := w.commonSystem(); system != "" {
		has = append(has, system)
	}
	if v := w.better(w.move); v != "" && harmless(v) && !w.host.whole {
		name, _, _ := runtimeOf(cmp.Or(w.oldRuntime(), w.machine.runtime))
		has = append(has, name+" "+v)
	}
	if w.what == Node {
		has = append(has, "kubelet "+w.to.Plain())
	}
	with := ""
	if len(has) > 0 {
		with = ", with " + strings.Join(has, ", ")
	}
	var bound []string
	for i := range w.crew.obstacles {
		if o := &w.crew.obstacles[i]; o.Cause == disruption.Pinned {
			bound = append(bound, named(o.Owner))
		}
	}
	how := "; join that, then kubectl delete node " + w.nodeName()
	if len(bound) > 0 {
		how = "; kubectl delete node " + w.nodeName() + ", then join that by the same name"
	}
	w.say("# first choice: replace the machine by a new one of the image of its pool" + with + how)
	if len(bound) > 0 {
		w.say("# bound to this node: " + listed(bound) + "; a new machine has to have its name, " + w.nodeName() + ", or they run nowhere")
	}
	if len(w.machine.stays) > 0 {
		var kept []string
		for _, owner := range w.machine.stays {
			kept = append(kept, named(owner))
		}
		w.say("# with its data on this machine alone: " + listed(kept) + "; copy it away first, it is lost with the machine")
	}
	// The other way is copied apart, and says at each place that it is not for a machine that was replaced.
	w.apart(where)
	w.say("# else, where this machine is kept: " + otherwise)
}

// named names an owner in a line that people read; a name that Kubernetes does not accept is not written.
func named(owner model.Ref) string {
	if !harmless(owner.Name) || !harmless(owner.Kind) || owner.Namespace != "" && !harmless(owner.Namespace) {
		return "an owner whose name Kubernetes does not accept"
	}
	return owner.String()
}

// checked has people see that the new system has what the kubelet needs.
func (w *script) checked() {
	if w.legacy() {
		w.say("stat -fc %T /sys/fs/cgroup  # has to print cgroup2fs")
	}
}

// system does what is due to the machine besides, where its kubelet stays as it is.
func (w *script) system() {
	if w.has(System) {
		w.release()
	}
	if w.has(Runtime) && !w.host.whole {
		w.runtime(!w.boots())
	}
	if w.boots() {
		w.reboot()
	}
}

// reboot starts the machine again, and waits for it here.
func (w *script) reboot() {
	w.on()
	w.say("sudo systemctl reboot")
	w.here()
	w.say("kubectl wait --for=condition=Ready node/" + w.nodeName() + " --timeout=15m")
}

// runtime brings the container runtime to the release that is to be.
func (w *script) runtime(restart bool) {
	name, _, _ := runtimeOf(cmp.Or(w.oldRuntime(), w.machine.runtime))
	pack, service, or := "", name, ""
	switch name {
	case "containerd":
		pack, or = "containerd.io", "  # or containerd, as it was installed"
	case "cri-o":
		pack, service = "cri-o", "crio"
	}
	to := w.better(w.move)
	apt, known := packages(w.machine.system)
	switch {
	case to == "" || !harmless(to) || pack == "":
		w.say("# bring the container runtime to a release that is supported")
		return
	case !known:
		w.say("# bring " + name + " to " + to + " in the way of its system")
		return
	case apt:
		w.say("sudo apt-get update", "sudo apt-get install -y "+pack+"='"+to+"-*'"+or)
	default:
		w.say("sudo dnf install -y " + pack + "-'" + to + "-*'" + or)
	}
	if restart {
		w.say("sudo systemctl restart " + service)
	}
}

// release brings the system to another release, or where it may stay, has it start with cgroup v2.
func (w *script) release() {
	apt, known := packages(w.machine.system)
	from, ubuntu := ubuntuOf(w.machine.system)
	switch {
	case ubuntu && (w.has(System) || from < 22):
		w.upgradeUbuntu(from)
	case w.has(System):
		w.say("# bring its system to a release that is supported, or replace the machine")
	case apt:
		w.say(`echo 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX systemd.unified_cgroup_hierarchy=1"' | sudo tee /etc/default/grub.d/cgroup2.cfg`, "sudo update-grub")
	case known:
		w.say("sudo grubby --update-kernel=ALL --args=systemd.unified_cgroup_hierarchy=1")
	default:
		w.say("# have its system start with cgroup v2 (systemd.unified_cgroup_hierarchy=1), or replace the machine")
	}
}

// upgradeUbuntu goes from one release with long-term support to the next, as often as it takes to come to that of the other nodes.
func (w *script) upgradeUbuntu(from int) {
	name := func(year int) string { return strconv.Itoa(year) + ".04" }
	to, ok := ubuntuOf(w.commonSystem())
	if !ok || to <= from {
		to = from + 2
	}
	times := (to - from + 1) / 2
	if times > 1 {
		often := strconv.Itoa(times) + " times"
		if times == 2 {
			often = "twice"
		}
		w.say("# do-release-upgrade leads from " + name(from) + " to " + name(from+2) + " alone: it is run " + often + ", with a reboot in between, to come to " + name(to) + " as other nodes have")
	}
	for i := range times {
		if i > 0 {
			w.say("sudo systemctl reboot")
			w.apart(w.place())
		}
		w.say("sudo do-release-upgrade")
	}
}

// commonSystem is what other nodes run, of which nothing is due.
func (w *script) commonSystem() string {
	return w.common(w.machine, func(o *machine) string {
		if o.waits(System) || o.cgroup1 {
			return ""
		}
		return disruption.Brief(o.system)
	})
}

// ubuntuOf gives the year of a release of Ubuntu with long-term support: 20 of "Ubuntu 20.04.6 LTS".
func ubuntuOf(system string) (year int, ok bool) {
	text, found := strings.CutPrefix(system, "Ubuntu ")
	text, rest, _ := strings.Cut(text, ".")
	year, err := strconv.Atoi(text)
	return year, found && err == nil && year%2 == 0 && strings.HasPrefix(rest, "04")
}
