// Package attack keeps one graph of how a cluster can be attacked: who can become whom, which pods lead to which nodes,
// which Secrets can be read and what they open, and by which ways somebody outside gets in.
//
// The graph is drawn from what the other analysers know, one object at a time: a binding, a workload, an account, a node, a
// Secret, the ways into a namespace. When an object changes, only its own lines are drawn anew (draw.go), and the searches
// that stand on the graph take in what that affects. No identity is ever joined with every pod: what a binding opens in a
// namespace leads to one vertex, "the pods of ops", and from there a line leads to each of them.
//
// People see nodes and hops. The vertices between, such as bindings, are what edits can take away; they name the proof of a
// hop (hop.go) and are what cuts are made of (cut.go).
package attack
