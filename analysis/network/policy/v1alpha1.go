package policy

import (
	"reflect"

	"sigs.k8s.io/network-policy-api/apis/v1alpha1"

	"canopy/analysis/network/port"
)

func (d *decoder) admin(spec any) {
	var s v1alpha1.AdminNetworkPolicySpec
	d.decode("spec", spec, reflect.ValueOf(&s).Elem())
	d.priority(s.Priority)
	d.subject(s.Subject.Namespaces, pods1(s.Subject.Pods))
	v := &vocabulary{allow: "Allow", passes: true, ports: "ports"}
	for i := range s.Ingress {
		r := &s.Ingress[i]
		d.add(Ingress, v, i, orderedRule{r.Name, string(r.Action), from1(r.From), d.ports1(r.Ports)})
	}
	for i := range s.Egress {
		r := &s.Egress[i]
		peers := make([]orderedPeer, len(r.To))
		for j := range r.To {
			p := &r.To[j]
			peers[j] = orderedPeer{p.Namespaces, p.Nodes, pods1(p.Pods), texts(p.Networks), texts(p.DomainNames)}
		}
		d.add(Egress, v, i, orderedRule{r.Name, string(r.Action), peers, d.ports1(r.Ports)})
	}
}

func (d *decoder) baseline(spec any, name string) {
	var s v1alpha1.BaselineAdminNetworkPolicySpec
	d.decode("spec", spec, reflect.ValueOf(&s).Elem())
	if name != "default" {
		d.unread("metadata.name", name, "the only name that a BaselineAdminNetworkPolicy may have is default")
	}
	d.subject(s.Subject.Namespaces, pods1(s.Subject.Pods))
	v := &vocabulary{allow: "Allow", ports: "ports"}
	for i := range s.Ingress {
		r := &s.Ingress[i]
		d.add(Ingress, v, i, orderedRule{r.Name, string(r.Action), from1(r.From), d.ports1(r.Ports)})
	}
	for i := range s.Egress {
		r := &s.Egress[i]
		peers := make([]orderedPeer, len(r.To))
		for j := range r.To {
			p := &r.To[j]
			peers[j] = orderedPeer{p.Namespaces, p.Nodes, pods1(p.Pods), texts(p.Networks), nil}
		}
		d.add(Egress, v, i, orderedRule{r.Name, string(r.Action), peers, d.ports1(r.Ports)})
	}
}

func from1(from []v1alpha1.AdminNetworkPolicyIngressPeer) []orderedPeer {
	peers := make([]orderedPeer, len(from))
	for j := range from {
		peers[j] = orderedPeer{namespaces: from[j].Namespaces, pods: pods1(from[j].Pods)}
	}
	return peers
}

func pods1(p *v1alpha1.NamespacedPod) *podSelector {
	if p == nil {
		return nil
	}
	return &podSelector{&p.NamespaceSelector, &p.PodSelector}
}

func (d *decoder) ports1(list *[]v1alpha1.AdminNetworkPolicyPort) func(string) (port.Set, []NamedPort) {
	return func(path string) (port.Set, []NamedPort) {
		if list == nil {
			return port.All(), nil
		}
		if len(*list) == 0 {
			d.unread(path, "", "names no port")
		}
		c := &portCollector{decoder: d}
		for i := range *list {
			p := &(*list)[i]
			at := item(path, i)
			named := p.NamedPort != nil && *p.NamedPort != ""
			c.one(at, p.PortNumber != nil, p.PortRange != nil, named)
			if p.PortNumber != nil {
				c.span(at+".portNumber", "port", "port", string(p.PortNumber.Protocol), p.PortNumber.Port, p.PortNumber.Port)
			}
			if p.PortRange != nil {
				c.span(at+".portRange", "start", "end", string(p.PortRange.Protocol), p.PortRange.Start, p.PortRange.End)
			}
			if named {
				c.named = append(c.named, NamedPort{Name: *p.NamedPort, Any: true})
			}
		}
		return c.ports()
	}
}

// texts takes the type off a list of texts.
func texts[T ~string](list []T) []string {
	plain := make([]string, len(list))
	for i, t := range list {
		plain[i] = string(t)
	}
	return plain
}
