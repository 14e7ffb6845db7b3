package bundle

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"canopy/analysis/remedy"
	"canopy/model"
)

// kubectl gives the path of kubectl, in which kustomize is built in.
func kubectl(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../bin/kubectl")
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Skip("NOT TESTED: there is no bin/kubectl")
	}
	return path
}

// TestOverlayDoesWhatThePlanDoes builds the overlay over all objects with the real kustomize.
func TestOverlayDoesWhatThePlanDoes(t *testing.T) {
	bin := kubectl(t)
	w := newWorld(t, shop)
	whole := w.fix(t)
	if len(whole.Documents) < 10 {
		t.Fatalf("%d documents only", len(whole.Documents))
	}
	kinds := map[string]bool{}
	for i := range whole.Documents {
		s := &whole.Documents[i].Step
		kinds[string(s.Verb)+string(s.PatchType)] = true
	}
	for _, k := range []string{"create", "delete", "patch" + string(types.StrategicMergePatchType), "patch" + string(types.JSONPatchType)} {
		if !kinds[k] {
			t.Errorf("no document is a %s", k)
		}
	}
	for name, fix := range map[string]*remedy.Fix{"everything": whole, "created alone": only(whole, model.Create), "patched alone": only(whole, model.Patch), "made anew": anew(t), "the second container alone": second()} {
		t.Run(name, func(t *testing.T) { w.compare(t, bin, fix) })
	}
}

// only gives the documents of one verb.
func only(fix *remedy.Fix, verb model.StepVerb) *remedy.Fix {
	next := &remedy.Fix{}
	for i := range fix.Documents {
		if d := fix.Documents[i]; d.Step.Verb == verb {
			next.Documents = append(next.Documents, d)
			next.Plan.Steps = append(next.Plan.Steps, d.Step)
		}
	}
	return next
}

// anew deletes a binding and makes it again under its name.
func anew(t *testing.T) *remedy.Fix {
	t.Helper()
	ref := model.KindByName("ClusterRoleBinding").Ref("", "admins")
	body := `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"admins"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view"},"subjects":[{"kind":"ServiceAccount","name":"default","namespace":"shop"}]}`
	text, err := yaml.JSONToYAML([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	named, err := name(ref)
	if err != nil {
		t.Fatal(err)
	}
	fix := &remedy.Fix{Documents: []remedy.Document{
		{Step: model.Step{Verb: model.Delete, Ref: ref}, YAML: named, File: "01-a.yaml", Command: "kubectl delete clusterrolebinding admins"},
		{Step: model.Step{Verb: model.Create, Ref: ref, Body: []byte(body)}, YAML: text, File: "02-a.yaml", Command: "kubectl create -f 02-a.yaml"},
	}}
	fix.Plan.Steps = []model.Step{fix.Documents[0].Step, fix.Documents[1].Step}
	return fix
}

// second changes one container of many, and takes something from one of its ports.
func second() *remedy.Fix {
	ref := model.KindByName("Deployment").Ref("shop", "web")
	body := `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop"},"spec":{"template":{"spec":{"containers":[{"name":"metrics","ports":[{"containerPort":9101,"hostPort":null}]}]}}}}`
	s := model.Step{Verb: model.Patch, Ref: ref, PatchType: types.StrategicMergePatchType, Body: []byte(body)}
	return &remedy.Fix{Plan: model.Plan{Steps: []model.Step{s}}, Documents: []remedy.Document{{Step: s, YAML: []byte(body), File: "01-deployment-shop-web.yaml",
		Command: "kubectl patch deployment.v1.apps web --namespace shop --patch-file 01-deployment-shop-web.yaml"}}}
}

func (w *world) compare(t *testing.T, bin string, fix *remedy.Fix) {
	dir := t.TempDir()
	base, overlay := filepath.Join(dir, "base"), filepath.Join(dir, "fix")
	write := func(folder, name string, content []byte) {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var all []string
	for _, u := range w.objects {
		text, err := yaml.Marshal(u.Object)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text))
	}
	write(base, "all.yaml", []byte(strings.Join(all, "---\n")))
	write(base, "kustomization.yaml", []byte("resources: [all.yaml]\n"))
	for _, f := range make1(t, Input{Fix: fix, Before: w.before}) {
		// As somebody would who fills values in, with what the plan has in their place.
		write(overlay, f.Name, bytes.ReplaceAll(f.Content, []byte(blank), []byte("<masked>")))
	}
	if len(only(fix, model.Create).Documents) > 0 {
		// By itself it holds what is created.
		build(t, bin, overlay)
	}
	path := filepath.Join(overlay, "kustomization.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	with := strings.Replace(string(text), "# - ../base", "- ../base", 1)
	with = strings.Replace(with, "resources: []\n# resources: [../base]", "resources: [../base]", 1)
	if with == string(text) {
		t.Fatalf("there is no line for the base:\n%s", text)
	}
	write(overlay, "kustomization.yaml", []byte(with))
	got := map[model.Ref]string{}
	for _, u := range read(t, build(t, bin, overlay)) {
		got[refOf(u)] = lines(t, u)
	}
	want := w.apply(t, fix.Plan)
	for ref, u := range want {
		if s := lines(t, u); got[ref] != s {
			t.Errorf("%s: kustomize makes\n%s\nthe plan makes\n%s", ref, got[ref], s)
		}
		delete(got, ref)
	}
	for ref := range got {
		t.Errorf("%s is in what kustomize makes alone", ref)
	}
}

func build(t *testing.T, bin, folder string) []byte {
	t.Helper()
	cmd := exec.Command(bin, "kustomize", folder)
	out, err := cmd.Output()
	if err != nil {
		var said []byte
		if e, ok := err.(*exec.ExitError); ok { //nolint:errorlint // of this very call
			said = e.Stderr
		}
		t.Fatalf("kustomize: %v\n%s", err, said)
	}
	return out
}
