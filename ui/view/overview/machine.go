package overview

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
	"canopy/ui/text"
	"canopy/ui/view"
)

// machine is what is said of a node beside what was found on it: how old it is, and what runs there.
type machine struct {
	kubelet string
	pods    int
}

// machines are those of one inventory. It is immutable.
type machines struct {
	of     model.RecordSet
	byName map[string]machine
}

// isNode tells that an object is a node.
func isNode(o model.Ref) bool { return o.Group == "" && o.Kind == "Node" }

// machinesOf tells of the nodes on which something was found. Without any it looks at nothing; with some it goes through what runs, so commands
// call it.
func machinesOf(s *view.Snapshot, owners []*owner, was machines) machines {
	set := s.Report.Inventory
	if set == nil {
		return machines{}
	}
	byName := map[string]machine{}
	for _, o := range owners {
		if !isNode(o.ref) {
			continue
		}
		if n, ok := set.Get(o.ref).(*record.Typed[*corev1.Node]); ok {
			byName[o.ref.Name] = machine{kubelet: text.Clean(strings.TrimPrefix(n.Object.Status.NodeInfo.KubeletVersion, "v"))}
		}
	}
	if len(byName) == 0 {
		return machines{of: set}
	}
	if was.of != nil && was.of.Version() == set.Version() && len(was.byName) == len(byName) {
		return was
	}
	for r := range set.All() {
		if p, ok := r.(*record.Pod); ok && !p.Finished() && !p.StandIn {
			if m, known := byName[p.Node()]; known {
				m.pods++
				byName[p.Node()] = m
			}
		}
	}
	return machines{set, byName}
}

// titles are the words beside an object: what is worst about it, and of a node how old it is and what runs there.
func (r *ranking) titles(o *owner, found []string) []string {
	m, ok := r.machines.byName[o.ref.Name]
	if !ok || !isNode(o.ref) {
		return found
	}
	words := make([]string, 0, len(found)+2)
	if m.kubelet != "" {
		words = append(words, "kubelet "+m.kubelet)
	}
	if len(found) > 0 {
		words, found = append(words, found[0]), found[1:]
	}
	return append(append(words, "runs "+view.Count(m.pods, "pod")), found...)
}
