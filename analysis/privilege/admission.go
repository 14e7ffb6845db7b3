package privilege

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// privilegedAdmitted tells whether a namespace takes privileged pods, as far as Pod Security decides: its level is privileged
// or missing. A label that cannot be read enforces restricted (k8s.io/pod-security-admission/api/helpers.go). A namespace of
// which plain manifests hold no object has no label.
func privilegedAdmitted(c *cluster.Cluster, namespace string) model.Verdict {
	ns, ok := cluster.Find[*record.Typed[*corev1.Namespace]](c, "Namespace", "", namespace)
	if !ok {
		if missing(c, model.KindByName("Namespace").Ref("", namespace)) {
			return model.Yes
		}
		return model.Unknown
	}
	return admits(ns)
}

func admits(ns *record.Typed[*corev1.Namespace]) model.Verdict {
	level, set := ns.Labels.Lookup(api.EnforceLevelLabel)
	if !set {
		return model.Yes
	}
	if parsed, err := api.ParseLevel(level); err == nil && parsed == api.LevelPrivileged {
		return model.Yes
	}
	return model.No
}
