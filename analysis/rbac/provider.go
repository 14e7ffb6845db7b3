package rbac

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Provider is who runs the control plane, as far as it shows.
type Provider struct {
	// Name is EKS, GKE or AKS; "" for any other.
	Name string
	// Authorizer names what the provider asks beside RBAC; "" for nothing known.
	Authorizer string
}

// ProviderOf reads the provider off the version of the server and off the nodes.
func ProviderOf(c *cluster.Cluster, server string) Provider {
	switch {
	case strings.Contains(server, "-eks-"):
		return Provider{"EKS", "an EKS access entry"}
	case strings.Contains(server, "-gke."):
		return Provider{"GKE", "GKE IAM"}
	}
	for r := range c.All(model.KindByName("Node").GroupKind()) {
		n, ok := r.(*record.Typed[*corev1.Node])
		if !ok {
			continue
		}
		switch kubelet := n.Object.Status.NodeInfo.KubeletVersion; {
		case strings.Contains(kubelet, "-eks-"):
			return Provider{"EKS", "an EKS access entry"}
		case strings.Contains(kubelet, "-gke."):
			return Provider{"GKE", "GKE IAM"}
		case n.Labels.Has("kubernetes.azure.com/cluster"):
			return Provider{"AKS", "Azure RBAC"}
		}
	}
	return Provider{}
}
