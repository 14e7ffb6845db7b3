package attack

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// Concerns tells the kinds that paths cannot do without: where one was not read there may be more paths than are known.
func Concerns(gk schema.GroupKind) bool {
	switch gk.Group {
	case "":
		switch gk.Kind {
		case "Pod", "Node", "Namespace", "ServiceAccount", "Secret", "Service":
			return true
		}
	case model.GroupRBAC:
		return true
	case model.GroupNetwork:
		return gk.Kind == "Ingress"
	case model.GroupAdmission:
		return gk.Kind == "MutatingWebhookConfiguration"
	}
	return false
}

// Core tells the kinds without which no cluster can do: that a server does not have one, or a file does not hold it, is no sign that there
// is nothing of it.
func Core(gk schema.GroupKind) bool { return gk.Group == "" || gk.Group == model.GroupRBAC }
