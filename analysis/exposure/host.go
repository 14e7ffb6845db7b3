package exposure

// hosted gives the ways by which a pod is reached on its node, whatever Services there are.
func (m *member) hosted() []*Way {
	if m.waysFor == m.pod {
		return m.ways
	}
	m.ways, m.waysFor = make([]*Way, 0, len(m.shape.hosts)), m.pod
	how := HostPort
	if m.shape.network {
		how = HostNetwork
	}
	for _, h := range m.shape.hosts {
		m.ways = append(m.ways, &Way{
			Via: m.pod.Ref(), How: how, Address: h.address, Port: h.outside, Protocol: h.protocol, SourceKept: true,
			Targets: []Target{{m.pod, h.inside}}, stands: h.stands,
		})
	}
	return m.ways
}
