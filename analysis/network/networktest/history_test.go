package networktest

import (
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/network-policy-api/apis/v1alpha2"

	"canopy/model"
)

// history is a world that changes, and an analyser that is told of it.
type history struct {
	*dice
	*World
	testing.TB
	bench *bench
	seed  string
	next  int
	// tracked tells that the analyser tells differences; shifts counts those that were asked for.
	tracked bool
	shifts  int
	// before holds answers as they were at the last flush.
	before map[question]memory
}

// memory is an answer, and the pods that it was about.
type memory struct {
	Answer
	src, dst *corev1.Pod
}

// question is one connection between two pods, which are those of that moment.
type question struct {
	src, dst string
	Port
}

func newHistory(t testing.TB, seed uint64) *history {
	h := &history{dice: newDice(seed + 1_000_000), TB: t, next: 100, before: map[question]memory{}}
	h.World = h.world(h.IntN(14))
	h.bench = newBench(t, h.World)
	h.tracked = seed%2 == 0
	h.bench.a.Track(h.tracked)
	return h
}

// change makes one and says what it is.
func (h *history) change() string {
	h.next++
	switch k := h.IntN(100); {
	case k < 12 && len(h.Pods) < 20:
		p := h.pod(h.next)
		h.Pods = append(h.Pods, p)
		h.put(Record(p))
		return "new pod " + key(p)
	case k < 40 && len(h.Pods) > 0:
		return h.changePod()
	case k < 50:
		return h.changeNamespace()
	case k < 56:
		return h.changeNode()
	case k < 76:
		return h.changeNetworkPolicy()
	case k < 94:
		return h.changeClusterPolicy()
	}
	return h.changeSurroundings()
}

func (h *history) put(r model.Record)      { h.bench.take(model.Put(r)) }
func (h *history) remove(r model.Record)   { h.bench.take(model.Drop(r.Ref())) }
func forget[T any](list []T, i int) []T    { return slices.Delete(slices.Clone(list), i, i+1) }
func swap[T any](list []T, i int, x T) []T { list = slices.Clone(list); list[i] = x; return list }

func (h *history) changePod() string {
	i := h.IntN(len(h.Pods))
	p := h.Pods[i].DeepCopy()
	if h.chance(30) {
		h.Pods = forget(h.Pods, i)
		h.remove(Record(p))
		return "pod gone " + key(p)
	}
	other := h.pod(h.next)
	what := h.IntN(5)
	switch what {
	case 0:
		p.Labels = other.Labels
	case 1:
		p.Status.Phase = other.Status.Phase
	case 2:
		p.Spec.Containers, p.Spec.InitContainers = other.Spec.Containers, other.Spec.InitContainers
	case 3:
		p.Spec.HostNetwork, p.Spec.NodeName, p.Status.PodIPs = other.Spec.HostNetwork, other.Spec.NodeName, other.Status.PodIPs
	default:
		other.Namespace, other.Name = p.Namespace, p.Name
		p = other
	}
	h.Pods = swap(h.Pods, i, p)
	h.put(Record(p))
	return fmt.Sprint("pod changed ", key(p), " ", what)
}

func (h *history) changeNamespace() string {
	name := pick(h.dice, namespaceNames()...)
	i := slices.IndexFunc(h.Namespaces, func(n *corev1.Namespace) bool { return n.Name == name })
	n := h.namespace(name)
	switch {
	case i < 0:
		h.Namespaces = append(slices.Clone(h.Namespaces), n)
	case h.chance(25):
		h.Namespaces = forget(h.Namespaces, i)
		h.remove(Record(n))
		return "namespace gone " + name
	default:
		h.Namespaces = swap(h.Namespaces, i, n)
	}
	h.put(Record(n))
	return "namespace " + name
}

func (h *history) changeNode() string {
	k := h.IntN(len(nodeNames()))
	i := slices.IndexFunc(h.Nodes, func(n *corev1.Node) bool { return n.Name == nodeNames()[k] })
	n := h.node(k)
	switch {
	case i < 0:
		h.Nodes = append(slices.Clone(h.Nodes), n)
	case h.chance(30):
		h.Nodes = forget(h.Nodes, i)
		h.remove(Record(n))
		return "node gone " + n.Name
	default:
		h.Nodes = swap(h.Nodes, i, n)
	}
	h.put(Record(n))
	return "node " + n.Name
}

func (h *history) changeNetworkPolicy() string {
	if n := len(h.Policies); n > 8 || n > 0 && h.chance(60) {
		i := h.IntN(n)
		p := h.networkPolicy(h.next)
		p.Namespace, p.Name = h.Policies[i].Namespace, h.Policies[i].Name
		if h.chance(50) {
			h.Policies = forget(h.Policies, i)
			h.remove(Record(p))
			return "policy gone " + p.Namespace + "/" + p.Name
		}
		h.Policies = swap(h.Policies, i, p)
		h.put(Record(p))
		return "policy changed " + p.Namespace + "/" + p.Name
	}
	p := h.networkPolicy(h.next)
	h.Policies = append(slices.Clone(h.Policies), p)
	h.put(Record(p))
	return "policy " + p.Namespace + "/" + p.Name
}

func (h *history) changeClusterPolicy() string {
	tier := pick(h.dice, v1alpha2.AdminTier, v1alpha2.BaselineTier)
	switch {
	case tier == v1alpha2.BaselineTier && !h.newer:
		p := toBaseline(h.clusterPolicy(0, tier))
		if len(h.Baseline) > 0 && h.chance(50) {
			h.Baseline = nil
			h.remove(Record(p))
			return "baseline gone"
		}
		h.Baseline = append(h.Baseline[:0:0], p)
		h.put(Record(p))
		return "baseline"
	case tier == v1alpha2.AdminTier && h.chance(40):
		p := toAdmin(h.clusterPolicy(h.next%3, tier))
		for i := range h.Admin {
			if h.Admin[i].Name == p.Name {
				h.Admin = forget(h.Admin, i)
				h.remove(Record(p))
				if h.chance(50) {
					return "admin gone " + p.Name
				}
				break
			}
		}
		h.Admin = append(slices.Clone(h.Admin), p)
		h.put(Record(p))
		return "admin " + p.Name
	}
	p := h.clusterPolicy(h.next%5, tier)
	for i := range h.Cluster {
		if h.Cluster[i].Name == p.Name {
			if h.chance(50) {
				h.Cluster = forget(h.Cluster, i)
				h.remove(Record(p))
				return "cluster gone " + p.Name
			}
			h.Cluster = swap(h.Cluster, i, p)
			h.put(Record(p))
			return "cluster changed " + p.Name
		}
	}
	h.Cluster = append(slices.Clone(h.Cluster), p)
	h.put(Record(p))
	return "cluster " + p.Name
}

// changeSurroundings changes what could be read, the plug-in or foreign policies; most go away again at the next time.
func (h *history) changeSurroundings() string {
	for _, u := range h.Unread {
		if u.Namespace != "" {
			h.bench.c.Uncover(model.CoverKey{Kind: u.Kind, Namespace: u.Namespace})
			h.bench.a.Covered(h.bench.c, u.Kind)
			continue
		}
		h.bench.cover(model.Coverage{Kind: u.Kind, State: model.Complete})
	}
	h.surround(h.World)
	if h.chance(20) {
		h.NamespacesUnread = !h.NamespacesUnread
		if !h.NamespacesUnread {
			h.bench.cover(model.Coverage{Kind: schema.GroupKind{Kind: "Namespace"}, State: model.Complete})
		}
	}
	h.bench.surround(h.World)
	return "surroundings"
}
