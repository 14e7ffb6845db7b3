// Package network answers who can talk to whom in a cluster, as its policies declare, and which rule says so.
//
// Pods that no policy can tell apart are one class; classes that no policy can tell apart are one group, whatever their
// namespaces. An answer is worked out for two groups, so that it costs what the policies cost and not what the pods do. It
// is exact: the tests compare it, pair by pair, with a slow evaluation of each rule on each pod.
//
// An Analyser belongs to the goroutine that updates it. Questions are asked there too; each says what it costs.
package network
