package view

import "canopy/analysis/attack"

// NodeName names a node of the graph of attacks in short: shop/web. It is not clean.
func NodeName(n attack.Node) string {
	switch n.Type {
	case attack.Workload:
		return n.Ref.Namespace + "/" + n.Ref.Name
	case attack.Machine:
		return "node " + n.Ref.Name
	case attack.Secret:
		return "Secret " + n.Ref.Namespace + "/" + n.Ref.Name
	case attack.Namespace:
		return "namespace " + n.Ref.Name
	}
	switch n {
	case attack.AnyNode:
		return "any node"
	case attack.ControlPlane:
		return "a node of the control plane"
	case attack.AnySecrets:
		return "all Secrets of a namespace"
	}
	return n.ID
}
