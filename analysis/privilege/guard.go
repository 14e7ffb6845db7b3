package privilege

import (
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// guard is a policy or a webhook that is asked about pods and may refuse them. What it says of a privileged one is not worked out.
type guard struct {
	name string
	// spaces selects the namespaces in which it is asked; nil is all of them.
	spaces labels.Selector
}

// guards tells the kinds of what may refuse pods.
func guards(ref model.Ref) bool {
	switch ref.Group {
	case model.GroupAdmission:
		return strings.HasPrefix(ref.Kind, "Validating")
	case model.GroupKyverno:
		return ref.Kind == "ClusterPolicy"
	}
	return false
}

// standGuard finds the guards, where they may be others: there are few of them.
func (r *round) standGuard() {
	if !r.regard {
		return
	}
	r.regard = false
	now := slices.Concat(r.policies(), r.webhooks(), r.engines())
	slices.SortFunc(now, func(a, b guard) int { return strings.Compare(a.text(), b.text()) })
	if !slices.EqualFunc(r.guards, now, func(a, b guard) bool { return a.text() == b.text() }) {
		r.guards = now
		r.touchAll(r.access.Bindings())
	}
	if name := r.guardEverywhere(); name != r.guardWide {
		r.guardWide = name
		r.touchAll(r.access.BindingsIn(""))
	}
}

func (g *guard) text() string {
	if g.spaces == nil {
		return g.name
	}
	return g.name + " " + g.spaces.String()
}

// guarded names the first guard that is asked about pods of a namespace, or about those of each namespace where it is "".
func (a *Analyser) guarded(c *cluster.Cluster, namespace string) string {
	switch {
	case len(a.guards) == 0:
		return ""
	case namespace == "":
		return a.guardWide
	}
	return a.guardOf(labelsOf(c, namespace))
}

// guardEverywhere names a guard where some is asked in every namespace: who may make pods everywhere takes the one where nobody is.
func (r *round) guardEverywhere() string {
	if len(r.guards) == 0 {
		return ""
	}
	name := r.guardOf(labelsOf(r.c, "default"))
	for one := range r.c.All(model.KindByName("Namespace").GroupKind()) {
		by := r.guardOf(labelsOf(r.c, one.Ref().Name))
		if by == "" || name == "" {
			return ""
		}
		name = min(name, by)
	}
	return name
}

func (a *Analyser) guardOf(of labels.Set) string {
	for i := range a.guards {
		if g := &a.guards[i]; g.spaces == nil || g.spaces.Matches(of) {
			return g.name
		}
	}
	return ""
}

// labelsOf gives the labels of a namespace, that of its name among them, which the server adds.
func labelsOf(c *cluster.Cluster, namespace string) labels.Set {
	set := labels.Set{}
	if ns, ok := cluster.Find[*record.Typed[*corev1.Namespace]](c, "Namespace", "", namespace); ok {
		for k, v := range ns.Labels.All() {
			set[k] = v
		}
	}
	set["kubernetes.io/metadata.name"] = namespace
	return set
}

// selected reads a selector of namespaces; one that cannot be read is taken for all of them.
func selected(s *metav1.LabelSelector) labels.Selector {
	if s == nil || len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
		return nil
	}
	by, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return nil
	}
	return by
}

// policies finds the ValidatingAdmissionPolicies that are asked about new pods and are bound to deny.
func (r *round) policies() []guard {
	var list []guard
	for one := range r.c.All(model.KindByName("ValidatingAdmissionPolicyBinding").GroupKind()) {
		b, ok := one.(*record.Typed[*admissionv1.ValidatingAdmissionPolicyBinding])
		if !ok || !slices.Contains(b.Object.Spec.ValidationActions, admissionv1.Deny) {
			continue
		}
		p, ok := cluster.Find[*record.Typed[*admissionv1.ValidatingAdmissionPolicy]](r.c, "ValidatingAdmissionPolicy", "", b.Object.Spec.PolicyName)
		if !ok || p.Object.Spec.MatchConstraints == nil {
			continue
		}
		match := p.Object.Spec.MatchConstraints
		if !slices.ContainsFunc(match.ResourceRules, func(n admissionv1.NamedRuleWithOperations) bool { return aboutPods(&n.RuleWithOperations) }) {
			continue
		}
		spaces := selected(match.NamespaceSelector)
		if by := b.Object.Spec.MatchResources; by != nil && spaces == nil {
			spaces = selected(by.NamespaceSelector)
		} else if by != nil {
			// Both have to select it.
			if more := selected(by.NamespaceSelector); more != nil {
				needs, _ := more.Requirements()
				spaces = spaces.Add(needs...)
			}
		}
		list = append(list, guard{"the ValidatingAdmissionPolicy " + p.Name, spaces})
	}
	return list
}

// webhooks finds the validating webhooks that are asked about new pods.
func (r *round) webhooks() []guard {
	var list []guard
	for one := range r.c.All(model.KindByName("ValidatingWebhookConfiguration").GroupKind()) {
		t, ok := one.(*record.Typed[*admissionv1.ValidatingWebhookConfiguration])
		if !ok {
			continue
		}
		for i := range t.Object.Webhooks {
			h := &t.Object.Webhooks[i]
			if slices.ContainsFunc(h.Rules, func(w admissionv1.RuleWithOperations) bool { return aboutPods(&w) }) {
				list = append(list, guard{"the webhook " + h.Name, selected(h.NamespaceSelector)})
			}
		}
	}
	return list
}

// aboutPods tells a rule of those that are asked when pods are made.
func aboutPods(w *admissionv1.RuleWithOperations) bool {
	has := func(list []string, words ...string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return slices.Contains(words, s) })
	}
	return has(w.APIGroups, "", "*") && has(w.APIVersions, "v1", "*") && has(w.Resources, "pods", "*", "pods/*", "*/*") &&
		slices.ContainsFunc(w.Operations, func(o admissionv1.OperationType) bool {
			return o == admissionv1.Create || o == admissionv1.OperationAll
		})
}

// engines finds the policies of Kyverno that refuse what they do not allow.
func (r *round) engines() []guard {
	var list []guard
	kind := model.KindByName("ClusterPolicy." + model.GroupKyverno)
	for one := range r.c.All(kind.GroupKind()) {
		if p, ok := one.(*record.Custom); ok && enforces(p.Body) {
			list = append(list, guard{name: "the ClusterPolicy " + p.Name})
		}
	}
	return list
}

// enforces tells whether a policy of Kyverno has a rule that refuses. Which pods it is about is not worked out.
func enforces(body map[string]any) bool {
	spec, _ := body["spec"].(map[string]any)
	action, _ := spec["validationFailureAction"].(string)
	rules, _ := spec["rules"].([]any)
	for _, r := range rules {
		rule, _ := r.(map[string]any)
		validate, ok := rule["validate"].(map[string]any)
		if !ok {
			continue
		}
		own, set := validate["failureAction"].(string)
		if !set {
			own = action
		}
		if strings.EqualFold(own, "Enforce") {
			return true
		}
	}
	return false
}
