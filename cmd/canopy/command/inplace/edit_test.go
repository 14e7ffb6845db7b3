package inplace

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"canopy/k8s/capture"
	"canopy/model"
)

const web = `# The shop.
apiVersion: v1
kind: Namespace
metadata:
  name: shop   # where it is
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      hostNetwork: true  # until the mesh is there
      containers:
        - name: c
          image: "registry.example/web:1"
          securityContext:
            # needed once
            privileged: true
---
apiVersion: v1
kind: ConfigMap
metadata: {name: odd, namespace: shop}
data: {a:   "1"}
`

// opened is a folder of files that was read.
type opened struct {
	t      *testing.T
	folder string
	seen   *Seen
	source *capture.Source
}

func open(t *testing.T, files map[string]string) *opened {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	return read(t, folder)
}

func read(t *testing.T, folder string) *opened {
	t.Helper()
	seen, err := See([]string{folder})
	if err != nil {
		t.Fatal(err)
	}
	source, err := capture.Open(t.Context(), []string{folder}, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &opened{t, folder, seen, source}
}

// holds tells that a file holds a text now.
func (o *opened) holds(name, want string) {
	o.t.Helper()
	got, err := os.ReadFile(filepath.Join(o.folder, name))
	if err != nil || string(got) != want {
		o.t.Errorf("%s: %v: got\n%s\nwant\n%s", name, err, got, want)
	}
}

func deployment(name string) model.Ref { return model.KindByName("Deployment").Ref("shop", name) }

func strategically(ref model.Ref, body string) Change {
	return Change{Step: model.Step{Verb: model.Patch, Ref: ref, PatchType: types.StrategicMergePatchType, Body: []byte(body)}}
}

// plainly takes host network and privilege away.
func plainly(name string) Change {
	return strategically(deployment(name), `{"spec":{"template":{"spec":{"hostNetwork":null,"containers":[{"name":"c","securityContext":{"privileged":null,"allowPrivilegeEscalation":false}}]}}}}`)
}

func create(kind, name, text string, beside ...model.Ref) Change {
	return Change{Step: model.Step{Verb: model.Create, Ref: model.KindByName(kind).Ref("shop", name)}, Text: []byte(text), Beside: beside}
}

const account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: web\n  namespace: shop\n"

// TestEdit changes what steps name, and leaves every other byte.
func TestEdit(t *testing.T) {
	o := open(t, map[string]string{"shop/web.yaml": web, "other.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: shop}\n"})
	result := o.seen.Edit([]Change{
		create("ServiceAccount", "web", account, deployment("web")),
		plainly("web"),
		{Step: model.Step{Verb: model.Delete, Ref: model.KindByName("ConfigMap").Ref("shop", "odd")}},
	}, o.source)
	if len(result.Left) > 0 || len(result.Files) != 1 {
		t.Fatalf("left %v, files %v", result.Left, result.Files)
	}
	o.holds("shop/web.yaml", web)
	if err := result.Write(); err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(web, "      hostNetwork: true  # until the mesh is there\n", "", 1)
	want = strings.Replace(want, "            # needed once\n            privileged: true\n", "            allowPrivilegeEscalation: false\n", 1)
	want, _, _ = strings.Cut(want, "---\napiVersion: v1\nkind: ConfigMap")
	want += "---\n" + account
	o.holds("shop/web.yaml", want)
	if info, err := os.Stat(filepath.Join(o.folder, "shop/web.yaml")); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Join(o.folder, "shop"))
	if err != nil || len(left) != 1 {
		t.Errorf("%v: %v", err, left)
	}
	// What was written is a capture that says so.
	again := read(t, o.folder)
	if _, err := again.source.Get(t.Context(), model.KindByName("ServiceAccount").Ref("shop", "web")); err != nil {
		t.Error(err)
	}
}

