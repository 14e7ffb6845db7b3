package upgrade

import (
	"cmp"

	"canopy/analysis/lifecycle"
	"canopy/analysis/node"
	"canopy/model"
	"canopy/model/record"
)

// host is whoever runs the cluster, by how its versions are changed.
type host struct {
	kind hosting
	// sold tells that the control plane is the provider's: it is upgraded as one.
	sold bool
	// whole tells that one program holds the control plane and the kubelet of a node.
	whole bool
	// brand is whoever makes the builds of Kubernetes that run here, as people know it; "" where nobody else does.
	brand string
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
	// foreign is another provider, whose commands are not known.
	foreign
)

// pooled tells a provider that exchanges the nodes of a pool with one command.
func (h host) pooled() bool { return h.sold || h.kind == openShift }

// lent tells a provider who alone decides which patches of a minor there are.
func (h host) lent() bool { return h.pooled() || h.kind == foreign }

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
	var h host
	product := ""
	switch provider {
	case lifecycle.EKS:
		h, product = host{kind: onEKS, sold: true, brand: "EKS"}, provider
	case lifecycle.GKE:
		h, product = host{kind: onGKE, sold: true, brand: "GKE"}, provider
	case lifecycle.AKS:
		h, product = host{kind: onAKS, sold: true, brand: "AKS"}, provider
	case lifecycle.OpenShift:
		h, product = host{kind: openShift, brand: "OpenShift"}, provider
	case "k3s":
		h = host{kind: k3s, whole: true, brand: "k3s"}
	case "rke2":
		h = host{kind: rke2, whole: true, brand: "RKE2"}
	default:
		h = outsider(in, provider)
	}
	if product != "" && len(in.Tables.All(product)) == 0 {
		product = ""
	}
	return h, product
}

// outsider says who runs a cluster of which no table of commands is here: a provider of builds of its own, which has ways of its own, or
// nobody but its users. The distribution of EKS is installed as upstream is, and is the users' to bring forward; its builds stay its own.
func outsider(in *Input, provider string) host {
	h := host{brand: lifecycle.Mender(provider)}
	switch {
	case h.brand != "" && provider != lifecycle.EKSDistro:
		h.kind = foreign
	case in.Cluster.Get(model.KindByName("ConfigMap").Ref("kube-system", "kubeadm-config")) != nil:
		h.kind = kubeadm
	}
	return h
}

// pool gives the name by which a provider knows the pool of a node, from the label that the provider sets.
func (h host) pool(labels record.Labels) string {
	switch h.kind {
	case onEKS:
		return labels.Get("eks.amazonaws.com/nodegroup")
	case onGKE:
		return labels.Get("cloud.google.com/gke-nodepool")
	case onAKS:
		return cmp.Or(labels.Get("kubernetes.azure.com/agentpool"), labels.Get("agentpool"))
	case openShift:
		for _, role := range [...]string{"master", "worker"} {
			if labels.Has("node-role.kubernetes.io/" + role) {
				return role
			}
		}
	}
	return ""
}
