package node

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/lifecycle"
	"canopy/model"
)

// topics are all verdicts of a node, in the order in which they are shown.
const topics = 14

// sheaf is all verdicts of a node; nodes that are alike share it.
type sheaf [topics]Verdict

// bind gives a sheaf as it is shown: one that is equal is the same.
func (a *Analyser) bind(s *sheaf) []Verdict {
	if list, ok := a.sheaves[*s]; ok {
		return list
	}
	list := make([]Verdict, 0, topics)
	for i := range s {
		if s[i].Topic != "" && s[i].State != "" {
			list = append(list, s[i])
		}
	}
	a.sheaves[*s] = list
	return list
}

// judge works out all verdicts of a node, and its findings.
func (r *round) judge(s *seat) {
	m := moment{now: r.now}
	f := &s.facts
	l := r.lookup(&m, f)
	k := l.kubelet
	proxies := r.proxiesOf(s, k)
	skew, broken := r.judgeSkew(s, k, proxies)
	d := s.pool.judgeDrift(&s.traits)
	w, i := judgeReboot(&m, f, s.booted, &d), r.judgeReady(&m, f)
	conf := r.settingsOf(s.name)
	kernel := r.kernels.get(&m, kernelKey{f.kernel, f.image, f.kubelet}, func(m *moment) Verdict { return r.judgeKernel(m, f.kernel, l.system, k.version) })
	carriers := []carrier{{s.ref, kubeletPath, f.kubelet, k.plain, &k.weak}}
	carried := [4]string{f.provider, f.system, f.kubelet}
	for _, p := range proxies {
		if p.Known {
			rel := r.release(&m, build{lifecycle.Proxy, p.Raw, f.provider, f.system})
			carriers = append(carriers, carrier{p.Object, p.field, p.Raw, true, &rel.weak})
			carried[3] += p.Raw + " "
		}
	}
	for _, component := range r.inside(s) {
		rel := r.release(&m, build{component, f.kubelet, f.provider, f.system})
		carriers = append(carriers, carrier{s.ref, kubeletPath, f.kubelet, true, &rel.weak})
		carried[3] += component + " "
	}
	weak := r.weaknesses.get(&m, carried, func(m *moment) Verdict { return r.gather(m, carriers) })
	all := sheaf{
		skew, k.support.Verdict, k.sold.Verdict, k.patch.Verdict, weak, l.runtime.Verdict, l.system.Verdict, kernel, d.Verdict, {}, w.Verdict,
		conf.Verdict, r.judgeCertificate(&m, s.name), i.Verdict,
	}
	if f.system != "windows" {
		all[9] = judgeCGroup(l.system, k.version, k.plain, conf.config)
	}
	ids := r.stand(s.ref, r.weak(s.ref, f.since, carriers), r.past(s, k), r.finding("VP05", model.High, s.ref, f.since, broken), r.behind(s, &l, &d, &w), r.left(s, &i))
	n := &Node{
		Ref: s.ref, Kubelet: f.kubelet, Runtime: f.runtime, OS: f.image, Kernel: f.kernel, Arch: f.arch, Version: k.version, Plain: k.plain,
		Provider: f.provider, Pool: f.pool, Roles: r.rolesOf(f.roles), Ready: f.ready == corev1.ConditionTrue, Cordoned: f.cordoned, Created: f.created,
		Booted: s.booted, Verdicts: r.bind(&all), Findings: ids,
	}
	if len(proxies) > 0 && !proxies[0].waits {
		n.Proxy = proxies[0].Raw
	}
	if s.shown == nil || !s.shown.equal(n) {
		s.shown = n
		r.nodes = nil
		r.version++
	}
	r.alarms.Set(&s.alarm, m.next)
}

