package bundle

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"canopy/analysis/admission"
	"canopy/analysis/remedy"
	"canopy/model"
)

func policy(rule, namespace string) admission.Policy {
	doc := func(kind, action string) admission.Document {
		return admission.Document{YAML: []byte(fmt.Sprintf("apiVersion: admissionregistration.k8s.io/v1\nkind: %s\nmetadata:\n  name: canopy-%s\nspec:\n  action: %s\n", kind, strings.ToLower(rule), action))}
	}
	return admission.Policy{Rules: []string{rule}, Namespaces: []string{namespace}, Evidence: []string{"nothing that is there would be refused"},
		Documents: []admission.Document{doc("ValidatingAdmissionPolicy", "none"), doc("ValidatingAdmissionPolicyBinding", "Warn")},
		Enforce:   doc("ValidatingAdmissionPolicyBinding", "Deny")}
}

func TestFolder(t *testing.T) {
	w := newWorld(t, shop)
	fix := w.fix(t)
	in := Input{Fix: fix, Before: w.before, Report: w.report, Title: "Shop", Source: "context prod, server v1.37.2",
		Guard: &admission.Guard{Policies: []admission.Policy{policy("PS01", "shop")}, Without: []admission.Reason{{Rule: "NW08", Text: "only people know who may come"}}}}
	files := make1(t, in)
	for i := range fix.Documents {
		d := &fix.Documents[i]
		if want := strings.ReplaceAll(string(d.YAML), "<masked>", blank); string(files[d.File].Content) != want {
			t.Errorf("%s is not the document", d.File)
		}
	}
	if !strings.Contains(string(files["README.md"].Content), "Values are to be put in before: in `04-secret-shop-web-credentials.yaml`") {
		t.Error("nobody is told to fill the Secret in")
	}
	if docs := read(t, files["guard.yaml"].Content); len(docs) != 2 || docs[1].Object["spec"].(map[string]any)["action"] != "Warn" {
		t.Errorf("guard.yaml: %v", docs)
	}
	if docs := read(t, files["guard-enforce.yaml"].Content); len(docs) != 1 || docs[0].Object["spec"].(map[string]any)["action"] != "Deny" {
		t.Errorf("guard-enforce.yaml: %v", docs)
	}
	for name, f := range files {
		if f.Private != strings.HasPrefix(name, "rollback") {
			t.Errorf("%s: private is %t", name, f.Private)
		}
		if name != filepath.Base(name) {
			t.Errorf("%s leads elsewhere", name)
		}
		if strings.Contains(string(f.Content), "<masked>") {
			t.Errorf("%s holds a mask", name)
		}
	}
	readme := string(files["README.md"].Content)
	for _, want := range []string{
		"# Shop\n", "context prod, server v1.37.2", "| critical | PS01: ", "`PS01/apps/Deployment/shop/web`", "CIS 5.2.", "MITRE ATT",
		"Managed by Helm release web", "values of the chart", "## In this order", "## Keep it from coming back", "kubectl apply --filename guard-enforce.yaml",
		"NW08: no guard: only people know", "## By hand", "kubectl rollout status deployment.v1.apps web --namespace shop",
	} {
		if !strings.Contains(readme, want) {
			t.Errorf("README.md lacks %q", want)
		}
	}
	for i := range fix.Documents {
		if !strings.Contains(readme, "\n"+fix.Documents[i].Command+"\n") {
			t.Errorf("README.md lacks the command %s", fix.Documents[i].Command)
		}
		for _, e := range fix.Documents[i].Evidence {
			if !strings.Contains(readme, prose(strings.ReplaceAll(e, "<masked>", "the brackets"))) {
				t.Errorf("README.md lacks %q", e)
			}
		}
	}
	// What a command names is there.
	for _, m := range regexp.MustCompile(`(?:--patch-file|--filename|-f) (\S+)`).FindAllStringSubmatch(readme, -1) {
		if _, ok := files[m[1]]; !ok && m[1] != "FOLDER" {
			t.Errorf("README.md names %s, which is not in the folder", m[1])
		}
	}
	again, err := Make(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range again {
		if !bytes.Equal(f.Content, files[f.Name].Content) {
			t.Errorf("%s is not the same twice", f.Name)
		}
	}
}

func TestNothingToDo(t *testing.T) {
	if _, err := Make(Input{}); err == nil {
		t.Error("no fix is an error")
	}
	files := make1(t, Input{Fix: &remedy.Fix{Notes: []remedy.Note{{Finding: "PS25//Pod/shop/web", Reason: "no figure is known", Steps: []string{"measure"}}}}})
	if len(files) != 2 || !strings.Contains(string(files["README.md"].Content), "no figure is known") {
		t.Errorf("%v", files)
	}
}

// TestHostileTexts puts what acts on a terminal, a shell, a viewer of Markdown or a parser of YAML wherever a text of the cluster
// can stand.
func TestHostileTexts(t *testing.T) {
	evil := "a\x1b]0;x\x07\u202eb\r\n# c\n---\nd: [e](javascript:f) ![g](http://h) <img src=x> `i` ```j | k @l www.m.n https://o $(p) 'q' \"r\" \x00\xff" + strings.Repeat("s", 5000)
	ref := model.KindByName("Deployment").Ref("shop", evil)
	other := model.KindByName("Deployment").Ref("../../etc", evil)
	doc := func(verb model.StepVerb, kind types.PatchType, ref model.Ref, file string) remedy.Document {
		d := remedy.Document{Step: model.Step{Verb: verb, Ref: ref, PatchType: kind, Body: []byte(`{"apiVersion":"apps/v1","kind":"Deployment"}`)}, YAML: []byte("kind: Deployment\n"),
			File: file, Command: "kubectl patch deployment x --patch-file " + file, Closes: []string{model.FindingID("PS01", ref)}, Evidence: []string{evil}, Breakage: evil, ManagedBy: evil}
		return d
	}
	fix := &remedy.Fix{Documents: []remedy.Document{
		doc(model.Patch, types.StrategicMergePatchType, ref, evil), doc(model.Create, "", other, "../../x.yaml"), doc(model.Delete, "", ref, "README.md"),
		doc(model.Delete, "", other, "rollback.yaml"), doc(model.Create, "", ref, "X.yaml"), doc(model.Create, "", other, "x.yaml"), doc(model.Patch, types.JSONPatchType, other, ""),
	}, Notes: []remedy.Note{{Finding: evil, Reason: evil, Steps: []string{evil}}}, Advice: []string{evil}}
	guard := &admission.Guard{Policies: []admission.Policy{policy("PS01", evil)}, Without: []admission.Reason{{Rule: evil, Text: evil}}}
	guard.Policies[0].Evidence = []string{evil}
	object := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": evil, "namespace": "shop", "labels": map[string]any{evil: evil}}}}
	files := make1(t, Input{Fix: fix, Guard: guard, Title: evil, Source: evil, Before: func(r model.Ref) *unstructured.Unstructured {
		if r == ref {
			return object
		}
		return nil
	}})
	lower := map[string]bool{}
	for name, f := range files {
		if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`).MatchString(name) || len(name) > 160 {
			t.Errorf("a file is called %q", name)
		}
		if lower[strings.ToLower(name)] {
			t.Errorf("%s is there twice where case does not count", name)
		}
		lower[strings.ToLower(name)] = true
		for _, r := range string(f.Content) {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%s holds %U", name, r)
				break
			}
		}
		if strings.HasSuffix(name, ".yaml") {
			for _, u := range read(t, f.Content) {
				if u.Object["d"] != nil {
					t.Errorf("%s: a text has become a field", name)
				}
			}
		}
	}
	fenced, fence := false, ""
	for _, l := range strings.Split(string(files["README.md"].Content), "\n") {
		if m := regexp.MustCompile("^(`{3,})").FindString(l); m != "" {
			if !fenced {
				fenced, fence = true, m
			} else if l == fence {
				fenced = false
			}
			continue
		}
		if fenced {
			continue
		}
		bare := regexp.MustCompile("(`+) .*? (`+)|`[^`]*`").ReplaceAllString(strings.ReplaceAll(l, "\\`", ""), "")
		for _, bad := range []string{"](", "<img", "https://", "http://", "@l", "www.m"} {
			if i := strings.Index(bare, bad); i >= 0 && (i == 0 || bare[i-1] != '\\') {
				t.Errorf("README.md acts on %q: %.200s", bad, l)
			}
		}
	}
	if fenced {
		t.Error("README.md: a block of code does not end")
	}
}

