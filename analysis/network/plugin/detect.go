package plugin

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// Detect says what stands between the policies and the packets. It goes through the DaemonSets, the nodes where no agent is
// proof enough, and the objects of foreign kinds: a thousand of each take about a millisecond.
func Detect(c *cluster.Cluster) network.Surroundings {
	s := enforcement(c)
	s.Foreign = foreign(c)
	return s
}

// finding is what one DaemonSet says.
type finding struct {
	rank  int
	name  string
	obeys network.Enforcement
	why   string
	agent *record.Workload
}

// enforcement chooses among all agents: one that is known to obey policies does so whatever else runs beside it, such as
// Calico beside the VPC plug-in; one of which it is not known leaves it open; only then does one count that does not.
func enforcement(c *cluster.Cluster) network.Surroundings {
	found := findings(c)
	for _, want := range []network.Enforcement{network.Verified, network.Unverified} {
		if i := slices.IndexFunc(found, func(f finding) bool { return f.obeys == want }); i >= 0 {
			return network.Surroundings{Enforcement: want, Plugin: found[i].name, Why: found[i].why}
		}
	}
	if light(c) {
		return network.Surroundings{
			Enforcement: network.Unverified, Plugin: "k3s",
			Why: "nodes run k3s, which enforces policies by itself unless it was started with --disable-network-policy; nothing read here tells",
		}
	}
	if len(found) > 0 {
		return network.Surroundings{Enforcement: network.None, Plugin: found[0].name, Why: found[0].why}
	}
	return network.Surroundings{Enforcement: network.Unverified, Why: unrecognised(c)}
}

func unrecognised(c *cluster.Cluster) string {
	switch cov := c.Seen(daemonSets, metaNamespace); cov.State {
	case model.Loading:
		return "no network plug-in was recognised yet: DaemonSets are being read"
	case model.Denied, model.Absent:
		return "no network plug-in was recognised: DaemonSets were not read: " + cov.Reason
	}
	return "no network plug-in was recognised"
}

// findings lists what every agent says, in the order of the table, then by namespace and name.
func findings(c *cluster.Cluster) []finding {
	var found []finding
	for r := range c.All(daemonSets) {
		w, ok := r.(*record.Workload)
		if !ok {
			continue
		}
		rank := agentOf(w.Name)
		if rank < 0 {
			continue
		}
		if f, ok := judge(c, rank, w); ok {
			found = append(found, f)
		}
	}
	inorder.Sort(found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), a.agent.Ref().Compare(b.agent.Ref()))
	})
	return found
}

// judge says whether an agent obeys policies; false where it only shares the name of one.
func judge(c *cluster.Cluster, rank int, w *record.Workload) (finding, bool) {
	a := &agents[rank]
	spec := &w.Template.Decode().Spec
	i := slices.IndexFunc(spec.Containers, func(k corev1.Container) bool { return slices.Contains(a.containers, k.Name) })
	if i < 0 {
		return finding{}, false
	}
	f := finding{rank: rank, name: a.plugin, agent: w}
	object := "DaemonSet " + w.Namespace + "/" + w.Name
	var note string
	f.obeys, note = a.obeys(c, w, spec, &spec.Containers[i])
	switch {
	case f.obeys != network.Verified:
	case !slices.Contains(a.namespaces, w.Namespace):
		f.obeys, note = network.Unverified, "its name is known, but not in this namespace, and anybody may choose a name"
	case w.Ready == 0:
		f.obeys, note = network.Unverified, "none of its pods is known to be ready"
	}
	f.why = object
	if note != "" {
		f.why += ": " + note
	}
	return f, true
}

// light tells that nodes run k3s, whose agent is part of the kubelet's process.
func light(c *cluster.Cluster) bool {
	for r := range c.All(nodes) {
		if lightNode(r) {
			return true
		}
	}
	return false
}

func lightNode(r model.Record) bool {
	n, ok := r.(*record.Typed[*corev1.Node])
	return ok && n != nil && strings.Contains(n.Object.Status.NodeInfo.KubeletVersion, "+k3s")
}
