package secret

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/cluster"
)

// Kinds that are looked at; they are data.
var (
	secrets = schema.GroupKind{Kind: "Secret"}
	pods    = schema.GroupKind{Kind: "Pod"}
	facts   = schema.GroupKind{Group: model.GroupOwn, Kind: "SecretFacts"}
	// naming are the kinds that can name a Secret, in the order in which a doubt is told.
	naming = [...]schema.GroupKind{
		pods, {Group: "apps", Kind: "Deployment"}, {Group: "apps", Kind: "StatefulSet"}, {Group: "apps", Kind: "DaemonSet"}, {Group: "apps", Kind: "ReplicaSet"},
		{Group: "batch", Kind: "CronJob"}, {Group: "batch", Kind: "Job"}, {Kind: "ReplicationController"}, {Kind: "ServiceAccount"},
		{Group: model.GroupNetwork, Kind: "Ingress"}, {Group: model.GroupGateway, Kind: "Gateway"}, {Group: model.GroupRoute, Kind: "Route"},
		{Kind: "PersistentVolume"}, {Group: "storage.k8s.io", Kind: "StorageClass"}, {Group: model.GroupRBAC, Kind: "Role"},
		{Group: model.GroupCertManager, Kind: "Certificate"},
		{Group: model.GroupExternalSecrets, Kind: "ExternalSecret"}, {Group: model.GroupExternalSecrets, Kind: "ClusterExternalSecret"},
		{Group: model.GroupSealedSecrets, Kind: "SealedSecret"}, {Group: model.GroupSecretsStore, Kind: "SecretProviderClass"}, {Group: model.GroupSops, Kind: "SopsSecret"},
	}
	// external are the kinds by which Secrets come from a store outside the cluster.
	external = naming[len(naming)-5:]
)

// Covered takes the new coverage of a kind.
func (a *Analyser) Covered(c *cluster.Cluster, gk schema.GroupKind) {
	if gk != secrets && !slices.Contains(naming[:], gk) {
		return
	}
	// A kind of which nobody speaks is loading, and then there is none of it.
	var text strings.Builder
	text.WriteString(string(c.Seen(gk, "").State) + "\n")
	for _, cov := range c.Coverage() {
		if cov.Kind == gk && !cov.Unserved() {
			text.WriteString(cov.Namespace + " " + string(cov.State) + " " + cov.Reason + "\n")
		}
	}
	if text.String() != a.doubts[gk] {
		a.doubts[gk] = text.String()
		a.dirty.all = true
	}
}

// unseen says which of some kinds was not seen whole in a namespace, and why; "" where all were. What is in no namespace was
// asked for everywhere.
func unseen(c *cluster.Cluster, namespace string, kinds ...schema.GroupKind) string {
	for _, gk := range kinds {
		at := namespace
		if k := model.KindOf(gk); k != nil && !k.Namespaced {
			at = ""
		}
		cov := c.Seen(gk, at)
		if cov.State == model.Complete || cov.Unserved() {
			continue
		}
		reason := gk.Kind + " " + string(cov.State)
		if cov.Reason != "" && cov.Reason != string(cov.State) {
			reason += ": " + cov.Reason
		}
		return reason
	}
	return ""
}

// told tells whether it is known which Secrets a namespace has, and why not wholly.
func told(c *cluster.Cluster, namespace string) (known bool, reason string) {
	switch c.Seen(secrets, namespace).State {
	case model.Complete:
		return true, ""
	case model.Partial:
		return true, unseen(c, namespace, secrets)
	}
	return false, ""
}
