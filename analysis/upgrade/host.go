package upgrade

import (
	"cmp"

	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/model"
)

// host is whoever runs the cluster, by how its versions are changed.
type host struct {
	kind hosting
	// sold tells that the control plane is the provider's: it is upgraded as one.
	sold bool
	// whole tells that one program holds the control plane and the kubelet of a node.
	whole bool
}

type hosting uint8

const (
	plain hosting = iota
	kubeadm
	onEKS
	onGKE
	onAKS
	openShift
	k3s
	rke2
)

// pooled tells a provider that exchanges the nodes of a pool with one command.
func (h host) pooled() bool { return h.sold || h.kind == openShift }

// local tells that the parts of a control plane on one node speak with the API server of that node alone, and are exchanged with it.
func (h host) local() bool { return h.whole || h.kind == kubeadm }

// hostOf says who runs a cluster: as its API server tells, else who runs most nodes.
func hostOf(in *Input, nodes []*node.Node, plane *node.Plane) (host, string) {
	provider := ""
	for i := range plane.Parts {
		if p := &plane.Parts[i]; p.Component == lifecycle.APIServer {
			provider = cmp.Or(provider, p.Version.Provider)
		}
	}
	if provider == "" {
		count := map[string]int{}
		for _, n := range nodes {
			if count[n.Provider]++; count[n.Provider] > count[provider] || provider == "" || count[n.Provider] == count[provider] && n.Provider < provider {
				provider = n.Provider
			}
		}
	}
	h, product := host{}, ""
	switch provider {
	case lifecycle.EKS:
		h, product = host{kind: onEKS, sold: true}, provider
	case lifecycle.GKE:
		h, product = host{kind: onGKE, sold: true}, provider
	case lifecycle.AKS:
		h, product = host{kind: onAKS, sold: true}, provider
	case lifecycle.OpenShift:
		h, product = host{kind: openShift}, provider
	case "k3s":
		h = host{kind: k3s, whole: true}
	case "rke2":
		h = host{kind: rke2, whole: true}
	default:
		if in.Cluster.Get(model.KindByName("ConfigMap").Ref("kube-system", "kubeadm-config")) != nil {
			h = host{kind: kubeadm}
		}
	}
	if product != "" && len(in.Tables.All(product)) == 0 {
		product = ""
	}
	return h, product
}

// pool gives the name by which a provider knows the pool of a node, from the label that the provider sets.
func (h host) pool(labels map[string]string) string {
	switch h.kind {
	case onEKS:
		return labels["eks.amazonaws.com/nodegroup"]
	case onGKE:
		return labels["cloud.google.com/gke-nodepool"]
	case onAKS:
		return cmp.Or(labels["kubernetes.azure.com/agentpool"], labels["agentpool"])
	case openShift:
		for _, role := range [...]string{"master", "worker"} {
			if _, ok := labels["node-role.kubernetes.io/"+role]; ok {
				return role
			}
		}
	}
	return ""
}
