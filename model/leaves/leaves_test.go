package leaves

import (
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"canopy/model"
	"canopy/model/record"
)

// all takes every text for a credential.
type all struct{}

func (all) Inspect(path, name, value string) []model.Exposure {
	return []model.Exposure{{Path: path, Name: name, Length: len(value)}}
}

// Key hides those with a credential in them.
func (all) Key(path, key string) (string, []model.Exposure) {
	if !strings.Contains(key, "canary") {
		return key, nil
	}
	return record.Hidden, []model.Exposure{{Path: record.FieldPath(path, record.Hidden), Length: len(key)}}
}

// plain knows nothing of keys.
type plain struct{}

func (plain) Inspect(path, name, value string) []model.Exposure {
	if !strings.Contains(value, "canary") {
		return nil
	}
	return []model.Exposure{{Path: path}}
}

// TestKeys holds that a credential in the place of a key stands in no path, and is found.
func TestKeys(t *testing.T) {
	object := map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{"canary-1": "x"}},
		"spec":     map[string]any{"users": map[string]any{"canary-2": map[string]any{"password": "canary-3"}}},
		"canary-4": "x",
	}
	for _, c := range []struct {
		inspector model.Inspector
		want      []string
	}{
		{all{}, []string{"[…]", "[…]", "metadata.annotations[…]", "metadata.annotations[…]", "spec.users[…]", "spec.users[…].password"}},
		{plain{}, []string{"[…]", "metadata.annotations[…]", "spec.users[…]", "spec.users[…].password"}},
	} {
		var got []string
		for _, e := range Inspect(c.inspector, object) {
			got = append(got, e.Path)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%T: %q, want %q", c.inspector, got, c.want)
		}
	}
}

func TestInspect(t *testing.T) {
	var object map[string]any
	if err := yaml.Unmarshal([]byte(`
apiVersion: example.com/v1
kind: App
metadata: {name: a, labels: {l: "1"}, annotations: {a.b/c: text}}
spec:
  env: [{name: TOKEN, value: abc}, {key: k, value: de}, {value: f}]
  "odd.key": [[x]]
  number: 7
status: {message: m}
`), &object); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range Inspect(all{}, object) {
		got = append(got, e.Path+" "+e.Name)
	}
	want := []string{"metadata.annotations[a.b/c] a.b/c", "spec.env[0].name name", "spec.env[0].value TOKEN", "spec.env[1].key key", "spec.env[1].value k",
		"spec.env[2].value value", "spec[odd.key][0][0] odd.key", "status.message message"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if list := Inspect(all{}, map[string]any{"metadata": 1, "spec": nil}); list != nil {
		t.Errorf("%v", list)
	}
}

func TestSwept(t *testing.T) {
	for kind, want := range map[model.Kind]bool{
		{Group: "argoproj.io", Kind: "Application"}:                       true,
		{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute"}:           true,
		{Group: "secrets-store.csi.x-k8s.io", Kind: "Anything"}:           true,
		{Group: "apps", Kind: "ControllerRevision"}:                       true,
		{Kind: "PodTemplate"}:                                             true,
		{Group: "external-secrets.io", Kind: "ExternalSecret"}:            true,
		{Group: "bitnami.com", Kind: "SealedSecret"}:                      true,
		{Kind: "PersistentVolume"}:                                        true,
		{Group: "storage.k8s.io", Kind: "StorageClass"}:                   true,
		{Group: "storage.k8s.io", Kind: "CSIDriver"}:                      false,
		{Group: "isindir.github.com", Kind: "SopsSecret"}:                 false,
		{Group: "aquasecurity.github.io", Kind: "VulnerabilityReport"}:    false,
		{Group: "apps", Kind: "Deployment"}:                               false,
		{Kind: "Secret"}:                                                  false,
		{Group: "coordination.k8s.io", Kind: "Lease"}:                     false,
		{Group: "metrics.k8s.io", Kind: "PodMetrics"}:                     false,
		{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}: false,
	} {
		if got := Swept(&kind); got != want {
			t.Errorf("%s.%s: %v", kind.Kind, kind.Group, got)
		}
	}
}
