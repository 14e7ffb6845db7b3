package escape

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// unconfined finds containers that run on a Windows node itself, and those that the usual confinement was taken from, which
// makes flaws of the kernel easier to use. That no seccomp profile is set is left to the findings: most pods set none.
func (p *pod) unconfined() {
	if p.spec.OS == nil || p.windows {
		p.hostProcesses()
	}
	if p.windows {
		return
	}
	if s := p.context.SeccompProfile; s != nil && s.Type == corev1.SeccompProfileTypeUnconfined {
		p.add("E-16", Enabler, yes(), flagged("securityContext.seccompProfile.type", string(s.Type)))
	}
	for i := range p.containers {
		c := &p.containers[i]
		if s := c.context.SeccompProfile; s != nil && s.Type == corev1.SeccompProfileTypeUnconfined {
			p.add("E-16", Enabler, yes(), c.at("securityContext.seccompProfile.type", string(s.Type)))
		}
		if profile, field := p.profile(c); profile != nil && profile.Type == corev1.AppArmorProfileTypeUnconfined {
			p.add("E-16", Enabler, yes(), field)
		}
		if m := c.context.ProcMount; m != nil && *m == corev1.UnmaskedProcMount {
			p.unmasked(c)
		}
	}
}

// unmasked judges a container whose own /proc is not masked, which the API server has allowed in a user namespace alone since
// Kubernetes 1.30. Elsewhere its root sets the kernel's core pattern, unless AppArmor keeps it from that.
func (p *pod) unmasked(c *container) {
	field := c.at("securityContext.procMount", string(corev1.UnmaskedProcMount))
	ours := p.ours()
	if ours.closed() {
		return
	}
	p.add("E-16", Enabler, ours, field)
	free, loose := p.free(c)
	p.add("E-14", ToNode, p.powers(c).and(free), append(loose, field)...)
}

// hostProcesses finds the containers that are processes of a Windows node. What a container says counts before what the pod says.
func (p *pod) hostProcesses() {
	const path = "securityContext.windowsOptions.hostProcess"
	for i := range p.containers {
		c := &p.containers[i]
		field := c.at(path, "true")
		user := ""
		w := c.context.WindowsOptions
		if w == nil || w.HostProcess == nil {
			field = flagged(path, "true")
		}
		host := false
		for _, o := range [...]*corev1.WindowsSecurityContextOptions{p.context.WindowsOptions, w} {
			if o != nil && o.HostProcess != nil {
				host = *o.HostProcess
			}
			if o != nil && o.RunAsUserName != nil {
				user = *o.RunAsUserName
			}
		}
		if !host {
			continue
		}
		open := yes()
		if strings.EqualFold(user, `NT AUTHORITY\Local service`) || strings.EqualFold(user, `NT AUTHORITY\NetworkService`) {
			open = depends("it runs as a service account of the node with few rights, and the rights on the node's files decide")
		}
		p.add("E-16", ToNode, open, field)
	}
}
