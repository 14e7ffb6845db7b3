package workload

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// privileged follows policy/check_privileged.go of pod-security-admission.
func privileged(c *container) []place {
	if set(c.context().Privileged) {
		return []place{c.at("securityContext.privileged", "true", "must not be true")}
	}
	return nil
}

// hostNamespaces follows policy/check_hostNamespaces.go of pod-security-admission.
func hostNamespaces(t *template) []place {
	return append(append(hostNetwork(t), hostPID(t)...), hostIPC(t)...)
}

func hostNetwork(t *template) []place { return flag("hostNetwork", t.spec.HostNetwork) }
func hostPID(t *template) []place     { return flag("hostPID", t.spec.HostPID) }
func hostIPC(t *template) []place     { return flag("hostIPC", t.spec.HostIPC) }

func shareProcesses(t *template) []place {
	return flag("shareProcessNamespace", set(t.spec.ShareProcessNamespace))
}

func flag(path string, on bool) []place {
	if !on {
		return nil
	}
	return []place{{path: path, value: "true", detail: "must not be true"}}
}

// hostPorts follows policy/check_hostPorts.go of pod-security-admission.
func hostPorts(c *container) []place {
	var found []place
	for i := range c.Ports {
		if p := c.Ports[i].HostPort; p != 0 {
			found = append(found, c.at(index("ports", i)+".hostPort", strconv.Itoa(int(p)), "must not be set"))
		}
	}
	return found
}

// hostProcess follows policy/check_windowsHostProcess.go of pod-security-admission.
func hostProcess(t *template) []place {
	const path, detail = "securityContext.windowsOptions.hostProcess", "must not be true"
	var found []place
	if w := t.context().WindowsOptions; w != nil && set(w.HostProcess) {
		found = append(found, place{path: path, value: "true", detail: detail})
	}
	for i := range t.containers {
		c := &t.containers[i]
		if w := c.context().WindowsOptions; w != nil && set(w.HostProcess) {
			found = append(found, c.at(path, "true", detail))
		}
	}
	return found
}

// hostHandlers follows policy/check_hostProbesAndhostLifecycle.go of pod-security-admission: a probe or handler with a
// host makes the kubelet speak to that host.
func hostHandlers(c *container) []place {
	var found []place
	look := func(field string, http *corev1.HTTPGetAction, tcp *corev1.TCPSocketAction) {
		const detail = "must not be set"
		if http != nil && http.Host != "" {
			found = append(found, c.at(field+".httpGet.host", http.Host, detail))
		}
		if tcp != nil && tcp.Host != "" {
			found = append(found, c.at(field+".tcpSocket.host", tcp.Host, detail))
		}
	}
	probe := func(field string, p *corev1.Probe) {
		if p != nil {
			look(field, p.HTTPGet, p.TCPSocket)
		}
	}
	handler := func(field string, h *corev1.LifecycleHandler) {
		if h != nil {
			look(field, h.HTTPGet, h.TCPSocket)
		}
	}
	probe("livenessProbe", c.LivenessProbe)
	probe("readinessProbe", c.ReadinessProbe)
	probe("startupProbe", c.StartupProbe)
	if c.Lifecycle != nil {
		handler("lifecycle.postStart", c.Lifecycle.PostStart)
		handler("lifecycle.preStop", c.Lifecycle.PreStop)
	}
	return found
}
