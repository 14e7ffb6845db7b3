package upgrade

import (
	"cmp"
	"slices"
	"strings"

	"canopy/analysis/lifecycle"
)

// What a kubelet needs of its node.
const (
	// needsV2 is the first kubelet that does not start on cgroup v1 unless failCgroupV1 is off:
	// https://git.k8s.io/enhancements/keps/sig-node/5573-cgroup-v1-unsupported
	needsV2 = minor(majors + 35)
	// needsConfig is the first kubelet that does not start where the runtime does not tell its cgroup driver, which containerd does from 2.0
	// on, and CRI-O from 1.28 on: https://git.k8s.io/enhancements/keps/sig-node/4033-group-driver-detection-over-cri
	needsConfig = minor(majors + 38)
)

// legacy tells that the kubelet which a step leads to does not start before the system of the node is another. One that runs on cgroup v1
// although it would refuse to was told to.
func (m *move) legacy() bool {
	return m.kubelet() && minorOf(m.to) >= needsV2 && m.crew.some(func(n *machine) bool { return n.cgroup1 && minorOf(n.version) < needsV2 })
}

// outworn tells the same of the runtime.
func (m *move) outworn() bool {
	if !m.kubelet() || minorOf(m.to) < needsConfig {
		return false
	}
	return m.crew.some((*machine).outworn)
}

// outworn tells that its runtime does not tell its cgroup driver.
func (m *machine) outworn() bool {
	name, v, ok := runtimeOf(m.runtime)
	return ok && v.Compare(leastRuntime(name)) < 0
}

// kubelet tells a step that brings a kubelet on.
func (m *move) kubelet() bool {
	return m.machine != nil && m.machine.told && (m.what == Node || m.what == ControlPlane)
}

// anew tells that the kubelet is so far behind that no kubeadm of the version to go to may upgrade its node in place.
func (m *move) anew() bool {
	return m.what == Node && m.kubelet() && minorOf(m.to)-minorOf(m.machine.version) > reach(m.machine.version)
}

// preconditions says what has to be done before the kubelet of a step, and how.
func (s *scene) preconditions(m *move) string {
	text := ""
	if m.legacy() {
		text += "; its system must change first: kubelets from " + needsV2.String() + " on do not start on cgroup v1"
	}
	if m.outworn() {
		name, _, _ := runtimeOf(m.crew.machines[slices.IndexFunc(m.crew.machines, (*machine).outworn)].runtime)
		text += "; its runtime must change first: kubelets from " + needsConfig.String() + " on need " + name + " " + leastRuntime(name).Line() + " or newer"
	}
	if s.host.kind == kubeadm && m.anew() {
		text += "; kubeadm " + m.to.Line() + " upgrades no node that far behind: replace the machine, or remove the node and join it anew"
	}
	return text
}

// leastRuntime is the first release of a runtime that tells its cgroup driver; the zero version of one that is not known.
func leastRuntime(name string) lifecycle.Version {
	v := lifecycle.Version{}
	switch name {
	case "containerd":
		v, _ = lifecycle.ParseVersion("2.0.0")
	case "cri-o":
		v, _ = lifecycle.ParseVersion("1.28.0")
	}
	return v
}

// runtimeOf reads what a kubelet tells of its runtime: containerd://2.3.4.
func runtimeOf(text string) (name string, v lifecycle.Version, ok bool) {
	name, version, found := strings.Cut(text, "://")
	v, ok = lifecycle.ParseVersion(version)
	return name, v, found && ok
}

// better is what to go to in place of a runtime: what other nodes of the pool have, else the newest release of its line, or that of the
// line which is supported for the longest time. It is "" where that is not known. Of a system nobody can tell.
func (s *scene) better(m *move) string {
	name, v, ok := runtimeOf(cmp.Or(m.oldRuntime(), m.machine.runtime))
	if !ok {
		return ""
	}
	least := lifecycle.Version{}
	if minorOf(m.to) >= needsConfig {
		least = leastRuntime(name)
	}
	fits := func(text string) bool {
		to, ok := lifecycle.ParseVersion(text)
		return ok && to.Compare(v) > 0 && to.Compare(least) >= 0
	}
	if other := s.common(m.machine, func(o *machine) string {
		if n, w, ok := runtimeOf(o.runtime); ok && n == name && !o.waits(Runtime) && fits(w.Plain()) {
			return w.Plain()
		}
		return ""
	}); other != "" {
		return other
	}
	best, longest := "", lifecycle.Day(0)
	for _, cycle := range s.tables.All(name) {
		last := max(cycle.End, cycle.Extended)
		if cycle.Latest == "" || cycle.Released > s.today || cycle.Ended && last == 0 || last != 0 && last < s.today || least.Raw != "" && !fits(cycle.Latest) {
			continue
		}
		if cycle.Name == v.Line() {
			return cycle.Latest
		}
		if _, ok := lifecycle.ParseVersion(cycle.Latest); ok && (best == "" || last > longest) {
			best, longest = cycle.Latest, last
		}
	}
	return best
}

// oldRuntime is the runtime that is due to be another; "" where none is.
func (m *move) oldRuntime() string {
	for _, c := range m.chores {
		if c.what == Runtime {
			return c.from
		}
	}
	return ""
}

func (m *machine) waits(what string) bool {
	return slices.ContainsFunc(m.due, func(c chore) bool { return c.what == what })
}

// common is what most other nodes of the pool of a node have, of what is told of them; "" where nothing is.
func (s *scene) common(m *machine, told func(*machine) string) string {
	count, best := map[string]int{}, ""
	for _, o := range s.machines {
		if o == m || o.pool != m.pool {
			continue
		}
		if text := told(o); text != "" {
			count[text]++
		}
	}
	for text, n := range count {
		if n > count[best] || n == count[best] && text > best {
			best = text
		}
	}
	return best
}
