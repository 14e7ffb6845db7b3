package remedy

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/network/minimal"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

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
		for _, key := range inorder.Collect(maps.Keys(called), func(a, b types.NamespacedName) int { return cmp.Compare(a.Name, b.Name) }) {
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
