package mask

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model/record"
)

// metadata masks the metadata of an object or of a template within one.
func metadata(m map[string]any) {
	delete(m, "managedFields")
	if a, ok := m["annotations"]; ok {
		m["annotations"] = annotations(a)
	}
}

// annotations masks the values of annotations, but for those that rules and screens read and those whose meaning
// Kubernetes fixes. kubectl's copy of the whole object goes altogether.
func annotations(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return scrub(v)
	}
	delete(m, corev1.LastAppliedConfigAnnotation)
	for k, value := range m {
		if !safeAnnotation(k, value) {
			m[k] = scrub(value)
		}
	}
	return m
}

func safeAnnotation(key string, value any) bool {
	// Snippets of a proxy's configuration set headers, and with them credentials.
	if strings.HasSuffix(key, "-snippet") || strings.Contains(key, "set-headers") {
		return false
	}
	switch key {
	case "description", "kubernetes.io/description", "kubernetes.io/change-cause":
		// People write anything into a description, and kubectl --record whole command lines.
		return false
	}
	if keptByRecord(key, value) {
		return true
	}
	domain, name, ok := strings.Cut(key, "/")
	if !ok {
		// The name of an object that is too long for a label.
		return key == "trivy-operator.resource.name" || key == "starboard.resource.name"
	}
	switch domain {
	case "kubernetes.io", "deployment.kubernetes.io", "pv.kubernetes.io", "volume.kubernetes.io", "volume.beta.kubernetes.io",
		"container.apparmor.security.beta.kubernetes.io", "seccomp.security.alpha.kubernetes.io",
		"container.seccomp.security.alpha.kubernetes.io", "cluster-autoscaler.kubernetes.io", "batch.kubernetes.io",
		"endpoints.kubernetes.io", "node.alpha.kubernetes.io", "api-approved.kubernetes.io", "controller-gen.kubebuilder.io",
		"cert-manager.io", "rbac.authorization.kubernetes.io":
		// Anybody may write anything under these names too.
		text, ok := value.(string)
		return ok && madeUp(text) == text
	case "kubescape.io":
		// They tell of which image and container a report is.
		switch name {
		case "image-id", "image-tag", "wlid", "status", "workload-container-name":
			return true
		}
	case "trivy-operator.aquasecurity.github.io":
		return name == "report-ttl"
	case "kubectl.kubernetes.io":
		return name == "restartedAt" || name == "default-container"
	}
	return false
}

// keptByRecord asks the record of any object whether it would keep the annotation with its value.
func keptByRecord(key string, value any) bool {
	text, ok := value.(string)
	if !ok {
		return false
	}
	var m record.Meta
	m.SetAnnotations(map[string]string{key: text})
	kept, ok := m.Annotations.Lookup(key)
	return ok && kept == text
}
