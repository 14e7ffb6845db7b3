package command

import (
	"strings"

	"canopy/analysis/rbac"
)

// unabbreviated writes the short name of a built-in resource out, as kubectl does: po, deploy.apps, ns. What the cluster
// itself calls so goes before.
func unabbreviated(known *rbac.Discovery, resource string) string {
	end := strings.IndexAny(resource, "./")
	if end < 0 {
		end = len(resource)
	}
	name, rest := resource[:end], resource[end:]
	long := shortNames()[strings.ToLower(name)]
	if long == "" {
		return resource
	}
	if _, _, _, there := known.Resolve(name); there {
		return resource
	}
	return long + rest
}

// shortNames are those of the API server (ShortNames in its packages pkg/registry/*/storage), for what is still served.
func shortNames() map[string]string {
	return map[string]string{
		"cj": "cronjobs", "cm": "configmaps", "crd": "customresourcedefinitions", "crds": "customresourcedefinitions", "cs": "componentstatuses",
		"csr": "certificatesigningrequests", "deploy": "deployments", "ds": "daemonsets", "ep": "endpoints", "ev": "events",
		"hpa": "horizontalpodautoscalers", "ing": "ingresses", "limits": "limitranges", "netpol": "networkpolicies", "no": "nodes",
		"ns": "namespaces", "pc": "priorityclasses", "pdb": "poddisruptionbudgets", "po": "pods", "pv": "persistentvolumes",
		"pvc": "persistentvolumeclaims", "quota": "resourcequotas", "rc": "replicationcontrollers", "rs": "replicasets",
		"sa": "serviceaccounts", "sc": "storageclasses", "sts": "statefulsets", "svc": "services",
	}
}
