package workload

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const (
	allCapabilities = "ALL"
	bindLowPorts    = "NET_BIND_SERVICE"
)

// defaultCapability names the capabilities that baseline lets a container add: those that runtimes give by default, less
// NET_RAW (policy/check_capabilities_baseline.go of pod-security-admission).
func defaultCapability(c corev1.Capability) bool {
	switch c {
	case "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", bindLowPorts, "SETFCAP", "SETGID",
		"SETPCAP", "SETUID", "SYS_CHROOT":
		return true
	}
	return false
}

// strongCapability names those that reach the node, or all of its traffic. Runtimes take them in any case, and CRI-O with
// the kernel's prefix too.
func strongCapability(c corev1.Capability) bool {
	switch strings.TrimPrefix(strings.ToUpper(string(c)), "CAP_") {
	case allCapabilities, "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "BPF", "DAC_READ_SEARCH", "NET_ADMIN":
		return true
	}
	return false
}

func added(c *container, detail string, bad func(corev1.Capability) bool) []place {
	caps := c.context().Capabilities
	if caps == nil {
		return nil
	}
	var found []place
	for i, name := range caps.Add {
		if bad(name) {
			found = append(found, c.at("securityContext.capabilities."+index("add", i), string(name), detail))
		}
	}
	return found
}

// unusualCapabilities follows policy/check_capabilities_baseline.go of pod-security-admission.
func unusualCapabilities(c *container) []place {
	return added(c, "must be one of the default capabilities", func(name corev1.Capability) bool { return !defaultCapability(name) })
}

func strongCapabilities(c *container) []place {
	return added(c, "must not be added", strongCapability)
}

// keptCapabilities follows policy/check_capabilities_restricted.go of pod-security-admission.
func keptCapabilities(c *container) []place {
	var found []place
	caps := c.context().Capabilities
	if caps == nil {
		caps = &corev1.Capabilities{}
	}
	if !slices.Contains(caps.Drop, allCapabilities) {
		names := make([]string, len(caps.Drop))
		for i, name := range caps.Drop {
			names[i] = string(name)
		}
		found = append(found, c.at("securityContext.capabilities.drop", strings.Join(names, ","), "must contain ALL"))
	}
	return append(found, added(c, "only NET_BIND_SERVICE may be added", func(name corev1.Capability) bool { return name != bindLowPorts })...)
}
