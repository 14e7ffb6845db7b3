package attack

import (
	"cmp"

	"canopy/model"
)

// NodeType is what a Node is.
type NodeType string

// The types of nodes, in the words of the command line's contract.
const (
	External  NodeType = "external"
	Workload  NodeType = "workload"
	Identity  NodeType = "identity"
	Machine   NodeType = "node"
	Secret    NodeType = "secret"
	Namespace NodeType = "namespace"
	Cloud     NodeType = "cloud"
	Goal      NodeType = "goal"
)

// Node is an end of a hop: what an attacker starts from, holds on the way, or wants. It is comparable.
type Node struct {
	// ID tells it from all others: sa:shop/web, shop/Deployment/web, Node/n1, internet, cluster-admin.
	ID   string
	Type NodeType
	// Ref is the object; zero where there is none, as for users, groups and goals.
	Ref model.Ref
	// Subject is who it is, for identities.
	Subject model.Subject
}

// The nodes that are no object.
var (
	// Internet is whoever is outside of the cluster and has no credentials of it.
	Internet = Node{ID: "internet", Type: External}
	// ClusterAdmin is all of the cluster: every permission, or what comes to the same.
	ClusterAdmin = Node{ID: "cluster-admin", Type: Goal}
)

// NodeOf gives the node of an object: a workload, a pod without an owner, an account, a node, a Secret or a Namespace. Others
// have none.
func NodeOf(ref model.Ref) (Node, bool) {
	switch {
	case ref.Group == "" && ref.Kind == "ServiceAccount":
		return NodeOfSubject(model.Subject{Kind: model.AccountSubject, Namespace: ref.Namespace, Name: ref.Name}), true
	case ref.Group == "" && ref.Kind == "Node":
		return Node{ID: ref.String(), Type: Machine, Ref: ref}, true
	case ref.Group == "" && ref.Kind == "Secret":
		return Node{ID: ref.String(), Type: Secret, Ref: ref}, true
	case ref.Group == "" && ref.Kind == "Namespace":
		return Node{ID: ref.String(), Type: Namespace, Ref: ref}, true
	case ref.Namespace != "":
		return Node{ID: ref.String(), Type: Workload, Ref: ref}, true
	}
	return Node{}, false
}

// NodeOfSubject gives the node of an account, a user or a group.
func NodeOfSubject(s model.Subject) Node {
	n := Node{ID: s.String(), Type: Identity, Subject: s}
	if s.Kind == model.AccountSubject {
		n.Ref = model.KindByName("ServiceAccount").Ref(s.Namespace, s.Name)
	}
	return n
}

// Compare orders nodes by id.
func (n Node) Compare(o Node) int { return cmp.Compare(n.ID, o.ID) }
