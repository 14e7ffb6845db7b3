package mask_test

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"canopy/model"
	"canopy/model/mask"
	"canopy/model/record"
)

// finder takes every text and every key for a credential that holds the canary.
type finder struct{ sure bool }

func (f finder) Inspect(path, name, value string) []model.Exposure {
	if !strings.Contains(value, canary) {
		return nil
	}
	return []model.Exposure{{Path: path, Name: name, Sure: f.sure}}
}

func (finder) Key(_, key string) (string, []model.Exposure) {
	if strings.Contains(key, canary) {
		return record.Hidden, nil
	}
	return key, nil
}

// TestLook has an inspector look at what the lists of keys leave: fields of any name, keys, and labels where the form proves it.
func TestLook(t *testing.T) {
	const manifest = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    kubernetes.io/ingress.class: CANARY-7f3a
    meta.helm.sh/release-name: CANARY-7f3a
    CANARY-7f3a: a
    CANARY-7f3a-too: b
  labels: {app: CANARY-7f3a}
spec:
  anything: [{of: [CANARY-7f3a]}]
  values: {CANARY-7f3a: 1}
  selector: {app: CANARY-7f3a}
`
	for _, sure := range []bool{true, false} {
		u := parse(t, manifest)
		mask.Object(u, finder{sure})
		once := both(t, u)
		// A label that only sounds like a credential stays, in two places, each in both forms.
		if n := strings.Count(once, canary); n != map[bool]int{true: 0, false: 4}[sure] {
			t.Errorf("%v: the canary stands %d times in\n%s", sure, n, once)
		}
		if a := u.GetAnnotations(); len(a) != 4 || u.GetName() != "web" {
			t.Errorf("%v: %v", sure, u.Object)
		}
		mask.Object(u, finder{sure})
		if both(t, u) != once {
			t.Error("masking twice changes more")
		}
	}
	custom := parse(t, strings.Replace(manifest, "networking.k8s.io", "example.com", 1))
	mask.Object(custom, finder{})
	if n := strings.Count(both(t, custom), canary); n != 2 {
		t.Errorf("the selector of a custom resource is looked at as findings do: %d in %v", n, custom.Object)
	}
	list := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "FooList", "spec": map[string]any{"password": canary}, "items": []any{map[string]any{"spec": map[string]any{"x": canary}}}}}
	mask.Object(list, finder{})
	if strings.Contains(both(t, list), canary) {
		t.Errorf("what calls itself a list, and is one: %v", list.Object)
	}
}

// TestAddresses masks what opens doors in addresses, with nobody to inspect them, and nothing else of them.
func TestAddresses(t *testing.T) {
	const random = "qwe4rty8uio1pas5dfg9hjk2"
	for text, want := range map[string]string{
		"https://oauth2:glpat-1@gitlab.com/a/b.git":                           "https://<masked>@gitlab.com/a/b.git",
		"see amqp://u:p@a:1,amqp://u:p@b:2/x, not more":                       "see amqp://<masked>@a:1,amqp://<masked>@b:2/x, not more",
		"https://ghp_x@github.com/a":                                          "https://<masked>@github.com/a",
		"ssh://git@github.com/a/b":                                            "ssh://git@github.com/a/b",
		"https://a.example/x?token=abc&page=2#frag":                           "https://a.example/x?token=<masked>&page=2#frag",
		"https://a.example/x?X-Amz-Signature=abc":                             "https://a.example/x?X-Amz-Signature=<masked>",
		"https://hooks.example/services/" + random + "/y":                     "https://hooks.example/services/<masked>/y",
		"docker-pullable://nginx@sha256:" + random:                            "docker-pullable://nginx@sha256:" + random,
		"containerd://" + random + random:                                     "containerd://" + random + random,
		"https://a.example/pvc-0b5cd7f9-3c58-4c1a-9d7a-0f8f7a4cbb11/@scope/x": "https://a.example/pvc-0b5cd7f9-3c58-4c1a-9d7a-0f8f7a4cbb11/@scope/x",
		"://": "://", "a://@": "a://<masked>@",
	} {
		u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "X", "spec": map[string]any{"x": text}}}
		for range 2 {
			mask.Object(u, nil)
			if got, _, _ := unstructured.NestedString(u.Object, "spec", "x"); got != want {
				t.Errorf("%s: %s, want %s", text, got, want)
			}
		}
	}
}

// TestNamedPlaces masks what runtimes, containers and drivers of storage are told or say, with nobody to inspect it.
func TestNamedPlaces(t *testing.T) {
	const random = "qwe4rty8uio1pas5dfg9hjk2"
	for _, manifest := range []string{
		"apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nstatus: {message: CANARY-7f3a, conditions: [{message: CANARY-7f3a}], containerStatuses: [{state: {waiting: {message: CANARY-7f3a}}}]}\n",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: p}\nstatus: {conditions: [{message: CANARY-7f3a}]}\n",
		"apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: p}\nspec: {csi: {driver: x, volumeHandle: \"https://u:CANARY-7f3a@x/y\", volumeAttributes: {clientKey: CANARY-7f3a, x: " + random + "}}, nfs: {path: /x/" + random + "/y}}\n",
		"apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: p}\nparameters: {adminSecret: CANARY-7f3a, restpassword: CANARY-7f3a}\n",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {kubernetes.io/change-cause: CANARY-7f3a, kubernetes.io/other: " + random + "}}\nspec: {volumes: [{gitRepo: {repository: \"https://u:CANARY-7f3a@x/y\"}}], containers: [{workingDir: /x/" + random + "}]}\n",
		"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: p}\nspec: {rules: [{http: {paths: [{path: /hook/" + random + "}]}}]}\n",
		"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: p}\nspec: {rules: [{matches: [{path: {type: PathPrefix, value: /hook/" + random + "}}]}]}\n",
		"apiVersion: example.com/v1\nkind: X\nmetadata: {name: p}\nspec: {server: \"https://u:CANARY-7f3a@x\", pin: 1, password: 4711000}\n",
	} {
		u := parse(t, manifest)
		mask.Object(u, nil)
		for _, gone := range []string{canary, random, "4711000"} {
			if text := both(t, u); strings.Contains(text, gone) {
				t.Errorf("%s is left in\n%s", gone, text)
			}
		}
	}
	kept := parse(t, "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: p}\nparameters: {type: gp3, csi.storage.k8s.io/provisioner-secret-name: creds, kmsKeyId: k1}\n")
	mask.Object(kept, nil)
	if text := both(t, kept); strings.Contains(text, mask.Text) {
		t.Errorf("%s", text)
	}
	budget := parse(t, "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: p}\nstatus: {conditions: [{type: DisruptionAllowed, message: why}]}\n")
	if mask.Object(budget, nil); !strings.Contains(both(t, budget), "why") {
		t.Errorf("%v", budget.Object)
	}
}
