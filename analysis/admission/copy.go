package admission

import (
	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// copied is SE04: Secrets that come to have a copy of themselves in an annotation. One that has it already may be changed.
func copied(rule *model.Rule, namespaces []string) *blueprint {
	has := func(o string) string {
		return quote(corev1.LastAppliedConfigAnnotation) + " in " + o + ".metadata.?annotations.orValue({})"
	}
	return &blueprint{
		rule: rule, name: nameFor(rule), namespaces: namespaces, match: []matched{{"", "v1", []string{"secrets"}, []string{created, updated}, nil}},
		faults: when(has("object")+" && !(request.operation == 'UPDATE' && "+has("oldObject")+")", "the Secret would hold a copy of itself in its annotations"),
		remedy: "Use kubectl apply --server-side, or kubectl create.",
		evidence: []string{"kubectl apply without --server-side writes the annotation: once this refuses, Secrets cannot be made with it any more, so change scripts and pipelines first",
			"A Secret without the annotation that kubectl apply is used on is refused too; one that has it goes on as before"},
	}
}
