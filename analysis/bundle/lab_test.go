package bundle

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"canopy/analysis/secret/detect"
	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/mask"
	"canopy/model/undo"
)

// TestCommandsOfTheReadme carries out, with kubectl and on a real API server, what README.md says: all documents, and then the way
// back. What was there before must be there again.
func TestCommandsOfTheReadme(t *testing.T) {
	bin := kubectl(t)
	lab := labtest.Private(t)
	client, err := dynamic.NewForConfig(lab.Config(labtest.Admin))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sh := func(line string) string {
		cmd := exec.Command("sh", "-e", "-c", line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "KUBECONFIG="+lab.Kubeconfig(labtest.Admin), "PATH="+filepath.Dir(bin)+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
		return string(out)
	}
	get := func(ref model.Ref) *unstructured.Unstructured {
		k := model.KindOf(ref.GroupKind())
		u, err := client.Resource(schema.GroupVersionResource{Group: ref.Group, Version: ref.Version, Resource: k.Resource}).Namespace(ref.Namespace).
			Get(context.Background(), ref.Name, metav1.GetOptions{})
		if err != nil {
			return nil
		}
		return u
	}
	// A credential goes into a Secret that somebody fills in, and comes back by nobody: that is for other tests.
	w := newWorld(t, strings.Replace(shop, "{name: PASSWORD, value: hunter2}", "{name: MODE, value: hunter2}", 1))
	for _, u := range w.objects {
		text, err := yaml.Marshal(u.Object)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "object.yaml"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		sh("kubectl apply --server-side --force-conflicts -f object.yaml")
	}
	before := map[model.Ref]*unstructured.Unstructured{}
	for _, u := range w.objects {
		before[refOf(u)] = get(refOf(u))
	}
	fix := w.fix(t)
	for _, f := range make1(t, Input{Fix: fix, Report: w.report, Before: func(ref model.Ref) *unstructured.Unstructured {
		u := before[ref].DeepCopy()
		mask.Object(u, detect.Default())
		return u
	}}) {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, section := range []string{"## Apply", "## Take it back"} {
		if section == "## Take it back" {
			for i := range fix.Documents {
				if s := &fix.Documents[i].Step; (get(s.Ref) == nil) != (s.Verb == model.Delete) {
					t.Errorf("after the fix: %s %s", s.Verb, s.Ref)
				}
			}
		}
		for _, line := range commands(string(readme), section) {
			sh(line)
		}
	}
	for ref, was := range before {
		is := get(ref)
		if is == nil {
			t.Errorf("%s is not there again", ref)
			continue
		}
		if list := undo.Changed(was, is); len(list) > 0 {
			t.Errorf("%s: differs in %v", ref, list)
		}
	}
	for i := range fix.Documents {
		if s := &fix.Documents[i].Step; s.Verb == model.Create && get(s.Ref) != nil && before[s.Ref] == nil {
			t.Errorf("%s is still there", s.Ref)
		}
	}
	// What was saved with kubectl comes back as it is.
	sh("kubectl get deployment.v1.apps web --namespace shop --output yaml > before.yaml; kubectl delete deployment.v1.apps web --namespace shop --cascade=background; kubectl create --filename before.yaml")
	if is := get(model.KindByName("Deployment").Ref("shop", "web")); is == nil || len(undo.Changed(before[refOf(is)], is)) > 0 {
		t.Error("a saved object does not come back")
	}
}

// commands lists the lines of the blocks of code below a heading.
func commands(readme, section string) []string {
	_, rest, _ := strings.Cut(readme, "\n"+section+"\n")
	rest, _, _ = strings.Cut(rest, "\n## ")
	var list []string
	inside := false
	for _, l := range strings.Split(rest, "\n") {
		switch {
		case strings.HasPrefix(l, "```"):
			inside = !inside
		case inside:
			list = append(list, l)
		}
	}
	return list
}
