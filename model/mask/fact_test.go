package mask

import (
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// factsOf masks a ConfigMap of kube-system with one value, and gives that value.
func factsOf(name, text string) string {
	u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"namespace": "kube-system", "name": name}, "data": map[string]any{"f": text}}}
	Object(u, nil)
	Object(u, nil)
	return fmt.Sprint(u.Object["data"].(map[string]any)["f"])
}

// TestFacts: what is a fact stays to the letter, and a credential beside it goes.
func TestFacts(t *testing.T) {
	for _, keep := range []string{
		"", "true", "10.0.0.0/8", "%x", "* * *", "https://api.example:6443", "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration # as kubeadm\nreadOnlyPort: 0\nstaticPodURLHeader: {}\n",
		"- rolearn: arn:aws:iam::1:role/x\n  username: system:node:{{EC2PrivateDNSName}}\n  groups: [system:nodes]\n", "users:\n- name: default\n  user:\n    tokenFile: /var/run/token\n",
		`{"plugins": [{"type": "calico", "mtu": __CNI_MTU__}]}`,
	} {
		if got := factsOf("kubelet-config", keep); got != keep {
			t.Errorf("%q became %q", keep, got)
		}
	}
	for _, c := range []struct{ text, keeps string }{
		{"kind: KubeletConfiguration\nreadOnlyPort: 10255\nstaticPodURLHeader:\n  Authorization: [\"Bearer CANARY-7f3a\"]\n", `"readOnlyPort": 10255`},
		{`{"kind":"KubeletConfiguration","staticPodURLHeader":{"X":["CANARY-7f3a"]},"maxPods":9007199254740993}`, "9007199254740993"},
		{"kind: KubeletConfiguration\nbootstrapToken: CANARY-7f3a\nmaxPods: 110\n", "110"},
		{"staticPodURL: https://u:CANARY-7f3a@boot.example/pods\nmaxPods: 110\n", "110"},
		{"kind: ClusterConfiguration\n---\nkind: InitConfiguration\nbootstrapTokens:\n- token: CANARY-7f3a\n", "ClusterConfiguration"},
		{"a: b\nc: [CANARY-7f3a\n", ""},
		{"-----BEGIN PRIVATE KEY-----\nCANARY-7f3a\n-----END PRIVATE KEY-----", ""},
	} {
		got := factsOf("kubelet-config", c.text)
		if strings.Contains(got, "CANARY") || !strings.Contains(got, Text) || !strings.Contains(got, c.keeps) {
			t.Errorf("%q became %q", c.text, got)
		}
	}
	if got := factsOf("other", "kind: x\n"); got != Text {
		t.Errorf("another ConfigMap keeps %q", got)
	}
}

// TestRequest: what a signing request asks for goes, and what was signed stays. An object without it can still be read as what it is.
func TestRequest(t *testing.T) {
	u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": map[string]any{"name": "x"},
		"spec": map[string]any{"request": "Q0FOQVJZ", "signerName": "keep/x"}, "status": map[string]any{"certificate": "a2VlcA=="}}}
	Object(u, nil)
	if text := fmt.Sprint(u.Object); strings.Contains(text, "Q0FOQVJZ") || strings.Contains(text, Text) || !strings.Contains(text, "keep/x") || !strings.Contains(text, "a2VlcA==") {
		t.Error(text)
	}
}

// TestAssessment: of a report on a machine stays what the checks say of themselves.
func TestAssessment(t *testing.T) {
	u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "aquasecurity.github.io/v1alpha1", "kind": "ClusterInfraAssessmentReport", "metadata": map[string]any{"name": "x"},
		"report": map[string]any{"scanner": map[string]any{"name": "keep-1"}, "checks": []any{map[string]any{"checkID": "keep-2", "title": "keep-3", "severity": "keep-4", "success": false, "description": "keep-5",
			"messages": []any{"CANARY"}, "evidence": map[string]any{"value": "CANARY"}}}}}}
	Object(u, nil)
	if text := fmt.Sprint(u.Object); strings.Contains(text, "CANARY") || strings.Count(text, "keep-") != 5 || !strings.Contains(text, "success:false") {
		t.Error(text)
	}
}
