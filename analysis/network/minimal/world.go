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

// world is what of a cluster decides who reaches whom, to be changed and asked again. Of the pods of an owner that no policy can
// tell apart there is one, and in namespaces that are not spoken of one of those of all owners, as peers abroad are told of by
// namespace.
type world struct {
	c   *cluster.Cluster
	net *network.Analyser
	// cast holds the pods that are there, full the places of which every owner has some, whole the parties with all their pods.
	cast  map[*place][]*record.Pod
	full  map[*place]bool
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
	w := &world{c: cluster.New(), net: network.New(), cast: map[*place][]*record.Pod{}, full: map[*place]bool{}, whole: map[model.Ref]bool{}}
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
	for _, p := range s.places {
		w.show(p, s.few(p))
	}
	w.net.Flush(w.c)
	return w
}

// various lists the pods of a party that policies can tell apart, one of each sort; the one to come where it has none.
func (s *Survey) various(x *party) []*record.Pod {
	if x.various != nil {
		return x.various
	}
	x.various = []*record.Pod{}
	seen := map[kin]bool{}
	for _, pod := range x.pods {
		k := kin{labels: pod.Labels, template: pod.Template, in: within(s.blocks(), pod)}
		if s.sheet(pod.Template).host {
			k.at = pod.Node()
		}
		if !seen[k] {
			seen[k] = true
			x.various = append(x.various, pod)
		}
	}
	if s.toCome(x) {
		x.various = append(x.various, record.StandIn(x.owner))
	}
	return x.various
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
	for _, p := range s.places {
		list = append(list, s.many(p)...)
	}
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

// show has just some pods of a place be there.
func (w *world) show(p *place, pods []*record.Pod) {
	stay := map[string]bool{}
	for _, pod := range pods {
		stay[pod.Name] = true
		w.note(model.Put(pod))
	}
	for _, pod := range w.cast[p] {
		if !stay[pod.Name] {
			w.note(model.Drop(pod.Ref()))
		}
	}
	w.cast[p] = pods
}

// gather brings the owners of the places that are spoken of into the world, and lets go whoever came for a proposal before.
func (s *Survey) gather(w *world, spoken map[*place]bool) {
	for p := range w.full {
		if !spoken[p] {
			w.show(p, s.few(p))
		}
	}
	for p := range spoken {
		w.show(p, s.many(p))
	}
	w.full = spoken
	clear(w.whole)
	w.net.Flush(w.c)
}

// admit brings all pods of a party into the world.
func (s *Survey) admit(w *world, x *party) {
	if w.whole[x.ref] {
		return
	}
	w.whole[x.ref] = true
	p := s.places[x.ref.Namespace]
	pods := x.pods
	if len(pods) == 0 && x.owner != nil {
		pods = []*record.Pod{record.StandIn(x.owner)}
	}
	for _, pod := range pods {
		w.note(model.Put(pod))
	}
	// Those that were there already stand in the list twice, which does no harm.
	w.cast[p] = slices.Concat(w.cast[p], pods)
	w.net.Flush(w.c)
}
