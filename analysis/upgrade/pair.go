package upgrade

import "canopy/analysis/lifecycle"

// approach brings kube-proxy that is a DaemonSet, and the kubelets beside it, so near to a version that each may go there by itself. They may
// be a few minors from each other, so where they are far behind they go by turns: first kube-proxy, which needs no drain, as far ahead of
// the oldest kubelet as may be, then the kubelets that are too old as far ahead of it. Where nothing is far behind it does nothing. From
// there kube-proxy goes first, then the kubelets.
func (p *planner) approach(list []*machine, to lifecycle.Version, why string, gate *int) {
	beside := map[string]*part{}
	for _, q := range p.proxies {
		beside[q.node] = q
	}
	for {
		var far []*machine
		for _, m := range list {
			if beside[m.ref.Name] != nil && m.told && minorOf(to)-minorOf(m.version) > reach(m.version) {
				far = append(far, m)
			}
		}
		if len(far) == 0 {
			return
		}
		oldest := minorOf(far[0].version)
		for _, m := range far {
			oldest = min(oldest, minorOf(m.version))
		}
		if ahead(oldest) >= minorOf(to) {
			return
		}
		mid := p.stage(ahead(oldest), to)
		p.proxy(mid, func(q *part) bool { return minorOf(q.version) < minorOf(mid) }, "it may be no further ahead of the oldest kubelet beside it, of "+oldest.String(), gate, true)
		proxy := minorOf(mid)
		for _, m := range far {
			proxy = min(proxy, minorOf(beside[m.ref.Name].version))
		}
		p.nodes(far, p.stage(proxy+reach(proxy.initial()), to), why, gate, true)
	}
}

// ahead is the newest minor of kube-proxy that may run beside a kubelet of a minor.
func ahead(kubelet minor) minor {
	m := kubelet
	for (m+1)-kubelet <= reach((m + 1).initial()) {
		m++
	}
	return m
}

// stage is the release of a minor on the way to a version, and no newer than that.
func (p *planner) stage(m minor, to lifecycle.Version) lifecycle.Version {
	if m >= minorOf(to) {
		return to
	}
	return p.level(p.patched(m))
}
