package policy

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network/port"
)

// portCollector gathers the ports of an ordered rule.
type portCollector struct {
	*decoder
	set   port.Builder
	named []NamedPort
}

// one checks that exactly one field is set: none may be one that is not known, of several none is meant.
func (c *portCollector) one(path string, fields ...bool) {
	n := 0
	for _, set := range fields {
		if set {
			n++
		}
	}
	switch {
	case n == 0:
		c.failClosed(path)
	case n > 1:
		c.unread(path, "", "has more than one field; only one may be set")
	}
}

// span adds a range of ports whose ends are in the given fields of an object.
func (c *portCollector) span(path, first, last, protocol string, from, to int32) {
	proto, ok := port.Parse(corev1.Protocol(protocol))
	if !ok {
		c.unread(path+".protocol", protocol, "not a protocol; there are TCP, UDP and SCTP")
		return
	}
	if !c.reader.span(&c.set, proto, path+"."+first, path+"."+last, from, to) {
		c.lose(path, "not a range of ports")
	} else if from == to && first != last {
		c.invalid(path+"."+last, strconv.Itoa(int(to)), "not above "+first)
	}
}

func (c *portCollector) ports() (port.Set, []NamedPort) { return c.set.Set(), sorted(c.named) }
