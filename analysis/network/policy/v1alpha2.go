package policy

import (
	"reflect"

	"sigs.k8s.io/network-policy-api/apis/v1alpha2"

	"canopy/analysis/network/port"
)

func (d *decoder) cluster(spec any) {
	var s v1alpha2.ClusterNetworkPolicySpec
	d.decode("spec", spec, reflect.ValueOf(&s).Elem())
	switch s.Tier {
	case v1alpha2.AdminTier:
	case v1alpha2.BaselineTier:
		d.p.Tier = Baseline
	default:
		if !d.told["spec.tier"] {
			d.unread("spec.tier", string(s.Tier), "not a tier; there are Admin and Baseline")
		}
	}
	d.priority(s.Priority)
	d.subject(s.Subject.Namespaces, pods2(s.Subject.Pods))
	v := &vocabulary{allow: "Accept", passes: true, ports: "protocols"}
	for i := range s.Ingress {
		r := &s.Ingress[i]
		peers := make([]orderedPeer, len(r.From))
		for j := range r.From {
			peers[j] = orderedPeer{namespaces: r.From[j].Namespaces, pods: pods2(r.From[j].Pods)}
		}
		d.add(Ingress, v, i, orderedRule{r.Name, string(r.Action), peers, d.ports2(r.Protocols)})
	}
	for i := range s.Egress {
		r := &s.Egress[i]
		peers := make([]orderedPeer, len(r.To))
		for j := range r.To {
			p := &r.To[j]
			peers[j] = orderedPeer{p.Namespaces, p.Nodes, pods2(p.Pods), texts(p.Networks), texts(p.DomainNames)}
		}
		d.add(Egress, v, i, orderedRule{r.Name, string(r.Action), peers, d.ports2(r.Protocols)})
	}
}

func pods2(p *v1alpha2.NamespacedPod) *podSelector {
	if p == nil {
		return nil
	}
	return &podSelector{&p.NamespaceSelector, &p.PodSelector}
}

func (d *decoder) ports2(list []v1alpha2.ClusterNetworkPolicyProtocol) func(string) (port.Set, []NamedPort) {
	return func(path string) (port.Set, []NamedPort) {
		if list == nil {
			return port.All(), nil
		}
		if len(list) == 0 {
			d.unread(path, "", "names no protocol")
		}
		c := &portCollector{decoder: d}
		for i := range list {
			p := &list[i]
			at := item(path, i)
			c.one(at, p.TCP != nil, p.UDP != nil, p.SCTP != nil, p.DestinationNamedPort != "")
			if p.TCP != nil {
				c.destination(at+".tcp", port.TCP, p.TCP.DestinationPort)
			}
			if p.UDP != nil {
				c.destination(at+".udp", port.UDP, p.UDP.DestinationPort)
			}
			if p.SCTP != nil {
				c.destination(at+".sctp", port.SCTP, p.SCTP.DestinationPort)
			}
			if p.DestinationNamedPort != "" {
				c.named = append(c.named, NamedPort{Name: p.DestinationNamedPort, Any: true})
			}
		}
		return c.ports()
	}
}

// destination reads what is asked of one protocol. Nothing at all is something that this version does not know: the API
// wants at least one field here.
func (c *portCollector) destination(path string, proto port.Protocol, p *v1alpha2.Port) {
	if p == nil {
		c.failClosed(path)
		return
	}
	path += ".destinationPort"
	c.one(path, p.Number != 0, p.Range != nil)
	if p.Number != 0 {
		c.span(path, "number", "number", proto.String(), p.Number, p.Number)
	}
	if p.Range != nil {
		c.span(path+".range", "start", "end", proto.String(), p.Range.Start, p.Range.End)
	}
}