// proxiesOf lists the instances of kube-proxy on a node.
func (r *round) proxiesOf(s *seat, k *release) []*part {
	var l []*part
	for p := range r.proxies[s.name] {
		l = append(l, p)
	}
	if runs := func(p *part) bool { return !p.waits }; slices.ContainsFunc(l, runs) {
		// What rolls out beside one that runs is not what runs there.
		l = slices.DeleteFunc(l, func(p *part) bool { return p.waits })
	}
	slices.SortFunc(l, func(a, b *part) int { return a.Object.Compare(b.Object) })
	if len(l) == 0 && s.provider == "k3s" && k.plain {
		// It is the same program.
		l = append(l, &part{Part: Part{Component: lifecycle.Proxy, Object: s.ref, Node: s.name, Raw: s.kubelet, Version: k.version, Known: true}, field: kubeletPath})
	}
	return l
}

// judgeSkew says whether the components of a node may run with the control plane and with each other.
func (r *round) judgeSkew(s *seat, k *release, proxies []*part) (Verdict, []model.Evidence) {
	v := Verdict{Topic: Skew, State: NoData, Source: policy}
	if !k.plain {
		v.Detail = k.support.Detail
		return v, nil
	}
	kubelet := minorOf(k.version)
	var lines []model.Evidence
	var all []hitch
	missing := ""
	see := func(object model.Ref, path, raw string, l []hitch) {
		all = append(all, l...)
		for _, h := range l {
			if h.broken {
				lines = append(lines, model.Evidence{Object: object, Path: path, Value: raw + ": " + h.says})
			}
		}
	}
	if r.servers.known {
		see(s.ref, kubeletPath, s.kubelet, r.servers.skewOf(lifecycle.Kubelet, kubelet))
	} else {
		missing = "the version of no API server is known"
	}
	for _, p := range proxies {
		if !p.Known {
			missing = "kube-proxy: " + p.Reason
			continue
		}
		m := minorOf(p.Version)
		if r.servers.known {
			see(p.Object, p.field, p.Raw, r.servers.skewOf(lifecycle.Proxy, m))
		}
		see(p.Object, p.field, p.Raw, besides(m, kubelet))
	}
	if len(proxies) == 0 && r.standIn() == "" && missing == "" {
		missing = "kube-proxy is not seen: something stands in for it, or it runs outside of pods"
		if reason := r.unseen(pods); reason != "" {
			missing = "kube-proxy is not known: " + reason
		}
	}
	state, says := worstOf(all)
	if says == "" && r.servers.known {
		says = "kubelet " + kubelet.String() + " may run with API server " + r.servers.String()
		for _, p := range proxies {
			if p.Known {
				says += ", and so may kube-proxy " + minorOf(p.Version).String()
				break
			}
		}
		if other := r.standIn(); other != "" && len(proxies) == 0 {
			says += "; " + other + " stands in for kube-proxy"
		}
	}
	if r.servers.known && r.servers.hidden {
		says += "; of the API servers only one behind the balancer is known"
	}
	v.State, v.Detail = state, says
	if missing != "" {
		v.State = worse(state, NoData)
		v.Detail = strings.TrimPrefix(says+"; "+missing, "; ")
	}
	return v, lines
}

// standIn names what does the work of kube-proxy in its place; "" where nothing does.
func (a *Analyser) standIn() string {
	switch {
	case a.replaced:
		return "Cilium"
	case len(a.networks) > 0:
		return "OVN-Kubernetes"
	}
	return ""
}

// equal tells whether two say the same.
func (n *Node) equal(o *Node) bool {
	return n.Ref == o.Ref && n.Kubelet == o.Kubelet && n.Proxy == o.Proxy && n.Runtime == o.Runtime && n.OS == o.OS && n.Kernel == o.Kernel &&
		n.Arch == o.Arch && n.Provider == o.Provider && n.Pool == o.Pool && n.Ready == o.Ready && n.Cordoned == o.Cordoned && n.Created == o.Created &&
		n.Booted == o.Booted && slices.Equal(n.Roles, o.Roles) && slices.Equal(n.Verdicts, o.Verdicts) && slices.Equal(n.Findings, o.Findings)
}

// rolesOf gives a list of roles, which many nodes share.
func (a *Analyser) rolesOf(joined string) []string {
	if joined == "" {
		return nil
	}
	l, ok := a.roles[joined]
	if !ok {
		l = strings.Split(joined, ",")
		if len(a.roles) >= memoMost {
			clear(a.roles)
		}
		a.roles[joined] = l
	}
	return l
}
