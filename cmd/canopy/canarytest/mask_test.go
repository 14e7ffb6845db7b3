package canarytest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/analysis/secret/detect"
	"canopy/model/mask"
)

// forms are in what a credential may stand; the value is planted behind each, and behind some of them something follows.
func forms() map[string][2]string {
	return map[string][2]string{
		"an address":        {"https://robot:", "@git.example/team/app.git"},
		"a token in a page": {"https://git.example/hook?access_token=", "&x=1"},
		"a command line":    {"kubectl set env deploy/web DB_PASSWORD=", ""},
		"a setting":         {"password=", ""},
		"a key of a vendor": {"ghp_", "Abcd"},
	}
}

// masked masks an object as every view, difference and capture does, and gives it as a text.
func masked(t *testing.T, o Object) string {
	t.Helper()
	u := &unstructured.Unstructured{Object: o}
	mask.Object(u, detect.Default())
	data, err := json.Marshal(u.Object)
	if err != nil {
		t.Fatal(err)
	}
	mask.Object(u, detect.Default())
	if again, err := json.Marshal(u.Object); err != nil || string(again) != string(data) {
		t.Errorf("masking twice changes more: %v\n%s\n%s", err, data, again)
	}
	return string(data)
}

// TestEveryField plants a credential in every field of objects that can hold a text: whatever is flagged stands in nothing that is shown.
func TestEveryField(t *testing.T) {
	for form, around := range forms() {
		values := NewValues(t)
		for kind, empty := range Kinds() {
			o := Filled(t, kind[0], kind[1], empty, func(key string) string {
				return values.Of("field "+key+" of "+kind[1], around[0]) + around[1]
			})
			values.Absent("with "+form+" the masked "+kind[1], masked(t, o))
		}
		if values.Count() < 500 {
			t.Errorf("only %d values were planted", values.Count())
		}
	}
}

// TestEveryAnnotation plants a credential in an annotation of every domain that the mask or the records know by name, since there the value
// stays as a rule.
func TestEveryAnnotation(t *testing.T) {
	name := regexp.MustCompile(`"([a-z0-9.-]+\.[a-z]+[a-z0-9./-]*)"`)
	known := map[string]bool{}
	for _, file := range []string{"../../../model/mask/annotation.go", "../../../model/record/annotation.go"} {
		data, err := os.ReadFile(filepath.FromSlash(file))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range name.FindAllStringSubmatch(string(data), -1) {
			key := strings.TrimSuffix(m[1], "/")
			known[key] = true
			if !strings.Contains(key, "/") {
				for _, below := range []string{"planted", "class", "status", "name", "image-id"} {
					known[key+"/"+below] = true
				}
			}
		}
	}
	if len(known) < 100 {
		t.Errorf("only %d annotations are known: the test looks at nothing", len(known))
	}
	for form, around := range forms() {
		for _, kind := range []string{"Pod", "Ingress", "Service", "Namespace", "Node", "Secret", "Shop"} {
			values, annotations := NewValues(t), Object{}
			for key := range known {
				annotations[key] = values.Of("annotation "+key, around[0]) + around[1]
			}
			apiVersion := map[string]string{"Ingress": "networking.k8s.io/v1", "Shop": CustomGroup + "/v1"}[kind]
			if apiVersion == "" {
				apiVersion = "v1"
			}
			values.Absent("with "+form+" the masked "+kind, masked(t, Object{"apiVersion": apiVersion, "kind": kind, "metadata": Object{"name": "planted", "annotations": annotations}}))
		}
	}
}

// TestDefinition plants credentials in the fields of a definition, whose type is not linked, and holds that the names of its fields stay.
func TestDefinition(t *testing.T) {
	values := NewValues(t)
	address := func(place string) string {
		return "https://robot:" + values.Of(place, "") + "@hook.example/convert?token=" + values.Of(place, "")
	}
	text := masked(t, Object{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": Object{"name": "shops." + CustomGroup, "annotations": Object{"controller-gen.kubebuilder.io/version": "password=" + values.Of("an annotation", "")}},
		"spec": Object{"conversion": Object{"webhook": Object{"clientConfig": Object{"url": address("the address of a webhook")}}},
			"versions": []any{Object{"name": "v1", "deprecationWarning": address("a warning"), "schema": Object{"openAPIV3Schema": Object{"properties": Object{
				"adminPassword":           Object{"type": "string", "default": values.Of("a default", ""), "description": "as in " + address("a description"), "example": "ghp_" + values.Of("an example", "") + "Abcd"},
				"etcdV3CompactionPeriod7": Object{"type": "string", "enum": []any{"password=" + values.Of("an enumeration", "")}}}}}}}},
		"status": Object{"conditions": []any{Object{"type": "Established", "message": address("a condition")}}}})
	values.Absent("the masked definition", text)
	for _, kept := range []string{"adminPassword", "etcdV3CompactionPeriod7", "hook.example", "Established"} {
		if !strings.Contains(text, kept) {
			t.Errorf("%s is gone: %s", kept, text)
		}
	}
}
