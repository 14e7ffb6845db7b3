package remedy

import (
	"strconv"

	networkingv1 "k8s.io/api/networking/v1"

	"canopy/analysis/network/policy"
)

// dropRule takes a rule out.
func dropRule(spec *networkingv1.NetworkPolicySpec, d policy.Direction, i int) []operation {
	ops := replaceRule(spec, d, i, nil)
	if d == policy.Egress {
		ops = append(ops, keepTypes(spec)...)
	}
	return ops
}

// dropPart takes out the part of a rule at a path: a peer, a port, an exception; the whole rule where it is the last of its
// kind, since a rule without peers or ports means all of them. It gives nil for what it does not know.
func dropPart(spec *networkingv1.NetworkPolicySpec, path string) []operation {
	d, i, ok := rulePlace(path)
	if !ok {
		if n, ok := indexAfter(path, "spec.policyTypes"); ok && n < len(spec.PolicyTypes) && len(spec.PolicyTypes) > 1 {
			at := "/spec/policyTypes/" + strconv.Itoa(n)
			return []operation{{Op: "test", Path: at, Value: spec.PolicyTypes[n]}, {Op: "remove", Path: at}}
		}
		if path == "spec.ingress" && len(spec.Ingress) > 0 {
			return []operation{{Op: "test", Path: "/spec/ingress", Value: spec.Ingress}, {Op: "remove", Path: "/spec/ingress"}}
		}
		if path == "spec.egress" && len(spec.Egress) > 0 {
			return []operation{{Op: "test", Path: "/spec/egress", Value: spec.Egress}, {Op: "remove", Path: "/spec/egress"}}
		}
		return nil
	}
	at := "/spec/" + d.String() + "/" + strconv.Itoa(i)
	var peers, ports int
	field := "from"
	var peer func(int) any
	var aPort func(int) any
	switch {
	case d == policy.Ingress && i < len(spec.Ingress):
		r := &spec.Ingress[i]
		peers, ports = len(r.From), len(r.Ports)
		peer, aPort = func(n int) any { return r.From[n] }, func(n int) any { return r.Ports[n] }
	case d == policy.Egress && i < len(spec.Egress):
		r := &spec.Egress[i]
		field = "to"
		peers, ports = len(r.To), len(r.Ports)
		peer, aPort = func(n int) any { return r.To[n] }, func(n int) any { return r.Ports[n] }
	default:
		return nil
	}
	prefix := "spec." + d.String() + "[" + strconv.Itoa(i) + "]."
	if n, ok := indexAfter(path, prefix+field); ok && n < peers {
		if b := peer(n).(networkingv1.NetworkPolicyPeer).IPBlock; b != nil {
			inside := prefix + field + "[" + strconv.Itoa(n) + "].ipBlock.except"
			if x, ok := indexAfter(path, inside); ok && x < len(b.Except) {
				return dropItem(at+"/"+field+"/"+strconv.Itoa(n)+"/ipBlock/except/"+strconv.Itoa(x), b.Except[x])
			}
		}
		if peers == 1 {
			return dropRule(spec, d, i)
		}
		return dropItem(at+"/"+field+"/"+strconv.Itoa(n), peer(n))
	}
	if n, ok := indexAfter(path, prefix+"ports"); ok && n < ports {
		if ports == 1 {
			return dropRule(spec, d, i)
		}
		return dropItem(at+"/ports/"+strconv.Itoa(n), aPort(n))
	}
	return nil
}

func dropItem(at string, value any) []operation {
	return []operation{{Op: "test", Path: at, Value: value}, {Op: "remove", Path: at}}
}

// dropNamedPort takes a port out that is called by a name.
func dropNamedPort(spec *networkingv1.NetworkPolicySpec, d policy.Direction, i int, n policy.NamedPort) []operation {
	var ports []networkingv1.NetworkPolicyPort
	switch {
	case d == policy.Ingress && i < len(spec.Ingress):
		ports = spec.Ingress[i].Ports
	case d == policy.Egress && i < len(spec.Egress):
		ports = spec.Egress[i].Ports
	}
	for j := range ports {
		if p := ports[j].Port; p != nil && p.StrVal == n.Name && (ports[j].Protocol == nil && n.Protocol == 0 || ports[j].Protocol != nil && string(*ports[j].Protocol) == n.Protocol.String()) {
			return dropPart(spec, "spec."+d.String()+"["+strconv.Itoa(i)+"].ports["+strconv.Itoa(j)+"]")
		}
	}
	return nil
}
