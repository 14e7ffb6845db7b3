package workload

import (
	"cmp"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// escalation follows policy/check_allowPrivilegeEscalation.go of pod-security-admission.
func escalation(c *container) []place {
	allow := c.context().AllowPrivilegeEscalation
	if allow != nil && !*allow {
		return nil
	}
	return []place{c.at("securityContext.allowPrivilegeEscalation", word(allow), "must be false")}
}

// nonRoot follows policy/check_runAsNonRoot.go of pod-security-admission: what a container says counts before what the
// pod says, and a pod that says false is at fault whatever its containers say.
func nonRoot(t *template) []place {
	const path = "securityContext.runAsNonRoot"
	pod := t.context().RunAsNonRoot
	var found []place
	if pod != nil && !*pod {
		found = append(found, place{path: path, value: "false", detail: "must not be false"})
	}
	for i := range t.containers {
		c := &t.containers[i]
		switch own := c.context().RunAsNonRoot; {
		case own == nil && pod == nil:
			found = append(found, c.at(path, "", "must be true, here or in the pod"))
		case own != nil && !*own:
			found = append(found, c.at(path, "false", "must not be false"))
		}
	}
	return found
}

// rootUser follows policy/check_runAsUser.go of pod-security-admission.
func rootUser(t *template) []place {
	const path, detail = "securityContext.runAsUser", "must not be 0"
	var found []place
	if zero(t.context().RunAsUser) {
		found = append(found, place{path: path, value: "0", detail: detail})
	}
	for i := range t.containers {
		if c := &t.containers[i]; zero(c.context().RunAsUser) {
			found = append(found, c.at(path, "0", detail))
		}
	}
	return found
}

// userNamespaces finds containers whose root is that of the node: the pod is not put into a user namespace, and could be. Pods
// that share a namespace of the node cannot (pkg/apis/core/validation). A container that must not be root is not started as
// such.
func userNamespaces(t *template) []place {
	s := t.spec
	if (s.HostUsers != nil && !*s.HostUsers) || s.HostNetwork || s.HostPID || s.HostIPC || (s.OS != nil && s.OS.Name == corev1.Windows) {
		return nil
	}
	pod := t.context()
	for i := range t.containers {
		own := t.containers[i].context()
		user, nonRoot := cmp.Or(own.RunAsUser, pod.RunAsUser), cmp.Or(own.RunAsNonRoot, pod.RunAsNonRoot)
		if zero(user) && !set(nonRoot) {
			return []place{{path: "hostUsers", value: word(s.HostUsers), detail: "must be false while a container runs as user 0"}}
		}
	}
	return nil
}

// rootGroups finds the root group among the groups that processes or volumes get.
func rootGroups(t *template) []place {
	const detail = "must not be 0"
	pod := t.context()
	var found []place
	if zero(pod.RunAsGroup) {
		found = append(found, place{path: "securityContext.runAsGroup", value: "0", detail: detail})
	}
	for i, g := range pod.SupplementalGroups {
		if g == 0 {
			found = append(found, place{path: "securityContext." + index("supplementalGroups", i), value: "0", detail: detail})
		}
	}
	if zero(pod.FSGroup) {
		found = append(found, place{path: "securityContext.fsGroup", value: "0", detail: detail})
	}
	for i := range t.containers {
		if c := &t.containers[i]; zero(c.context().RunAsGroup) {
			found = append(found, c.at("securityContext.runAsGroup", "0", detail))
		}
	}
	return found
}

func zero(n *int64) bool { return n != nil && *n == 0 }

// word writes a field that may be missing.
func word(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}
