package demo

import (
	"encoding/json"
	"testing"
)

// TestFieldSetIsThatOfTheJSON compares the names with those of the object as JSON, for every object of the cluster.
func TestFieldSetIsThatOfTheJSON(t *testing.T) {
	fields := []string{"spec", "data", "stringData", "rules", "subjects", "roleRef", "report", "status", "metadata"}
	for _, o := range grown(t).objects {
		data, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var whole map[string]any
		if err := json.Unmarshal(data, &whole); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{}
		for _, name := range fields {
			if v, ok := whole[name]; ok {
				want["f:"+name] = names(v, fieldDepth)
			}
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(fieldSet(o, fields)); got != string(text) {
			t.Errorf("%T %s/%s:\ngot  %s\nwant %s", o, o.GetNamespace(), o.GetName(), got, text)
		}
	}
}

func names(v any, depth int) map[string]any {
	set := map[string]any{}
	if m, ok := v.(map[string]any); ok && depth > 0 {
		for k, v := range m {
			set["f:"+k] = names(v, depth-1)
		}
	}
	return set
}
