package privilege

import (
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"canopy/model"
)

func deployment(namespace string) runtime.Object {
	return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "web"}}
}

func definition(name string) runtime.Object {
	return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": map[string]any{"name": name}}}
}

func onPods() admissionv1.RuleWithOperations {
	return admissionv1.RuleWithOperations{Operations: []admissionv1.OperationType{admissionv1.Create}, Rule: admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}}}
}

// hook is a webhook that is asked about pods, of namespaces with some labels.
func hook(spaces map[string]string) runtime.Object {
	return &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "h"}, Webhooks: []admissionv1.ValidatingWebhook{
		{Name: "pods.example", NamespaceSelector: &metav1.LabelSelector{MatchLabels: spaces}, Rules: []admissionv1.RuleWithOperations{onPods()}}}}
}

// denial is a policy about pods that is bound with an action.
func denial(action admissionv1.ValidationAction) []runtime.Object {
	return []runtime.Object{
		&admissionv1.ValidatingAdmissionPolicy{ObjectMeta: metav1.ObjectMeta{Name: "p"}, Spec: admissionv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: onPods()}}}}},
		&admissionv1.ValidatingAdmissionPolicyBinding{ObjectMeta: metav1.ObjectMeta{Name: "p"}, Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{PolicyName: "p", ValidationActions: []admissionv1.ValidationAction{action}}},
	}
}

func kyverno(action string) runtime.Object {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": model.GroupKyverno + "/v1", "kind": "ClusterPolicy", "metadata": map[string]any{"name": "k"},
		"spec": map[string]any{"validationFailureAction": action, "rules": []any{map[string]any{"name": "r", "validate": map[string]any{"message": "no"}}}},
	}}
}
