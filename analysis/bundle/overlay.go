package bundle

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"canopy/analysis/manifest"
	"canopy/analysis/remedy"
	"canopy/model"
)

// patchEntry is one of the patches of a kustomization.
type patchEntry struct {
	Path   string    `json:"path,omitempty"`
	Patch  string    `json:"patch,omitempty"`
	Target selection `json:"target"`
}

// selection says which objects of the base a patch is for. Namespace and name are regular expressions, which kustomize takes to
// mean the whole.
type selection struct {
	Group     string `json:"group,omitempty"`
	Version   string `json:"version"`
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
}

// overlayHead stands above the kustomization.
var overlayHead = [...]string{
	"The fix as an overlay over your own manifests. What the patches change must come from there: take the number sign off the line",
	"\"../base\", and let it name the folder of your kustomization. The objects need their namespace in it. A patch whose object is",
	"not in the base changes nothing, and kustomize says nothing of it.",
	"look:  kubectl kustomize .",
	"use:   kubectl apply -k .",
	"What the overlay leaves out stays in the cluster: delete it as README.md says.",
}

// kustomization makes the overlay: resources for what is created, patches for the rest.
func (b *builder) kustomization() ([]byte, error) {
	var out bytes.Buffer
	for _, l := range overlayHead {
		comment(&out, l)
	}
	out.WriteString("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n# - ../base\n")
	var patches []patchEntry
	again := b.again()
	created := 0
	for i := range b.fix.Documents {
		d := &b.fix.Documents[i]
		target := selectionOf(d.Step.Ref)
		switch {
		case again[i]:
		case unkept(d):
			comment(&out, d.File+" is left out: what it takes away stands in the cluster alone, in no manifest. Apply it with kubectl patch, as README.md says.")
		case d.Step.Verb == model.Create && again[b.deletion(i)]:
			// The object of the base goes, and another of its name comes.
			text, err := replaced(d)
			if err != nil {
				return nil, err
			}
			patches = append(patches, patchEntry{Patch: text, Target: target})
		case d.Step.Verb == model.Create:
			out.WriteString("- " + d.File + "\n")
			created++
		case d.Step.Verb == model.Delete:
			patches = append(patches, patchEntry{Patch: "$patch: delete\n" + string(d.YAML), Target: target})
		default:
			text, err := b.kustomized(d)
			if err != nil {
				return nil, err
			}
			entry := patchEntry{Patch: text, Target: target}
			if text == "" {
				entry.Path = d.File
			}
			patches = append(patches, entry)
		}
	}
	if created == 0 {
		// What is a comment alone would be null.
		out.Truncate(out.Len() - len("resources:\n# - ../base\n"))
		out.WriteString("resources: []\n# resources: [../base]\n")
	}
	if len(patches) == 0 {
		return out.Bytes(), nil
	}
	data, err := json.Marshal(map[string]any{"patches": patches})
	if err != nil {
		return nil, err
	}
	text, err := manifest.FromJSON(data)
	if err != nil {
		return nil, err
	}
	out.Write(text)
	if err := b.images(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// unkept tells that a document takes away what kubectl has written, and nobody keeps in a manifest: the copy of a Secret.
func unkept(d *remedy.Document) bool {
	return d.Step.Ref.Kind == "Secret" && len(d.Closes) > 0 && !slices.ContainsFunc(d.Closes, func(id string) bool { return !strings.HasPrefix(id, "SE04/") })
}

// again marks the deletions after which an object of the same name is created.
func (b *builder) again() map[int]bool {
	marks := map[int]bool{}
	for i := range b.fix.Documents {
		if j := b.deletion(i); j >= 0 && b.fix.Documents[i].Step.Verb == model.Create {
			marks[j] = true
		}
	}
	return marks
}

// deletion gives the index of the document before the given one that deletes its object; -1 where none does.
func (b *builder) deletion(of int) int {
	ref := b.fix.Documents[of].Step.Ref
	for i := of - 1; i >= 0; i-- {
		if s := &b.fix.Documents[i].Step; s.Ref == ref && s.Verb == model.Delete {
			return i
		}
	}
	return -1
}

// replaced makes the patch that puts a whole object in the place of another.
func replaced(d *remedy.Document) (string, error) {
	var whole map[string]any
	if err := json.Unmarshal(d.Step.Body, &whole); err != nil {
		return "", err
	}
	var ops []map[string]any
	for _, field := range keys(whole) {
		if field == "apiVersion" || field == "kind" || field == "metadata" {
			continue
		}
		ops = append(ops, map[string]any{"op": "add", "path": "/" + escape(field), "value": whole[field]})
	}
	data, err := json.Marshal(ops)
	if err != nil {
		return "", err
	}
	text, err := manifest.FromJSON(data)
	return string(text), err
}

func selectionOf(ref model.Ref) selection {
	return selection{Group: ref.Group, Version: ref.Version, Kind: ref.Kind, Name: regexp.QuoteMeta(ref.Name), Namespace: regexp.QuoteMeta(ref.Namespace)}
}
