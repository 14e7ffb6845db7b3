package command

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network/port"
	"canopy/cmd/canopy/output"
	"canopy/model/record"
)

// ports are those that were asked about.
type ports struct {
	numbers port.Set
	// names are those that containers give to ports.
	names []string
}

// any tells that none were named, so that all are meant.
func (p *ports) any() bool { return p.numbers.Empty() && len(p.names) == 0 }

// parsePorts reads the values of --port.
func parsePorts(list []string) (ports, error) {
	var p ports
	for _, text := range list {
		head, protocol, given := strings.Cut(text, "/")
		of, known := port.Parse(corev1.Protocol(strings.ToUpper(protocol)))
		switch {
		case given && (protocol == "" || !known):
			return p, fmt.Errorf("--port %q: a protocol is TCP, UDP or SCTP", text)
		case head == "*":
			p.numbers = p.numbers.Union(port.Whole(of))
			continue
		case !given && portName(head):
			p.names = append(p.names, head)
			continue
		}
		first, last, isRange := strings.Cut(head, "-")
		from, to := number(first), number(last)
		if !isRange {
			to = from
		}
		if from == 0 || to < from {
			return p, fmt.Errorf("--port %q: want a number from 1 to 65535 with a protocol, such as 443/TCP, a range, 8000-8100/TCP, */UDP, or the name of a port", text)
		}
		p.numbers = p.numbers.Union(port.Of(of, from, to))
	}
	return p, nil
}

// number reads the number of a port; 0 where it is none.
func number(s string) uint16 {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || s[0] == '+' {
		return 0
	}
	return uint16(n)
}

// portName tells whether a text can be the name of a port: it has a letter, and no other characters than names have
// (IANA_SVC_NAME).
func portName(s string) bool {
	letter := false
	for _, c := range s {
		switch {
		case c >= 'a' && c <= 'z':
			letter = true
		case c == '-' || c >= '0' && c <= '9':
		default:
			return false
		}
	}
	return letter && len(s) <= 15
}

// meaning is one number that a name stands for, with a pod of which it does.
type meaning struct {
	number int32
	of     port.Protocol
	pod    string
}

// lookUp gives the numbers that names stand for on the pods that connections end at. A name that stands for several is an
// error: an answer for all of them would be one for none.
func (p *ports) lookUp(pods iter.Seq[*record.Pod]) (port.Set, error) {
	set := p.numbers
	if len(p.names) == 0 {
		return set, nil
	}
	found := map[string][]meaning{}
	seen := map[record.Template]bool{}
	for pod := range pods {
		if seen[pod.Template] || pod.Finished() {
			continue
		}
		seen[pod.Template] = true
		spec := &pod.Template.Decode().Spec
		for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
			for _, declared := range c.Ports {
				of, known := port.Parse(declared.Protocol)
				m := meaning{declared.ContainerPort, of, pod.Ref().String()}
				if !known || slices.ContainsFunc(found[declared.Name], func(o meaning) bool { return o.number == m.number && o.of == m.of }) {
					continue
				}
				found[declared.Name] = append(found[declared.Name], m)
			}
		}
	}
	for _, name := range p.names {
		list := found[name]
		switch len(list) {
		case 0:
			return set, fmt.Errorf("--port %q: no container there has a port of this name: give its number, such as 443/TCP", name)
		case 1:
			set = set.Union(port.Of(list[0].of, uint16(list[0].number), uint16(list[0].number)))
			continue
		}
		slices.SortFunc(list, func(a, b meaning) int { return strings.Compare(a.pod, b.pod) })
		words := make([]string, len(list))
		for i, m := range list {
			words[i] = fmt.Sprintf("%d/%s on %s", m.number, m.of, output.Word(m.pod))
		}
		return set, fmt.Errorf("--port %q: that is %s: give the number", name, few(words))
	}
	return set, nil
}
