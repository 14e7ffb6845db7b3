package exposure

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/network/port"
	"canopy/model/inorder"
	"canopy/model/record"
)

// madeBy is the value of the managed-by label of slices that follow from a Service's selector. The controller corrects and
// removes what others write under its name.
const madeBy = "endpointslice-controller.k8s.io"

// address is one that a slice names which counts, and the pods that have it.
type address struct {
	members map[*member]struct{}
	fronts  map[*front]struct{}
}

// slice takes an EndpointSlice that is new, changed or gone.
func (a *Analyser) slice(key types.NamespacedName, before, after *record.Typed[*discoveryv1.EndpointSlice]) {
	service := func(s *record.Typed[*discoveryv1.EndpointSlice]) string {
		if s == nil {
			return ""
		}
		return s.Labels.Get(discoveryv1.LabelServiceName)
	}
	old, now := service(before), service(after)
	if old != "" && old != now {
		if p := a.places[key.Namespace]; p != nil && p.fronts[old] != nil {
			f := p.fronts[old]
			delete(f.slices, key.Name)
			a.relist(f, before)
			a.tidyFront(f)
		}
	}
	if now != "" {
		f := a.front(types.NamespacedName{Namespace: key.Namespace, Name: now})
		counted := before != nil && old == now && f.counts(before)
		f.slices[key.Name] = after
		if counted || f.counts(after) {
			a.relist(f, nil)
		}
	}
}

// relist marks a Service whose list of endpoints has changed; gone is a slice that it no longer has.
func (a *Analyser) relist(f *front, gone *record.Typed[*discoveryv1.EndpointSlice]) {
	if gone != nil && !f.counts(gone) {
		return
	}
	a.mark(f)
	a.expect(f)
}

// counts tells that a slice says more than what follows from the selector. Slices that somebody wrote count beside those of
// the controller, as they do for the proxy on the node.
func (f *front) counts(s *record.Typed[*discoveryv1.EndpointSlice]) bool {
	return s.Object.AddressType != discoveryv1.AddressTypeFQDN && (len(f.selector) == 0 || s.Labels.Get(discoveryv1.LabelManagedBy) != madeBy)
}

// expect keeps track of the addresses that the Service's slices name.
func (a *Analyser) expect(f *front) {
	var want []netip.Addr
	if f.service != nil && f.service.Object.Spec.Type != corev1.ServiceTypeExternalName {
		for _, s := range f.slices {
			if f.counts(s) {
				for i := range s.Object.Endpoints {
					want = append(want, serving(&s.Object.Endpoints[i])...)
				}
			}
		}
		inorder.Sort(want, netip.Addr.Compare)
		want = slices.Compact(want)
	}
	for _, ip := range f.addresses {
		if _, ok := slices.BinarySearchFunc(want, ip, netip.Addr.Compare); ok {
			continue
		}
		if x := a.addresses[ip]; x != nil {
			if delete(x.fronts, f); len(x.fronts) == 0 {
				delete(a.addresses, ip)
				delete(a.fresh, ip)
			}
		}
	}
	for _, ip := range want {
		x := a.addresses[ip]
		if x == nil {
			x = &address{members: map[*member]struct{}{}, fronts: map[*front]struct{}{}}
			a.addresses[ip], a.fresh[ip] = x, x
		}
		x.fronts[f] = struct{}{}
	}
	f.addresses = want
}

// serving lists the addresses of an endpoint that is not said to be unready.
func serving(e *discoveryv1.Endpoint) []netip.Addr {
	if e.Conditions.Ready != nil && !*e.Conditions.Ready {
		return nil
	}
	var list []netip.Addr
	for _, s := range e.Addresses {
		if ip, err := netip.ParseAddr(s); err == nil {
			list = append(list, ip.Unmap())
		}
	}
	return list
}

// find looks for the pods that have addresses which were not asked for before: one pass over the pods for all of them. It
// happens only where somebody writes an EndpointSlice that no Service's selector makes.
func (a *Analyser) find() {
	if len(a.fresh) == 0 {
		return
	}
	for _, m := range a.members {
		for _, s := range m.pod.IPs {
			if ip, err := netip.ParseAddr(s); err == nil && a.fresh[ip.Unmap()] != nil {
				a.fresh[ip.Unmap()].members[m] = struct{}{}
			}
		}
	}
	for _, x := range a.fresh {
		for f := range x.fronts {
			a.mark(f)
		}
	}
	clear(a.fresh)
}

// known goes through the addresses of a pod that slices name.
func (a *Analyser) known(m *member, visit func(*address)) {
	if len(a.addresses) == 0 {
		return
	}
	for _, s := range m.pod.IPs {
		if ip, err := netip.ParseAddr(s); err == nil {
			if x := a.addresses[ip.Unmap()]; x != nil {
				visit(x)
			}
		}
	}
}

func (a *Analyser) locate(m *member) {
	a.known(m, func(x *address) { x.members[m] = struct{}{} })
}

func (a *Analyser) unlocate(m *member) {
	a.known(m, func(x *address) { delete(x.members, m) })
}

func (a *Analyser) touchAddresses(m *member, really bool) {
	a.known(m, func(x *address) {
		for f := range x.fronts {
			f.tick = a.tick
			if really && f.opens() {
				a.changed[f.place.name] = struct{}{}
			}
		}
	})
}

// listed adds where the slices of a Service lead; it says why they lead nowhere, "" where there are none.
func (a *Analyser) listed(f *front, p *corev1.ServicePort, protocol port.Protocol, e *end) string {
	why := ""
	for _, s := range f.slices {
		if !f.counts(s) {
			continue
		}
		if why == "" {
			why = "the endpoints of the Service have no such port"
		}
		for i := range s.Object.Ports {
			number, ok := slicePort(&s.Object.Ports[i], p.Name, protocol)
			if !ok {
				continue
			}
			why = "the Service has no endpoint that is ready"
			for j := range s.Object.Endpoints {
				for _, ip := range serving(&s.Object.Endpoints[j]) {
					a.land(ip, number, protocol, e)
				}
			}
		}
	}
	inorder.Sort(e.beyond, netip.AddrPort.Compare)
	e.beyond = slices.Compact(e.beyond)
	return why
}

// slicePort gives the number of a slice's port that belongs to the named port of the Service.
func slicePort(p *discoveryv1.EndpointPort, name string, protocol port.Protocol) (uint16, bool) {
	if p.Port == nil || (p.Name == nil && name != "") || (p.Name != nil && *p.Name != name) {
		return 0, false
	}
	said := corev1.ProtocolTCP
	if p.Protocol != nil {
		said = *p.Protocol
	}
	if has, ok := port.Parse(said); !ok || has != protocol {
		return 0, false
	}
	return portNumber(int64(*p.Port))
}

// land adds the pods that have an address; where none has, the address itself. Pods on the network of their node share its
// address, so that only those that say they listen on the port are meant.
func (a *Analyser) land(ip netip.Addr, number uint16, protocol port.Protocol, e *end) {
	found := false
	if x := a.addresses[ip]; x != nil {
		for m := range x.members {
			if !m.shape.network || m.shape.declares(number, protocol) {
				e.targets = append(e.targets, Target{m.pod, number})
				found = true
			}
		}
	}
	if !found {
		e.beyond = append(e.beyond, netip.AddrPortFrom(ip, number))
	}
}
