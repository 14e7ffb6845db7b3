package remedy

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const bindLowPorts corev1.Capability = "NET_BIND_SERVICE"

// strongCapabilities is PS14.
func (e *editor) strongCapabilities() { e.takeAdded("PS14") }

// unusualCapabilities is PS13.
func (e *editor) unusualCapabilities() { e.takeAdded("PS13") }

// takeAdded takes away the added capabilities to which a rule objects.
func (e *editor) takeAdded(rule string) {
	for _, c := range e.containers() {
		if c.SecurityContext == nil || c.SecurityContext.Capabilities == nil {
			continue
		}
		caps := c.SecurityContext.Capabilities
		var kept []corev1.Capability
		var gone []string
		for _, name := range caps.Add {
			one := corev1.PodSpec{Containers: []corev1.Container{{SecurityContext: &corev1.SecurityContext{
				Capabilities: &corev1.Capabilities{Add: []corev1.Capability{name}}}}}}
			if offends(rule, one) {
				gone = append(gone, string(name))
			} else {
				kept = append(kept, name)
			}
		}
		if len(gone) > 0 {
			caps.Add = kept
			e.harm(needsEvidence, "container %s loses %s: check that it works without", c.Name, strings.Join(gone, ", "))
		}
	}
}

// dropCapabilities is PS15: all go, and only what binds ports below 1024 comes back, where such a port is declared or was
// allowed before.
func (e *editor) dropCapabilities() {
	if e.windows() {
		return
	}
	for _, c := range e.containers() {
		s := security(c)
		var before []corev1.Capability
		if s.Capabilities != nil {
			before = s.Capabilities.Add
		}
		low := lowPorts(c)
		caps := &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}
		if len(low) > 0 {
			e.harm(likelySafe, "container %s keeps %s, since it listens on %s", c.Name, bindLowPorts, strings.Join(low, ", "))
		}
		if len(low) > 0 || slices.Contains(before, bindLowPorts) {
			caps.Add = []corev1.Capability{bindLowPorts}
		}
		s.Capabilities = caps
		gone := slices.DeleteFunc(slices.Clone(before), func(n corev1.Capability) bool { return n == bindLowPorts })
		if len(gone) > 0 {
			e.harm(needsEvidence, "container %s no longer adds %s: check that it works without", c.Name, join(gone))
		} else {
			e.harm(likelySafe, "a container that starts as root to change owners or users (chown, setuid) stops doing so")
		}
	}
}

func join(names []corev1.Capability) string {
	s := make([]string, len(names))
	for i, n := range names {
		s[i] = string(n)
	}
	return strings.Join(s, ", ")
}
