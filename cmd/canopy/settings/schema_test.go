package settings_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"

	"canopy/cmd/canopy/settings"
)

// fits tells whether a file is right to a schema, and if not what is wrong.
func fits(t *testing.T, schema *gojsonschema.Schema, file string) (string, bool) {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(file))
	if err != nil {
		return err.Error(), false
	}
	result, err := schema.Validate(gojsonschema.NewBytesLoader(data))
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range result.Errors() {
		told = append(told, e.String())
	}
	return strings.Join(told, "; "), result.Valid()
}

func compile(t *testing.T, text []byte) *gojsonschema.Schema {
	t.Helper()
	schema, err := gojsonschema.NewSchema(gojsonschema.NewBytesLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestSchema holds that parser and schema are of one mind, where a schema can be: the parser has no problem with a file
// if and only if it fits.
func TestSchema(t *testing.T) {
	schema, loose := compile(t, known().Schema()), compile(t, settings.Schema())
	files := []string{
		string(settings.Defaults()), uncommented(string(settings.Defaults())), "", "keys:\n", "contexts: {prod: }\n", "refresh: 1.5s\n",
		"keys: {filter: [ctrl+alt+x, f63, \"?\", 7, ä], sort: \"\", quit: []}\n", "columns: {findings: []}\n", "log: {file: \"\"}\n",
	}
	for _, file := range files {
		good(t, file)
		for name, s := range map[string]*gojsonschema.Schema{"known": schema, "general": loose} {
			if told, ok := fits(t, s, file); !ok {
				t.Errorf("%s: %s\n%s", name, told, file)
			}
		}
	}
	failed := 0
	for name, c := range wrong() {
		if strings.HasPrefix(name, "+") {
			continue
		}
		// The test's own way from YAML to JSON takes yes for true, as YAML 1.1 does, and drops tags.
		if name == "mouse" || name == "tag" {
			continue
		}
		if _, ok := fits(t, schema, c[0]); ok {
			t.Errorf("%s: fits the schema:\n%s", name, c[0])
		}
		failed++
	}
	if failed < 25 {
		t.Errorf("%d wrong files", failed)
	}
}

// TestSchemaIsClosed holds that no map of settings takes other names.
func TestSchemaIsClosed(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(known().Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	closed := 0
	var look func(at string, v any)
	look = func(at string, v any) {
		m, ok := v.(map[string]any)
		if !ok {
			return
		}
		if _, ok := m["properties"]; ok {
			closed++
			if m["additionalProperties"] != false {
				t.Errorf("%s takes any name", at)
			}
		}
		for name, sub := range m {
			look(at+"/"+name, sub)
		}
	}
	look("", doc)
	if closed != 8 {
		t.Errorf("%d maps", closed)
	}
}

// TestMarkdown holds that the page names every setting that the schema names.
func TestMarkdown(t *testing.T) {
	page := string(settings.Markdown())
	for _, name := range []string{
		"theme", "background", "keys", "columns", "start", "namespaces", "refresh", "mouse", "ascii", "glow", "log.file", "log.level", "contexts",
	} {
		if strings.Count(page, "\n| `"+name+"` | ") != 1 {
			t.Errorf("no row of %s", name)
		}
	}
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "|") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 6 {
			t.Errorf("a row of other columns: %s", line)
		}
	}
	if !strings.Contains(page, string(settings.Defaults())) {
		t.Error("no file to begin with")
	}
}