// TestMaskedValuesAreNamed holds that what was never read is neither guessed nor left out in silence.
func TestMaskedValuesAreNamed(t *testing.T) {
	w := newWorld(t, shop)
	ref := model.KindByName("Deployment").Ref("shop", "web")
	step := func(body string) *remedy.Fix {
		s := model.Step{Verb: model.Patch, Ref: ref, PatchType: types.StrategicMergePatchType, Body: []byte(body)}
		return &remedy.Fix{Plan: model.Plan{Steps: []model.Step{s}}, Documents: []remedy.Document{{Step: s, YAML: []byte(body), File: "01-deployment-shop-web.yaml", Command: "kubectl patch deployment.v1.apps web --namespace shop --patch-file 01-deployment-shop-web.yaml"}}}
	}
	after := func(fix *remedy.Fix) func(model.Ref) *unstructured.Unstructured {
		done := w.apply(t, fix.Plan)[ref]
		return func(model.Ref) *unstructured.Unstructured { return masked1(done) }
	}
	for name, tc := range map[string]struct {
		body string
		path string
	}{
		"a value that goes":     {`{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[{"name":"PASSWORD","value":null,"valueFrom":{"secretKeyRef":{"name":"db","key":"p"}}}]}]}}}}`, "spec.template.spec.containers[0].env[0].value"},
		"a value for another":   {`{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[{"name":"PASSWORD","value":"other"}]}]}}}}`, "spec.template.spec.containers[0].env[0].value"},
		"arguments for others":  {`{"spec":{"template":{"spec":{"containers":[{"name":"app","args":["--token","other"]}]}}}}`, "spec.template.spec.containers[0].args[1]"},
		"a container that goes": {`{"spec":{"template":{"spec":{"containers":[{"name":"app","$patch":"delete"}]}}}}`, "spec.template.spec.containers[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			fix := step(tc.body)
			for _, in := range []Input{{Fix: fix, Before: w.before}, {Fix: fix, Before: w.before, After: after(fix)}} {
				files := make1(t, in)
				text := string(files["rollback-01-deployment-shop-web.yaml"].Content)
				if strings.Contains(text, "<masked>") || !strings.Contains(text, "# value of "+tc.path+" in before-01-deployment-shop-web.yaml:") {
					t.Errorf("rollback:\n%s", text)
				}
				readme := string(files["README.md"].Content)
				save := "kubectl get deployment.v1.apps web --namespace shop --output yaml > before-01-deployment-shop-web.yaml"
				if !strings.Contains(readme, "\n"+save+"\n") || strings.Index(readme, save) > strings.Index(readme, fix.Documents[0].Command) {
					t.Errorf("README.md does not say to save the object first:\n%s", readme)
				}
				if !strings.Contains(readme, "is not whole") {
					t.Errorf("README.md does not say that values are missing")
				}
			}
		})
	}
}

