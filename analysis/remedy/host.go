package remedy

import (
	corev1 "k8s.io/api/core/v1"
)

// hostPID is PS02.
func (e *editor) hostPID() {
	if e.t.Spec.HostPID {
		e.t.Spec.HostPID = false
		e.harm(needsEvidence, "the containers no longer see the node's processes: agents that watch or enter them stop working")
	}
}

// hostIPC is PS03.
func (e *editor) hostIPC() {
	if e.t.Spec.HostIPC {
		e.t.Spec.HostIPC = false
		e.harm(needsEvidence, "the containers no longer share memory and queues with processes of the node")
	}
}

// hostNetwork is PS04. In the network of the node the API demands that a host port equals the container's; left behind
// it would open the same port of the node again.
func (e *editor) hostNetwork() {
	if !e.t.Spec.HostNetwork {
		return
	}
	e.t.Spec.HostNetwork = false
	for _, c := range e.containers() {
		for i := range c.Ports {
			if c.Ports[i].HostPort == c.Ports[i].ContainerPort {
				c.Ports[i].HostPort = 0
			}
		}
	}
	e.harm(outage, "the pods leave the node's network: a network plug-in, proxy or node agent stops working, and who used the node's address needs a Service")
	e.harm(outage, "network policies begin to apply to the pods")
}

// shareProcesses is PS05.
func (e *editor) shareProcesses() {
	if isTrue(e.t.Spec.ShareProcessNamespace) {
		e.t.Spec.ShareProcessNamespace = nil
		e.harm(needsEvidence, "the containers no longer see each other's processes: a sidecar that sends signals stops working, and each image needs an init process of its own to reap children")
	}
}

// hostPorts is PS08.
func (e *editor) hostPorts() {
	for _, c := range e.containers() {
		for i := range c.Ports {
			if port := &c.Ports[i]; port.HostPort != 0 {
				e.harm(needsEvidence, "port %d of the nodes closes: who used it needs a Service", port.HostPort)
				port.HostPort = 0
			}
		}
	}
	if e.t.Spec.HostNetwork {
		e.leave("PS08", "in the node's network every port of the pods is one of the node, declared or not: fix PS04 in the same run")
	}
}

// hostProcess is PS21.
func (e *editor) hostProcess() {
	off := func(w *corev1.WindowsSecurityContextOptions) {
		if w != nil && isTrue(w.HostProcess) {
			w.HostProcess = nil
			e.harm(outage, "the containers stop being processes of the Windows node; node agents and plug-ins need that")
		}
	}
	if p := e.t.Spec.SecurityContext; p != nil {
		off(p.WindowsOptions)
	}
	for _, c := range e.containers() {
		if c.SecurityContext != nil {
			off(c.SecurityContext.WindowsOptions)
		}
	}
}

// hostHandlers is PS22.
func (e *editor) hostHandlers() {
	for _, c := range e.containers() {
		off := func(http *corev1.HTTPGetAction, tcp *corev1.TCPSocketAction) {
			if http != nil && http.Host != "" {
				e.harm(needsEvidence, "container %s is asked at the pod's address instead of a host of its own: it must listen there", c.Name)
				http.Host = ""
			}
			if tcp != nil && tcp.Host != "" {
				e.harm(needsEvidence, "container %s is asked at the pod's address instead of a host of its own: it must listen there", c.Name)
				tcp.Host = ""
			}
		}
		for _, probe := range []*corev1.Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
			if probe != nil {
				off(probe.HTTPGet, probe.TCPSocket)
			}
		}
		if c.Lifecycle == nil {
			continue
		}
		for _, h := range []*corev1.LifecycleHandler{c.Lifecycle.PostStart, c.Lifecycle.PreStop} {
			if h != nil {
				off(h.HTTPGet, h.TCPSocket)
			}
		}
	}
}

// oddities is PS28 as far as a template shows it: host aliases go, the rest needs another image.
func (e *editor) oddities() {
	if len(e.t.Spec.HostAliases) > 0 {
		e.t.Spec.HostAliases = nil
		e.harm(needsEvidence, "names that host aliases gave must be found by DNS: put them into a Service of type ExternalName or into the zone")
	}
	for _, h := range hitsOf("PS28", e.t) {
		if h.Value == "sudo" {
			e.leave("PS28", "container %s calls sudo: take it out of the entrypoint and let the image run as the user it needs", h.Container)
		} else {
			e.leave("PS28", "container %s opens port %s: take the SSH server out of the image and use kubectl exec", h.Container, h.Value)
		}
	}
}
