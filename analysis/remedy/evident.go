package remedy

import (
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/analysis/exposure"
	"canopy/analysis/network/minimal"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// traffic is what of a namespace's traffic can be told from its objects: within the namespace on the ports that containers
// and Services name, and by the ways in from outside. Who calls from other namespaces stands nowhere.
type traffic struct {
	s         *segments
	namespace string
	flows     []minimal.Flow
	have      map[string]bool
	// gaps are what should be let through and cannot be named.
	gaps []string
}

// evident lists the flows of some owners. In a namespace that is closed as a whole they are said of all its pods.
func (s *segments) evident(namespace string, owners []model.Ref, acts [2]bool, whole bool) *traffic {
	e := &traffic{s: s, namespace: namespace, have: map[string]bool{}}
	everybody := minimal.Of(model.KindByName("Namespace").Ref("", namespace))
	ports := map[model.Ref]port.Set{}
	neighbours := s.look().Owners(namespace)
	for _, ref := range neighbours {
		ports[ref] = s.listens(ref)
	}
	if whole {
		for _, ref := range neighbours {
			e.add(everybody, minimal.Of(ref), ports[ref])
		}
	}
	for _, ref := range owners {
		if acts[policy.Ingress] {
			if !whole {
				e.add(everybody, minimal.Of(ref), ports[ref])
			}
			if ports[ref].Empty() {
				e.gap("%s declares no port, and no Service leads to it: nothing is let in", ref)
			}
		}
		if !acts[policy.Egress] {
			continue
		}
		if !whole {
			for _, other := range neighbours {
				e.add(minimal.Of(ref), minimal.Of(other), ports[other])
			}
		}
		if s.speaksToAPI(ref) {
			if s.serverKnown() {
				e.add(minimal.Of(ref), minimal.Word(minimal.APIServer), port.Of(port.TCP, 443, 443))
			} else {
				e.gap("%s mounts a token, and the addresses of the API server were not seen: it is cut off from it", ref)
			}
		}
	}
	if acts[policy.Ingress] {
		for _, w := range s.ground().ways.Ways(s.ground().c, namespace) {
			e.way(w, owners)
		}
		e.webhooks(owners)
	}
	return e
}

func (e *traffic) add(src, dst minimal.End, ports port.Set) {
	f := minimal.Flow{Src: src, Dst: dst, Ports: minimal.Numbered(ports)}
	if key := f.String(); !ports.Empty() && !e.have[key] {
		e.have[key] = true
		e.flows = append(e.flows, f)
	}
}

func (e *traffic) gap(format string, args ...any) { say(&e.gaps, format, args...) }

// way lets in by a way from outside.
func (e *traffic) way(w *exposure.Way, owners []model.Ref) {
	for _, t := range w.Targets {
		owner := e.s.ground().c.TopOwner(t.Pod)
		if !slices.Contains(owners, owner) {
			continue
		}
		at := port.Of(w.Protocol, t.Port, t.Port)
		switch {
		case w.How == exposure.NodePort && e.balanced(w):
			// It is how the load balancer gets there.
		case len(w.Controller) > 0:
			for _, p := range w.Controller {
				e.add(minimal.Of(e.s.ground().c.TopOwner(p)), minimal.Of(owner), at)
			}
		case w.Assumed:
			e.gap("%s leads to %s, and the pods of its controller were not seen: they are cut off from it", w.Via, owner)
		case len(w.Sources) > 0:
			for _, b := range w.Sources {
				e.add(minimal.Blocked(b), minimal.Of(owner), at)
			}
			if !w.SourceKept {
				for _, b := range e.nodes() {
					e.add(minimal.Blocked(b), minimal.Of(owner), at)
				}
			}
		default:
			e.add(minimal.Word(minimal.Internet), minimal.Of(owner), at)
		}
	}
}

// balanced tells that a way begins at a Service with a load balancer.
func (e *traffic) balanced(w *exposure.Way) bool {
	svc, ok := cluster.Find[*record.Typed[*corev1.Service]](e.s.p.c, "Service", w.Service.Namespace, w.Service.Name)
	return ok && svc.Object.Spec.Type == corev1.ServiceTypeLoadBalancer
}

// nodes lists the addresses of nodes, from which a Service sends on what it does not leave as it came.
func (e *traffic) nodes() []netip.Prefix {
	var list []netip.Prefix
	for _, r := range e.s.p.c.Sorted(schema.GroupKind{Kind: "Node"}) {
		n, ok := r.(*record.Typed[*corev1.Node])
		if !ok {
			continue
		}
		for _, a := range n.Object.Status.Addresses {
			if at, err := netip.ParseAddr(a.Address); err == nil && a.Type == corev1.NodeInternalIP {
				list = append(list, netip.PrefixFrom(at, at.BitLen()))
			}
		}
	}
	return list
}
