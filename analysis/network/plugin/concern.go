package plugin

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model/cluster"
	"canopy/model/record"
)

// The kinds that are looked at beside foreign policies; they are data.
var (
	daemonSets  = schema.GroupKind{Group: "apps", Kind: "DaemonSet"}
	deployments = schema.GroupKind{Group: "apps", Kind: "Deployment"}
	configMaps  = schema.GroupKind{Kind: "ConfigMap"}
	nodes       = schema.GroupKind{Kind: "Node"}
	namespaces  = schema.GroupKind{Kind: "Namespace"}
	definitions = schema.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}
)

// Concerns tells whether Detect rests on how well a kind was seen: where the coverage of it changes, the answer may.
func Concerns(gk schema.GroupKind) bool {
	return gk == daemonSets || gk == configMaps || alienOf(gk) != nil
}

// Touches tells whether a change may change what Detect says. It takes well below a microsecond for what does not matter.
func Touches(d cluster.Delta) bool {
	came := (d.Old == nil) != (d.New == nil)
	switch gk := d.GroupKind(); gk {
	case daemonSets:
		return agentOf(d.Ref.Name) >= 0 && otherAgent(d)
	case deployments:
		return d.Ref.Name == "kube-ovn-controller" && otherAgent(d)
	case configMaps:
		return d.Ref.Name == "cilium-config"
	case nodes:
		return lightNode(d.Old) != lightNode(d.New)
	case namespaces:
		return came
	case definitions:
		_, group, _ := strings.Cut(d.Ref.Name, ".")
		return came && hasAliens(group)
	default:
		return came && alienOf(gk) != nil
	}
}

// otherAgent tells that a workload is another in what is read of it.
func otherAgent(d cluster.Delta) bool {
	before, after := cluster.Cast[*record.Workload](d)
	if before == nil || after == nil {
		return true
	}
	return before.Template != after.Template || (before.Ready == 0) != (after.Ready == 0)
}

func hasAliens(group string) bool {
	for i := range aliens {
		if aliens[i].group == group {
			return true
		}
	}
	return false
}
