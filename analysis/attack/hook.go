package attack

import (
	"slices"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// hooked tells the kinds of admission webhooks.
func hooked(kind string) bool {
	return kind == "MutatingWebhookConfiguration" || kind == "ValidatingWebhookConfiguration"
}

// sketchHook draws that whoever is in the pods behind a webhook which rewrites pods holds the cluster: it can give any pod another image or
// account.
func (a *Analyser) sketchHook(w *World, ref model.Ref) *sketch {
	s := &sketch{}
	t, ok := cluster.Find[*record.Typed[*admissionv1.MutatingWebhookConfiguration]](w.Cluster, ref.Kind, "", ref.Name)
	if !ok {
		return s
	}
	me := key{kind: hook, ref: ref}
	led := false
	for i := range t.Object.Webhooks {
		h := &t.Object.Webhooks[i]
		if h.ClientConfig.Service == nil || !rewritesPods(h) {
			continue
		}
		sure, reason := Proven, ""
		if !isEmpty(h.NamespaceSelector) || !isEmpty(h.ObjectSelector) || len(h.MatchConditions) > 0 {
			sure, reason = ByAdmission, "the webhook is asked of some namespaces or pods alone"
		}
		for _, owner := range a.behind(w.Cluster, h.ClientConfig.Service.Namespace, h.ClientConfig.Service.Name) {
			s.add(a.step(key{kind: inside, ref: owner}, me, "A-08", sure, reason))
			led = true
		}
		s.wants = append(s.wants, want{hook, h.ClientConfig.Service.Namespace})
	}
	if led {
		s.link(me, key{kind: admin})
	}
	return s
}

func isEmpty(s *metav1.LabelSelector) bool {
	return s == nil || len(s.MatchLabels)+len(s.MatchExpressions) == 0
}

// rewritesPods tells a webhook that is asked when pods are made.
func rewritesPods(h *admissionv1.MutatingWebhook) bool {
	has := func(list []string, word string) bool {
		return slices.Contains(list, word) || slices.Contains(list, "*")
	}
	for i := range h.Rules {
		r := &h.Rules[i]
		// What stands after the slash is about subresources, and "*" there about the pod too (k8s.io/apiserver, webhook/predicates/rules).
		if has(r.APIGroups, "") && has(r.APIVersions, "v1") && (has(r.Resources, "pods") || slices.Contains(r.Resources, "pods/*") || slices.Contains(r.Resources, "*/*")) &&
			slices.ContainsFunc(r.Operations, func(o admissionv1.OperationType) bool {
				return o == admissionv1.Create || o == admissionv1.OperationAll
			}) {
			return true
		}
	}
	return false
}

// behind lists the owners of the pods that a Service selects.
func (a *Analyser) behind(c *cluster.Cluster, namespace, name string) []model.Ref {
	svc, ok := cluster.Find[*record.Typed[*corev1.Service]](c, "Service", namespace, name)
	if !ok || len(svc.Object.Spec.Selector) == 0 {
		return nil
	}
	selector := labels.SelectorFromValidatedSet(svc.Object.Spec.Selector)
	var owners []model.Ref
	for r := range c.All(model.KindByName("Pod").GroupKind()) {
		p, ok := r.(*record.Pod)
		if !ok || p.Namespace != namespace || p.Finished() || !selector.Matches(labels.Set(p.Labels.Map())) {
			continue
		}
		if top := c.TopOwner(p); !slices.Contains(owners, top) {
			owners = append(owners, top)
		}
	}
	return owners
}
