package segmentation

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model/inorder"
	"canopy/model/record"
)

// resolver is a kind of pods that answer for the DNS of the cluster.
type resolver struct {
	namespace string
	labels    record.Labels
	host      bool
	// udp and tcp are the ports of the pods; names how their containers name them.
	udp, tcp         uint16
	udpName, tcpName string
}

// resolvers are the pods that answer.
type resolvers struct {
	// cache tells that a node-local cache runs, isolated that a policy lets in only some who ask.
	cache, isolated bool
	said            []resolver
	// guards tells apart the policies that let them be asked.
	guards string
}

// dnsNamespace tells where the pods of the DNS run.
func dnsNamespace(name string) bool { return name == "kube-system" || name == "openshift-dns" }

// dnsLabels knows them by their labels: k8s-app is what kubeadm and the clouds use, coredns what some installers do.
func dnsLabels(l record.Labels) bool {
	app := l.Get("k8s-app")
	return app == "kube-dns" || app == "coredns" || l.Get("dns.operator.openshift.io/daemonset-dns") == "default"
}

func cacheLabels(l record.Labels) bool {
	app := l.Get("k8s-app")
	return app == "node-local-dns" || app == "nodelocaldns"
}

// learnDNS looks anew for the pods that answer, where they may be others; it tells whether they are.
func (r *round) learnDNS() bool {
	if !r.dirty.dns && !r.dirty.guarded {
		return false
	}
	var found []resolver
	var guards []string
	cache, isolated := false, false
	for _, name := range [...]string{"kube-system", "openshift-dns"} {
		p := r.places[name]
		if p == nil {
			continue
		}
		for ref := range p.owners {
			t := r.house(ref)
			for i := range t.variants {
				v := &t.variants[i]
				cache = cache || cacheLabels(v.pod.Labels)
				if !dnsLabels(v.pod.Labels) {
					continue
				}
				iso := r.net.Isolation(v.pod)
				isolated = isolated || len(iso.By[policy.Ingress])+len(iso.Ordered[policy.Ingress]) > 0 || iso.Unknown != ""
				guards = append(guards, key(iso.Unknown, iso.By[policy.Ingress], iso.Ordered[policy.Ingress]))
				found = append(found, newResolver(v))
			}
		}
	}
	inorder.Sort(found, func(a, b resolver) int { return slices.Compare(a.sortKey(), b.sortKey()) })
	slices.Sort(guards)
	now := resolvers{cache: cache, isolated: isolated, said: slices.Compact(found), guards: strings.Join(slices.Compact(guards), "\n")}
	before := r.dns
	r.dns = now
	// Whom an isolated server answers may change without it being another.
	return r.dirty.renamed || isolated && r.dirty.guarded || cache != before.cache || isolated != before.isolated || now.guards != before.guards || !slices.Equal(now.said, before.said)
}

func (s *resolver) sortKey() []string {
	return []string{s.namespace, labelText(s.labels), s.udpName, s.tcpName}
}

func newResolver(v *variant) resolver {
	s := resolver{namespace: v.pod.Namespace, labels: v.pod.Labels, host: v.sheet.host, udp: dnsPort, tcp: dnsPort}
	for _, p := range v.sheet.named {
		if p.ContainerPort != dnsPort && p.Name != "dns" && p.Name != "dns-tcp" || p.ContainerPort < 1 || p.ContainerPort > port.Last {
			continue
		}
		if p.Protocol == corev1.ProtocolUDP {
			s.udp, s.udpName = uint16(p.ContainerPort), p.Name
		} else {
			s.tcp, s.tcpName = uint16(p.ContainerPort), p.Name
		}
	}
	return s
}
