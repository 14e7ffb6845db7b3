package workload

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const (
	seccompField  = "securityContext.seccompProfile.type"
	seccompWanted = "must be RuntimeDefault or Localhost"
)

func goodSeccomp(t corev1.SeccompProfileType) bool {
	return t == corev1.SeccompProfileTypeLocalhost || t == corev1.SeccompProfileTypeRuntimeDefault
}

// badSeccomp follows policy/check_seccompProfile_baseline.go of pod-security-admission, from 1.19: a profile that is set
// must be a real one.
func badSeccomp(t *template) []place {
	var found []place
	if p := t.context().SeccompProfile; p != nil && !goodSeccomp(p.Type) {
		found = append(found, place{path: seccompField, value: string(p.Type), detail: seccompWanted})
	}
	for i := range t.containers {
		c := &t.containers[i]
		if p := c.context().SeccompProfile; p != nil && !goodSeccomp(p.Type) {
			found = append(found, c.at(seccompField, string(p.Type), seccompWanted))
		}
	}
	return found
}

// noSeccomp follows policy/check_seccompProfile_restricted.go of pod-security-admission: a profile must be set, by the
// container or by the pod.
func noSeccomp(t *template) []place {
	found := badSeccomp(t)
	if t.context().SeccompProfile != nil {
		return found
	}
	for i := range t.containers {
		if c := &t.containers[i]; c.context().SeccompProfile == nil {
			found = append(found, c.at(seccompField, "", seccompWanted+", here or in the pod"))
		}
	}
	return found
}

// anySeccomp is what the newest restricted policy asks on Linux, and the newest baseline on Windows.
func anySeccomp(t *template) []place {
	if t.windows() {
		return badSeccomp(t)
	}
	return noSeccomp(t)
}

// seccompAnnotations follows policy/check_seccompProfile_baseline.go of pod-security-admission, before 1.19.
func seccompAnnotations(t *template) []place {
	const detail = "must be runtime/default, docker/default or localhost/…"
	bad := func(key string) (string, bool) {
		v, ok := t.annotations[key]
		return v, ok && v != corev1.SeccompProfileRuntimeDefault && v != corev1.DeprecatedSeccompProfileDockerDefault &&
			!strings.HasPrefix(v, corev1.SeccompLocalhostProfileNamePrefix)
	}
	var found []place
	if v, ok := bad(corev1.SeccompPodAnnotationKey); ok {
		found = append(found, place{path: annotation(corev1.SeccompPodAnnotationKey), value: v, detail: detail})
	}
	for i := range t.containers {
		c := &t.containers[i]
		key := corev1.SeccompContainerAnnotationKeyPrefix + c.Name
		if v, ok := bad(key); ok {
			found = append(found, place{path: annotation(key), value: v, detail: detail, container: c.Name, kind: c.kind})
		}
	}
	return found
}

func annotation(key string) string { return metadataPath + "annotations[" + key + "]" }
