package exposure

import (
	"cmp"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network/port"
	"canopy/model/inorder"
	"canopy/model/record"
)

// shape is what a pod template says about ports. It is read once for all pods that have the template.
type shape struct {
	uses int
	// network tells that its pods are on the network of their node.
	network bool
	ports   []declared
	// hosts are the ports of the node that a pod takes, sorted and each once.
	hosts []hosted
}

// declared is a port that a container names.
type declared struct {
	name     string
	protocol port.Protocol
	number   uint16
}

// hosted is a port of the node.
type hosted struct {
	address  string
	outside  uint16
	protocol port.Protocol
	inside   uint16
	stands   standing
}

// standing is where a port of a node stands in a pod: the port and the container one by one, each list from 1; zero is unknown.
type standing struct {
	init            bool
	container, port int32
}

// acquire gives the shape of a template, reading it where no other pod has it.
func (a *Analyser) acquire(t record.Template) *shape {
	t = t.Bare()
	s := a.shapes[t]
	if s == nil {
		s = readShape(&t.Decode().Spec)
		a.shapes[t] = s
	}
	s.uses++
	return s
}

func (a *Analyser) release(t record.Template) {
	t = t.Bare()
	if s := a.shapes[t]; s != nil {
		if s.uses--; s.uses == 0 {
			delete(a.shapes, t)
		}
	}
}

// readShape goes through the containers that run beside each other: the ordinary ones, and init containers that stay.
func readShape(spec *corev1.PodSpec) *shape {
	s := &shape{network: spec.HostNetwork}
	for i := range spec.InitContainers {
		if r := spec.InitContainers[i].RestartPolicy; r != nil && *r == corev1.ContainerRestartPolicyAlways {
			s.add(spec.InitContainers[i].Ports, standing{init: true, container: int32(i) + 1})
		}
	}
	for i := range spec.Containers {
		s.add(spec.Containers[i].Ports, standing{container: int32(i) + 1})
	}
	inorder.Sort(s.hosts, func(a, b hosted) int { return a.compare(b) })
	s.hosts = slices.CompactFunc(s.hosts, func(a, b hosted) bool { return a.compare(b) == 0 })
	return s
}

func (s *shape) add(ports []corev1.ContainerPort, at standing) {
	for i := range ports {
		p := &ports[i]
		protocol, ok := port.Parse(p.Protocol)
		number, valid := portNumber(int64(p.ContainerPort))
		if !ok || !valid {
			continue
		}
		s.ports = append(s.ports, declared{p.Name, protocol, number})
		outside, taken := portNumber(int64(p.HostPort))
		if s.network {
			// On the node's network a container listens where it says it does; a host port can only say the same.
			outside, taken = number, true
		}
		if address, open := reachable(p.HostIP); taken && open {
			at.port = int32(i) + 1
			s.hosts = append(s.hosts, hosted{address, outside, protocol, number, at})
		}
	}
}

// reachable gives the address on which a port of the node is open, "" for all; false where that is the loopback.
func reachable(hostIP string) (string, bool) {
	if hostIP == "" {
		return "", true
	}
	address, err := netip.ParseAddr(hostIP)
	switch {
	case err != nil:
		return hostIP, true
	case address.IsLoopback():
		return "", false
	case address.IsUnspecified():
		return "", true
	}
	return address.String(), true
}

// named resolves a port by name and protocol; false where no container has it.
func (s *shape) named(name string, p port.Protocol) (uint16, bool) {
	for i := range s.ports {
		if d := &s.ports[i]; d.name == name && d.protocol == p {
			return d.number, true
		}
	}
	return 0, false
}

// declares tells that a container says it listens on a port.
func (s *shape) declares(number uint16, p port.Protocol) bool {
	return slices.ContainsFunc(s.ports, func(d declared) bool { return d.number == number && d.protocol == p })
}

// portNumber reads a port; false for what is none.
func portNumber(n int64) (uint16, bool) {
	if n < 1 || n > port.Last {
		return 0, false
	}
	return uint16(n), true
}

func (h hosted) compare(o hosted) int {
	return cmp.Or(cmp.Compare(h.outside, o.outside), cmp.Compare(h.protocol, o.protocol), cmp.Compare(h.address, o.address), cmp.Compare(h.inside, o.inside))
}
