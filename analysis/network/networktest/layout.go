package networktest

import (
	"iter"
	"slices"

	"canopy/model"
)

// Layout is the shape of a generated cluster, whose answers are known in closed form.
//
// Pods fill one namespace after another, and in each one tier after another: web, api, worker, cache, db. Namespace i belongs
// to team i modulo Teams, and the teams stand in a ring. The policies of a namespace let its pods talk to each other; besides,
// pods of the tiers web and worker reach the api pods in every namespace of the next team, on port 8080. Every other
// connection between pods is denied. Outside, pods reach every IPv4 address but 10.0.0.0/8 and 169.254.169.254; nothing
// outside reaches them.
//
// So the pairs of pods with an allowed connection are those within a namespace and, for each namespace of a team and each of
// the next, its senders times the other's receivers: 8 times 4, that is 32, where each tier has four pods.
type Layout struct {
	Pods int
	// PodsPerTier is the number of pods of one tier in a namespace that is full.
	PodsPerTier int
	Teams       int
	// Owned gives the pods of one tier in one namespace a ReplicaSet. Otherwise pods have no owner, and each is a peer of its own.
	Owned bool
	// OnePolicy says the same in one policy for each namespace; otherwise there are four.
	OnePolicy bool
}

// Bare is a cluster whose pods have no owner: 20 pods and four policies in each namespace, ten teams.
func Bare(pods int) Layout { return Layout{Pods: pods, PodsPerTier: 4, Teams: 10} }

// Owned is the same with a ReplicaSet for every four pods.
func Owned(pods int) Layout {
	l := Bare(pods)
	l.Owned = true
	return l
}

// Large is a cluster as large as Canopy is made for: 150,000 pods of 50,000 ReplicaSets on 5,000 nodes, in 10,000 namespaces
// of a hundred teams, with 10,000 policies.
func Large() Layout {
	return Layout{Pods: 150_000, PodsPerTier: 3, Teams: 100, Owned: true, OnePolicy: true}
}

// Pairs is the number of ordered pairs of pods, those of a pod with itself left out, between which Bare and Owned allow a
// connection: 2,028 for 100 pods, 11,548 for 500, 70,000 for 2,000.
func Pairs(pods int) int { return Bare(pods).Pairs() }

// tiers are in the order in which they fill a namespace.
func tiers() []string { return []string{"web", "api", "worker", "cache", "db"} }

// sends tells the tiers that reach the api pods of the next team; api alone receives.
func sends(tier string) bool { return tier == "web" || tier == "worker" }

// PodsPerNamespace is the number of pods of a namespace that is full.
func (l Layout) PodsPerNamespace() int { return l.PodsPerTier * len(tiers()) }

// PodsPerNode is the number of pods of a node that is full.
const PodsPerNode = 30

// Namespaces is the number of namespaces; the last may not be full.
func (l Layout) Namespaces() int {
	return (l.Pods + l.PodsPerNamespace() - 1) / l.PodsPerNamespace()
}

// Policies is the number of policies.
func (l Layout) Policies() int {
	if l.OnePolicy {
		return l.Namespaces()
	}
	return 4 * l.Namespaces()
}

// Nodes is the number of nodes.
func (l Layout) Nodes() int { return (l.Pods + PodsPerNode - 1) / PodsPerNode }

// podsOf gives the number of pods of a namespace.
func (l Layout) podsOf(namespace int) int {
	return min(l.PodsPerNamespace(), l.Pods-namespace*l.PodsPerNamespace())
}

// count gives the pods of a namespace that stand in a tier of a kind.
func (l Layout) count(namespace int, counts func(tier string) bool) int {
	n, left := 0, l.podsOf(namespace)
	for _, tier := range tiers() {
		if counts(tier) {
			n += min(left, l.PodsPerTier)
		}
		left = max(0, left-l.PodsPerTier)
	}
	return n
}

// Pairs is the number of ordered pairs of pods, those of a pod with itself left out, between which a connection is allowed.
func (l Layout) Pairs() int {
	pairs := 0
	senders, receivers := make([]int, l.Teams), make([]int, l.Teams)
	for i := range l.Namespaces() {
		pairs += l.podsOf(i) * (l.podsOf(i) - 1)
		senders[i%l.Teams] += l.count(i, sends)
		receivers[i%l.Teams] += l.count(i, func(tier string) bool { return tier == "api" })
	}
	for team, n := range senders {
		pairs += n * receivers[(team+1)%l.Teams]
	}
	return pairs
}

// Between is the number of pairs from one namespace to another; for a namespace and itself, those within it.
func (l Layout) Between(src, dst int) int {
	switch {
	case src == dst:
		return l.podsOf(src) * (l.podsOf(src) - 1)
	case (src+1)%l.Teams == dst%l.Teams:
		return l.count(src, sends) * l.count(dst, func(tier string) bool { return tier == "api" })
	}
	return 0
}

// Records gives the objects of the cluster, as many as it has, one after the other: namespaces, nodes, policies, ReplicaSets
// and pods. It gives the same ones every time.
func (l Layout) Records() iter.Seq[model.Record] {
	return func(yield func(model.Record) bool) {
		for _, part := range []iter.Seq[model.Record]{l.namespaces(), l.nodes(), l.policies(), l.replicaSets(), l.pods()} {
			for r := range part {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// Kinds lists the kinds of which a generated cluster has all objects.
func Kinds() []*model.Kind {
	return slices.DeleteFunc(model.Kinds(), func(k *model.Kind) bool { return k.Kind == "Event" })
}
