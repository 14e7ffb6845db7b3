package attack

import "canopy/model"

// Confidence is how sure a hop is. The worst of its hops is that of a path.
type Confidence uint8

// The confidences, from the surest.
const (
	// Proven is shown by what was read.
	Proven Confidence = iota
	// ByVersion rests on the version of the server, of a kubelet or of a kernel, which is not known or decides within a range.
	ByVersion
	// ByAdmission rests on admission: a policy, a webhook or Pod Security, whose say was not or cannot be read.
	ByAdmission
	// MissingData rests on what cannot be seen in the API at all, or may not be read.
	MissingData
)

// String is the word of the command line's contract.
func (c Confidence) String() string {
	return [...]string{Proven: "proven", ByVersion: "version", ByAdmission: "admission", MissingData: "missing-data"}[c]
}

// MarshalText writes the word.
func (c Confidence) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Path is one way of an attacker from a source to a goal.
type Path struct {
	From, To Node
	// Cost sums up how hard the hops are: 1 is easy, see model.Edge.
	Cost int
	// Risk is 0 to 100, by where it begins, where it ends, and how sure and hard it is.
	Risk       int
	Confidence Confidence
	// Hops are in the order of the attacker, each beginning where the one before ended.
	Hops []Hop
}

// Hop is one step: whoever holds From comes to hold To.
type Hop struct {
	// Edge is the id in the catalogue of edges.
	Edge       string
	From, To   Node
	Confidence Confidence
	// Reason says what a confidence other than Proven rests on.
	Reason string
	Cost   int
	Proof  Proof
	// Cut is the object whose edit ends the hop, and what the edit is; zero where no single edit does.
	Cut model.Cut
}

// Proof is why a hop is there.
type Proof struct {
	// Summary says it in a few words: create pods/exec in ops. It holds names of the cluster, which are hostile until cleaned.
	Summary string
	// Object is the one that opens the hop: a binding, a workload, a Secret, a Service, a policy.
	Object model.Ref
	// Match is how the identity is among the subjects of the binding, such as direct or group:system:serviceaccounts, and
	// Subject the index of the one that matched; -1 where there is no binding.
	Match   string
	Subject int
	// Role is what the binding refers to.
	Role model.Ref
	// Evidence lists the fields: rules, roleRef and subject of a binding, the field of a pod, the port of a Service, the rule of a policy.
	Evidence []model.Evidence
}

// Question asks for paths. The zero Question asks for all of them to cluster-admin.
type Question struct {
	// From limits where paths begin: Internet, one node, or a Namespace for any workload or account in it. The zero node is every source.
	From Node
	// To is the goal: ClusterAdmin, AnyNode, AnySecrets, ControlPlane, or one node; a Namespace is all of its Secrets. Zero is
	// ClusterAdmin.
	To Node
	// Lateral takes in hops by the network, which suppose that what listens there can be exploited.
	Lateral bool
	// Plain leaves out what ends the paths, which costs more than to find them.
	Plain bool
	// Limit is how many paths are given; 0 is all.
	Limit int
}

// The goals that are classes of nodes.
var (
	// AnyNode is any node, ControlPlane any node of the control plane, AnySecrets all Secrets of any namespace.
	AnyNode      = Node{ID: "nodes", Type: Goal}
	ControlPlane = Node{ID: "control-plane", Type: Goal}
	AnySecrets   = Node{ID: "secrets", Type: Goal}
)

// Answer lists paths, one a pair of source and goal: the cheapest route of each, ties by id.
type Answer struct {
	// Paths are the cheapest first, More counts those beyond the limit.
	Paths []Path
	More  int
	// Internet counts those that begin at a workload which somebody outside gets to directly.
	Internet int
	// Cuts ranks single edits by how many of all these paths they take away; Removes of a cut counts them.
	Cuts []model.Cut
	// Least is a set of edits that together end all of these paths, with the least legitimate permission lost. Removes of each counts
	// the paths that end with it and those before it. It is empty where Uncuttable says why no edits can end them.
	Least      []model.Cut
	Uncuttable string
	// Unknown says what was not read, so that there may be more paths; empty where nothing is missing.
	Unknown string
}

// Blast is what somebody who holds From can reach, do, read and become.
type Blast struct {
	From Node
	// Admin tells that it comes to hold all of the cluster; then the rest says what it reaches without that.
	Admin bool
	// Begins lists the workloads and accounts of a Namespace, with which it begins; none where From is not one.
	Begins []Node
	// Identity is the identity that it begins with; zero where it has none. Verbs counts the permissions of that identity.
	Identity model.Subject
	Verbs    int
	// What can be reached, each sorted by id, with the cost of getting there and the number of hops.
	Identities, Workloads, Nodes, Secrets, Namespaces, Clouds []Reached
	// Network lists the workloads to which policies let it talk, beyond what it reaches otherwise; NetworkMore counts those left out,
	// which is none at present.
	Network []Reached
	// Escapes lists the hops by which a pod that it holds leads to its node.
	Escapes []Hop
	// Impact lists the edges that it holds and that lead to no node: tampering with traffic, policies, evidence.
	Impact []Hop
	// Paths counts the goals among cluster-admin, nodes, Secrets of a namespace and crown jewels that it reaches: see Goals.
	Paths int
	// Goals lists the cheapest path to each of those.
	Goals []Path
	// Sources counts those from which From itself can be reached, by the default sources of paths.
	Sources int
	Unknown string
}

// Reached is a node that can be reached.
type Reached struct {
	Node
	Cost, Hops int
	Confidence Confidence
}
