package exposure

import (
	"cmp"
	"net/netip"

	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/record"
)

// What a way in is.
const (
	LoadBalancer = "load-balancer"
	NodePort     = "node-port"
	ExternalIP   = "external-ip"
	HostPort     = "host-port"
	HostNetwork  = "host-network"
	Ingress      = "ingress"
	Gateway      = "gateway"
	Route        = "route"
)

// Way is a way into the cluster: from one address, port or host outside to the pods behind it. It is immutable; ways of one
// Service share their targets.
type Way struct {
	// Via is the Service, the Ingress, the Gateway or the Route of OpenShift, or the pod that takes a port of its node.
	Via model.Ref
	// Route is the route behind a Gateway; the zero reference for others.
	Route model.Ref
	// How is one of the constants.
	How string
	// Sources are the only addresses that are let in; anywhere where there are none.
	Sources []netip.Prefix
	// Address is an address or a name outside, "" where it is not known, and for ports of nodes every address of theirs. An
	// Ingress and a Gateway with several have the first.
	Address string
	// Port is the port outside; 0 where it is not known, as for a Service that has not been to a server.
	Port     uint16
	Protocol port.Protocol
	// Host is the name of an Ingress's rule; "" is any. A route with several has them all, with commas between.
	Host string
	// TLS tells that the outer side is encrypted.
	TLS bool
	// Internal tells that the address is one inside: by annotation or class, or because all that leads to the pods of the
	// controller is internal.
	Internal bool
	// SourceKept tells that the pods behind a Service or a host port see the address of the client, not that of a node.
	SourceKept bool
	// Service is the one through which it leads; the zero reference for ports of nodes that pods take.
	Service model.Ref
	// Targets are the pods that it leads to, sorted.
	Targets []Target
	// Beyond are addresses that it leads to and that no pod has.
	Beyond []netip.AddrPort
	// Controller are the pods that take the connection of an Ingress or a Gateway and open another to the target, sorted.
	// There are none where the cloud does that from outside.
	Controller []*record.Pod
	// Assumed tells that there must be such pods and that they were not found.
	Assumed bool
	// Broken says why it leads nowhere; "" where it does.
	Broken string

	// stands is where the container says that it takes a port of the node.
	stands standing
}

// Target is a port of a pod.
type Target struct {
	Pod  *record.Pod
	Port uint16
}

// Namespace is the namespace into which the way leads, whether or not it gets there: that of its Service, else that of the
// object which opens it.
func (w *Way) Namespace() string {
	switch {
	case !w.Service.IsZero():
		return w.Service.Namespace
	case !w.Route.IsZero():
		return w.Route.Namespace
	}
	return w.Via.Namespace
}

// Leads tells whether the way gets to a pod.
func (w *Way) Leads(p *record.Pod) bool { return len(w.At(p)) > 0 }

// At gives the ports of a pod to which the way leads.
func (w *Way) At(p *record.Pod) []Target {
	from, _ := search(w.Targets, p)
	to := from
	for to < len(w.Targets) && samePod(w.Targets[to].Pod, p) {
		to++
	}
	return w.Targets[from:to]
}

func (w *Way) compare(o *Way) int {
	if n := cmp.Or(w.Via.Compare(o.Via), w.Route.Compare(o.Route), cmp.Compare(w.How, o.How)); n != 0 {
		return n
	}
	if n := cmp.Or(cmp.Compare(w.Host, o.Host), cmp.Compare(w.Address, o.Address), cmp.Compare(w.Port, o.Port),
		cmp.Compare(w.Protocol, o.Protocol), flagged(w.TLS, o.TLS), w.Service.Compare(o.Service)); n != 0 {
		return n
	}
	return cmp.Or(compareTargets(w.Targets, o.Targets), cmp.Compare(w.Broken, o.Broken))
}

func flagged(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func compareTargets(a, b []Target) int {
	if sameTargets(a, b) {
		return 0
	}
	for i := range min(len(a), len(b)) {
		if n := a[i].compare(b[i]); n != 0 {
			return n
		}
	}
	return cmp.Compare(len(a), len(b))
}

func (t Target) compare(o Target) int {
	return cmp.Or(comparePods(t.Pod, o.Pod), cmp.Compare(t.Port, o.Port))
}

func comparePods(a, b *record.Pod) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}

func samePod(a, b *record.Pod) bool { return a.Name == b.Name && a.Namespace == b.Namespace }
