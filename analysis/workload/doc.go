// Package workload judges the posture of workloads: what a pod may do to its node, its neighbours and the API server.
//
// A template is judged once, whoever uses it. What follows from it is shared by the owner and by all pods that carry it.
// Pods are gathered below their top owner, and one finding is one rule on one top owner; its evidence is made on demand
// from a snapshot of the group that is never changed.
//
// What counts as what:
//   - An owner is judged by its own template, whether pods run or not; so is a naked pod, even one that has finished. Its
//     number of running pods is then zero.
//   - Pods of an owner count while they run. A finished one runs nothing, and its owner's template speaks for the next.
//   - A pod that a kubelet runs from a file names its node as controller. Here it is its own owner, since the node did not
//     write it.
//   - Whoever writes an object may claim any controller. What holds a template is judged unless it is folded into a
//     controller that was seen and makes such objects (cluster.TopOwner); a pod whose controller makes no pods is naked.
//   - Evidence of a pod that its owner's template shows too, be it at another index, is not repeated.
package workload
