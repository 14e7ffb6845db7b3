package network

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// Landmark is what most pods have to do with, by the name that people know it by.
type Landmark struct {
	Name string
	// Ends are where it answers: workloads, or addresses outside. There are none where it was not found.
	Ends []End
	// Ports are those on which it answers.
	Ports port.Set
}

// The names of landmarks.
const (
	APIServer = "api-server"
	DNS       = "dns"
	// Metadata is the service of clouds by which a machine, and every pod on it, learns its credentials.
	Metadata = "metadata"
)

// LandmarkNames lists them.
func LandmarkNames() []string { return []string{APIServer, DNS, Metadata} }

// Landmarks finds the API server, the name servers and the metadata service. It costs the pods of the namespaces in which
// name servers run.
func (a *Analyser) Landmarks(c *cluster.Cluster) []Landmark {
	metadata := Landmark{Name: Metadata, Ports: port.Of(port.TCP, 80, 80)}
	// AWS, Azure, GCP and most others answer at the first, AWS at the second too.
	for _, text := range [...]string{"169.254.169.254", "fd00:ec2::254"} {
		metadata.add(netip.MustParseAddr(text), Metadata)
	}
	return []Landmark{apiServer(c), a.nameServers(c), metadata}
}

func (l *Landmark) add(at netip.Addr, name string) {
	at = at.Unmap().WithZone("")
	if end := (End{Block: netip.PrefixFrom(at, at.BitLen()), Name: name}); !slices.Contains(l.Ends, end) {
		l.Ends = append(l.Ends, end)
	}
}

// apiServer finds the addresses behind the Service default/kubernetes: policies act on where a connection ends.
func apiServer(c *cluster.Cluster) Landmark {
	l := Landmark{Name: APIServer}
	for _, r := range c.Sorted(model.KindByName("EndpointSlice").GroupKind()) {
		t, ok := r.(*record.Typed[*discoveryv1.EndpointSlice])
		if !ok || t.Namespace != corev1.NamespaceDefault || t.Labels.Get(discoveryv1.LabelServiceName) != "kubernetes" {
			continue
		}
		for i := range t.Object.Endpoints {
			for _, text := range t.Object.Endpoints[i].Addresses {
				if at, err := netip.ParseAddr(text); err == nil {
					l.add(at, APIServer)
				}
			}
		}
		for _, p := range t.Object.Ports {
			if p.Port != nil && *p.Port > 0 && *p.Port <= port.Last {
				l.Ports = l.Ports.Union(port.Of(port.TCP, uint16(*p.Port), uint16(*p.Port)))
			}
		}
	}
	return l
}

// nameServers finds the pods that resolve names, and the cache on every node.
func (a *Analyser) nameServers(c *cluster.Cluster) Landmark {
	l := Landmark{Name: DNS, Ports: port.Of(port.UDP, 53, 53).Union(port.Of(port.TCP, 53, 53))}
	for _, namespace := range [...]string{"kube-system", "openshift-dns"} {
		for p := range a.PodsIn(namespace) {
			if p.Labels.Get("k8s-app") != "kube-dns" && p.Labels.Get("dns.operator.openshift.io/daemonset-dns") == "" {
				continue
			}
			if end := (End{Ref: c.TopOwner(p)}); !slices.Contains(l.Ends, end) {
				l.Ends = append(l.Ends, end)
			}
		}
	}
	inorder.Sort(l.Ends, func(a, b End) int { return a.Ref.Compare(b.Ref) })
	if _, ok := cluster.Find[*record.Workload](c, "DaemonSet", "kube-system", "node-local-dns"); ok {
		l.add(netip.MustParseAddr("169.254.20.10"), DNS)
	}
	return l
}
