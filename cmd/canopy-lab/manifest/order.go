package manifest

// stages are the kinds in the order in which they are applied: what others refer to or are checked against comes first. Kinds of the same stage keep the
// order of their files.
func stages() [][]string {
	return [][]string{
		{"Namespace"},
		{"CustomResourceDefinition"},
		{"PriorityClass", "RuntimeClass", "StorageClass", "IngressClass", "GatewayClass", "DeviceClass", "CSIDriver"},
		{"ServiceAccount"},
		{"ClusterRole", "Role"},
		{"ClusterRoleBinding", "RoleBinding"},
		{"LimitRange", "ResourceQuota"},
		{"ConfigMap", "Secret", "PersistentVolume", "PersistentVolumeClaim"},
		{"Node"},
		{"NetworkPolicy", "Service", "PodDisruptionBudget"},
		{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "CronJob", "Job"},
		{"Pod"},
		{}, // every other kind: mostly objects of custom resources
		// What judges or serves the requests of others must not do so before the rest is there.
		{"APIService", "ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"},
		{"ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"},
	}
}

func rank(object Object) int {
	others := 0
	for i, kinds := range stages() {
		if len(kinds) == 0 {
			others = i
		}
		for _, kind := range kinds {
			if kind == object.GetKind() {
				return i
			}
		}
	}
	return others
}
