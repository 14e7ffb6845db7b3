package network

import (
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/network/port"
	"canopy/ui/text"
)

// parsePorts reads ports as people write them: 5432, 5432/TCP, 8000-8080/tcp, udp, and several of them with commas.
func parsePorts(typed string) (port.Set, error) {
	var all port.Set
	for part := range strings.SplitSeq(typed, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		one, err := parsePort(part)
		if err != nil {
			return port.Set{}, err
		}
		all = all.Union(one)
	}
	return all, nil
}

func parsePort(part string) (port.Set, error) {
	numbers, name, _ := strings.Cut(part, "/")
	if name == "" {
		if p, ok := port.Parse(corev1.Protocol(strings.ToUpper(numbers))); ok {
			return port.Whole(p), nil
		}
	}
	p, ok := port.Parse(corev1.Protocol(strings.ToUpper(name)))
	if !ok {
		return port.Set{}, fmt.Errorf("%s is no protocol: TCP, UDP, SCTP", text.Clean(name))
	}
	first, last, several := strings.Cut(numbers, "-")
	if !several {
		last = first
	}
	from, err := strconv.ParseUint(first, 10, 16)
	if err != nil || from == 0 {
		return port.Set{}, fmt.Errorf("%s is no port: 5432, 5432/TCP, 8000-8080/TCP", text.Clean(part))
	}
	to, err := strconv.ParseUint(last, 10, 16)
	if err != nil || to < from {
		return port.Set{}, fmt.Errorf("%s is no range of ports", text.Clean(part))
	}
	return port.Of(p, uint16(from), uint16(to)), nil
}
