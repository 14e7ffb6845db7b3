package inplace

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// TestNamesStay: a patch names its object as a cluster has it, and the file in its own way: without a namespace, or by a name that is
// made up.
func TestNamesStay(t *testing.T) {
	plain := strings.Replace(web, "metadata: {name: web, namespace: shop}", "metadata: {name: web}", 1)
	ref := model.KindByName("Deployment").Ref("default", "web")
	body := `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"default"},"spec":{"replicas":3}}`
	for _, kind := range []types.PatchType{types.StrategicMergePatchType, types.MergePatchType} {
		o := open(t, map[string]string{"a.yaml": plain})
		result := o.seen.Edit([]Change{{Step: model.Step{Verb: model.Patch, Ref: ref, PatchType: kind, Body: []byte(body)}}}, o.source)
		if len(result.Left) > 0 || result.Write() != nil {
			t.Fatal(result.Left)
		}
		o.holds("a.yaml", strings.Replace(plain, "replicas: 2", "replicas: 3", 1))
	}
}

// TestCreatedFollows: what is created names no namespace where nothing in the file that it joins does.
func TestCreatedFollows(t *testing.T) {
	plain := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}\n"
	ref := model.KindByName("Deployment").Ref("default", "web")
	mine := strings.Replace(account, "namespace: shop", "namespace: default", 1)
	made := Change{Step: model.Step{Verb: model.Create, Ref: model.KindByName("ServiceAccount").Ref("default", "web")}, Text: []byte(mine), Beside: []model.Ref{ref}}
	bare := strings.Replace(mine, "  namespace: default\n", "", 1)
	for name, c := range map[string]struct{ before, file, want string }{
		"no namespace":             {plain, "a.yaml", plain + "---\n" + bare},
		"another object names one": {plain + "---\n" + account, "a.yaml", plain + "---\n" + account + "---\n" + mine},
		"itself names one":         {strings.Replace(plain, "name: web}", "name: web, namespace: default}", 1), "a.yaml", strings.Replace(plain, "name: web}", "name: web, namespace: default}", 1) + "---\n" + mine},
	} {
		o := open(t, map[string]string{"a.yaml": c.before})
		result := o.seen.Edit([]Change{made}, o.source)
		if len(result.Left) > 0 || result.Write() != nil {
			t.Fatalf("%s: %v", name, result.Left)
		}
		o.holds(c.file, c.want)
	}
	json := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}`
	o := open(t, map[string]string{"a.json": json})
	made.Beside = []model.Ref{model.KindByName("ConfigMap").Ref("default", "x")}
	if result := o.seen.Edit([]Change{made}, o.source); len(result.Left) > 0 || result.Write() != nil {
		t.Fatal(result.Left)
	}
	o.holds("canopy-serviceaccount-web.yaml", bare)
}

// TestDefaultsAreNotWritten: a patch that was made for what a server keeps fits the file, which lacks the defaults.
func TestDefaultsAreNotWritten(t *testing.T) {
	policy := `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: dns, namespace: shop}
spec:
  podSelector: {}
  egress:
    - to: []
      # names
      ports:
        - {port: 53}
