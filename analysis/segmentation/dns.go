package segmentation

import (
	"maps"
	"net/netip"
	"slices"

	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/inorder"
	"canopy/model/record"
)

// dnsPort is where name servers answer.
const dnsPort = 53

// nodeCache is the address of the node-local cache (kubernetes/kubernetes, cluster/addons/dns/nodelocaldns).
func nodeCache() netip.Addr { return netip.AddrFrom4([4]byte{169, 254, 20, 10}) }

// dnsAnswer says for each protocol whether it gets through to a server.
type dnsAnswer struct {
	udp, tcp network.Verdict
	// anything tells that some rule lets something out.
	anything bool
	reason   string
}

// nameless judges whether isolated pods can ask for names.
func (r *round) nameless(t *tenant) *model.Finding {
	if r.rules["NW19"] == nil {
		return nil
	}
	var concerned []*variant
	var worst dnsAnswer
	severity, verdict, reason := model.Info, model.Depends, ""
	for i := range t.variants {
		v := &t.variants[i]
		if v.iso.Exempt != "" || !v.sheet.resolves || len(v.iso.By[policy.Egress])+len(v.iso.Ordered[policy.Egress]) == 0 {
			continue
		}
		a := r.asksNames(v)
		if a.udp == network.Allow && a.tcp == network.Allow {
			continue
		}
		if v.iso.Unknown != "" {
			a.reason = v.iso.Unknown
		}
		if len(concerned) == 0 {
			worst = a
		}
		concerned = append(concerned, v)
		grade := model.Medium
		switch {
		case !a.anything:
			grade = model.Info
		case a.udp == network.Allow:
			grade = model.Low
		}
		severity = max(severity, grade)
		switch {
		case v.iso.Unknown != "":
			if verdict != model.Yes {
				verdict, reason = model.Unknown, a.reason
			}
		case a.reason == "":
			verdict, reason = model.Yes, ""
		case verdict == model.Depends && reason == "":
			reason = a.reason
		}
	}
	if len(concerned) == 0 {
		return nil
	}
	first := concerned[0]
	var by []model.Evidence
	for _, ref := range slices.Concat(first.iso.Ordered[policy.Egress], first.iso.By[policy.Egress]) {
		by = append(by, model.Evidence{Object: ref, Path: "spec.egress", Value: missing(worst)})
	}
	f := r.finding("NW19", severity, t.ref, lines(capped(t.ref, by)...))
	f.Pods = count(concerned)
	return doubt(f, verdict, reason)
}

func missing(a dnsAnswer) string {
	switch {
	case a.udp == network.Allow:
		return "no TCP 53 to DNS"
	case a.tcp == network.Allow:
		return "no UDP 53 to DNS"
	}
	return "neither UDP nor TCP 53 to DNS"
}

// asksNames says what of DNS gets through. Where no server was seen it goes by the usual one.
func (r *round) asksNames(v *variant) dnsAnswer {
	ordered, by := v.iso.Ordered[policy.Egress], v.iso.By[policy.Egress]
	if len(ordered) > 0 || r.dns.isolated && len(r.dns.said) > 0 {
		return r.namesByTiers(v)
	}
	k := key(v.pod.Namespace, by)
	a, ok := r.names[k]
	if !ok {
		a = r.namesByRules(by)
		r.names[k] = a
	}
	return a
}

func (r *round) namesByRules(by []model.Ref) dnsAnswer {
	servers, unseen := r.dns.said, ""
	if len(servers) == 0 {
		unseen = "no DNS pods were seen: judged by pods with k8s-app=kube-dns in kube-system"
		servers = []resolver{{namespace: "kube-system", labels: record.MakeLabels(map[string]string{"k8s-app": "kube-dns"}), udp: dnsPort, tcp: dnsPort, udpName: "dns", tcpName: "dns-tcp"}}
	}
	var a dnsAnswer
	maybe := ""
	for _, ref := range by {
		p := r.form(ref)
		if p == nil {
			continue
		}
		for i := range p.Rules[policy.Egress] {
			rule := &p.Rules[policy.Egress][i]
			a.anything = a.anything || (rule.Anyone || len(rule.Peers) > 0) && (!rule.Ports.Empty() || len(rule.Named) > 0)
			if rule.Anyone || r.cacheIn(rule) {
				a.udp = better(a.udp, rule.Ports.Has(port.UDP, dnsPort), network.Allow)
				a.tcp = better(a.tcp, rule.Ports.Has(port.TCP, dnsPort), network.Allow)
			}
			for j := range servers {
				match, why := r.reaches(rule, &servers[j])
				if match == network.Deny {
					continue
				}
				udp, tcp := asks(rule, &servers[j])
				if match == network.Depends && (udp && a.udp == network.Deny || tcp && a.tcp == network.Deny) {
					maybe = why
				}
				a.udp, a.tcp = better(a.udp, udp, match), better(a.tcp, tcp, match)
			}
		}
	}
	switch {
	case a.udp == network.Allow && a.tcp == network.Allow:
	case maybe != "" && (a.udp == network.Depends || a.tcp == network.Depends) && a.udp != network.Deny:
		a.reason = maybe
	case r.dns.cache:
		a.reason = "a node-local cache runs, and it is left open whether policies apply to what is asked of it"
	default:
		a.reason = unseen
	}
	return a
}

