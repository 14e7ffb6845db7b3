package demo

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"

	"canopy/analysis/bundle"
	"canopy/analysis/manifest"
	"canopy/analysis/remedy"
	"canopy/analysis/rollout"
	"canopy/model"
)

// TestOverlayOfEveryFix lays the fix of all that is wrong in the demo out as a folder, lets the real kustomize build it over the
// objects that it changes, and compares that with the plan.
func TestOverlayOfEveryFix(t *testing.T) {
	kubectl, err := filepath.Abs("../../../bin/kubectl")
	if err == nil {
		_, err = os.Stat(kubectl)
	}
	if err != nil {
		t.Skip("NOT TESTED: there is no bin/kubectl")
	}
	var fix *remedy.Fix
	var report *model.Report
	base := map[model.Ref]*unstructured.Unstructured{}
	var files []bundle.File
	synctest.Test(t, func(t *testing.T) {
		h, _ := trainee(t)
		report = h.look().report
		var all []*model.Finding
		for f := range report.Findings.All() {
			all = append(all, f)
		}
		fix = h.fixes(all...)
		for _, o := range h.jungle.Objects() {
			u := plainObject(t, o)
			base[refOf(u)] = u
		}
		before := func(ref model.Ref) *unstructured.Unstructured {
			u, err := h.source.Get(h.t.Context(), ref)
			if err != nil {
				return nil
			}
			return u
		}
		if files, err = bundle.Make(bundle.Input{Fix: fix, Report: report, Before: before}); err != nil {
			t.Fatal(err)
		}
	})
	dir := t.TempDir()
	write := func(folder, name string, content []byte) {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var text bytes.Buffer
	want := map[model.Ref]*unstructured.Unstructured{}
	for _, step := range fix.Plan.Steps {
		was := want[step.Ref]
		if u := base[step.Ref]; was == nil && u != nil && step.Verb != model.Create {
			was = u
			data, err := yaml.Marshal(u.Object)
			if err != nil {
				t.Fatal(err)
			}
			text.WriteString("---\n" + string(data))
		}
		if step.Verb == model.Delete {
			want[step.Ref] = nil
			continue
		}
		_, after, err := rollout.Show(was, step)
		if err != nil {
			t.Fatalf("%s: %v", step.Ref, err)
		}
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(after, &u.Object); err != nil {
			t.Fatal(err)
		}
		want[step.Ref] = u
	}
	write("base", "all.yaml", text.Bytes())
	write("base", "kustomization.yaml", []byte("resources: [all.yaml]\n"))
	for _, f := range files {
		for line := range strings.Lines(string(f.Content)) {
			if strings.Contains(line, "<masked>") && !strings.HasPrefix(strings.TrimSpace(line), "#") {
				t.Errorf("%s holds a mask: %s", f.Name, line)
			}
		}
		if f.Name == "kustomization.yaml" {
			f.Content = bytes.Replace(f.Content, []byte("# - ../base"), []byte("- ../base"), 1)
		}
		write("fix", f.Name, f.Content)
	}
	cmd := exec.Command(kubectl, "kustomize", filepath.Join(dir, "fix"))
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	got := map[model.Ref]string{}
	for _, doc := range strings.Split(string(out), "\n---\n") {
		u := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatal(err)
		}
		got[refOf(u)] = canonical(t, u)
	}
	n := 0
	for ref, u := range want {
		if u == nil {
			continue
		}
		if ref.Kind == "Secret" && base[ref] != nil {
			// Of a Secret that there is only what kubectl wrote into the cluster goes, and the overlay leaves that out.
			delete(got, ref)
			continue
		}
		n++
		if s := canonical(t, u); got[ref] != s {
			t.Errorf("%s: kustomize makes\n%s\nthe plan makes\n%s", ref, got[ref], s)
		}
		delete(got, ref)
	}
	for ref := range got {
		t.Errorf("%s is in what kustomize makes alone", ref)
	}
	t.Logf("%d documents, %d objects, %d files", len(fix.Documents), n, len(files))
	if n < 35 {
		t.Errorf("%d objects only", n)
	}
}

func plainObject(t *testing.T, o runtime.Object) *unstructured.Unstructured {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := json.Unmarshal(data, &u.Object); err != nil {
		t.Fatal(err)
	}
	delete(u.Object, "status")
	for _, f := range []string{"managedFields", "uid", "resourceVersion", "creationTimestamp", "generation"} {
		unstructured.RemoveNestedField(u.Object, "metadata", f)
	}
	return u
}

// canonical writes an object as its type has it.
func canonical(t *testing.T, u *unstructured.Unstructured) string {
	t.Helper()
	var o any = u.Object
	if typed, err := scheme.Scheme.New(u.GroupVersionKind()); err == nil {
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, typed); err != nil {
			t.Fatal(err)
		}
		// kustomize puts the variables that it patches first.
		if d, ok := typed.(*appsv1.Deployment); ok {
			for i := range d.Spec.Template.Spec.Containers {
				slices.SortFunc(d.Spec.Template.Spec.Containers[i].Env, func(a, b corev1.EnvVar) int { return strings.Compare(a.Name, b.Name) })
			}
		}
		o = typed
	}
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	text, err := manifest.FromJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
