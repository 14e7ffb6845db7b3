package remedy

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// privileged is PS01.
func (e *editor) privileged() {
	for _, c := range e.containers() {
		if c.SecurityContext == nil || !isTrue(c.SecurityContext.Privileged) {
			continue
		}
		c.SecurityContext.Privileged = nil
		e.harm(needsEvidence, "container %s loses all devices and all capabilities but the runtime's own: check what it does with the node", c.Name)
		for i := range c.VolumeMounts {
			// The API takes this propagation from privileged containers only.
			if p := c.VolumeMounts[i].MountPropagation; p != nil && *p == corev1.MountPropagationBidirectional {
				c.VolumeMounts[i].MountPropagation = nil
				e.harm(needsEvidence, "container %s no longer passes mounts below %s on to the node", c.Name, c.VolumeMounts[i].MountPath)
			}
		}
	}
}

// escalation is PS09.
func (e *editor) escalation() {
	if e.windows() {
		return
	}
	for _, c := range e.containers() {
		if s := c.SecurityContext; s != nil && s.AllowPrivilegeEscalation != nil && !*s.AllowPrivilegeEscalation {
			continue
		}
		if s := c.SecurityContext; s != nil && isTrue(s.Privileged) {
			e.leave("PS09", "container %s is privileged, and the API refuses allowPrivilegeEscalation false beside that: fix PS01 in the same run", c.Name)
			continue
		}
		if s := c.SecurityContext; s != nil && s.Capabilities != nil && slices.Contains(s.Capabilities.Add, "CAP_SYS_ADMIN") {
			e.leave("PS09", "container %s adds CAP_SYS_ADMIN, and the API refuses allowPrivilegeEscalation false beside that: fix PS14 in the same run", c.Name)
			continue
		}
		security(c).AllowPrivilegeEscalation = ptr(false)
		e.harm(likelySafe, "setuid programs such as sudo and ping stop working in the containers")
	}
}

// nonRoot is PS10: the pod says that nobody is root, and no container says otherwise.
func (e *editor) nonRoot() {
	e.pod().RunAsNonRoot = ptr(true)
	for _, c := range e.containers() {
		if s := c.SecurityContext; s != nil && s.RunAsNonRoot != nil && !*s.RunAsNonRoot {
			s.RunAsNonRoot = nil
		}
		user := e.t.Spec.SecurityContext.RunAsUser
		if c.SecurityContext != nil && c.SecurityContext.RunAsUser != nil {
			user = c.SecurityContext.RunAsUser
		}
		switch {
		case e.windows():
			e.harm(needsEvidence, "container %s must not run as ContainerAdministrator", c.Name)
		case user == nil:
			e.harm(needsEvidence, "the image of container %s must name a user by number that is not 0, or the container does not start: see docker inspect or crane config%s", c.Name, e.whoRuns(c))
		case *user == 0 && !e.rules["PS11"]:
			e.harm(outage, "container %s runs as user 0 and does not start: fix PS11 in the same run", c.Name)
		}
		if ports := lowPorts(c); len(ports) > 0 && (user == nil || *user == 0) && !e.windows() {
			e.harm(needsEvidence, "container %s listens on %s: a user other than root may do so only where the runtime opens low ports to all (containerd 2.0 and Docker do; sysctl net.ipv4.ip_unprivileged_port_start), or where the program's file has the capability", c.Name, strings.Join(ports, ", "))
		}
	}
}

// whoRuns gives the command that shows as which user a container runs now, where a pod of it was seen: no record tells.
func (e *editor) whoRuns(c *corev1.Container) string {
	if e.running == nil || slices.ContainsFunc(e.t.Spec.InitContainers, func(i corev1.Container) bool { return i.Name == c.Name }) {
		return ""
	}
	return "; kubectl exec " + quote(e.running.Name) + inNamespace(e.running.Namespace) + " -c " + quote(c.Name) + " -- id -u shows as whom it runs now"
}

// lowPorts lists the ports of a container that are declared and that root alone may open by tradition.
func lowPorts(c *corev1.Container) []string {
	var list []string
	for _, p := range c.Ports {
		if p.ContainerPort < 1024 {
			list = append(list, fmt.Sprintf("port %d", p.ContainerPort))
		}
	}
	return list
}

// rootUser is PS11. No user is invented: the image's own applies, and must not be root.
func (e *editor) rootUser() {
	changed := false
	if p := e.t.Spec.SecurityContext; p != nil && isZero(p.RunAsUser) {
		p.RunAsUser, changed = nil, true
	}
	for _, c := range e.containers() {
		if s := c.SecurityContext; s != nil && isZero(s.RunAsUser) {
			s.RunAsUser, changed = nil, true
		}
	}
	if changed {
		e.nonRoot()
		e.harm(needsEvidence, "files and volumes that root wrote must be readable, and where needed writable, for the image's user")
	}
}

// rootGroups is PS12.
func (e *editor) rootGroups() {
	changed := false
	if p := e.t.Spec.SecurityContext; p != nil {
		if isZero(p.RunAsGroup) {
			p.RunAsGroup, changed = nil, true
		}
		if isZero(p.FSGroup) {
			p.FSGroup, changed = nil, true
		}
		if slices.Contains(p.SupplementalGroups, 0) {
			p.SupplementalGroups = slices.DeleteFunc(p.SupplementalGroups, func(g int64) bool { return g == 0 })
			changed = true
		}
	}
	for _, c := range e.containers() {
		if s := c.SecurityContext; s != nil && isZero(s.RunAsGroup) {
			s.RunAsGroup, changed = nil, true
		}
	}
	if changed {
		e.harm(needsEvidence, "files that only group 0 may read or write are out of reach, and the image's own group applies: check the owners of what is on volumes")
	}
}
