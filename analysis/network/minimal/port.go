package minimal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	networkingv1 "k8s.io/api/networking/v1"

	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model/inorder"
)

// readPorts reads words such as 8080, 53/UDP, 8000-8010/TCP, http, http/TCP, * and */UDP. A number without a protocol is of
// TCP; a name is of whatever protocol the container says; * alone is everything, ICMP too.
func readPorts(words []string) (Ports, error) {
	var set port.Builder
	var all port.Set
	var p Ports
	for _, word := range words {
		what, name, protocols := word, "", []port.Protocol{port.TCP}
		if i := strings.LastIndexByte(word, '/'); i >= 0 {
			what, name = word[:i], strings.ToUpper(word[i+1:])
			protocol, ok := port.Parse(corev1.Protocol(name))
			if !ok || name == "" {
				return Ports{}, fmt.Errorf("port %s: no such protocol; there are TCP, UDP and SCTP", quoted(word))
			}
			protocols = []port.Protocol{protocol}
		}
		switch {
		case what == "*" && name == "":
			all = port.All()
		case what == "*":
			set.Add(protocols[0], 1, port.Last)
		case what != "" && what[0] >= '0' && what[0] <= '9' && !named(what):
			from, to, err := readRange(what)
			if err != nil {
				return Ports{}, fmt.Errorf("port %s: %w", quoted(word), err)
			}
			set.Add(protocols[0], from, to)
		case named(what):
			p.Names = append(p.Names, policy.NamedPort{Name: what, Protocol: protocols[0], Any: name == ""})
		default:
			return Ports{}, fmt.Errorf("port %s is none of a number, a range such as 8000-8010, the name of a container's port, and *", quoted(word))
		}
	}
	p.Set = set.Set().Union(all)
	p.Names = sortedNames(p.Names)
	return p, nil
}

func sortedNames(list []policy.NamedPort) []policy.NamedPort {
	inorder.Sort(list, func(a, b policy.NamedPort) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Protocol, b.Protocol))
	})
	return slices.Compact(list)
}

// named tells a name that a container may give a port.
func named(s string) bool { return len(validation.IsValidPortName(s)) == 0 }

var errRange = errors.New("not within 1 to 65535")

func readRange(s string) (from, to uint16, err error) {
	first, last, both := strings.Cut(s, "-")
	if !both {
		last = first
	}
	a, err1 := strconv.ParseUint(first, 10, 16)
	b, err2 := strconv.ParseUint(last, 10, 16)
	switch {
	case err1 != nil || err2 != nil || a == 0:
		return 0, 0, errRange
	case b < a:
		return 0, 0, errors.New("the range ends before it begins")
	}
	return uint16(a), uint16(b), nil
}

// written puts ports into the form of a NetworkPolicy: nothing for all of them.
func written(s port.Set) []networkingv1.NetworkPolicyPort {
	if s.Full() {
		return nil
	}
	var list []networkingv1.NetworkPolicyPort
	for _, protocol := range port.Protocols() {
		name := corev1.Protocol(protocol.String())
		for _, r := range s.Ranges(protocol) {
			p := networkingv1.NetworkPolicyPort{Protocol: &name}
			if r.From > 1 || r.To < port.Last {
				first := intstr.FromInt32(int32(r.From))
				p.Port = &first
				if r.To > r.From {
					last := int32(r.To)
					p.EndPort = &last
				}
			}
			list = append(list, p)
		}
	}
	return list
}

func namedPort(name string) intstr.IntOrString { return intstr.FromString(name) }