func masked1(u *unstructured.Unstructured) *unstructured.Unstructured {
	w := world{objects: []*unstructured.Unstructured{u}}
	return w.before(refOf(u))
}

// TestRollbackOfWhatIsNotKnown says how to come back all the same.
func TestRollbackOfWhatIsNotKnown(t *testing.T) {
	w := newWorld(t, shop)
	secret := model.KindByName("Secret").Ref("shop", "db")
	fix := &remedy.Fix{Documents: []remedy.Document{
		{Step: model.Step{Verb: model.Delete, Ref: secret}, YAML: []byte("kind: Secret\n"), File: "01-secret-shop-db.yaml", Command: "kubectl delete secret db --namespace shop"},
		{Step: model.Step{Verb: model.Delete, Ref: model.KindByName("Deployment").Ref("shop", "web")}, YAML: []byte("kind: Deployment\n"), File: "02-deployment-shop-web.yaml", Command: "kubectl delete deployment web --namespace shop"},
	}}
	files := make1(t, Input{Fix: fix, Before: func(ref model.Ref) *unstructured.Unstructured {
		if ref == secret {
			return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "db", "namespace": "shop"}}}
		}
		return w.before(ref)
	}})
	text := string(files["rollback.yaml"].Content)
	for _, want := range []string{"kubectl create --filename before-01-deployment-shop-web.yaml", "kubectl create --filename before-02-secret-shop-db.yaml", "spec.template.spec.containers[0].env[0].value"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "<masked>") || slices.ContainsFunc(keysOf(files), func(n string) bool { return strings.HasPrefix(n, "rollback-") }) {
		t.Errorf("%v\n%s", keysOf(files), text)
	}
}

func keysOf(files map[string]File) []string {
	var list []string
	for name := range files {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}