// TestLists edits items of lists, of lists without kinds too, and JSON.
func TestLists(t *testing.T) {
	one := func(name, kind string) string {
		return `{` + kind + `"metadata":{"name":"` + name + `","namespace":"shop"},"spec":{"selector":{"matchLabels":{"app":"w"}},"template":{"metadata":{"labels":{"app":"w"}},"spec":{"hostNetwork":true,"containers":[{"name":"c","image":"i"}]}}}}`
	}
	kind := `"apiVersion":"apps/v1","kind":"Deployment",`
	jsonList := `{"apiVersion":"v1","kind":"List","items":[` + "\n  " + one("a", kind) + ",\n  " + one("b", kind) + "\n]}\n"
	yamlList := "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n# the first\n- " + one("x", "") + "\n# the second\n- " + one("y", "") + "\n"
	o := open(t, map[string]string{"list.json": jsonList, "list.yaml": yamlList})
	result := o.seen.Edit([]Change{plainly("b"), plainly("y")}, o.source)
	if len(result.Left) > 0 || len(result.Files) != 2 {
		t.Fatalf("left %v, files %v", result.Left, result.Files)
	}
	if err := result.Write(); err != nil {
		t.Fatal(err)
	}
	for i, lines := range [][2]string{{"list.json", jsonList}, {"list.yaml", yamlList}} {
		got, err := os.ReadFile(filepath.Join(o.folder, lines[0]))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(got), "hostNetwork"); n != 1 {
			t.Errorf("%d: %d are left:\n%s", i, n, got)
		}
		first, _, _ := strings.Cut(lines[1], `"w"`)
		if !strings.HasPrefix(string(got), first) {
			t.Errorf("the first item has changed:\n%s", got)
		}
	}
	again := read(t, o.folder)
	for _, name := range []string{"a", "b", "x", "y"} {
		u, err := again.source.Get(t.Context(), deployment(name))
		if err != nil {
			t.Fatal(err)
		}
		spec := u.Object["spec"].(map[string]any)["template"].(map[string]any)["spec"].(map[string]any)
		if _, open := spec["hostNetwork"]; open != (name == "a" || name == "x") {
			t.Errorf("%s: %v", name, spec)
		}
	}
	// Items are removed too.
	result = again.seen.Edit([]Change{{Step: model.Step{Verb: model.Delete, Ref: deployment("x")}}}, again.source)
	if len(result.Left) > 0 || result.Write() != nil {
		t.Fatal(result.Left)
	}
	if _, err := read(t, o.folder).source.Get(t.Context(), deployment("x")); !errors.Is(err, model.ErrNotFound) {
		t.Error(err)
	}
}

// TestSpellings keeps how values are spelt that no step is about: nulls, odd numbers, booleans of old.
func TestSpellings(t *testing.T) {
	text := strings.Replace(web, "metadata: {name: web, namespace: shop}", `metadata:
  name: web
  namespace: shop
  creationTimestamp: null
  annotations: {on: "yes", n: "1e3"}
status: {}
x: {a: 1e3, b: 0x1F, c: 1.0, d: 12:30:00, e: yes, g: ~, h: .5}`, 1)
	o := open(t, map[string]string{"a.yaml": text})
	result := o.seen.Edit([]Change{plainly("web")}, o.source)
	if len(result.Left) > 0 || result.Write() != nil {
		t.Fatal(result.Left)
	}
	want := strings.Replace(text, "      hostNetwork: true  # until the mesh is there\n", "", 1)
	want = strings.Replace(want, "            # needed once\n            privileged: true\n", "            allowPrivilegeEscalation: false\n", 1)
	o.holds("a.yaml", want)
}

