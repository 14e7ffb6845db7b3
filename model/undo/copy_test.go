package undo

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// TestCopyOfSecretIsNotKept holds that what takes a change of a Secret back holds no value, though its own annotation does.
func TestCopyOfSecretIsNotKept(t *testing.T) {
	secret := func(annotations map[string]any) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Secret",
			"metadata": map[string]any{"namespace": "a", "name": "s", "annotations": annotations}}}
	}
	before := secret(map[string]any{"kubectl.kubernetes.io/last-applied-configuration": `{"data":{"p":"Y2FuYXJ5"}}`, "note": "x"})
	step, err := Invert(before, secret(map[string]any{"note": "y"}))
	if err != nil {
		t.Fatal(err)
	}
	if body := string(step.Body); strings.Contains(body, "Y2FuYXJ5") || !strings.Contains(body, `"/metadata/annotations/note"`) {
		t.Errorf("%s", body)
	}
	alone := secret(map[string]any{"kubectl.kubernetes.io/last-applied-configuration": "{}"})
	for _, c := range [][2]*unstructured.Unstructured{{before, secret(map[string]any{"note": "x"})}, {alone, secret(map[string]any{})}, {alone, secret(nil)}} {
		if step, err = Invert(c[0], c[1]); err != nil || !Idle(step) {
			t.Errorf("%s, %v", step.Body, err)
		}
	}
}
