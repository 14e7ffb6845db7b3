package minimal

import (
	"net/netip"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/network"
	"canopy/analysis/network/plugin"
	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// world is what of a cluster decides who reaches whom, to be changed and asked again. Of pods that no policy can tell apart
// there is one, but for those of parties that are spoken of.
type world struct {
	c     *cluster.Cluster
	net   *network.Analyser
	whole map[model.Ref]bool
}

// kin is what policies see of a pod.
type kin struct {
	labels   record.Labels
	template record.Template
	// at is the node of a pod that is on its network, and in the blocks that its addresses are in.
	at, in string
}

// evaluator gives the world, made at the first question.
func (s *Survey) evaluator() *world {
	if s.world != nil {
		return s.world
	}
	w := &world{c: cluster.New(), net: network.New(), whole: map[model.Ref]bool{}}
	s.world = w
	for _, cov := range s.c.Coverage() {
		w.c.Cover(cov)
		w.net.Covered(w.c, cov.Kind)
	}
	w.net.Surroundings(plugin.Detect(s.c))
	kinds := append(policy.Kinds(), schema.GroupKind{Kind: "Namespace"}, schema.GroupKind{Kind: "Node"})
	for _, kind := range [...]string{"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Job", "CronJob"} {
		kinds = append(kinds, model.KindByName(kind).GroupKind())
	}
	for _, gk := range kinds {
		for r := range s.c.All(gk) {
			w.note(model.Put(r))
		}
	}
	blocks := s.blocks()
	for _, p := range s.places {
		for _, x := range p.parties {
			for _, pod := range s.various(x, blocks) {
				w.note(model.Put(pod))
			}
			if s.toCome(x) {
				s.standIn(w, x)
			}
		}
	}
	w.net.Flush(w.c)
	return w
}

// various lists the pods of a party that policies can tell apart, one of each sort.
func (s *Survey) various(x *party, blocks []netip.Prefix) []*record.Pod {
	var list []*record.Pod
	seen := map[kin]bool{}
	for _, pod := range x.pods {
		k := kin{labels: pod.Labels, template: pod.Template, in: within(blocks, pod)}
		if s.sheet(pod.Template).host {
			k.at = pod.Node()
		}
		if !seen[k] {
			seen[k] = true
			list = append(list, pod)
		}
	}
	return list
}

// toCome tells that an owner has no pods and is to have some: as the engine has it for what it judges.
func (s *Survey) toCome(x *party) bool {
	w := x.owner
	if len(x.pods) > 0 || w == nil || w.Replicas == 0 {
		return false
	}
	if state := s.c.Seen(schema.GroupKind{Kind: "Pod"}, x.ref.Namespace).State; state != model.Complete && state != model.Partial {
		return false
	}
	// A Job that has run makes no more pods, and a DaemonSet may have no nodes.
	if w.Replicas > 0 || w.Kind.Kind == "CronJob" && !w.Suspended {
		return true
	}
	for range s.c.Pods(x.ref) {
		return false
	}
	return w.UID == ""
}

// Pods lists the pods of the cluster, of those of one owner that no policy can tell apart only the first, in no particular
// order. An owner that has none yet, and is to have some, has its stand-in.
func (s *Survey) Pods() []*record.Pod {
	var list []*record.Pod
	blocks := s.blocks()
	for _, p := range s.places {
		for _, x := range p.parties {
			list = append(list, s.various(x, blocks)...)
			if s.toCome(x) {
				list = append(list, record.StandIn(x.owner))
			}
		}
	}
	return list
}

// blocks lists the ranges of policies in which pods may be.
func (s *Survey) blocks() []netip.Prefix {
	seen := map[netip.Prefix]bool{}
	for _, gk := range policy.Kinds() {
		for r := range s.c.All(gk) {
			p, ok := policy.Read(r)
			if !ok {
				continue
			}
			for d := range p.Rules {
				for i := range p.Rules[d] {
					for _, peer := range p.Rules[d][i].Peers {
						if peer.Block == nil {
							continue
						}
						for _, b := range append([]netip.Prefix{peer.Block.CIDR}, peer.Block.Except...) {
							if b.Bits() > 0 {
								seen[b] = true
							}
						}
					}
				}
			}
		}
	}
	list := make([]netip.Prefix, 0, len(seen))
	for b := range seen {
		list = append(list, b)
	}
	slices.SortFunc(list, comparePrefixes)
	return list
}

// within writes in which of some blocks a pod is.
func within(blocks []netip.Prefix, p *record.Pod) string {
	var text []byte
	for _, ip := range p.IPs {
		a, err := netip.ParseAddr(ip)
		if err != nil {
			continue
		}
		text = append(text, ';')
		if a.Is6() {
			text = append(text, '6')
		}
		for i, b := range blocks {
			if b.Contains(a) {
				text = append(text, byte(i), byte(i>>8), byte(i>>16))
			}
		}
	}
	return string(text)
}

// note makes a change of which the next flush works out what follows.
func (w *world) note(ch model.Change) {
	if d, ok := w.c.Apply(ch); ok {
		w.net.Update(w.c, d)
	}
}

// change makes changes, and gives those that undo them.
func (w *world) change(list ...model.Change) []model.Change {
	var undo []model.Change
	for _, ch := range list {
		if old := w.c.Get(ch.Ref); old != nil {
			undo = append(undo, model.Put(old))
		} else {
			undo = append(undo, model.Drop(ch.Ref))
		}
		w.note(ch)
	}
	slices.Reverse(undo)
	w.net.Flush(w.c)
	return undo
}

// admit brings all pods of a party into the world.
func (s *Survey) admit(w *world, x *party) {
	if w.whole[x.ref] {
		return
	}
	w.whole[x.ref] = true
	for _, pod := range x.pods {
		w.note(model.Put(pod))
	}
	if len(x.pods) == 0 {
		s.standIn(w, x)
	}
	w.net.Flush(w.c)
}

// standIn puts a pod into the world for those that an owner will make.
func (s *Survey) standIn(w *world, x *party) {
	if x.owner != nil {
		w.note(model.Put(record.StandIn(x.owner)))
	}
}
