package node

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/lifecycle"
	"canopy/model/record"
)

// workers is the pool of nodes of which no label names one, controllers that of the control plane.
const (
	workers     = "workers"
	controllers = "control-plane"
)

const (
	openShift = lifecycle.OpenShift
	rolePath  = "node-role.kubernetes.io/"
)

// labels is what the labels of a node tell.
type labels struct{ provider, pool, poolKey, roles string }

// poolKeys are the labels that name the pool of a node, those first that are the tightest.
var poolKeys = [...]string{
	"eks.amazonaws.com/nodegroup", "cloud.google.com/gke-nodepool", "kubernetes.azure.com/agentpool", "karpenter.sh/nodepool", "karpenter.sh/provisioner-name",
	"alpha.eksctl.io/nodegroup-name", "kops.k8s.io/instancegroup", "node.kubernetes.io/instance-group", "cluster.x-k8s.io/deployment-name",
	"machine.openshift.io/cluster-api-machineset", "node.cluster.x-k8s.io/machine-pool",
}

// poolEnds are the ends of other labels that do.
var poolEnds = [...]string{"/pool", "/nodepool", "/node-pool", "/machine-pool", "/pool-name", "/pool-id"}

func labelsOf(n *record.Typed[*corev1.Node]) labels {
	var l labels
	rank := len(poolKeys) + 1
	var roles []string
	for key, value := range n.Labels.All() {
		if role, ok := strings.CutPrefix(key, rolePath); ok && role != "" {
			roles = append(roles, role)
			continue
		}
		domain, _, _ := strings.Cut(key, "/")
		switch {
		case domain == "eks.amazonaws.com":
			l.provider = lifecycle.EKS
		case domain == "cloud.google.com" && strings.HasPrefix(key, "cloud.google.com/gke-"):
			l.provider = lifecycle.GKE
		case domain == "kubernetes.azure.com":
			l.provider = lifecycle.AKS
		case domain == "node.openshift.io":
			l.provider = openShift
		}
		if at := poolRank(key); at < rank && value != "" {
			rank, l.pool, l.poolKey = at, value, key
		}
	}
	for _, role := range roles {
		if role == controllers || role == "master" {
			l.pool, l.poolKey = controllers, rolePath
		}
	}
	l.roles = strings.Join(roles, ",")
	return l
}

func poolRank(key string) int {
	for i, known := range poolKeys {
		if key == known {
			return i
		}
	}
	for _, end := range poolEnds {
		if strings.HasSuffix(key, end) {
			return len(poolKeys)
		}
	}
	return len(poolKeys) + 1
}
