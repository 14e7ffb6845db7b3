package escape

// privileged finds privileged containers, and those that share the node's processes besides. Windows has none.
func (p *pod) privileged() {
	if p.windows {
		return
	}
	for i := range p.containers {
		c := &p.containers[i]
		if !set(c.context.Privileged) {
			continue
		}
		open, field := p.powers(c), c.at("securityContext.privileged", "true")
		p.add("E-01", ToNode, open, field)
		if p.spec.HostPID {
			p.add("E-02", ToNode, open, field, flag("hostPID"))
		}
	}
}
