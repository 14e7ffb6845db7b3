package record

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"canopy/model"
)

const assessmentHead = `
apiVersion: aquasecurity.github.io/v1alpha1
kind: %s
metadata:
  name: x
  creationTimestamp: "2026-11-01T00:00:00Z"
`

const checks = `
report:
  scanner: {name: Trivy, vendor: Aqua Security, version: 0.70.0}
  summary: {criticalCount: 0, highCount: 1}
  checks:
  - {checkID: KCV0079, title: Ensure that the --anonymous-auth argument is set to false, severity: CRITICAL, success: false, category: Kubernetes Security Check, messages: [long], remediation: words}
  - {checkID: KCV0001, title: fine, severity: LOW, success: true}
  - {checkID: KCV0005, title: b, severity: HIGH, success: false}
  - {checkID: KCV0005, title: b, severity: HIGH, success: false}
  - {title: nameless, success: false}
  - words
`

func assessment(t *testing.T, manifest string) *Assessment {
	t.Helper()
	r, err := Make(untyped(t, manifest))
	if err != nil {
		t.Fatal(err)
	}
	a, ok := r.(*Assessment)
	if !ok {
		t.Fatalf("a %T", r)
	}
	if c := a.DeepCopyObject().(*Assessment); !a.Same(c) || !c.Same(a) || c.Ref() != a.Ref() {
		t.Errorf("a copy differs: %+v", c)
	}
	return a
}

func TestAssessment(t *testing.T) {
	failed := []Check{{"KCV0005", "b", "high"}, {"KCV0079", "Ensure that the --anonymous-auth argument is set to false", "critical"}}
	for name, c := range map[string]struct {
		kind, head string
		want       model.Ref
	}{
		"node":           {"ClusterInfraAssessmentReport", "  labels: {trivy-operator.resource.kind: Node, trivy-operator.resource.name: n1, trivy-operator.resource.namespace: \"\"}\n", model.KindByName("Node").Ref("", "n1")},
		"long name":      {"ClusterInfraAssessmentReport", "  labels: {trivy-operator.resource.kind: Node, trivy-operator.resource.name-hash: 5f}\n  annotations: {trivy-operator.resource.name: n1}\n", model.KindByName("Node").Ref("", "n1")},
		"by the owner":   {"ClusterInfraAssessmentReport", "  ownerReferences: [{apiVersion: v1, kind: Node, name: n1, uid: u, controller: true}]\n", model.KindByName("Node").Ref("", "n1")},
		"control plane":  {"InfraAssessmentReport", "  namespace: kube-system\n  labels: {trivy-operator.resource.kind: Pod, trivy-operator.resource.name: kube-apiserver-n1}\n", model.KindByName("Pod").Ref("kube-system", "kube-apiserver-n1")},
		"of nobody":      {"InfraAssessmentReport", "  namespace: kube-system\n", model.Ref{}},
		"unknown things": {"InfraAssessmentReport", "  namespace: kube-system\n  labels: {trivy-operator.resource.kind: Nonsense, trivy-operator.resource.name: x}\n", model.Ref{}},
	} {
		a := assessment(t, fmt.Sprintf(assessmentHead, c.kind)+c.head+checks)
		if a.Of() != c.want || !reflect.DeepEqual(a.Failed, failed) || a.Scanned != nov(1) {
			t.Errorf("%s: %v %v at %d", name, a.Of(), a.Failed, a.Scanned)
		}
	}
	later := assessment(t, fmt.Sprintf(assessmentHead, "ClusterInfraAssessmentReport")+strings.Replace(checks, "report:", "report:\n  updateTimestamp: \"2026-11-05T00:00:00Z\"", 1))
	if later.Scanned != nov(5) {
		t.Errorf("scanned at %d", later.Scanned)
	}
	for _, body := range []string{"", "report: []\n", "report: {checks: {}}\n", "report: {checks: [[], 7, {checkID: []}, {checkID: x, severity: [], success: yes please}]}\n"} {
		a := assessment(t, fmt.Sprintf(assessmentHead, "InfraAssessmentReport")+body)
		if len(a.Failed) > 1 {
			t.Errorf("%s: %v", body, a.Failed)
		}
	}
}

// TestAssessmentsDiffer holds that checks are compared, not counted.
func TestAssessmentsDiffer(t *testing.T) {
	a := assessment(t, fmt.Sprintf(assessmentHead, "ClusterInfraAssessmentReport")+checks)
	b := assessment(t, fmt.Sprintf(assessmentHead, "ClusterInfraAssessmentReport")+strings.ReplaceAll(checks, "KCV0079", "KCV0080"))
	if a.Same(b) || !a.Same(a) {
		t.Error("another check is no change")
	}
}

// TestBoundedAssessment holds that a report without end is cut.
func TestBoundedAssessment(t *testing.T) {
	var b strings.Builder
	b.WriteString("report: {checks: [")
	for i := range maxChecks + 50 {
		fmt.Fprintf(&b, "{checkID: K%05d, title: %q},", i, strings.Repeat("x", 2*maxText))
	}
	a := assessment(t, fmt.Sprintf(assessmentHead, "ClusterInfraAssessmentReport")+b.String()+"]}\n")
	if len(a.Failed) != maxChecks || len(a.Failed[0].Title) != maxText {
		t.Errorf("%d checks, %d bytes", len(a.Failed), len(a.Failed[0].Title))
	}
}
