package segmentation

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/network/policy"
	"canopy/model"
	"canopy/model/cluster"
)

// Kinds that are looked at; they are data.
var (
	ingresses  = schema.GroupKind{Group: model.GroupNetwork, Kind: "Ingress"}
	classes    = schema.GroupKind{Group: model.GroupNetwork, Kind: "IngressClass"}
	pods       = schema.GroupKind{Kind: "Pod"}
	namespaces = schema.GroupKind{Kind: "Namespace"}
	services   = schema.GroupKind{Kind: "Service"}
	nodes      = schema.GroupKind{Kind: "Node"}
	quotas     = schema.GroupKind{Kind: "ResourceQuota"}
	limits     = schema.GroupKind{Kind: "LimitRange"}
	policies   = schema.GroupKind{Group: model.GroupNetwork, Kind: "NetworkPolicy"}
)

// Covered takes the new coverage of a kind. That a kind was seen whole once it has loaded changes nothing, since its rules
// are held back until then.
func (a *Analyser) Covered(c *cluster.Cluster, gk schema.GroupKind) {
	switch gk {
	case pods, namespaces, services, nodes, quotas, limits, policies, ingresses, classes:
	default:
		if gk.Group != policy.Group && gk.Group != model.GroupGateway && gk.Group != model.GroupRoute {
			return
		}
	}
	var text strings.Builder
	for _, cov := range c.Coverage() {
		if cov.Kind == gk && cov.State != model.Complete && cov.State != model.Loading {
			text.WriteString(cov.Namespace + " " + string(cov.State) + " " + cov.Reason + "\n")
		}
	}
	if text.String() != a.doubts[gk] {
		a.doubts[gk] = text.String()
		a.dirty.all = true
	}
}
