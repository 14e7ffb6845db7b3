package rollout

import (
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

func TestWhatWasNotSeenIsTold(t *testing.T) {
	step := plan(patchStep(deployment("web"), types.StrategicMergePatchType, unprivileged))
	for kind, group := range map[string]string{"Namespace": "", "LimitRange": "", "ServiceAccount": "", "MutatingWebhookConfiguration": model.GroupAdmission,
		"MutatingAdmissionPolicy": model.GroupAdmission, "MutatingAdmissionPolicyBinding": model.GroupAdmission} {
		for _, state := range []model.CoverState{model.Denied, model.Partial, model.Loading} {
			objs := shop()
			if kind == "Namespace" {
				objs = objs[1:]
			}
			c := holding(t, objs...)
			c.Cover(model.Coverage{Kind: schema.GroupKind{Group: group, Kind: kind}, State: state, Reason: "may not list"})
			_, assumptions := expand(t, c, step)
			if len(assumptions) != 1 || !strings.HasPrefix(assumptions[0], kind) || !strings.Contains(assumptions[0], "may not list") {
				t.Errorf("%s %s: %q", kind, state, assumptions)
			}
		}
	}
	if _, assumptions := expand(t, holding(t, shop()...), step); len(assumptions) != 0 {
		t.Errorf("all was seen: %q", assumptions)
	}
	if _, assumptions := expand(t, blind(t, shop()[1:]...), step); len(assumptions) != 6 {
		t.Errorf("nothing was seen: %q", assumptions)
	}
	c := holding(t, append(shop(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default", Namespace: "shop"}})...)
	c.Cover(model.Coverage{Kind: schema.GroupKind{Kind: "ServiceAccount"}, State: model.Denied})
	if _, assumptions := expand(t, c, step); len(assumptions) != 0 {
		t.Errorf("the account is there: %q", assumptions)
	}
}

func TestMutatingPolicyMakesItDepend(t *testing.T) {
	rule := func(resource string) []admissionv1.NamedRuleWithOperations {
		return []admissionv1.NamedRuleWithOperations{{RuleWithOperations: admissionv1.RuleWithOperations{Operations: []admissionv1.OperationType{admissionv1.Create},
			Rule: admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{resource}}}}}
	}
	policy := func(resource string) *admissionv1.MutatingAdmissionPolicy {
		return &admissionv1.MutatingAdmissionPolicy{ObjectMeta: metav1.ObjectMeta{Name: "m"}, Spec: admissionv1.MutatingAdmissionPolicySpec{
			MatchConstraints: &admissionv1.MatchResources{ResourceRules: rule(resource)}}}
	}
	bound := func(m *admissionv1.MatchResources, name string) *admissionv1.MutatingAdmissionPolicyBinding {
		return &admissionv1.MutatingAdmissionPolicyBinding{ObjectMeta: metav1.ObjectMeta{Name: "b"}, Spec: admissionv1.MutatingAdmissionPolicyBindingSpec{PolicyName: name, MatchResources: m}}
	}
	elsewhere := &admissionv1.MatchResources{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"no": "where"}}}
	step := plan(patchStep(deployment("web"), types.StrategicMergePatchType, unprivileged))
	for name, tc := range map[string]struct {
		policy  *admissionv1.MutatingAdmissionPolicy
		binding *admissionv1.MutatingAdmissionPolicyBinding
		want    bool
	}{
		"bound":         {policy("pods"), bound(nil, "m"), true},
		"all":           {policy("*"), bound(&admissionv1.MatchResources{ResourceRules: rule("pods")}, "m"), true},
		"not of pods":   {policy("services"), bound(nil, "m"), false},
		"not bound":     {policy("pods"), bound(nil, "other"), false},
		"bound away":    {policy("pods"), bound(elsewhere, "m"), false},
		"bound to less": {policy("pods"), bound(&admissionv1.MatchResources{ResourceRules: rule("services")}, "m"), false},
		"pods excluded": {policy("pods"), bound(&admissionv1.MatchResources{ExcludeResourceRules: rule("pods")}, "m"), false},
	} {
		_, assumptions := expand(t, holding(t, append(shop(), tc.policy, tc.binding)...), step)
		if got := len(assumptions) == 1 && assumptions[0] == "depends: mutating admission policy m may change the pods of shop/Deployment/web"; got != tc.want {
			t.Errorf("%s: %q", name, assumptions)
		}
	}
}
