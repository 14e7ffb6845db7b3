package proposal

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/yaml"

	"canopy/k8s/labtest"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
	"canopy/model/scheme"
)

// TestServerMakesTheSameOfItAsOfAnApply sends the patch of each document, and the document itself as kubectl apply --server-side
// would, and compares what the real API server says would come of them.
func TestServerMakesTheSameOfItAsOfAnApply(t *testing.T) {
	l := labtest.Shared(t)
	namespace := l.Namespace(t)
	client, err := dynamic.NewForConfig(l.Config(labtest.Admin))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	resource := func(apiVersion, kind string) dynamic.ResourceInterface {
		k := model.KindOf(schema.FromAPIVersionAndKind(apiVersion, kind).GroupKind())
		return client.Resource(k.GVR()).Namespace(namespace)
	}
	c := cluster.New()
	known := scheme.Types()
	for _, doc := range strings.Split(strings.ReplaceAll(web, "namespace: shop", "namespace: "+namespace), "---\n") {
		var u unstructured.Unstructured
		if err := yaml.Unmarshal([]byte(doc), &u.Object); err != nil {
			t.Fatal(err)
		}
		if u.GetKind() == "Namespace" || u.GetKind() == "Secret" {
			continue
		}
		made, err := resource(u.GetAPIVersion(), u.GetKind()).Create(ctx, &u, metav1.CreateOptions{FieldManager: "somebody"})
		if err != nil {
			t.Fatal(err)
		}
		object, err := known.New(made.GroupVersionKind())
		if err != nil {
			t.Fatal(err)
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(made.Object, object); err != nil {
			t.Fatal(err)
		}
		r, err := record.Make(object)
		if err != nil {
			t.Fatal(err)
		}
		c.Apply(model.Put(r))
	}
	const head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n"
	dry := []string{metav1.DryRunAll}
	force := true
	for about, text := range map[string]string{
		"a few fields":  head + "  replicas: 3\n  template: {spec: {containers: [{name: app, image: 'web:2', securityContext: {capabilities: {drop: [ALL]}}}]}}\n",
		"a port":        head + "  template: {spec: {containers: [{name: app, ports: [{containerPort: 53, protocol: TCP, hostPort: 53}]}]}}\n",
		"a new one":     head + "  template: {spec: {containers: [{name: new, image: x, args: [a]}], tolerations: [{operator: Exists}]}}\n",
		"node selector": head + "  template: {spec: {nodeSelector: {zone: a}}}\n",
		"a policy":      "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: some, labels: {x: z}}\nspec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}\n",
		"a selector":    "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: other}}\n",
		"something new": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fresh}\ndata: {a: b}\n",
	} {
		p, err := Read(c, []byte(text), namespace)
		if err != nil || len(p.Problems) > 0 || len(p.Plan.Steps) != 1 {
			t.Errorf("%s: %v %v", about, err, told(p))
			continue
		}
		step := p.Plan.Steps[0]
		r := resource(step.Ref.APIVersion(), step.Ref.Kind)
		var got *unstructured.Unstructured
		if step.Verb == model.Create {
			u := &unstructured.Unstructured{}
			if err := u.UnmarshalJSON(step.Body); err != nil {
				t.Fatal(err)
			}
			got, err = r.Create(ctx, u, metav1.CreateOptions{DryRun: dry, FieldValidation: "Strict"})
		} else {
			got, err = r.Patch(ctx, step.Ref.Name, step.PatchType, step.Body, metav1.PatchOptions{DryRun: dry, FieldValidation: "Strict"})
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", about, err, step.Body)
			continue
		}
		var document map[string]any
		if err := yaml.Unmarshal([]byte(text), &document); err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		want, err := r.Patch(ctx, step.Ref.Name, types.ApplyPatchType, data, metav1.PatchOptions{DryRun: dry, FieldManager: "kubectl", Force: &force})
		if err != nil {
			t.Errorf("%s: %v", about, err)
			continue
		}
		if d := cmp.Diff(comparable(want), comparable(got)); d != "" {
			t.Errorf("%s: the patch comes to something else than an apply: %s\n%s", about, d, step.Body)
		}
	}
}

// comparable takes out what differs from request to request.
func comparable(u *unstructured.Unstructured) map[string]any {
	for _, field := range append(kept(), "annotations") {
		unstructured.RemoveNestedField(u.Object, "metadata", field)
	}
	delete(u.Object, "status")
	containers, _, _ := unstructured.NestedSlice(u.Object, "spec", "template", "spec", "containers")
	if len(containers) > 0 {
		// Where a new container goes in the list is not the same for both, nor where a port does.
		byName := map[string]any{}
		for _, item := range containers {
			m := item.(map[string]any)
			ports := map[string]any{}
			list, _ := m["ports"].([]any)
			for _, p := range list {
				port := p.(map[string]any)
				ports[string(must(json.Marshal([]any{port["containerPort"], port["protocol"]})))] = port
			}
			m["ports"] = ports
			byName[m["name"].(string)] = m
		}
		u.Object["containers"] = byName
		unstructured.RemoveNestedField(u.Object, "spec", "template", "spec", "containers")
	}
	return u.Object
}

func must(data []byte, err error) []byte {
	if err != nil {
		return []byte(err.Error())
	}
	return data
}
