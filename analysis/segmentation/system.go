package segmentation

import "strings"

// controlPlane knows the namespaces that Kubernetes, distributions and network plug-ins make for their own parts. A name
// proves nothing, so it only makes findings milder.
func controlPlane(namespace string) bool {
	switch namespace {
	case "kube-system", "kube-public", "kube-node-lease", "local-path-storage", "kube-flannel", "kube-router",
		"calico-system", "calico-apiserver", "tigera-operator", "cilium-secrets", "antrea-system", "ovn-kubernetes",
		"gke-managed-system", "gke-managed-cim", "gmp-system", "gmp-public", "gatekeeper-system", "aks-istio-system",
		"calico-typha", "cattle-system", "cattle-fleet-system", "openshift":
		return true
	}
	return strings.HasPrefix(namespace, "openshift-")
}
