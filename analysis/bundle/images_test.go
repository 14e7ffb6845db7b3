package bundle

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/remedy"
	"canopy/model"
)

// TestImagesAsEntries: the digests stand as entries of kustomize too, which do what the patches do once they are used in their place.
func TestImagesAsEntries(t *testing.T) {
	bin := kubectl(t)
	sum := "sha256:" + strings.Repeat("a", 64)
	ref := model.KindByName("Deployment").Ref("shop", "web")
	body := `{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"registry.example/app:1@` + sum + `"},{"name":"side","image":"docker.io/library/nginx@` + sum + `"}]}}}}`
	step := model.Step{Verb: model.Patch, Ref: ref, PatchType: types.StrategicMergePatchType, Body: []byte(body)}
	base := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: [{name: app, image: 'registry.example/app:1'}, {name: side, image: nginx}]}}}\n"
	w := newWorld(t, base)
	files := make1(t, Input{Before: w.before, Fix: &remedy.Fix{Plan: model.Plan{Steps: []model.Step{step}}, Documents: []remedy.Document{{Step: step, YAML: []byte(body), File: "01-a.yaml"}}}})
	text := string(files["kustomization.yaml"].Content)
	_, entries, ok := strings.Cut(text, "# images:\n")
	if !ok {
		t.Fatalf("no entries:\n%s", text)
	}
	dir := t.TempDir()
	kustomization := "resources: [base.yaml]\nimages:\n" + strings.ReplaceAll(entries, "# ", "")
	for name, content := range map[string]string{"base.yaml": base, "kustomization.yaml": kustomization} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := build(t, bin, dir)
	for _, want := range []string{"image: registry.example/app:1@" + sum, "image: docker.io/library/nginx@" + sum} {
		if !bytes.Contains(out, []byte(want+"\n")) {
			t.Errorf("no %s in\n%s\nof\n%s", want, out, kustomization)
		}
	}
}

// TestCopyStaysAway: kubectl's copy of a Secret is nothing that anybody wants back, nor is the Secret saved for it.
func TestCopyStaysAway(t *testing.T) {
	ref := model.KindByName("Secret").Ref("shop", "db")
	body := `[{"op":"remove","path":"/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"}]`
	step := model.Step{Verb: model.Patch, Ref: ref, PatchType: types.JSONPatchType, Body: []byte(body)}
	files := make1(t, Input{Fix: &remedy.Fix{Plan: model.Plan{Steps: []model.Step{step}}, Documents: []remedy.Document{{Step: step, YAML: []byte(body), File: "01-a.yaml", Command: "kubectl patch secret db"}}}})
	all := string(files["rollback.yaml"].Content) + string(files["README.md"].Content)
	if strings.Contains(all, "kubectl get secret") || !strings.Contains(all, "There is nothing to take back") {
		t.Error(all)
	}
}
