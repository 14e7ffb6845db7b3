package remedy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/manifest"
	"canopy/model"
)

// created makes the document of an object to create.
func created(ref model.Ref, body []byte) (Document, error) {
	text, err := manifest.FromJSON(sorted(body))
	if err != nil {
		return Document{}, err
	}
	return Document{Step: model.Step{Verb: model.Create, Ref: ref, Body: body}, YAML: text}, nil
}

// patchDocument makes the document of a patch.
func patchDocument(ref model.Ref, kind types.PatchType, body []byte) (Document, error) {
	text, err := manifest.FromJSON(sorted(body))
	if err != nil {
		return Document{}, err
	}
	return Document{Step: model.Step{Verb: model.Patch, Ref: ref, PatchType: kind, Body: body}, YAML: text}, nil
}

// sorted gives a document with the fields of every object in alphabetical order, in which manifests are mostly written.
func sorted(body []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var document any
	if err := d.Decode(&document); err != nil {
		return body
	}
	text, err := json.Marshal(document)
	if err != nil {
		return body
	}
	return text
}

// name gives the document a file name, and the command that takes that file.
func (d *Document) name(number int) {
	ref := d.Step.Ref
	parts := []string{fmt.Sprintf("%02d", number), strings.ToLower(ref.Kind)}
	if ref.Namespace != "" {
		parts = append(parts, ref.Namespace)
	}
	d.File = strings.Map(fileRune, strings.Join(append(parts, ref.Name), "-")) + ".yaml"
	if d.Step.Verb == model.Create {
		d.Command = "kubectl create -f " + d.File
		return
	}
	if d.Step.Verb == model.Delete {
		d.Command = "kubectl delete " + target(ref)
		return
	}
	words := []string{"kubectl patch", target(ref)}
	switch d.Step.PatchType {
	case types.JSONPatchType:
		words = append(words, "--type json")
	case types.MergePatchType:
		words = append(words, "--type merge")
	}
	d.Command = strings.Join(append(words, "--patch-file", d.File), " ")
}

func fileRune(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
		return r
	}
	return '_'
}

// target names an object as kubectl takes it: resource, group where it has one, name and namespace.
func target(ref model.Ref) string {
	resource := strings.ToLower(ref.Kind)
	if ref.Group != "" {
		resource += "." + ref.Version + "." + ref.Group
	}
	s := quote(resource) + " " + quote(ref.Name)
	if ref.Namespace != "" {
		s += " --namespace " + quote(ref.Namespace)
	}
	return s
}

// quote makes a word safe for a shell. Names in a capture may be anything.
func quote(s string) string {
	plain := s != "" && strings.IndexFunc(s, func(r rune) bool { return fileRune(r) == '_' && r != '_' && r != '/' && r != ':' }) < 0
	if plain && s[0] != '-' {
		return s
	}
	return "'" + strings.ReplaceAll(clean(s), "'", `'\''`) + "'"
}
