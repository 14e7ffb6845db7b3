package remedy

import (
	"net/netip"
	"slices"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

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
		for _, w := range s.now.ways.Ways(s.now.c, namespace) {
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

// listens gives the ports of an owner's pods that containers declare, or that a Service leads to.
func (s *segments) listens(ref model.Ref) port.Set {
	set := s.look().Declared(ref)
	for r := range s.p.c.All(schema.GroupKind{Kind: "Service"}) {
		svc, ok := r.(*record.Typed[*corev1.Service])
		if !ok || svc.Namespace != ref.Namespace || len(svc.Object.Spec.Selector) == 0 || !s.backs(svc, ref) {
			continue
		}
		for i := range svc.Object.Spec.Ports {
			p := &svc.Object.Spec.Ports[i]
			protocol, ok := port.Parse(p.Protocol)
			n := p.TargetPort.IntVal
			if p.TargetPort == (intstr.IntOrString{}) {
				n = p.Port
			}
			// A name is that of a declared port.
			if ok && p.TargetPort.Type == intstr.Int && n > 0 && n <= port.Last {
				set = set.Union(port.Of(protocol, uint16(n), uint16(n)))
			}
		}
	}
	return set
}

// backs tells that a Service selects pods of an owner.
func (s *segments) backs(svc *record.Typed[*corev1.Service], ref model.Ref) bool {
	selector := labels.SelectorFromSet(svc.Object.Spec.Selector)
	if w, ok := s.p.c.Get(ref).(*record.Workload); ok && selector.Matches(w.PodLabels) {
		return true
	}
	for p := range s.p.c.Pods(ref) {
		if selector.Matches(p.Labels) {
			return true
		}
	}
	return false
}

// speaksToAPI tells that pods of an owner get a token for the API server.
func (s *segments) speaksToAPI(ref model.Ref) bool {
	look := func(t record.Template) bool {
		spec := t.Decode().Spec
		if spec.AutomountServiceAccountToken != nil {
			return *spec.AutomountServiceAccountToken
		}
		name := spec.ServiceAccountName
		if name == "" {
			name = defaultAccount
		}
		account := s.p.accounts.get(types.NamespacedName{Namespace: ref.Namespace, Name: name})
		return account == nil || !isOff(account.Object.AutomountServiceAccountToken)
	}
	if w, ok := s.p.c.Get(ref).(*record.Workload); ok && !w.Template.IsZero() {
		return look(w.Template)
	}
	for p := range s.p.c.Pods(ref) {
		return look(p.Template)
	}
	return false
}

// serverKnown tells that the addresses of the API server were seen.
func (s *segments) serverKnown() bool {
	return s.look().Check([]minimal.Flow{{Src: minimal.Word(minimal.Internet), Dst: minimal.Word(minimal.APIServer), Ports: minimal.Numbered(port.All())}}) == nil
}

// way lets in by a way from outside.
func (e *traffic) way(w *exposure.Way, owners []model.Ref) {
	for _, t := range w.Targets {
		owner := e.s.now.c.TopOwner(t.Pod)
		if !slices.Contains(owners, owner) {
			continue
		}
		at := port.Of(w.Protocol, t.Port, t.Port)
		switch {
		case len(w.Controller) > 0:
			for _, p := range w.Controller {
				e.add(minimal.Of(e.s.now.c.TopOwner(p)), minimal.Of(owner), at)
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

// webhooks lets the API server in where it calls an owner.
func (e *traffic) webhooks(owners []model.Ref) {
	called := map[types.NamespacedName]bool{}
	note := func(c *admissionv1.WebhookClientConfig) {
		if c.Service != nil && c.Service.Namespace == e.namespace {
			called[types.NamespacedName{Namespace: c.Service.Namespace, Name: c.Service.Name}] = true
		}
	}
	for r := range e.s.p.c.All(model.KindByName("ValidatingWebhookConfiguration").GroupKind()) {
		if w, ok := r.(*record.Typed[*admissionv1.ValidatingWebhookConfiguration]); ok {
			for i := range w.Object.Webhooks {
				note(&w.Object.Webhooks[i].ClientConfig)
			}
		}
	}
	for r := range e.s.p.c.All(model.KindByName("MutatingWebhookConfiguration").GroupKind()) {
		if w, ok := r.(*record.Typed[*admissionv1.MutatingWebhookConfiguration]); ok {
			for i := range w.Object.Webhooks {
				note(&w.Object.Webhooks[i].ClientConfig)
			}
		}
	}
	for _, ref := range owners {
		for key := range called {
			svc, ok := cluster.Find[*record.Typed[*corev1.Service]](e.s.p.c, "Service", key.Namespace, key.Name)
			if !ok || len(svc.Object.Spec.Selector) == 0 || !e.s.backs(svc, ref) {
				continue
			}
			from := e.server()
			if len(from) == 0 {
				e.gap("the API server calls %s as a webhook, and its addresses were not seen: it is cut off", ref)
			}
			for _, b := range from {
				e.add(minimal.Blocked(b), minimal.Of(ref), e.s.listens(ref))
			}
		}
	}
	slices.Sort(e.gaps)
}

// server lists the addresses from which the API server calls: those of its endpoints.
func (e *traffic) server() []netip.Prefix {
	var list []netip.Prefix
	for _, r := range e.s.p.c.Sorted(schema.GroupKind{Group: discoveryv1.GroupName, Kind: "EndpointSlice"}) {
		slice, ok := r.(*record.Typed[*discoveryv1.EndpointSlice])
		if !ok || slice.Namespace != metav1.NamespaceDefault || slice.Labels.Get(discoveryv1.LabelServiceName) != "kubernetes" {
			continue
		}
		for i := range slice.Object.Endpoints {
			for _, ip := range slice.Object.Endpoints[i].Addresses {
				if at, err := netip.ParseAddr(ip); err == nil {
					list = append(list, netip.PrefixFrom(at, at.BitLen()))
				}
			}
		}
	}
	return list
}
