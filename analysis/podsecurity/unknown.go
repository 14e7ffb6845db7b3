package podsecurity

import (
	"slices"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/model/record"
)

// unknown lists what was not seen and may break the level too, and what may change pods before they are judged. The namespace is nil
// where it was not seen.
func (b *bench) unknown(ns *record.Typed[*corev1.Namespace], namespace string) []string {
	var list []string
	look := func(gk schema.GroupKind, in, then string) {
		cov := b.c.Seen(gk, in)
		if cov.State == model.Complete || cov.Unserved() {
			return
		}
		text := gk.Kind + ": " + string(cov.State)
		if cov.Reason != "" && cov.Reason != string(cov.State) {
			text += " (" + cov.Reason + ")"
		}
		list = append(list, text+": "+then)
	}
	for _, kind := range append(owners[:], "Pod") {
		look(model.KindByName(kind).GroupKind(), namespace, "some may break the level and are not here")
	}
	for _, kind := range [...]string{"MutatingWebhookConfiguration", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"} {
		look(schema.GroupKind{Group: model.GroupAdmission, Kind: kind}, "", "some may change pods before they are judged")
	}
	if ns == nil {
		look(model.KindByName("Namespace").GroupKind(), "", "the labels of "+namespace+" were not seen")
	}
	list = append(list, b.mutators(ns)...)
	slices.Sort(list)
	return slices.Compact(list)
}

// mutators lists the webhooks and policies that may change new pods: what they make of a template is not known.
func (b *bench) mutators(ns *record.Typed[*corev1.Namespace]) []string {
	var list []string
	for r := range b.c.All(schema.GroupKind{Group: model.GroupAdmission, Kind: "MutatingWebhookConfiguration"}) {
		config, ok := r.(*record.Typed[*admissionv1.MutatingWebhookConfiguration])
		if !ok {
			continue
		}
		for i := range config.Object.Webhooks {
			if h := &config.Object.Webhooks[i]; asksAboutPods(h.Rules) && b.selects(ns, h.NamespaceSelector, h.ObjectSelector) {
				list = append(list, "webhook "+h.Name+" of MutatingWebhookConfiguration "+config.Name+" may change new pods before they are judged")
			}
		}
	}
	bound := map[string]bool{}
	for r := range b.c.All(schema.GroupKind{Group: model.GroupAdmission, Kind: "MutatingAdmissionPolicyBinding"}) {
		if p, ok := r.(*record.Typed[*admissionv1.MutatingAdmissionPolicyBinding]); ok && b.matches(ns, p.Object.Spec.MatchResources) {
			bound[p.Object.Spec.PolicyName] = true
		}
	}
	for r := range b.c.All(schema.GroupKind{Group: model.GroupAdmission, Kind: "MutatingAdmissionPolicy"}) {
		if p, ok := r.(*record.Typed[*admissionv1.MutatingAdmissionPolicy]); ok && bound[p.Name] && b.matches(ns, p.Object.Spec.MatchConstraints) {
			list = append(list, "MutatingAdmissionPolicy "+p.Name+" may change new pods before they are judged")
		}
	}
	return list
}

func (b *bench) matches(ns *record.Typed[*corev1.Namespace], m *admissionv1.MatchResources) bool {
	if m == nil {
		return true
	}
	var rules []admissionv1.RuleWithOperations
	for i := range m.ResourceRules {
		rules = append(rules, m.ResourceRules[i].RuleWithOperations)
	}
	return (len(rules) == 0 || asksAboutPods(rules)) && b.selects(ns, m.NamespaceSelector, m.ObjectSelector)
}

// selects tells whether selectors take the namespace and one of the pods that there are or would be. A selector that is malformed is
// taken to select, and so is a namespace whose labels are not known.
func (b *bench) selects(ns *record.Typed[*corev1.Namespace], inside, pods *metav1.LabelSelector) bool {
	if ns != nil && !takes(inside, ns.GetLabels()) {
		return false
	}
	if pods == nil || len(pods.MatchLabels)+len(pods.MatchExpressions) == 0 {
		return true
	}
	for m := range b.marks {
		if takes(pods, m.Map()) {
			return true
		}
	}
	return false
}

func takes(s *metav1.LabelSelector, set labels.Set) bool {
	if s == nil {
		return true
	}
	selector, err := metav1.LabelSelectorAsSelector(s)
	return err != nil || selector.Matches(set)
}

// asksAboutPods tells whether rules take a new pod.
func asksAboutPods(rules []admissionv1.RuleWithOperations) bool {
	holds := func(list []string, values ...string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return s == "*" || slices.Contains(values, s) })
	}
	return slices.ContainsFunc(rules, func(r admissionv1.RuleWithOperations) bool {
		creates := slices.Contains(r.Operations, admissionv1.Create) || slices.Contains(r.Operations, admissionv1.OperationAll)
		return creates && holds(r.APIGroups, "") && holds(r.APIVersions, "v1") && holds(r.Resources, "pods", "*/*") &&
			(r.Scope == nil || *r.Scope != admissionv1.ClusterScope)
	})
}