`
	ref := model.KindByName("NetworkPolicy").Ref("shop", "dns")
	for name, c := range map[string]struct{ ops, from, to, fails string }{
		"a default is replaced": {`[{"op":"test","path":"/spec/egress/0/ports/0/protocol","value":"TCP"},{"op":"replace","path":"/spec/egress/0/ports/0/protocol","value":"UDP"}]`, "{port: 53}", "{port: 53, protocol: UDP}", ""},
		"an item is tested":     {`[{"op":"test","path":"/spec/egress/0/ports/0","value":{"port":53,"protocol":"TCP"}},{"op":"replace","path":"/spec/egress/0/ports/0/port","value":54}]`, "{port: 53}", "{port: 54}", ""},
		"a default is removed":  {`[{"op":"test","path":"/spec/policyTypes","value":["Ingress","Egress"]},{"op":"remove","path":"/spec/policyTypes"}]`, "", "", ""},
		"parents are made":      {`[{"op":"add","path":"/metadata/annotations/a~1b","value":"c"}]`, "metadata: {name: dns, namespace: shop}", "metadata: {annotations: {a/b: c}, name: dns, namespace: shop}", ""},
		"what is written is tested": {
			`[{"op":"test","path":"/spec/egress/0/ports/0/port","value":54},{"op":"remove","path":"/spec/egress/0"}]`, "", "", "is not what the patch is made for",
		},
		"a list of the server's": {`[{"op":"remove","path":"/spec/policyTypes/0"}]`, "", "", "does not fit"},
		"an item of such a list": {`[{"op":"add","path":"/spec/policyTypes/-","value":"Ingress"}]`, "", "", "write it out first"},
		"another item":           {`[{"op":"test","path":"/spec/egress/1/ports/0/protocol","value":"TCP"},{"op":"remove","path":"/spec/egress/1"}]`, "", "", "does not fit"},
	} {
		o := open(t, map[string]string{"a.yaml": policy})
		result := o.seen.Edit([]Change{{Step: model.Step{Verb: model.Patch, Ref: ref, PatchType: types.JSONPatchType, Body: []byte(c.ops)}}}, o.source)
		if c.fails != "" {
			if len(result.Left) != 1 || !strings.Contains(result.Left[0].Reason, c.fails) {
				t.Errorf("%s: %v", name, result.Left)
			}
			continue
		}
		if len(result.Left) > 0 {
			t.Errorf("%s: %v", name, result.Left)
			continue
		}
		if err := result.Write(); err != nil {
			t.Fatal(err)
		}
		o.holds("a.yaml", strings.Replace(policy, c.from, c.to, 1))
	}
}

// TestSkipped: a change that is not to be done is told with why.
func TestSkipped(t *testing.T) {
	o := open(t, map[string]string{"a.yaml": web})
	c := plainly("web")
	c.Skip = "for a reason"
	result := o.seen.Edit([]Change{c}, o.source)
	if len(result.Files) > 0 || len(result.Left) != 1 || !strings.HasSuffix(result.Left[0].String(), ":7: patch shop/Deployment/web: for a reason") {
		t.Errorf("%v: %v", result.Files, result.Left)
	}
}

// TestAllOrNothing: where a file cannot be written, those before it are put back, and what is made is removed.
func TestAllOrNothing(t *testing.T) {
	files := map[string]string{"a.yaml": web, "b.yaml": strings.ReplaceAll(web, "web", "api"), "c.yaml": strings.ReplaceAll(web, "web", "job")}
	o := open(t, files)
	changes := []Change{plainly("web"), plainly("api"), plainly("job"), create("ServiceAccount", "web", account)}
	result := o.seen.Edit(changes, o.source)
	if len(result.Files) != 4 || !result.Files[3].Created {
		t.Fatal(result.Left, len(result.Files))
	}
	// Somebody makes the last file in the meantime.
	last := result.Files[3].Name
	if err := os.WriteFile(last, []byte("# mine\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var e *WriteError
	if err := result.Write(); !errors.As(err, &e) || len(e.Written) > 0 || !errors.Is(err, os.ErrExist) || !strings.Contains(err.Error(), "all files are as they were") {
		t.Errorf("%v", err)
	}
	for name, text := range files {
		o.holds(name, text)
	}
	if text, err := os.ReadFile(last); err != nil || string(text) != "# mine\n" {
		t.Errorf("%v: %s", err, text)
	}
	// What somebody wrote meanwhile is not put back, and told.
	if err := os.WriteFile(result.Files[0].Name, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	paths := []string{result.Files[0].Name, result.Files[1].Name}
	err := result.putBack(1, paths, []os.FileMode{0o640, 0o640}, errChanged)
	if !errors.As(err, &e) || len(e.Written) != 1 || e.Written[0].Name != paths[0] || !strings.Contains(err.Error(), "could not be put back: "+paths[0]) {
		t.Errorf("%v", err)
	}
}

// TestSeveralNames: a file that has another name is the same file still.
func TestSeveralNames(t *testing.T) {
	o := open(t, map[string]string{"a.yaml": web})
	other := filepath.Join(t.TempDir(), "other.yaml")
	if err := os.Link(filepath.Join(o.folder, "a.yaml"), other); err != nil {
		t.Skip(err)
	}
	o = read(t, o.folder)
	result := o.seen.Edit([]Change{plainly("web")}, o.source)
	if len(result.Left) > 0 || result.Write() != nil {
		t.Fatal(result.Left)
	}
	text, err := os.ReadFile(other)
	if err != nil || strings.Contains(string(text), "hostNetwork") {
		t.Errorf("%v: %s", err, text)
	}
	o.holds("a.yaml", string(text))
}
