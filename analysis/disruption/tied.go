package disruption

import (
	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// Tied says by what a pod can be on one node alone, so that it is away for as long as that node is; "" where nothing tells that.
func Tied(c *cluster.Cluster, p *record.Pod) string {
	if says := TiedBy(p.Spec()); says != "" {
		return says
	}
	says, _ := bound(c, p, func(model.Ref) {})
	return says
}

// TiedBy says the same of a spec, by what it says itself.
func TiedBy(spec *corev1.PodSpec) string {
	if spec.NodeSelector[corev1.LabelHostname] != "" {
		return "its nodeSelector names the node"
	}
	if spec.Affinity != nil && spec.Affinity.NodeAffinity != nil && one(spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution) != "" {
		return "its affinity names the node"
	}
	return ""
}
