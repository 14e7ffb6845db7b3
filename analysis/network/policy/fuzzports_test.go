package policy

import (
	"strings"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"canopy/analysis/network/port"
)

// fuzzPorts asks for ports at and beside every number that the object names.
func fuzzPorts(t *testing.T, r *Rule, ports []networkingv1.NetworkPolicyPort) {
	asked := []int{1, 80, port.Last}
	for i := range ports {
		if ports[i].Port != nil {
			n := int(ports[i].Port.IntVal)
			asked = append(asked, n-1, n, n+1)
		}
		if ports[i].EndPort != nil {
			n := int(*ports[i].EndPort)
			asked = append(asked, n-1, n, n+1)
		}
	}
	for _, p := range port.Protocols() {
		for _, n := range asked {
			if n < 1 || n > port.Last {
				continue
			}
			want := len(ports) == 0
			for i := range ports {
				want = want || admits(&ports[i], p.String(), n)
			}
			if r.Ports.Has(p, uint16(n)) != want {
				t.Fatalf("%s %d of %v: %v", p, n, ports, !want)
			}
		}
	}
	if len(r.Named) > len(ports) {
		t.Fatalf("%v has names %v", ports, r.Named)
	}
}

// admits is the meaning of one port of a NetworkPolicy, as plain as can be.
func admits(p *networkingv1.NetworkPolicyPort, protocol string, n int) bool {
	if p.Protocol == nil && protocol != "TCP" || p.Protocol != nil && string(*p.Protocol) != protocol {
		return false
	}
	switch {
	case p.Port == nil:
		return p.EndPort == nil
	case p.Port.Type == intstr.String:
		return false
	}
	from, to := int(p.Port.IntVal), int(p.Port.IntVal)
	if p.EndPort != nil {
		to = int(*p.EndPort)
	}
	return from >= 1 && to <= port.Last && from <= n && n <= to
}

// fuzzOrdered holds of an ordered policy that was read what the specification asks of each rule, by the keys that stand in
// the object.
func fuzzOrdered(t *testing.T, p *Policy, body map[string]any) {
	if p.Unread != "" {
		return
	}
	spec := body["spec"].(map[string]any)
	for dir, field := range map[Direction][2]string{Ingress: {"ingress", "from"}, Egress: {"egress", "to"}} {
		rules, _ := spec[field[0]].([]any)
		if len(rules) != len(p.Rules[dir]) || p.Acts[dir] != (len(rules) > 0) {
			t.Fatalf("%d rules of %d are read", len(p.Rules[dir]), len(rules))
		}
		for i, raw := range rules {
			r, rule := &p.Rules[dir][i], raw.(map[string]any)
			peers, _ := rule[field[1]].([]any)
			action, _ := rule["action"].(string)
			known := true
			for _, raw := range peers {
				peer, _ := raw.(map[string]any)
				known = known && oneOf(peer, dir == Egress, p.Ref.Kind != baselineKind)
			}
			if !known && !r.FailClosed {
				t.Fatalf("%v does not fail closed", rule)
			}
			if r.FailClosed && (action == "Allow" || action == "Accept") && (r.Anyone || len(r.Peers) > 0 || !r.Ports.Empty() || len(r.Named) > 0) {
				t.Fatalf("%v fails open", rule)
			}
			if r.FailClosed && r.Action != Allow && (r.Action != Deny || !r.Anyone || !r.Ports.Full()) {
				t.Fatalf("%v lets something through", rule)
			}
			if !r.FailClosed {
				fuzzOrderedPorts(t, r, rule)
			}
			if !r.FailClosed && (r.Anyone || len(r.Peers) < len(peers)) {
				t.Fatalf("%v has %d peers, anyone: %v", rule, len(r.Peers), r.Anyone)
			}
		}
	}
}

// oneOf tells whether a peer has a field, and none that is not known.
func oneOf(peer map[string]any, egress, domains bool) bool {
	set := 0
	for key, v := range peer {
		switch {
		case key == "namespaces" || key == "pods":
		case egress && (key == "nodes" || key == "networks" || key == "domainNames" && domains):
		default:
			return false
		}
		if list, ok := v.([]any); v != nil && (!ok || len(list) > 0) {
			set++
		}
	}
	return set > 0
}

// fuzzOrderedPorts asks for ports by the protocols that stand in a rule of v1alpha2, or the ports in one of v1alpha1.
func fuzzOrderedPorts(t *testing.T, r *Rule, rule map[string]any) {
	list, some := rule["protocols"].([]any)
	if !some {
		list, some = rule["ports"].([]any)
	}
	for _, p := range port.Protocols() {
		for _, n := range []int{1, 2, 9, 10, 79, 80, 81, port.Last} {
			want := !some
			for _, raw := range list {
				protocol, from, to := asked(raw.(map[string]any))
				want = want || protocol == p.String() && from <= n && n <= to
			}
			if r.Ports.Has(p, uint16(n)) != want {
				t.Fatalf("%s %d of %v: %v", p, n, rule, !want)
			}
		}
	}
}

// asked gives what a port of either version names by number.
func asked(p map[string]any) (protocol string, from, to int) {
	number := func(m map[string]any, key string) int {
		switch n := m[key].(type) {
		case int64:
			return int(n)
		case float64:
			return int(n)
		}
		return 0
	}
	for key, raw := range p {
		m, ok := raw.(map[string]any)
		if !ok {
			continue
		}
		protocol = strings.ToUpper(key)
		if key == "portNumber" || key == "portRange" {
			if protocol, _ = m["protocol"].(string); protocol == "" {
				protocol = "TCP"
			}
			if n := number(m, "port"); n > 0 {
				return protocol, n, n
			}
			return protocol, number(m, "start"), number(m, "end")
		}
		if m, ok = m["destinationPort"].(map[string]any); !ok {
			continue
		}
		if n := number(m, "number"); n > 0 {
			return protocol, n, n
		}
		m, _ = m["range"].(map[string]any)
		return protocol, number(m, "start"), number(m, "end")
	}
	return "", 1, 0
}
