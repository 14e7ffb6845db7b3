// Package disruption says what stands in the way of emptying a node: budgets that allow no disruption, pods that nothing makes anew, single
// replicas, and data that is on the node alone. It judges budgets, and workloads that have none.
package disruption

import "canopy/model"

// Obstacle is one pod that a drain of its node stumbles over, and why.
type Obstacle struct {
	// Cause is budget (a PodDisruptionBudget never allows an eviction), waiting (it allows none now, and will once pods are ready), budgets (two of them select the pod, which the API
	// refuses), bare (nothing makes it anew), local (it has data in an emptyDir that is lost), scratch (files that nobody misses, in such: one obstacle for all pods of the node), host-path is not one of them, single (its
	// owner has one replica, or all of them on this node: it is away until the new one is ready elsewhere), pinned (no other node can take it,
	// since its volume is here or it names the node: it is away until this node is back), unknown (what would tell was not seen, so that the drain is not known to be safe).
	Cause string
	// Pod is the zero Ref where it is not known which pods there are, and where it is about several at once: Owner is the node then, or the
	// owner whose template names the node. Pods counts several at once, and is 0 of others.
	Pod  model.Ref
	Pods int
	// Owner is its top owner, the pod itself where there is none. Budget is the one in the way.
	Owner, Budget model.Ref
	// Blocks tells that a drain does not end by itself; else something is lost or is away, and a drain goes on (with the flags that Says
	// names).
	Blocks bool
	// Stays tells of a pod that is pinned by a volume which is on the node: a new machine has none of its data.
	Stays bool
	Says  string
}

// Budget is what is known of a PodDisruptionBudget. It is immutable.
type Budget struct {
	Ref model.Ref
	// Allowed is the number of pods that may be evicted now, as its status says; -1 where that is not known.
	Allowed int
	// Healthy, Wanted and Expected are those of its status, or worked out from what is there where it has none.
	Healthy, Wanted, Expected int
	// Never tells that it can allow none at all, however many pods are well: Says has why.
	Never bool
	Says  string
}

// Loses tells of a cause that data or a pod is lost for good to a drain: in an emptyDir, or since nothing makes it anew. With the others
// something is away for a while, or a drain does not end, or it is not known.
func Loses(cause string) bool { return cause == Local || cause == Bare }
