package workload

import (
	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// resources finds what a container may use without end. Limits of the pod as a whole stand in for those of its
// containers, and a limit for the request that it gives by default (pkg/apis/core/v1/defaults.go). Ephemeral containers
// cannot have any.
func resources(t *template) []place {
	var pod corev1.ResourceRequirements
	if t.spec.Resources != nil {
		pod = *t.spec.Resources
	}
	var found []place
	for i := range t.containers {
		c := &t.containers[i]
		if c.kind == record.Ephemeral {
			continue
		}
		for _, name := range [...]corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			if !has(c.Resources.Limits, name) && !has(pod.Limits, name) {
				found = append(found, c.at("resources.limits."+string(name), "", "must be set"))
				if !has(c.Resources.Requests, name) && !has(pod.Requests, name) {
					found = append(found, mild(c.at("resources.requests."+string(name), "", "must be set")))
				}
			}
		}
		if !has(c.Resources.Limits, corev1.ResourceEphemeralStorage) {
			found = append(found, mild(c.at("resources.limits."+string(corev1.ResourceEphemeralStorage), "", "must be set")))
		}
	}
	return found
}

func has(list corev1.ResourceList, name corev1.ResourceName) bool {
	_, ok := list[name]
	return ok
}

func mild(p place) place {
	p.severity = model.Low
	return p
}

// writableRoot finds containers whose own file system can be written to. Windows knows no other way.
func writableRoot(c *container) []place {
	only := c.context().ReadOnlyRootFilesystem
	if set(only) {
		return nil
	}
	return []place{c.at("securityContext.readOnlyRootFilesystem", word(only), "must be true")}
}
