package manifest

import (
	"encoding/json"
	"reflect"
	"testing"

	"sigs.k8s.io/yaml"
)

// awkward holds texts that YAML or a terminal would take for something else.
func awkward() []string {
	return []string{
		"", "n", "y", "on", "null", "~", "1e3", "0x1f", "12:30:00", "1_000", ".5", "2026-11-23", "- a", "a: b", "# c", "a\nb", "a\n", " a ", "\ttab",
		"\x00", "\x1b[31m", "\x7f", "\u0085", "\u009b31m", "\u202eevil", "\u2066x\u2069", "\u200b", "\ufeff", "\u2028", "\U000e0041", "\u00e9", "日本", "🙂", "\"'\\", "%", "@", "`", "*a", "&a", "!a", "|", ">",
	}
}

func TestFromJSONReadsBackAndIsSafe(t *testing.T) {
	for _, s := range awkward() {
		want := map[string]any{"k": s, s + "x": []any{s, map[string]any{s + "y": s}}, "n": float64(1), "b": true, "z": nil, "e": map[string]any{}, "l": []any{}}
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		text, err := FromJSON(data)
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		for _, r := range string(text) {
			if !Safe(r) {
				t.Errorf("%q: %q is not safe to look at", s, text)
				break
			}
		}
		var got map[string]any
		if err := yaml.Unmarshal(text, &got); err != nil {
			t.Errorf("%q: %v\n%s", s, err, text)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: read back as %v\n%s", s, got, text)
		}
	}
}

func TestFromJSONKeepsOrder(t *testing.T) {
	text, err := FromJSON([]byte(`{"z":1,"a":[{"y":1e3,"b":null}],"m":{}}`))
	if want := "z: 1\na:\n- \"y\": 1e3\n  b: null\nm: {}\n"; err != nil || string(text) != want {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
	if _, err := FromJSON([]byte(`{"a":`)); err == nil {
		t.Error("half a document is no error")
	}
}
