package capture

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
)

// reading says as what an object is read.
type reading struct {
	gvk schema.GroupVersionKind
	// kind is the entry of the built-in table; nil for all others.
	kind       *model.Kind
	namespaced scope
	// old tells that the object was written in another version than it is read in.
	old bool
	// convert turns the fields of the version that it was written in into those it is read in; nil where they agree.
	convert func(o map[string]any)
}

type scope uint8

const (
	scopeUnknown scope = iota
	scopeCluster
	scopeNamespace
)

func scopeOf(k *model.Kind) scope {
	if k.Namespaced {
		return scopeNamespace
	}
	return scopeCluster
}

// readingOf finds how a kind is read: built-in kinds in the one version that model.Kinds names, whatever older version a
// file uses, since a manifest of 2019 still tells what somebody means to run. ok is false for a version of a built-in
// kind that no release had.
func readingOf(gvk schema.GroupVersionKind) (r reading, ok bool) {
	r.gvk = gvk
	to := gvk
	if gvk.Group == "extensions" {
		switch gvk.Kind {
		case "Deployment", "DaemonSet", "ReplicaSet":
			to.Group = "apps"
		case "Ingress", "NetworkPolicy":
			to.Group = model.GroupNetwork
		case "PodSecurityPolicy":
			to = schema.GroupVersionKind{Group: "policy", Version: "v1beta1", Kind: gvk.Kind}
		}
	}
	if gvk.Group == "events.k8s.io" && gvk.Kind == "Event" {
		to.Group = ""
	}
	if k := model.OptionalKind(to.GroupKind()); k != nil {
		// Its versions live side by side, and their record tells which one the file used.
		r.namespaced = scopeOf(k)
		return r, true
	}
	if k := model.BuiltIn(to.GroupKind()); k != nil {
		r.kind, r.gvk, r.namespaced = k, k.GVK(), scopeOf(k)
		r.old = gvk != r.gvk
		if r.old && !preliminary(gvk.Version) && gvk.Group != "events.k8s.io" {
			return r, false
		}
		if r.old {
			r.convert = converter(gvk)
		}
		return r, true
	}
	r.namespaced = otherScope(to.GroupKind())
	switch {
	case to.Group == "autoscaling" && to.Kind == "HorizontalPodAutoscaler":
		to.Version = "v2"
		r.convert = converter(gvk)
	case r.namespaced != scopeUnknown && preliminary(to.Version) && matured(to.Group):
		to.Version = "v1"
	}
	r.old = to != gvk
	r.gvk = to
	return r, true
}

// preliminary tells the names of alpha and beta versions.
func preliminary(version string) bool {
	return strings.Contains(version, "alpha") || strings.Contains(version, "beta")
}

// matured tells the groups of Kubernetes whose kinds outside model.Kinds reached v1 with their fields unchanged.
func matured(group string) bool {
	switch group {
	case "apps", "coordination.k8s.io", "scheduling.k8s.io", "storage.k8s.io":
		return true
	}
	return false
}

// otherScope gives the scope of the kinds of Kubernetes that are not in the built-in table.
func otherScope(gk schema.GroupKind) scope {
	switch gk.Group {
	case "":
		switch gk.Kind {
		case "Endpoints", "PodTemplate", "Binding":
			return scopeNamespace
		case "ComponentStatus":
			return scopeCluster
		}
	case "apps":
		if gk.Kind == "ControllerRevision" {
			return scopeNamespace
		}
	case "autoscaling", "coordination.k8s.io", "metrics.k8s.io":
		if gk.Kind == "NodeMetrics" {
			return scopeCluster
		}
		return scopeNamespace
	case "storage.k8s.io":
		if gk.Kind == "CSIStorageCapacity" {
			return scopeNamespace
		}
		return scopeCluster
	case "resource.k8s.io":
		if strings.HasPrefix(gk.Kind, "ResourceClaim") {
			return scopeNamespace
		}
		return scopeCluster
	case "scheduling.k8s.io", "flowcontrol.apiserver.k8s.io", "policy":
		return scopeCluster
	}
	return scopeUnknown
}
