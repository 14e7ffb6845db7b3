package undo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// Fingerprint tells whether two states of an object are the same but for what the server and controllers write by
// themselves: status, versions, and the notes of controllers. Another object of the same name has another one. It is ""
// for nil. Values of the object can be guessed from it: it is nothing to show.
func Fingerprint(u *unstructured.Unstructured) string {
	if u == nil {
		return ""
	}
	return printOf(u, essence(u))
}

// FingerprintFor is a Fingerprint that looks away from the number of replicas, which autoscalers write, unless the step that is to
// change the object names it.
func FingerprintFor(step model.Step, u *unstructured.Unstructured) string {
	if u == nil {
		return ""
	}
	o := essence(u)
	if !namesReplicas(step) {
		unstructured.RemoveNestedField(o, "spec", "replicas")
	}
	return printOf(u, o)
}

// namesReplicas tells that a patch has a say in the number of replicas.
func namesReplicas(step model.Step) bool {
	if step.Verb != model.Patch {
		return false
	}
	if step.PatchType == types.JSONPatchType {
		var list []struct{ Path, From string }
		if json.Unmarshal(step.Body, &list) != nil {
			return true
		}
		for _, o := range list {
			for _, path := range []string{o.Path, o.From} {
				if path == "/spec" || strings.HasPrefix(path, "/spec/replicas") {
					return true
				}
			}
		}
		return false
	}
	var body map[string]any
	if json.Unmarshal(step.Body, &body) != nil {
		return true
	}
	spec, named := body["spec"]
	m, ok := spec.(map[string]any)
	_, replicas := m["replicas"]
	_, directed := m["$patch"]
	return named && !ok || replicas || directed
}

func printOf(u *unstructured.Unstructured, o map[string]any) string {
	if uid := u.GetUID(); uid != "" {
		_ = unstructured.SetNestedField(o, string(uid), "metadata", "uid")
	}
	// An object that came as JSON can be written as JSON.
	data, err := json.Marshal(o)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// essence is a copy of an object, less what the server and controllers write by themselves.
func essence(u *unstructured.Unstructured) map[string]any {
	o := u.DeepCopy().Object
	settle(o)
	for _, f := range own() {
		unstructured.RemoveNestedField(o, "metadata", f)
	}
	drop(o, "annotations", recorded()...)
	return o
}