// better takes the more open one of two answers.
func better(old network.Verdict, ok bool, now network.Verdict) network.Verdict {
	if !ok || old == network.Allow {
		return old
	}
	return now
}

// cacheIn tells that a rule names the address of a node-local cache that runs.
func (r *round) cacheIn(rule *policy.Rule) bool {
	return r.dns.cache && slices.ContainsFunc(rule.Peers, func(p policy.Peer) bool { return p.Block != nil && blockHas(p.Block, nodeCache()) })
}

// reaches says whether a rule means a server.
func (r *round) reaches(rule *policy.Rule, s *resolver) (network.Verdict, string) {
	if rule.Anyone {
		return network.Allow, ""
	}
	verdict, why := network.Deny, ""
	for i := range rule.Peers {
		p := &rule.Peers[i]
		switch {
		case p.Pods != nil && r.selects(p.Pods, s.namespace, s.labels):
			if !s.host {
				return network.Allow, ""
			}
			verdict, why = network.Depends, "the DNS pods are on the host network, where selectors may not find them"
		case p.Pods != nil && p.Pods.Pods.Match(s.labels) && r.may(p.Pods, s.namespace):
			verdict, why = network.Depends, "the labels of namespace "+s.namespace+" were not seen"
		case p.Block != nil:
			// Their own addresses change too often to go by, and that of their Service is not what a policy sees.
			verdict, why = network.Depends, "whether "+p.Block.CIDR.String()+" lets through what is asked of the DNS is left open"
		}
	}
	return verdict, why
}

// asks says whether the ports of a rule are those of a server.
func asks(rule *policy.Rule, s *resolver) (udp, tcp bool) {
	udp, tcp = rule.Ports.Has(port.UDP, s.udp), rule.Ports.Has(port.TCP, s.tcp)
	for _, n := range rule.Named {
		udp = udp || s.udpName != "" && n.Name == s.udpName && (n.Any || n.Protocol == port.UDP)
		tcp = tcp || s.tcpName != "" && n.Name == s.tcpName && (n.Any || n.Protocol == port.TCP)
	}
	return udp, tcp
}

// namesByTiers asks the evaluator about each server.
func (r *round) namesByTiers(v *variant) dnsAnswer {
	a := dnsAnswer{anything: true}
	for _, name := range [...]string{"kube-system", "openshift-dns"} {
		p := r.places[name]
		if p == nil {
			continue
		}
		for _, ref := range inorder.Collect(maps.Keys(p.owners), model.Ref.Compare) {
			t := r.house(ref)
			for i := range t.variants {
				if s := &t.variants[i]; dnsLabels(s.pod.Labels) {
					r.askServer(v, s, &a)
				}
			}
		}
	}
	if len(r.dns.said) == 0 {
		a.udp, a.tcp, a.reason = network.Depends, network.Depends, "no DNS pods were seen"
	}
	return a
}

func (r *round) askServer(v, s *variant, a *dnsAnswer) {
	e, err := r.net.Explain(r.c, network.End{Ref: v.pod.Ref()}, network.End{Ref: s.pod.Ref()})
	if err != nil {
		return
	}
	to := newResolver(s)
	for i := range e.Parts {
		p := &e.Parts[i]
		if p.Verdict == network.Deny {
			continue
		}
		udp, tcp := p.Connections.Has(port.UDP, to.udp), p.Connections.Has(port.TCP, to.tcp)
		a.udp, a.tcp = better(a.udp, udp, p.Verdict), better(a.tcp, tcp, p.Verdict)
		if p.Verdict != network.Allow && (udp || tcp) {
			a.reason = p.Assumption
		}
	}
	if a.udp == network.Allow && a.tcp == network.Allow {
		a.reason = ""
	}
}