// TestCreated puts what is created where it belongs: beside an object, else into a file of its own.
func TestCreated(t *testing.T) {
	namespace := model.KindByName("Namespace").Ref("", "shop")
	for name, c := range map[string]struct {
		files  map[string]string
		beside []model.Ref
		want   string
	}{
		"the first that stands somewhere": {map[string]string{"a.yaml": web}, []model.Ref{deployment("gone"), namespace}, "a.yaml"},
		"beside nothing":                  {map[string]string{"a.yaml": web}, nil, "canopy-serviceaccount-web.yaml"},
		"beside JSON": {
			map[string]string{"sub/a.json": `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}`}, []model.Ref{namespace}, "sub/canopy-serviceaccount-web.yaml",
		},
	} {
		o := open(t, c.files)
		result := o.seen.Edit([]Change{create("ServiceAccount", "web", account, c.beside...)}, o.source)
		if len(result.Left) > 0 || len(result.Files) != 1 || result.Files[0].Name != filepath.Join(o.folder, c.want) {
			t.Errorf("%s: left %v, files %v", name, result.Left, result.Files)
			continue
		}
		if err := result.Write(); err != nil {
			t.Fatal(err)
		}
		if _, err := read(t, o.folder).source.Get(t.Context(), model.KindByName("ServiceAccount").Ref("shop", "web")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := open(t, map[string]string{"a.yaml": web, "canopy-serviceaccount-web.yaml": "# mine\n"})
	if result := o.seen.Edit([]Change{create("ServiceAccount", "web", account)}, o.source); len(result.Left) != 1 || len(result.Files) > 0 {
		t.Errorf("a file that is there: %v, %v", result.Left, result.Files)
	}
}

// TestLeft: what cannot be edited is told with file, line and reason; the rest is edited, and nothing is removed that may be needed.
func TestLeft(t *testing.T) {
	template := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: sound, namespace: shop}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n"
	old := strings.NewReplacer("apps/v1", "apps/v1beta2", "name: web", "name: old", "name: odd", "name: olds").Replace(web)
	o := open(t, map[string]string{"a.yaml": web, "chart.yaml": template, "old.yaml": old})
	odd := model.KindByName("ConfigMap").Ref("shop", "odd")
	test := Change{Step: model.Step{Verb: model.Patch, Ref: deployment("web"), PatchType: types.JSONPatchType, Body: []byte(`[{"op":"test","path":"/spec/replicas","value":3},{"op":"remove","path":"/spec/replicas"}]`)}}
	result := o.seen.Edit([]Change{plainly("gone"), test, plainly("old"), plainly("web"), {Step: model.Step{Verb: model.Delete, Ref: odd}}}, o.source)
	var told []string
	for i := range result.Left {
		told = append(told, result.Left[i].String())
	}
	wants := []string{
		"patch shop/Deployment/gone: it stands in no file",
		filepath.Join(o.folder, "a.yaml") + ":7: patch shop/Deployment/web: the patch does not fit what the file says",
		filepath.Join(o.folder, "old.yaml") + ":7: patch shop/Deployment/old: it is written as apps/v1beta2",
		filepath.Join(o.folder, "a.yaml") + ":25: delete shop/ConfigMap/odd: what is to take its place",
	}
	if len(told) != len(wants) {
		t.Fatalf("%q", told)
	}
	for i, want := range wants {
		if !strings.HasPrefix(told[i], want) {
			t.Errorf("%q, want %q", told[i], want)
		}
	}
	if len(result.Files) != 1 || strings.Contains(string(result.Files[0].After), "hostNetwork") || !strings.Contains(string(result.Files[0].After), "name: odd") {
		t.Errorf("%v", result.Files)
	}
	// A template beside sound documents leaves them as they can be edited.
	sound := model.KindByName("ConfigMap").Ref("shop", "sound")
	_, rest, _ := strings.Cut(template, "---")
	result = o.seen.Edit([]Change{strategically(sound, `{"data":{"a":"b"}}`)}, o.source)
	if len(result.Left) > 0 || !strings.HasSuffix(string(result.Files[0].After), "---"+rest) {
		t.Errorf("%v, %v", result.Left, result.Files)
	}
}

// TestNothingElseIsWritten: a file that has changed since it was read, and one behind a link that leads away, stay as they are, and
// with the first all others.
func TestNothingElseIsWritten(t *testing.T) {
	o := open(t, map[string]string{"a.yaml": web, "b.yaml": strings.ReplaceAll(web, "web", "api")})
	result := o.seen.Edit([]Change{plainly("web"), plainly("api")}, o.source)
	if len(result.Files) != 2 {
		t.Fatal(result.Left)
	}
	later := web + "# later\n"
	if err := os.WriteFile(filepath.Join(o.folder, "b.yaml"), []byte(later), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := result.Write(); !errors.Is(err, errChanged) {
		t.Errorf("%v", err)
	}
	o.holds("a.yaml", web)
	o.holds("b.yaml", later)

	away := filepath.Join(t.TempDir(), "away.yaml")
	if err := os.WriteFile(away, []byte(web), 0o600); err != nil {
		t.Fatal(err)
	}
	o = open(t, map[string]string{"real.yaml": web})
	if err := os.Remove(filepath.Join(o.folder, "real.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(away, filepath.Join(o.folder, "real.yaml")); err != nil {
		t.Fatal(err)
	}
	if result := o.seen.Edit([]Change{plainly("web")}, o.source); len(result.Files) > 0 || len(result.Left) != 1 || !strings.Contains(result.Left[0].Reason, "leads out") {
		t.Errorf("%v, %v", result.Files, result.Left)
	}
}

// TestLinkWithin: a link to a file of the same folder stays a link, and the file is edited.
func TestLinkWithin(t *testing.T) {
	folder := t.TempDir()
	real := filepath.Join(folder, ".base.yaml")
	if err := os.WriteFile(real, []byte(web), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(".base.yaml", filepath.Join(folder, "a.yaml")); err != nil {
		t.Fatal(err)
	}
	o := read(t, folder)
	result := o.seen.Edit([]Change{plainly("web")}, o.source)
	if len(result.Left) > 0 || result.Write() != nil {
		t.Fatal(result.Left)
	}
	if info, err := os.Lstat(filepath.Join(folder, "a.yaml")); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link is none any more")
	}
	if text, err := os.ReadFile(real); err != nil || strings.Contains(string(text), "hostNetwork") {
		t.Errorf("%v: %s", err, text)
	}
}

// TestSee refuses what is no text of the user's.
func TestSee(t *testing.T) {
	folder := t.TempDir()
	packed := filepath.Join(folder, "a.tar.gz")
	if err := os.WriteFile(packed, []byte("\x1f\x8b\x08"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken := t.TempDir()
	if err := os.WriteFile(filepath.Join(taken, captureMark), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{"-": errStdin, packed: errArchive, taken: errCapture, os.DevNull: errSpecial, filepath.Join(folder, "none"): os.ErrNotExist} {
		if _, err := See([]string{path}); !errors.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
