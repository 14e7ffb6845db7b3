package mask_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"canopy/model"
	"canopy/model/mask"
)

// TestHeld finds the mask wherever it stands, and nothing that is like it.
func TestHeld(t *testing.T) {
	text := `
metadata: {name: masked, annotations: {a.b/c: "x <masked> y", nested: "{\"a\":\"\\u003cmasked\\u003e\"}", fine: "masked <mask>"}}
data: {plain: <masked>, packed: ` + base64.StdEncoding.EncodeToString([]byte(mask.Text)) + `, long: ` + base64.StdEncoding.EncodeToString([]byte("user:<masked>@host")) + `,
  url: ` + base64.RawURLEncoding.EncodeToString([]byte("???>>>~~~<masked>")) + `, other: ` + base64.StdEncoding.EncodeToString([]byte("masked")) + `, "<masked>": x}
spec: {list: [a, {env: [{name: A, value: b}, {name: B, value: <masked>}]}, 5, null, true]}
`
	var tree any
	if err := yaml.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	want := []string{"data.<masked>", "data.long", "data.packed", "data.plain", "data.url", "metadata.annotations[a.b/c]", "metadata.annotations.nested", "spec.list[1].env[1].value"}
	if got := mask.Held(tree); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestGate: no step that would write a mask passes, and one that only looks for it does.
func TestGate(t *testing.T) {
	config := model.KindByName("ConfigMap").Ref("n", "c")
	patch := func(kind types.PatchType, body string) model.Step {
		return model.Step{Verb: model.Patch, Ref: config, PatchType: kind, Body: []byte(body)}
	}
	packed, _ := json.Marshal(map[string]any{"data": map[string]any{"k": []byte(mask.Text)}})
	for _, tt := range []struct {
		step model.Step
		held bool
	}{
		{patch(types.MergePatchType, `{"data":{"a":"b"}}`), false},
		{patch(types.MergePatchType, `{"data":{"a":"\u003cmasked\u003e"}}`), true},
		{patch(types.StrategicMergePatchType, string(packed)), true},
		{patch(types.JSONPatchType, `[{"op":"test","path":"/data/a","value":"<masked>"},{"op":"remove","path":"/data/a"}]`), false},
		{patch(types.JSONPatchType, `[{"op":"add","path":"/data","value":{"a":"<masked>"}}]`), true},
		{patch(types.MergePatchType, `{"data":"<masked>`), true},
		{model.Step{Verb: model.Create, Ref: config, Body: []byte(`{"data":{"a":"<masked>"}}`)}, true},
		{model.Step{Verb: model.Create, Ref: config, Body: []byte(`{"op":"test","data":{"a":"<masked>"}}`)}, true},
		{model.Step{Verb: model.Delete, Ref: config}, false},
	} {
		err := mask.Gate(model.Plan{Steps: []model.Step{{Verb: model.Delete, Ref: config}, tt.step}})
		if (err != nil) != tt.held {
			t.Errorf("%s: %v", tt.step.Body, err)
		}
		var failed *model.StepError
		if err != nil && (!errors.As(err, &failed) || failed.Step != 1 || failed.Cause != model.CauseInvalid || !errors.Is(err, mask.ErrHeld)) {
			t.Errorf("%s: %v", tt.step.Body, err)
		}
	}
}
