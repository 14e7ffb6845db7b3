package proposal

import "canopy/model"

// rank orders steps by what needs what: a namespace before what is in it, accounts and roles before bindings, all that before the
// pods that use it, and policies last, since they may refuse what comes behind them. Deletions come after everything, the other way
// round.
func rank(s *model.Step) int {
	n := rankOf(s.Ref)
	if s.Verb == model.Delete {
		return 2*last - n
	}
	return n
}

const last = 12

func rankOf(ref model.Ref) int {
	switch ref.Kind {
	case "Namespace":
		return 0
	case "CustomResourceDefinition":
		return 1
	case "StorageClass", "PersistentVolume", "RuntimeClass", "IngressClass", "GatewayClass", "Node":
		return 2
	case "ServiceAccount":
		return 3
	case "Secret", "ConfigMap":
		return 4
	case "PersistentVolumeClaim", "LimitRange", "ResourceQuota":
		return 5
	case "Role", "ClusterRole":
		return 6
	case "RoleBinding", "ClusterRoleBinding":
		return 7
	case "Service":
		if ref.Group == "" {
			return 8
		}
	case "Pod", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "CronJob", "ReplicationController":
		return 9
	case "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService":
		return last
	case "PodDisruptionBudget", "NetworkPolicy", "ValidatingAdmissionPolicy", "MutatingAdmissionPolicy":
		return 10
	case "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicyBinding":
		return 11
	}
	return 10
}
