package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"canopy/analysis/remedy"
	"canopy/cmd/canopy/command/inplace"
	"canopy/model"
)

// TestLeftTogether: what needs a change that could not be made in the files, or is only for it, is left out with it.
func TestLeftTogether(t *testing.T) {
	ref := func(kind, name string) model.Ref { return model.KindByName(kind).Ref("shop", name) }
	doc := func(verb model.StepVerb, ref model.Ref, body string) remedy.Document {
		return remedy.Document{Step: model.Step{Verb: verb, Ref: ref, Body: []byte(body)}, File: string(verb) + ref.Kind + ref.Name}
	}
	account, patch := doc(model.Create, ref("ServiceAccount", "web-account"), `{}`), doc(model.Patch, ref("Deployment", "web"), `{"spec":{"serviceAccountName":"web-account"}}`)
	quota, other := doc(model.Create, ref("ResourceQuota", "quota"), `{}`), doc(model.Patch, ref("Deployment", "api"), `{"spec":{}}`)
	enforce := doc(model.Patch, model.KindByName("Namespace").Ref("", "shop"), `{}`)
	for name, c := range map[string]struct {
		documents []remedy.Document
		fail      int
		want      string
	}{
		"an account for a patch":  {[]remedy.Document{account, patch, other}, 1, "ll."},
		"a patch with an account": {[]remedy.Document{account, patch, other}, 0, "ll."},
		"an account for two":      {[]remedy.Document{account, patch, doc(model.Patch, ref("Job", "a"), `"web-account"`)}, 1, ".l."},
		"a quota":                 {[]remedy.Document{quota, other}, 1, "ll"},
		"Pod Security":            {[]remedy.Document{other, enforce}, 0, "ll"},
		"a second change":         {[]remedy.Document{other, patch, other}, 0, "l.l"},
		"nothing":                 {[]remedy.Document{other, patch}, 1, ".l"},
	} {
		fix := &remedy.Fix{Documents: c.documents}
		changes := make([]inplace.Change, len(c.documents))
		result := editable(fix, changes, func() *inplace.Result {
			r := &inplace.Result{}
			for i := range changes {
				if i == c.fail || changes[i].Skip != "" {
					r.Left = append(r.Left, inplace.Left{Change: i})
				}
			}
			return r
		})
		got := []byte(strings.Repeat(".", len(changes)))
		for _, l := range result.Left {
			got[l.Change] = 'l'
		}
		if string(got) != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestWriteWithoutNamespaces: files that name no namespace name none afterwards.
func TestWriteWithoutNamespaces(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "web.yaml")
	if err := os.WriteFile(path, []byte(strings.Replace(bare, ", namespace: shop", "", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	r := canopy(t, "", "fix", "--all", "-f", folder, now, "--write")
	text, err := os.ReadFile(path)
	if err != nil || r.code != 0 || strings.Contains(string(text), "namespace:") || strings.Contains(string(text), "privileged: true") {
		t.Errorf("%v: %d: %s\n%s", err, r.code, r.err, text)
	}
	for name, text := range contents(t, folder) {
		if strings.Contains(text, "namespace: default") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}
