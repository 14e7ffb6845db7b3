package attack

// Asker answers questions about paths, for as long as the function runs that was given it.
type Asker interface {
	// Paths lists paths and what ends them.
	Paths(Question) Answer
	// Routes lists up to k routes of one pair without repeated nodes, the cheapest first, ties by id; more tells that there are others.
	Routes(from, to Node, k int, lateral bool) (routes []Path, more bool)
	// Blast says what somebody who holds a node can come to reach; false where the graph has no such node.
	Blast(Node) (Blast, bool)
	// Find gives the node that a person names: a reference, a subject, internet, cluster-admin, nodes, control-plane, secrets. A pod gives
	// its workload. False where there is no such thing.
	Find(name string) (Node, bool)
	// Sources and Goals list the nodes that a screen offers to choose from, sorted by id.
	Sources() []Node
	Goals() []Node
}
