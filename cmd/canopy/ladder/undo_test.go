package ladder

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

func sampleUndo() Undo {
	return Undo{
		Context: "prod\u202e", Time: time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC),
		Plan: model.Plan{Title: "Undo: Fix", Steps: []model.Step{
			{Verb: model.Delete, Ref: model.KindByName("NetworkPolicy").Ref("shop", "deny"), UID: "1-2-3", IfDone: true},
			{
				Verb: model.Patch, Ref: model.KindByName("Deployment").Ref("shop", "web"), PatchType: types.JSONPatchType,
				Body: []byte(`[{"op":"test","path":"/spec/replicas","value":1.0},{"op":"replace","path":"/spec/replicas","value":12345678901234567890},{"op":"add","path":"/metadata/annotations/a","value":"1e3\n: \u001b[2J` + "\u202e" + `<&>"}]`),
			},
			{
				Verb: model.Create, Ref: model.KindByName("ClusterRoleBinding").Ref("", "system:odd:name"),
				Body: []byte(`{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"system:odd:name"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"n"}}`),
			},
		}},
	}
}

// TestUndoFile: what is written reads back as the very same plan, and a terminal may show it.
func TestUndoFile(t *testing.T) {
	var b strings.Builder
	want := sampleUndo()
	if err := WriteUndo(&b, want); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.String() {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("%U in the file:\n%s", r, b.String())
		}
	}
	got, err := ReadUndo([]byte(b.String()))
	if err != nil {
		t.Fatalf("%v:\n%s", err, b.String())
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v\n%s", got, want, b.String())
	}
}

// TestForeignUndo: what Canopy would not have written is refused, and said why.
func TestForeignUndo(t *testing.T) {
	var b strings.Builder
	if err := WriteUndo(&b, sampleUndo()); err != nil {
		t.Fatal(err)
	}
	whole := b.String()
	head := "canopyUndo: 1\ntitle: t\ncontext: c\ntime: \"2026-11-23T14:00:00Z\"\nsteps:\n"
	object := "  object: {apiVersion: v1, kind: ConfigMap, namespace: shop, name: x}\n"
	for text, want := range map[string]string{
		"":                          "no file that canopy wrote",
		"a: b\n":                    "no file that canopy wrote",
		"apiVersion: v1\nkind: Pod": "no file that canopy wrote",
		"[canopyUndo]":              "no file that canopy wrote",
		whole + "---\n" + whole:     "more than one document",
		strings.Replace(whole, "canopyUndo: 1", "canopyUndo: 2", 1): "version 2",
		strings.Replace(whole, "title:", "titel:", 1):               "titel",
		strings.Replace(whole, "context:", "title:", 1):             "already defined",
		"x: &a 1\n" + whole:               "anchors",
		head:                              "no steps",
		head + "- verb: patch\n" + object: "body: it is missing",
		head + "- verb: exec\n" + object:  "verb: want",
		head + "- verb: delete\n  body: \"{}\"\n" + object:                                                                                                                    "a delete has none",
		head + "- verb: delete\n  patchType: application/json-patch+json\n" + object:                                                                                          "patchType",
		head + "- verb: patch\n  patchType: text/plain\n  body: \"{}\"\n" + object:                                                                                            "patchType",
		head + "- verb: patch\n  patchType: application/json-patch+json\n  body: \"{}\"\n" + object:                                                                           "body",
		head + "- verb: patch\n  patchType: application/json-patch+json\n  body: \"[{\\\"op\\\":\\\"eval\\\",\\\"path\\\":\\\"/a\\\"}]\"\n" + object:                          "is none",
		head + "- verb: patch\n  patchType: application/json-patch+json\n  body: \"[{\\\"op\\\":\\\"add\\\",\\\"path\\\":\\\"a\\\"}]\"\n" + object:                            "does not begin with /",
		head + "- verb: patch\n  patchType: application/merge-patch+json\n  body: \"[]\"\n" + object:                                                                          "want an object",
		head + "- verb: patch\n  uid: \"1\"\n  patchType: application/merge-patch+json\n  body: \"{}\"\n" + object:                                                            "only a delete",
		head + "- verb: create\n  body: \"{nonsense\"\n" + object:                                                                                                             "body",
		head + "- verb: create\n  body: '{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"Kind\":\"Secret\",\"metadata\":{\"name\":\"y\",\"namespace\":\"shop\"}}'\n" + object: "another object",
		head + "- verb: delete\n  object: {apiVersion: v1, kind: ConfigMap, namespace: shop, name: ../../secrets/x}\n":                                                        "no API server",
		head + "- verb: delete\n  object: {apiVersion: v1, kind: ConfigMap, namespace: \"shop/..\", name: x}\n":                                                               "no API server",
		head + "- verb: delete\n  object: {apiVersion: v1/../x, kind: ConfigMap, namespace: shop, name: x}\n":                                                                 "object",
		head + "- verb: delete\n  object: {apiVersion: v1, kind: \"\", namespace: shop, name: x}\n":                                                                           "no API server",
		head + "- verb: delete\n  object: {apiVersion: v1, kind: ConfigMap, namespace: shop, name: \"\"}\n":                                                                   "no API server",
		head + "- verb: delete\n  object: {apiVersion: v1, kind: ConfigMap, namespace: shop, name: \"a\\u202eb\"}\n":                                                          "no API server",
		"canopyUndo: 1\ntitle: t\ncontext: c\ntime: now\nsteps: []\n":                                                                                                         "time",
	} {
		if _, err := ReadUndo([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n%v, want %q", text, err, want)
		}
	}
	if _, err := ReadUndo(make([]byte, MaxUndo+1)); err == nil {
		t.Error("a file without end is read")
	}
}

func TestFields(t *testing.T) {
	steps := sampleUndo().Plan.Steps
	if got := strings.Join(Fields(steps[1]), " "); got != "/spec/replicas /metadata/annotations/a" {
		t.Error(got)
	}
	if Fields(steps[0]) != nil || Fields(steps[2]) != nil {
		t.Error("what is no patch has fields")
	}
}

func FuzzReadUndo(f *testing.F) {
	var b strings.Builder
	if err := WriteUndo(&b, sampleUndo()); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(b.String()))
	f.Add([]byte("canopyUndo: 1\nsteps: [{verb: delete}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		u, err := ReadUndo(data)
		if err != nil {
			return
		}
		var b strings.Builder
		if err := WriteUndo(&b, u); err != nil {
			t.Fatal(err)
		}
		again, err := ReadUndo([]byte(b.String()))
		if err != nil || len(again.Plan.Steps) != len(u.Plan.Steps) {
			t.Fatalf("%v: %q", err, b.String())
		}
	})
}
